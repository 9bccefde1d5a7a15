"""Do the tokens of a forwarded call join up (RFC 8946)?"""

from __future__ import annotations

from calls.certificates.make import AT
from calls.signed import CALLEE, CALLER, at_hand, claims, identity, token
from quivive.calls.forwarding import verify_call
from quivive.calls.verify import Call, Policy

SECOND, THIRD = "12025550188", "12025550199"


def div(source: str, target: str, **more) -> bytes:
    said = claims(attest=None, origid=None, dest={"tn": [target]}, div={"tn": source}, **more)
    return identity(said, ppt="div")


def together(*values: bytes, to: str = THIRD, bypass: bool = False):
    return verify_call(values, Call(CALLER, (to,)), at_hand(), AT, Policy(), bypass)


def codes(verdict) -> list[str]:
    return [each.code for each in verdict.reasons if Policy().table[each.code].effect != "note"]


def test_a_call_forwarded_twice_is_valid_when_every_link_was_signed():
    verdict = together(identity(), div(CALLEE, SECOND), div(SECOND, THIRD))
    assert (verdict.verdict, verdict.signature, codes(verdict)) == ("valid", "valid", [])
    assert (verdict.main.ppt, verdict.main.attest) == ("shaken", "A")


def test_the_order_of_the_headers_does_not_matter():
    assert together(div(SECOND, THIRD), div(CALLEE, SECOND), identity()).verdict == "valid"


def test_a_missing_link_breaks_the_chain():
    verdict = together(identity(), div(SECOND, THIRD))
    assert verdict.verdict == "invalid"
    assert set(codes(verdict)) == {"callee-mismatch", "chain-broken"}


def test_a_link_that_leads_elsewhere_breaks_the_chain():
    verdict = together(identity(), div(CALLEE, SECOND))
    assert "chain-broken" in codes(verdict)


def test_a_div_token_alone_does_not_prove_the_original_call():
    verdict = together(identity(), to=SECOND)
    assert codes(verdict) == ["callee-mismatch"]


def test_a_forged_link_is_refused():
    forged = div(CALLEE, THIRD)
    head, said, _ = forged.split(b".", 2)
    verdict = together(
        identity(), head + b"." + said + b"." + token().rsplit(b".")[-1] + forged[forged.index(b";") :]
    )
    assert verdict.signature == "invalid"
    assert "chain-broken" in codes(verdict)


def test_div_o_carries_the_original_token_and_both_are_verified():
    said = claims(attest=None, origid=None, dest={"tn": [THIRD]}, div={"tn": CALLEE}, opt=token().decode())
    verdict = together(identity(said, ppt="div-o"))
    assert (verdict.verdict, verdict.main.ppt) == ("valid", "shaken")


def test_div_o_with_an_original_for_another_number_is_refused():
    original = token(claims(dest={"tn": [SECOND]}))
    said = claims(attest=None, origid=None, dest={"tn": [THIRD]}, div={"tn": CALLEE}, opt=original.decode())
    verdict = together(identity(said, ppt="div-o"))
    assert "callee-mismatch" in codes(verdict)


def test_a_circle_of_forwardings_ends():
    verdict = together(identity(), *(div(SECOND, THIRD), div(THIRD, SECOND)) * 10)
    assert verdict.verdict == "invalid"


def test_a_call_without_identity_proves_nothing_and_is_428():
    verdict = together()
    assert (verdict.verdict, verdict.sip_code, verdict.verstat) == ("could-not-look", 428, "No-TN-Validation")


def test_p_identity_bypass_is_said():
    assert "identity-bypass" in [each.code for each in together(bypass=True).reasons]


def test_an_unknown_kind_beside_a_shaken_token_is_passed_over():
    verdict = together(identity(), identity(ppt="msgi"), to=CALLEE)
    assert (verdict.verdict, codes(verdict)) == ("valid", [])


def test_the_name_of_the_caller_may_come_in_a_token_of_its_own():
    said = claims(attest=None, origid=None, rcd={"nam": "Example Bank"})
    verdict = together(identity(), identity(said, ppt="rcd"), to=CALLEE)
    assert verdict.verdict == "valid"


def test_a_link_alone_says_nothing_of_the_caller():
    verdict = together(div(CALLEE, SECOND), to=SECOND)
    assert (verdict.verdict, verdict.verstat, verdict.sip_code) == ("could-not-look", "No-TN-Validation", 428)
    assert codes(verdict) == ["original-missing"]


def test_a_missing_link_is_found_where_to_still_holds_the_number_first_dialled():
    call = Call(CALLER, (CALLEE,), target=THIRD)
    missing = verify_call((identity(), div(SECOND, THIRD)), call, at_hand(), AT, Policy())
    assert missing.verdict == "invalid"
    whole = (identity(), div(CALLEE, SECOND), div(SECOND, THIRD))
    assert verify_call(whole, call, at_hand(), AT, Policy()).verdict == "valid"
