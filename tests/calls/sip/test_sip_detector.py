"""What is said of a SIP message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calls.sip.invites import SDP, invite
from conftest import NOON
from quivive.calls.sip.classes import CLASSES, KINDS
from quivive.calls.sip.sentences import CODES
from quivive.calls.sip.sip_detector import Sip
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.model import Context, Finding, Item, Observable


def results(data: bytes, **meta: str) -> list[Finding | Item | Observable]:
    item = replace(take(data, "call.sip", "message/sip"), meta=meta)
    return list(Sip().examine(item, Context(NOON)))


def findings(data: bytes, **meta: str) -> dict[str, Finding]:
    return {each.code: each for each in results(data, **meta) if isinstance(each, Finding)}


def observables(data: bytes) -> set[tuple[str, str]]:
    return {(each.type, each.value) for each in results(data) if isinstance(each, Observable)}


def items(data: bytes) -> list[Item]:
    return [each for each in results(data) if isinstance(each, Item)]


def test_a_plain_call_is_told_in_plain_words_and_nothing_is_held_against_it():
    got = findings(invite(SDP))
    assert set(got) == {"sip/call", "sip/media"}
    assert got["sip/call"].message == (
        "This message starts a call from +12155550100 to +12155550199. The caller's number is read from "
        "From; it came over UDP 192.0.2.7."
    )
    assert got["sip/media"].message == (
        "Sound is to be sent to 192.0.2.7, port 49170, as PCMU, PCMA, telephone-event."
    )
    assert {each.kind for each in got.values()} == {"informational"}


def test_the_hops_are_named_from_the_caller_on_where_they_were_seen():
    last = "SIP/2.0/TLS proxy.example;branch=z9hG4bK1;received=198.51.100.9"
    via = f"{last}, SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK2"
    assert findings(invite(Via=via))["sip/call"].params["path"] == "UDP 192.0.2.7 → TLS 198.51.100.9"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"From": "<sip:anonymous@anonymous.invalid>;tag=1"}, "sip/call-hidden"),
        ({"Privacy": "id", "P_Asserted_Identity": "<tel:+12155550100>"}, "sip/call-hidden-asserted"),
        ({"From": None}, "sip/call-unnamed"),
    ],
)
def test_hidden_and_missing_callers_are_told_apart(fields, code):
    assert code in findings(invite(**fields))
    assert "sip/call" not in findings(invite(**fields))


def test_other_messages_say_what_they_are_for():
    assert "sip/text" in findings(invite(b"hello", method="MESSAGE", Content_Type="text/plain"))
    assert findings(invite(method="OPTIONS"))["sip/request"].params["method"] == "OPTIONS"
    answer = findings(
        invite().replace(b"INVITE sip:+12155550199@example.net SIP/2.0", b"SIP/2.0 603 Decline", 1)
    )
    assert answer["sip/answer"].params["status"] == "603"


def test_a_number_shown_that_is_not_the_asserted_one_is_for_review():
    got = findings(invite(P_Asserted_Identity="<tel:+12155550111>"))["sip/shown-differs"]
    assert (got.kind, got.params["shown"], got.params["asserted"]) == (
        "review",
        "+12155550100",
        "+12155550111",
    )
    assert "sip/shown-differs" not in findings(invite(P_Asserted_Identity="<tel:+1-215-555-0100>"))


def test_a_display_name_is_covered_by_no_signature():
    got = findings(invite(From='"Your Bank" <sip:+12155550100@example.com>;tag=1'))["sip/display-name"]
    assert (got.kind, got.params["name"]) == ("informational", "Your Bank")


def test_a_request_that_starts_no_call_shows_no_name():
    sender = '"Your Bank" <sip:+12155550100@example.com>;tag=1'
    assert "sip/display-name" not in findings(invite(From=sender, method="OPTIONS"))


def test_a_display_name_that_is_another_number_is_for_review():
    sender = '"{}" <sip:+12155550100@example.com>;tag=1'
    got = findings(invite(From=sender.format("+44 20 7946 0958")))["sip/display-name-number"]
    assert (got.kind, got.params["caller"]) == ("review", "+12155550100")
    got = findings(invite(From=sender.format("Your Bank +44 20 7946 0958")))
    assert "sip/display-name-number" in got


@pytest.mark.parametrize(
    "name", ["+12155550100", "1 (215) 555-0100", "(215) 555-0100", "0215 555 0100", "100"]
)
def test_a_display_name_that_is_the_number_in_another_spelling_is_not(name):
    got = findings(invite(From=f'"{name}" <sip:+12155550100@example.com>;tag=1'))
    assert "sip/display-name-number" not in got


@pytest.mark.parametrize(
    ("value", "code", "kind"),
    [
        ("TN-Validation-Passed", "sip/verstat-passed", "informational"),
        ("TN-Validation-Passed-A", "sip/verstat-passed", "informational"),
        ("TN-Validation-Failed", "sip/verstat-failed", "review"),
        ("No-TN-Validation", "sip/verstat-none", "informational"),
        ("trust-me", "sip/verstat-unknown", "informational"),
    ],
)
def test_what_the_network_claims_of_verification_is_told_with_who_may_have_written_it(value, code, kind):
    got = findings(invite(P_Asserted_Identity=f"<tel:+12155550100;verstat={value}>"))[code]
    assert (got.kind, got.params) == (kind, {"value": value, "source": "P-Asserted-Identity"})
    assert code != "sip/verstat-passed" or "whoever sends the call can write it too" in got.message


def test_verstat_values_that_contradict_each_other_are_for_review():
    got = findings(
        invite(
            From="<sip:+12155550100;verstat=TN-Validation-Passed@example.com>;tag=1",
            P_Asserted_Identity="<tel:+12155550100;verstat=TN-Validation-Failed>",
        )
    )
    assert got["sip/verstat-conflict"].kind == "review"


def test_bypass_trunk_group_forwarders_prefix_and_links_are_told():
    got = findings(
        invite(
            From="<sip:+12155550100;tgrp=tg-1;trunk-context=carrier.example@192.0.2.7>;tag=1",
            To="<sip:+3310200123456789@gw.example>",
            P_Identity_Bypass="token",
            P_Attestation_Indicator="A",
            Diversion="<sip:+12155550111@example.com>",
            Call_Info="<https://icons.example.org/a.png>;purpose=icon",
        )
    )
    assert got["sip/identity-bypass"].params["token"] == "token"
    assert got["sip/trunk-group"].params == {"group": "tg-1", "context": "carrier.example"}
    assert got["sip/forwarded"].params["numbers"] == "+12155550111"
    assert got["sip/portability-prefix"].params == {
        "number": "+3310200123456789",
        "prefix": "10200",
        "plain": "+33123456789",
    }
    assert got["sip/attestation-asked"].params["level"] == "A"
    assert got["sip/call-info"].params["link"] == "hxxps://icons[.]example[.]org/a.png"


# --- form ---


def test_every_problem_has_a_class_and_every_class_a_sentence():
    assert set(CLASSES.values()) == set(KINDS) <= set(CODES)


def test_a_repeated_from_is_for_review():
    got = findings(invite(b"", "From: <sip:+12155550111@example.com>;tag=2"))["sip/two-readings"]
    assert (got.kind, got.params["problems"]) == ("review", "header-repeated")


def test_a_message_cut_off_says_that_a_part_could_not_be_looked_at():
    assert findings(invite(SDP)[:-20])["sip/cut-off"].kind == "open"


def test_line_feeds_are_held_against_a_packet_but_not_against_a_file():
    saved = invite(SDP, Content_Length=None).replace(b"\r\n", b"\n")
    assert "sip/malformed" not in findings(saved)
    assert "sip/malformed" in findings(saved, transport="UDP")


def test_a_second_message_in_the_datagram_is_for_review_and_examined():
    data = invite() + invite(SDP)
    assert findings(data)["sip/second-message"].kind == "review"
    (second,) = items(data)
    assert (second.media_type, second.data, second.channel) == ("message/sip", invite(SDP), "call")
    assert "sip/bytes-behind" in findings(invite() + b"junk")


def test_what_is_no_sip_could_not_be_looked_at():
    with pytest.raises(Unreadable):
        results(b"GET / HTTP/1.1\r\n\r\n")


# --- what is handed on ---


def test_numbers_accounts_addresses_and_links_are_observables():
    data = invite(
        SDP.replace(b"c=IN IP4 192.0.2.7", b"c=IN IP6 2001:db8::9"),
        Via="SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.9",
        To="<sip:bob@example.net>",
        Diversion="<tel:+12155550111>, <tel:112>",
        Call_Info="<https://icons.example.org/a.png>;purpose=icon, <cid:1@example.com>",
    )
    assert observables(data) == {
        ("phone-number", "+12155550100"),
        ("phone-number", "+12155550111"),
        ("phone-number", "+12155550199"),
        ("user-account", "sip:bob@example.net"),
        ("ipv4-addr", "198.51.100.9"),
        ("ipv4-addr", "192.0.2.7"),
        ("ipv6-addr", "2001:db8::9"),
        ("url", "https://icons.example.org/a.png"),
    }


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.0.1", "127.0.0.1", "224.0.0.1", "[fe80::1]", "[::1]", "0.0.0.0"]
)
def test_addresses_that_every_network_has_are_no_observables(address):
    data = invite(Via=f"SIP/2.0/UDP {address};branch=z9hG4bK1", Contact=f"<sip:a@{address}>")
    assert not {type_ for type_, _ in observables(data)} & {"ipv4-addr", "ipv6-addr"}


def test_an_anonymous_caller_is_no_account():
    got = observables(invite(From="<sip:anonymous@anonymous.invalid>;tag=1"))
    assert not any("anonymous" in value for _, value in got)


def test_a_text_in_a_message_is_examined_as_a_text_message():
    (text,) = items(invite(b"Pay now", method="MESSAGE", Content_Type="text/plain; charset=utf-8"))
    assert (text.text, text.media_type, text.channel) == ("Pay now", "text/plain", "sms")


def test_parts_are_examined_and_signalling_is_not():
    body = b"--b\r\nContent-Type: application/sdp\r\n\r\n" + SDP + b"\r\n--b\r\n"
    body += b"Content-Type: message/sip\r\n\r\n" + invite() + b"\r\n--b\r\n"
    body += b"Content-Type: application/isup\r\n\r\n\x01\x02\r\n--b\r\n"
    body += b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\nrest\r\n--b--\r\n"
    got = items(invite(body, Content_Type="multipart/mixed;boundary=b"))
    assert [item.media_type for item in got] == ["message/sip", "image/png"]


def test_nothing_foreign_in_a_sentence_can_steer_a_terminal_or_turn_the_text():
    sender = '"A\x1b[31m\u202eB" <sip:+12155550100@example.com>;tag=1'
    for each in findings(invite(From=sender, To="<sip:x@\x1b]0;y>")).values():
        assert not set(each.message) & {"\x1b", "\u202e"}


def test_the_workbench_reads_a_sip_file(bench):
    report = bench.check(invite(SDP), name="call.sip")
    assert "calls.sip" in {each.detector for each in report.examinations}
    assert not [each for each in report.examinations if each.detector == "calls.sip" and each.skipped]
