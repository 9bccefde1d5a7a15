"""What does a report say of the numbers that a SIP call shows?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calls.signed import X5U, claims, identity, provider, root
from quivive.calls.countries.caller_detector import Caller
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.model import CallTrust, Context, Finding, Item
from quivive.render.lang import sentences

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TRUNKS = {"198.51.100.0/24": "international", "198.51.100.8/32": "national", "2001:db8::/32": "FR",
          "carrier-7": "international"}  # fmt: skip
ABROAD = "198.51.100.7:5060"


def invite(
    sender: str = "<sip:+493023125222@example.org>",
    to: str = "<sip:+493023125111@example.org>",
    *fields: str,
    method: str = "INVITE",
    uri: str = "sip:+493023125111@example.org",
) -> bytes:
    lines = (f"{method} {uri} SIP/2.0", "Via: SIP/2.0/UDP host.example.org;branch=z9hG4bK1",
             f"From: {sender};tag=1", f"To: {to}", "Call-ID: 1@example.org", f"CSeq: 1 {method}", *fields,
             "Content-Length: 0")  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def item(data: bytes, source: str = "") -> Item:
    from dataclasses import replace

    return replace(take(data, "call.sip", "message/sip"), meta={"src": source} if source else {})


def findings(data: bytes, source: str = "", country: str | None = None, **trust: object) -> list[Finding]:
    calls = CallTrust(trunks=TRUNKS, **trust)  # type: ignore[arg-type]
    given = list(Caller().examine(item(data, source), Context(NOON, country=country, calls=calls)))
    assert all(isinstance(each, Finding) for each in given)
    return [each for each in given if isinstance(each, Finding)]


def codes(data: bytes, source: str = "", country: str | None = None, **trust: object) -> set[str]:
    return {each.code.removeprefix("caller/") for each in findings(data, source, country, **trust)} - {
        "neighbour"
    }


def test_a_german_number_from_abroad_is_forged() -> None:
    (found,) = [each for each in findings(invite(), ABROAD) if each.kind == "fail"]
    assert found.code == "caller/de-from-abroad"
    assert found.message.startswith("+49 30 23125222 is a German number, but the call came from abroad.")
    assert found.where is not None
    assert found.where.part == "From"
    assert any("§ 120 (4)" in reference for reference in found.references)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (ABROAD, {"de-from-abroad"}),
        ("198.51.100.8:5060", set()),
        ("203.0.113.1:5060", {"unknown-trunk"}),
        ("[2001:db8::1]:5060", {"de-from-abroad"}),
        ("2001:db8::1:5060", {"de-from-abroad"}),
        ("", {"unknown-trunk"}),
        ("nonsense", {"unknown-trunk"}),
    ],
)
def test_the_narrowest_network_of_the_source_tells_how_a_call_came_in(
    source: str, expected: set[str]
) -> None:
    assert codes(invite(), source) == expected


def test_a_trunk_group_tells_where_the_source_does_not() -> None:
    contact = "Contact: <sip:+493023125222;tgrp=carrier-7;trunk-context=example.org@example.org>"
    to = "<sip:+493023125111@example.org>"
    assert codes(invite(to=to).replace(b"Call-ID", f"{contact}\r\nCall-ID".encode())) == {"de-from-abroad"}
    grouped = "<sip:+493023125222;tgrp=carrier-7@example.org>"
    assert codes(invite(grouped)) == {"de-from-abroad"}
    assert codes(invite(grouped), "198.51.100.8:5060") == set(), (
        "the sender's word does not outweigh the source"
    )


def test_both_the_asserted_and_the_shown_number_are_judged() -> None:
    asserted = "P-Asserted-Identity: <tel:+442079460123>, <tel:+493023125222>"
    data = invite("<sip:110@example.org>", "<sip:+493023125111@example.org>", asserted)
    found = {(each.code, each.where.part if each.where else "") for each in findings(data, ABROAD)}
    assert ("caller/de-special-number", "From") in found
    assert ("caller/de-from-abroad", "P-Asserted-Identity") in found


def test_the_same_number_is_judged_once() -> None:
    asserted = "P-Asserted-Identity: <tel:+493023125222>, <sip:+493023125222@example.org>"
    data = invite("<sip:+493023125222@example.org>", "<sip:+493023125111@example.org>", asserted)
    assert [each.code for each in findings(data, ABROAD)].count("caller/de-from-abroad") == 1


def test_a_roaming_mobile_cannot_be_told_from_a_forged_one() -> None:
    (found,) = [
        f for f in findings(invite("<sip:+491713920000@example.org>"), ABROAD) if f.kind != "informational"
    ]
    assert (found.code, found.kind) == ("caller/unknown-roaming", "open")


def test_national_spellings_are_read_by_the_called_country_or_the_desks() -> None:
    assert codes(invite("<sip:03023125222@example.org>"), ABROAD) == {"de-from-abroad"}
    desk = invite("<sip:03023125222@example.org>", "<sip:03023125111@example.org>", uri="sip:x@example.org")
    assert codes(desk, ABROAD, country="DE") == {"de-from-abroad"}
    assert codes(desk, ABROAD) == set()


def test_calls_between_extensions_are_nobodys_business() -> None:
    inside = invite("<sip:22000@example.org>", "<sip:22001@example.org>", uri="sip:22001@example.org")
    assert codes(inside, "", country="DE") == set()


def test_only_invitations_are_judged() -> None:
    assert codes(invite(method="OPTIONS"), ABROAD) == set()
    with pytest.raises(Unreadable):
        codes(b"\x00\x01\x02")


FRENCH = ("<sip:+33199001235@example.org>", "<sip:+33639981234@example.org>")


def test_a_french_number_without_signature_is_told_where_the_trunk_is_known() -> None:
    assert codes(invite(*FRENCH), "198.51.100.8:5060") == {"fr-unauthenticated"}
    assert codes(invite(*FRENCH), ABROAD) == {"fr-from-abroad"}
    assert codes(invite(*FRENCH)) == {"unknown-trunk"}


def _signed(attest: str = "A") -> str:
    said = claims(attest=attest, orig={"tn": "33199001235"}, dest={"tn": ["33639981234"]})
    return f"Identity: {identity(said).decode()}"


HOME = "198.51.100.8:5060"
AT_HAND = {"certificates": {X5U: provider().pem}, "roots": (root().pem,)}


def test_a_french_number_with_a_valid_signature_may_show() -> None:
    assert codes(invite(*FRENCH, _signed()), HOME, **AT_HAND) == set()
    assert codes(invite(*FRENCH, _signed()), ABROAD, **AT_HAND) == set()


def test_a_signature_that_is_wrong_vouches_for_nothing() -> None:
    garbled = "Identity: x.y.z;info=<https://certs.example.org/x.pem>;ppt=shaken"
    assert codes(invite(*FRENCH, garbled), HOME) == {"fr-unauthenticated"}
    other = invite("<sip:+33199001236@example.org>", FRENCH[1], _signed())
    assert codes(other, HOME, **AT_HAND) == {"fr-unauthenticated"}


def test_a_signature_that_cannot_be_checked_or_does_not_vouch_leaves_it_open() -> None:
    assert codes(invite(*FRENCH, _signed()), HOME) == {"unknown-authentication"}
    assert codes(invite(*FRENCH, _signed("C")), HOME, **AT_HAND) == {"unknown-authentication"}
    assert codes(invite(*FRENCH, "P-Identity-Bypass: 1"), HOME) == {"unknown-authentication"}


def test_every_code_is_said_in_german_and_spanish_with_its_fields() -> None:
    from string import Formatter

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english = Caller().codes
    assert len(english) >= 25
    for language in ("de", "es"):
        own = {code: text for code, text in sentences(language).items() if code.startswith("caller/")}
        assert own.keys() == english.keys()
        assert all(fields(own[code]) == fields(text) for code, text in english.items())


def test_its_sources_are_dated() -> None:
    packs, library = Caller().sources()
    assert packs.date >= "2026-11-22"
    assert library.date.startswith("version ")


@pytest.mark.parametrize(
    "number", ["+" + "9" * 31, "%2B4930", "+49%00", "+" * 200, "*#06#", "1;" * 4000, "tel:+49"]
)
def test_hostile_numbers_raise_nothing(number: str) -> None:
    for source in ("", ABROAD):
        findings(invite(f"<sip:{number}@example.org>", f"<sip:{number}1@example.org>"), source)


def test_a_desks_own_packs_come_from_the_settings():
    from quivive.calls.countries.caller_detector import Caller
    from quivive.model import CallTrust

    pack = """
country: ZZ
name: Nowhere
calling_code: 999
date: 2026-11-22
rules: []
"""
    desk = Caller()._of_the_desk(CallTrust(packs={"zz.yaml": pack, "notes.txt": "left alone"}))
    assert "ZZ" in [each.country for each in desk.packs]
