"""Does a report say what the signatures on a call prove?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from calls.signed import CALLEE, CALLER, X5U, claims, identity, provider, root
from quivive import config
from quivive.calls.identity_detector import Identity, IdentityOnline
from quivive.errors import CouldNotLook
from quivive.model import CallTrust, Context, Item

SIP = (
    "INVITE sip:+{callee}@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
    "From: <sip:+{caller}@example.com>;tag=1\r\nTo: <sip:+{callee}@example.org>\r\nCall-ID: 1\r\n"
    "CSeq: 1 INVITE\r\n{more}Content-Length: 0\r\n\r\n"
)


def request(more: str = "", caller: str = CALLER, callee: str = CALLEE) -> Item:
    data = SIP.format(caller=caller, callee=callee, more=more).encode()
    return Item("call.sip", "message/sip", "0" * 64, len(data), data)


def signed(*values: bytes, **parties: str) -> Item:
    return request("".join(f"Identity: {value.decode()}\r\n" for value in values), **parties)


@pytest.fixture
def context(now):
    return Context(now=now, calls=CallTrust({X5U: provider().pem}, (root().pem,)))


@pytest.fixture
def now():
    from conftest import NOON

    return NOON


def codes(item: Item, context: Context) -> dict[str, str]:
    return {found.code: found.kind for found in Identity().examine(item, context)}


def test_full_attestation_is_a_pass_that_names_the_provider(context):
    (found,) = [f for f in Identity().examine(signed(identity()), context) if f.kind == "pass"]
    assert found.code == "stir/attested-a"
    assert CALLER in found.message
    assert "SHAKEN 709J" in found.message


@pytest.mark.parametrize("attest", ["B", "C"])
def test_lesser_attestations_say_what_is_not_vouched_for(context, attest):
    found = codes(signed(identity(claims(attest=attest))), context)
    assert found[f"stir/attested-{attest.lower()}"] == "pass"


def test_a_token_copied_from_another_call_fails(context):
    found = codes(signed(identity(), caller="12025550111", callee="12025550112"), context)
    assert found["stir/caller-mismatch"] == found["stir/callee-mismatch"] == "fail"
    assert found["stir/signature-genuine"] == "pass"


def test_a_token_with_text_for_a_caller_is_refused_and_its_signature_called_genuine(context):
    found = list(Identity().examine(signed(identity(claims(orig="12025550100"))), context))
    assert {"stir/claim-text", "stir/signature-genuine"} <= {each.code for each in found}
    (genuine,) = [each for each in found if each.kind == "pass"]
    assert "SHAKEN 709J" in genuine.message
    assert "12025550177" in genuine.message


def test_the_time_of_the_capture_counts_not_that_of_the_examination(context, now):
    late = replace(context, now=now.replace(year=2027))
    assert "stir/date-stale" in codes(signed(identity()), late)
    captured = replace(signed(identity()), received_at=now)
    assert "stir/attested-a" in codes(captured, late)


def test_a_certificate_that_is_not_at_hand_is_could_not_look(context):
    nothing = replace(context, calls=CallTrust())
    with pytest.raises(CouldNotLook, match="not at hand"):
        list(Identity().examine(signed(identity()), nothing))


def test_an_unsigned_call_is_said_and_is_no_alarm(context):
    assert codes(request(), context) == {"stir/unsigned": "informational"}


def test_a_response_says_nothing_about_a_caller(context):
    data = b"SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n"
    assert codes(Item("ok.sip", "message/sip", "0" * 64, len(data), data), context) == {}


def test_forwarders_names_and_reasons_are_told(context):
    first = identity(claims(rcd={"nam": "Example Bank"}, crn="Your appointment"))
    second = identity(
        claims(attest=None, origid=None, dest={"tn": ["12025550188"]}, div={"tn": CALLEE}), ppt="div"
    )
    found = codes(signed(first, second, callee="12025550188"), context)
    assert {"stir/attested-a", "stir/forwarded", "stir/rich-call-data", "stir/call-reason"} <= found.keys()


def test_online_the_other_detector_takes_over(context):
    item = signed(identity())
    assert list(Identity().examine(item, replace(context, online=True))) == []
    assert list(IdentityOnline().examine(item, context)) == []


def test_the_whole_way_from_file_to_report(bench, tmp_path):
    (tmp_path / "chain.pem").write_bytes(provider().pem)
    (tmp_path / "roots.pem").write_bytes(root().pem)
    (tmp_path / "quivive.toml").write_text(
        f'[calls]\nroots = "roots.pem"\n[calls.certificates]\n"{X5U}" = "chain.pem"\n'
    )
    settings = config.load(tmp_path / "quivive.toml", environ={"QUIVIVE_HOME": str(tmp_path)})
    bench.settings = settings
    report = bench.check(signed(identity()).data, name="call.sip")
    assert "stir/attested-a" in [found.code for found in report.findings]
