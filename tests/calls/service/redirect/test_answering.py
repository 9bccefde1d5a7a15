"""What a border controller is answered over SIP."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import unquote

import pytest

from calls.certificates.make import AT
from calls.service.redirect.requests import SOURCE, Kept, fields, invite, status
from calls.signed import CALLEE, CALLER, X5U, at_hand, claims, identity, provider
from quivive.calls.service.house import Contact, Credential, House, Live, Peer
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.redirect import answering
from quivive.calls.service.redirect.desk import Desk
from quivive.calls.service.redirect.transactions import Transactions
from quivive.calls.sip import message
from quivive.calls.sip.addresses import parse_address
from quivive.calls.verify import Call, Policy, verify

PEER = Peer("pbx", (ip_network("192.0.2.0/24"),), "auto", trunk="TG-1")
SIGNING = replace(PEER, role="sign", attest="A")
SHOW = {"valid": "show", "invalid": "show", "could-not-look": "show"}


def house(peer: Peer = PEER, **changed: object) -> House:
    key = Credential(provider().key, X5U, provider().pem)  # type: ignore[arg-type]
    return replace(House(at_hand(), Policy(), {"": key}, (peer,)), **changed)  # type: ignore[arg-type]


def answered(data: bytes, by: House | None = None) -> answering.Answer:
    request = answering.read(data)
    assert request is not None
    return answering.answer(request, SOURCE, by or house(), AT)


def with_identity(**changed: object) -> bytes:
    return invite("Identity: " + identity(claims(**changed)).decode())


def test_a_signed_call_is_shown_as_passed() -> None:
    found = answered(with_identity())
    assert status(found.data) == 302
    assert fields(found.data, "P-Asserted-Identity") == [
        f"<sip:+{CALLER};verstat=TN-Validation-Passed@sbc.example.org;user=phone>"
    ]
    assert fields(found.data, "Contact") == [f"<sip:+{CALLEE}@gw.example.org;user=phone>"]
    assert fields(found.data, "Attestation-Info") == ["A"]
    assert fields(found.data, "Reason") == []
    assert found.judged is not None
    assert (found.judged.verdict, found.judged.spc, found.judged.trunk) == ("valid", "709J", "TG-1")
    assert (found.judged.calling, found.judged.called) == (CALLER, CALLEE)


@pytest.mark.parametrize(
    ("changed", "code", "phrase"),
    [
        ({"orig": {"tn": "12025550199"}}, 438, "Invalid Identity Header"),
        ({"iat": int(AT) - 600}, 403, "Stale Date"),
    ],
)
def test_a_forged_call_is_shown_as_failed_and_why(changed: dict[str, object], code: int, phrase: str) -> None:
    found = answered(with_identity(**changed))
    assert "verstat=TN-Validation-Failed" in fields(found.data, "P-Asserted-Identity")[0]
    assert fields(found.data, "Reason") == [f'STIR;cause={code};text="{phrase}"']
    assert fields(found.data, "Attestation-Info") == []


@pytest.mark.parametrize(
    ("shown", "reason"), [("0A", ""), ("0B", "media-key-mismatch"), (None, "media-key-unchecked")]
)
def test_signed_media_keys_are_compared_with_those_of_the_session_description(
    shown: str | None, reason: str
) -> None:
    said = "Identity: " + identity(claims(mky=[{"alg": "sha-256", "dig": "0A" * 32}])).decode()
    digest = ":".join([shown] * 32) if shown else ""
    body = f"v=0\r\na=fingerprint:SHA-256 {digest}\r\nm=audio 9 RTP/SAVP 0\r\n" if shown else ""
    found = answered(invite(said, *(["Content-Type: application/sdp"] if shown else []), body=body))
    assert found.judged is not None
    assert [each for each in found.judged.reasons if each.startswith("media")] == ([reason] if reason else [])


def test_an_unsigned_call_is_shown_as_not_validated() -> None:
    found = answered(invite())
    assert "verstat=No-TN-Validation" in fields(found.data, "P-Asserted-Identity")[0]
    assert found.judged is not None
    assert found.judged.verdict == "could-not-look"


def test_a_forged_verstat_of_the_caller_is_replaced() -> None:
    forged = f'P-Asserted-Identity: "Bank" <tel:+{CALLER};verstat=TN-Validation-Passed>'
    found = answered(invite(forged))
    assert fields(found.data, "P-Asserted-Identity") == [f'"Bank" <tel:+{CALLER};verstat=No-TN-Validation>']


def test_only_the_number_that_was_verified_is_asserted_as_tel_and_as_sip() -> None:
    signed = "Identity: " + identity(claims()).decode()
    given = (
        f"P-Asserted-Identity: <sip:+12025550199@bank.example>, <tel:+{CALLER}>, <sip:+{CALLER}@a.example>"
    )
    assert sorted(fields(answered(invite(signed, given)).data, "P-Asserted-Identity")) == [
        f"<sip:+{CALLER};verstat=TN-Validation-Passed@a.example;user=phone>",
        f"<tel:+{CALLER};verstat=TN-Validation-Passed>",
    ]


@pytest.mark.parametrize(
    "user",
    [f"+{CALLER};verstat=TN-Validation-Passed:pw", "alice;x=1;verstat=TN-Validation-Passed", "alice",
     f"+{CALLER}%3bverstat=TN-Validation-Passed", f"+{CALLER};x=1;verstat=TN-Validation-Passed"],
)  # fmt: skip
def test_no_spelling_of_the_caller_smuggles_a_verstat(user: str) -> None:
    found = answered(invite(f"P-Asserted-Identity: <sip:{user}@bank.example>"))
    assert b"Passed" not in (found.data or b"")
    assert status(found.data) in (302, 404)


def test_an_address_without_a_host_or_with_an_odd_one_does_no_harm() -> None:
    shown = fields(answered(invite(f"P-Asserted-Identity: <sip:+{CALLER}>")).data, "P-Asserted-Identity")
    assert shown == [f"<tel:+{CALLER};verstat=No-TN-Validation>"]
    odd = answered(invite(f'P-Asserted-Identity: <sip:+{CALLER}@[::1"x]>'))
    assert (status(odd.data), fields(odd.data, "P-Asserted-Identity")) == (404, [])


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"sip:+{CALLEE}@gw.example?P-Asserted-Identity=%22x%22", 400),
        (f"sip:+{CALLEE}@gw.example;method=BYE", 400),
        (f"sip:+{CALLEE}@gw.example;m%65thod=BYE", 400),
        ("sip:a@gw.example?x=c@d.example", 400),
        ("sip:gw.example?x=y", 400),
        (f"sip:+{CALLEE}@gw\u00e9.example", 400),
        ("http://gw.example/", 416),
        (f"sip:+{CALLEE};npdi;rn=+12025550111@gw.example:5080;transport=tcp;user=phone", 302),
        (f"tel:+{CALLEE};npdi", 302),
        ("urn:service:sos", 302),
    ],
)
def test_a_request_uri_comes_back_whole_or_not_at_all(uri: str, expected: int) -> None:
    found = answered(invite(uri=uri))
    assert status(found.data) == expected
    assert fields(found.data, "Contact") == ([f"<{uri}>"] if expected == 302 else [])


def test_a_token_of_nobody_adds_nothing_to_the_notice_of_a_blocked_call() -> None:
    origid = 'x;url=https://evil.example;tel=+12025550199"\r\nX: y'
    forged = invite("Identity: " + identity(claims(origid=origid, orig={"tn": "12025550199"})).decode())
    said = fields(answered(forged, house(actions={**SHOW, "invalid": "block-analytics"})).data, "Reason")
    assert said == ['SIP;cause=603;text="v=analytics1";location=RLN']


def test_half_a_character_in_a_token_harms_no_answer() -> None:
    body = json.dumps(claims()).encode().replace(b'"origid": "', b'"origid": "\\ud800')
    assert b"ud800" in body
    for action in ("show", "block-analytics"):
        acts = dict.fromkeys(SHOW, action)
        assert status(answered(invite("Identity: " + identity(body).decode()), house(actions=acts)).data)


def test_a_withheld_caller_is_not_shown() -> None:
    found = answered(invite("Privacy: id"))
    assert status(found.data) == 404
    assert fields(found.data, "P-Asserted-Identity") == []


@pytest.mark.parametrize(("action", "expected"), [("route-on", "404 Not Found"), ("block", "603 Decline")])
def test_what_becomes_of_a_forged_call_is_the_houses_to_say(action: str, expected: str) -> None:
    by = house(actions=SHOW | {"invalid": action})
    found = answered(with_identity(orig={"tn": "12025550199"}), by)
    assert (found.data or b"").startswith(f"SIP/2.0 {expected}\r\n".encode())
    assert found.judged is not None
    assert found.judged.action == action
    assert status(answered(with_identity(), by).data) == 302


def test_a_call_blocked_by_analytics_says_whom_to_ask() -> None:
    contact = Contact("https://redress.example.org", "+12025550111", "help@example.org")
    by = house(actions=SHOW | {"invalid": "block-analytics"}, contact=contact)
    found = answered(with_identity(iat=int(AT) - 600), by)
    assert (found.data or b"").startswith(b"SIP/2.0 603 Network Blocked\r\n")
    [reason] = fields(found.data, "Reason")
    assert reason.startswith(
        'SIP;cause=603;text="v=analytics1;url=https://redress.example.org;tel=+12025550111;'
    )
    assert reason.endswith(";location=RLN")


@pytest.mark.parametrize("callee", ["911", "112", "999", "110", "+1911", "15", "933"])
def test_a_call_for_help_is_never_blocked(callee: str) -> None:
    by = house(actions=dict.fromkeys(SHOW, "block"))
    to = f"To: <sip:{callee}@gw.example.org;user=phone>"
    assert status(answered(invite(to=to, uri=f"sip:{callee}@gw.example.org;user=phone"), by).data) == 302
    assert status(answered(invite(to="To: <urn:service:sos>", uri="urn:service:sos"), by).data) == 302
    assert status(answered(invite(uri="urn:service:sos.ambulance"), by).data) == 302
    assert status(answered(invite(), by).data) == 603
    assert status(answered(invite("Priority: psap-callback"), by).data) == 603, "anybody can write that"


def test_a_peers_call_is_signed_and_the_signature_holds() -> None:
    found = answered(invite(), house(SIGNING))
    assert status(found.data) == 302
    [value] = fields(found.data, "Identity")
    verdict = verify(value.encode(), Call(CALLER, (CALLEE,)), at_hand(), AT, Policy())
    assert (verdict.verdict, verdict.attest) == ("valid", "A")
    assert found.judged is not None
    assert (found.judged.action, found.judged.spc) == ("signed", "709J")


def test_the_controller_may_say_what_to_attest() -> None:
    found = answered(invite("P-Attestation-Indicator: C", "P-Origination-ID: o-1"), house(SIGNING))
    assert found.judged is not None
    assert (found.judged.attest, found.judged.origid) == ("C", "o-1")


def test_a_strangers_call_is_never_signed() -> None:
    by = house(replace(SIGNING, networks=(ip_network("198.51.100.0/24"),)))
    found = answered(invite(), by)
    assert fields(found.data, "Identity") == []
    assert found.judged is not None
    assert found.judged.trunk == SOURCE[0]


def test_a_controller_that_reads_no_more_than_the_contact_finds_all_in_it() -> None:
    found = answered(invite(), house(replace(SIGNING, fields="contact"))).data
    [contact] = fields(found, "Contact")
    assert fields(found, "Identity") == []
    uri = parse_address(contact.encode()).uri
    assert uri.problems == ()
    assert uri.user == f"+{CALLEE}"
    [(name, value)] = [each.split("=") for each in uri.headers.split("&")]
    assert name == "Identity"
    call = Call(CALLER, (CALLEE,))
    assert verify(unquote(value).encode(), call, at_hand(), AT, Policy()).signature == "valid"


def test_beside_the_contact_stands_only_what_is_about_the_answer() -> None:
    by = house(replace(PEER, fields="contact"))
    found = answered(with_identity(orig={"tn": "12025550199"}), by).data
    assert fields(found, "Contact")[0].endswith(
        f"?P-Asserted-Identity=%3Csip%3A%2B{CALLER}%3Bverstat%3DTN-Validation-Failed%40sbc.example.org"
        "%3Buser%3Dphone%3E>"
    )
    assert fields(found, "P-Asserted-Identity") == []
    assert fields(found, "Reason") == ['STIR;cause=438;text="Invalid Identity Header"']
    tel = answered(invite(uri=f"tel:+{CALLEE}"), by).data  # its URI has no header fields
    assert fields(tel, "Contact") == [f"<tel:+{CALLEE}>"]
    assert len(fields(tel, "P-Asserted-Identity")) == 1


def test_a_signed_call_that_is_forwarded_gets_a_div() -> None:
    value = "Identity: " + identity(claims()).decode()
    forwarded = invite(value, uri="sip:+12025550133@gw.example.org;user=phone")
    [div] = fields(answered(forwarded, house(SIGNING)).data, "Identity")
    there = Call(CALLER, ("12025550133",))
    assert verify(div.encode(), there, at_hand(), AT, Policy()).ppt == "div"
    assert (
        status(answered(invite(value), house(SIGNING)).data) == 404
    )  # signed already, and goes where it went


def test_without_a_key_the_controller_is_sent_on() -> None:
    assert status(answered(invite(), house(SIGNING, credentials={})).data) == 503
    nobody = invite().replace(
        f"<sip:+{CALLER}@sbc.example.org;user=phone>".encode(), b"<sip:anonymous@anonymous.invalid>"
    )
    assert status(answered(nobody, house(SIGNING)).data) == 404


def test_what_is_no_call_is_answered_as_rfc_3261_has_it() -> None:
    assert status(answered(invite(method="OPTIONS")).data) == 200
    assert status(answered(invite(method="REGISTER")).data) == 405
    assert status(answered(invite(method="FROBNICATE")).data) == 501
    assert status(answered(invite(to=f"To: <sip:+{CALLEE}@gw.example.org>;tag=9")).data) == 481
    assert answered(invite(method="ACK")).data is None
    assert status(answered(invite().replace(b"SIP/2.0\r\nVia", b"SIP/3.0\r\nVia", 1)).data) == 505
    assert status(answered(invite("Call-ID: two@example.org")).data) == 400
    assert status(answered(invite().replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE")).data) == 400
    assert status(answered(invite("X: a\rVia: b")).data) == 400


def test_a_response_goes_back_the_way_its_request_came() -> None:
    data = invite("Via: SIP/2.0/TCP other.example.org;branch=z9hG4bK0").replace(b"Via", b"v", 1)
    found = answered(data).data
    assert fields(found, "Via") == [
        "SIP/2.0/UDP sbc.example.org:5070;branch=z9hG4bK1;received=192.0.2.7;rport=40000",
        "SIP/2.0/TCP other.example.org;branch=z9hG4bK0",
    ]
    assert message.parse(found or b"").problems == ()
    assert (
        fields(found, "To")[0].partition(";tag=")[2]
        == fields(answered(data).data, "To")[0].partition(";tag=")[2]
    )


# --- requests that come again, or together ---


def desk(journal: Kept, by: House | None = None) -> Desk:
    return Desk(Live(lambda: by or house()), journal, Metrics())


def test_a_repeated_request_gets_its_answer_again_and_is_kept_once() -> None:
    journal = Kept()
    at = desk(journal, house(SIGNING))
    data = invite()
    [first] = at.answer([(data, SOURCE), (data, SOURCE)])
    [again] = at.answer([(data, SOURCE)])
    assert first.data == again.data
    assert first.to == SOURCE
    assert len(journal.calls) == 1
    at.answer([(data, ("192.0.2.8", 5060)), (invite(call_id="two@example.org"), SOURCE)])
    assert len(journal.calls) == 3  # another sender, and another call under the same branch


def test_a_cancel_is_answered_by_what_is_known_of_its_call() -> None:
    at = desk(Kept())
    assert [status(each.data) for each in at.answer([(invite(method="CANCEL"), SOURCE)])] == [481]
    at.answer([(invite(), SOURCE)])
    assert [status(each.data) for each in at.answer([(invite(method="CANCEL"), SOURCE)])] == [200]


def test_a_cancel_that_comes_together_with_its_call_finds_it() -> None:
    at, other = desk(Kept()), invite(method="CANCEL", branch="z9hG4bK9")
    both = at.answer([(invite(), SOURCE), (invite(method="CANCEL"), SOURCE), (other, SOURCE)])
    assert [(status(each.data), fields(each.data, "CSeq")) for each in both] == [
        (302, ["1 INVITE"]), (200, ["1 CANCEL"]), (481, ["1 CANCEL"]),
    ]  # fmt: skip


def test_where_peers_are_named_nobody_else_is_served_unless_the_house_says_so() -> None:
    journal, stranger = Kept(), ("198.51.100.7", 5060)
    requests = [(invite(method=method), stranger) for method in ("INVITE", "OPTIONS", "ACK", "CANCEL")]
    at = desk(journal)
    assert [status(each.data) for each in at.answer(requests)] == [503, 503, 503]
    assert b'quivive_strangers_total{service="sip"} 4.0' in at._metrics.text()
    assert not journal.calls
    open_to_all = desk(journal, house(only_peers=False))
    assert [status(each.data) for each in open_to_all.answer(requests[:1])] == [302]
    assert [status(each.data) for each in desk(journal, house(peers=())).answer(requests[:1])] == [302]


def test_a_cancel_gets_the_tag_of_its_call() -> None:
    at = desk(Kept())
    tags = []
    for method in ("INVITE", "CANCEL"):
        (reply,) = at.answer([(invite(method=method), SOURCE)])
        tags += fields(reply.data, "To")
    assert tags[0] == tags[1]


@pytest.mark.parametrize("port", ["\u00b2", "\u0663", "0", "99999", "-1", "x", ""])
def test_an_odd_port_in_a_via_goes_nowhere_else(port: str) -> None:
    data = invite().replace(b":5070;rport", f":{port};maddr=198.51.100.9".encode())
    assert {each.to for each in desk(Kept()).answer([(data, SOURCE)])} <= {(SOURCE[0], 5060)}


def test_the_longest_answers_are_forgotten_before_memory_is_short() -> None:
    kept = Transactions(room=10_000)
    for number in range(100):
        kept.keep(("a", str(number)), b"x", b"y" * 1000, 1.0)
        kept.keep(("a", str(number)), b"x", b"y" * 1000, 1.0)
    assert len(kept) == 10
    assert kept.find(("a", "99"), b"x")


def test_what_cannot_be_kept_is_not_answered_as_done() -> None:
    journal = Kept(full=True)
    at = desk(journal)
    assert [status(each.data) for each in at.answer([(invite(), SOURCE)])] == [503]
    journal.full = False
    assert [status(each.data) for each in at.answer([(invite(), SOURCE)])] == [302]
    assert len(journal.calls) == 1


def test_transactions_are_forgotten_in_time_and_bounded() -> None:
    kept = Transactions(most=10)
    for number in range(50):
        kept.keep(("a", str(number)), b"q", b"r", float(number))
    assert len(kept) == 10
    kept.keep(("a", "late"), b"q", b"r", 1000.0)
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("peer", "with_token", "longer"),
    [
        (PEER, True, 700),
        (replace(PEER, fields="contact"), True, 900),
        (replace(SIGNING, fields="contact"), False, 1200),  # the signature is what was asked for
    ],
)
def test_damaged_requests_and_noise_never_raise_and_never_amplify(
    peer: Peer, with_token: bool, longer: int
) -> None:
    chance = random.Random(7)
    whole = with_identity() if with_token else invite()
    at = desk(Kept(), house(peer))
    for _ in range(1000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        cut = bytes(data[: chance.randint(0, len(data))]) if chance.random() < 0.3 else bytes(data)
        for reply in at.answer([(cut, SOURCE)]):
            assert len(reply.data) < len(cut) + longer
            read = message.parse(reply.data)
            assert read.status is not None
            assert {"line-without-colon", "header-name", "control-character"}.isdisjoint(read.problems)
    for _ in range(200):
        assert at.answer([(chance.randbytes(chance.randint(0, 400)), SOURCE)]) == []
    assert at.answer([(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\n\r\n", SOURCE)]) == []


def test_torture_messages_are_answered_or_left_alone(shared_data) -> None:  # type: ignore[no-untyped-def]
    at = desk(Kept())
    answers = {}
    for file in sorted((shared_data / "calls" / "rfc4475").glob("*.dat")):
        replies = at.answer([(file.read_bytes(), SOURCE)])
        answers[file.stem] = status(replies[0].data) if replies else 0
    assert len(answers) > 40
    assert answers["wsinv"] == 481  # its To has a tag
    assert answers["unkscm"] != 0
    assert answers["bigcode"] == answers["unreason"] == answers["noreason"] == 0  # responses
