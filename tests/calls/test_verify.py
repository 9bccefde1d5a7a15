"""Does the verifier walk the steps of RFC 8224 §6.2, and give each refusal its own reason?"""

from __future__ import annotations

import json
import string
from dataclasses import replace

import pytest

from calls.certificates.make import AT, authority, issue
from calls.signed import (
    CALL,
    CALLEE,
    CALLER,
    X5U,
    at_hand,
    claims,
    codes,
    identity,
    judged,
    provider,
    root,
    token,
    trusted,
)
from quivive.calls import passport, refusals, signers
from quivive.calls.passport import encode, serialise
from quivive.calls.verify import Call, Policy
from quivive.calls.x5u import Refused


def test_it_accepts_a_call_that_was_signed_for_this_caller_and_callee():
    verdict = judged(identity())
    assert (verdict.verdict, verdict.signature) == ("valid", "valid")
    assert (verdict.sip_code, verdict.verstat) == (None, "TN-Validation-Passed")
    assert (verdict.ppt, verdict.attest) == ("shaken", "A")
    assert codes(verdict) == []


def test_it_accepts_a_bare_passport():
    assert judged(token()).verdict == "valid"


def test_a_token_of_rfc_8225_without_extension_is_valid_and_attests_nothing():
    said = claims(attest=None, origid=None)
    verdict = judged(identity(said, ppt=None))
    assert (verdict.verdict, verdict.ppt, verdict.attest) == ("valid", None, None)


def test_iat_alone_counts_where_there_is_no_date_header():
    assert judged(identity(), replace(CALL, date=None)).verdict == "valid"


def test_a_date_header_far_from_iat_is_refused_with_403():
    verdict = judged(identity(), replace(CALL, date=AT - 3600))
    assert (verdict.sip_code, codes(verdict)) == (403, ["date-header"])


@pytest.mark.parametrize(("shift", "code"), [(-61, "date-stale"), (61, "date-future")])
def test_a_token_older_or_newer_than_the_call_is_refused_with_403(shift, code):
    verdict = judged(identity(claims(iat=int(AT) + shift)))
    assert (verdict.verdict, verdict.signature, verdict.sip_code) == ("invalid", "valid", 403)
    assert codes(verdict) == [code]


@pytest.mark.parametrize("shift", [-60, 60])
def test_a_token_sixty_seconds_away_is_fresh(shift):
    assert judged(identity(claims(iat=int(AT) + shift))).verdict == "valid"


@pytest.mark.parametrize(
    "kind", [b";ppt=shaken", b';ppt="shaken"', b"; ppt = shaken", b";PPT=shaken", b""], ids=bytes.decode
)
def test_quoted_and_unquoted_ppt_read_the_same(kind):
    verdict = judged(token() + f";info=<{X5U}>;alg=ES256".encode() + kind)
    expected = "valid" if kind else "invalid"  # without the parameter, the header says 'no extension'
    assert verdict.verdict == expected


@pytest.mark.parametrize("alg", [b";alg=ES256", b';alg="ES256"', b""], ids=bytes.decode)
def test_quoted_and_unquoted_alg_read_the_same_and_may_be_left_out(alg):
    assert judged(token() + f";info=<{X5U}>".encode() + alg + b";ppt=shaken").verdict == "valid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (b";info=<https://cert.example.org/other.pem>;alg=ES256;ppt=shaken", "info-mismatch"),
        (b";alg=ES256;ppt=shaken", "info-missing"),
        (f";info=<{X5U}>;alg=HS256;ppt=shaken".encode(), "alg-mismatch"),
        (f";info=<{X5U}>;alg=ES256;ppt=div".encode(), "ppt-mismatch"),
        (f";info=<{X5U}>;info=<{X5U}>".encode(), "identity-parameter"),
        (b";info=<", "identity-parameter"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_parameters_that_contradict_the_signed_token_are_refused(change, code):
    verdict = judged(token() + change)
    assert verdict.verdict == "invalid"
    assert code in codes(verdict)


def test_a_caller_that_was_not_signed_for_is_refused_with_438():
    verdict = judged(identity(), replace(CALL, caller="12025550199"))
    assert (verdict.signature, verdict.sip_code, codes(verdict)) == ("valid", 438, ["caller-mismatch"])


def test_it_refuses_a_token_signed_for_a_call_to_another_number():
    verdict = judged(identity(), replace(CALL, callees=("12025550188",)))
    assert codes(verdict) == ["callee-mismatch"]


def test_an_anonymous_caller_has_nothing_to_be_compared_with():
    verdict = judged(identity(), Call(None, (CALLEE,), anonymous=True))
    assert (verdict.verdict, verdict.signature) == ("could-not-look", "valid")
    assert (verdict.sip_code, verdict.verstat) == (433, "No-TN-Validation")


def test_a_missing_caller_and_callee_are_said_and_prove_nothing():
    verdict = judged(identity(), Call())
    assert (verdict.verdict, verdict.signature) == ("could-not-look", "valid")
    assert codes(verdict) == ["caller-missing", "callee-missing"]


def test_a_french_caller_with_a_portability_prefix_of_16_digits_is_the_signed_number():
    said = claims(orig={"tn": "33123456789"})
    assert judged(identity(said), replace(CALL, caller="3312345123456789")).verdict == "valid"


@pytest.mark.parametrize("spelt", ["+12025550100", "+1 (202) 555-0100", "tel:+12025550100"])
def test_a_signed_number_that_is_not_canonical_is_still_the_same_number(spelt):
    assert judged(identity(claims(orig={"tn": spelt}))).verdict == "valid"


def test_sip_addresses_are_compared_without_parameters_and_letter_case_of_the_host():
    said = claims(orig={"uri": "sip:alice@EXAMPLE.org"}, dest={"uri": ["sip:bob@example.org"]})
    call = Call("sip:alice@example.org;transport=tcp", ("sip:bob@example.org",))
    assert judged(identity(said), call).verdict == "valid"


@pytest.mark.parametrize("which", ["orig", "dest"])
def test_dest_or_orig_as_text_is_refused_and_the_signature_itself_called_valid(which):
    verdict = judged(identity(claims(**{which: json.dumps({"tn": CALLER})})))
    assert (verdict.verdict, verdict.signature, verdict.sip_code) == ("invalid", "valid", 438)
    assert codes(verdict) == ["claim-text"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"iat": None}, "claim-iat"),
        ({"iat": "1"}, "claim-iat"),
        ({"iat": True}, "claim-iat"),
        ({"orig": {}}, "claim-orig"),
        ({"orig": {"tn": CALLER, "uri": "sip:a@example.org"}}, "claim-orig"),
        ({"orig": {"tn": 12025550100}}, "claim-orig"),
        ({"dest": {"tn": []}}, "claim-dest"),
        ({"dest": {"tn": CALLEE}}, "claim-dest"),
        ({"attest": "D"}, "claim-attest"),
        ({"attest": None}, "claim-attest"),
        ({"origid": None}, "claim-origid"),
        ({"mky": "x"}, "claim-mky"),
        ({"rcd": {"apn": "1"}}, "claim-rcd"),
        ({"rcdi": 7}, "claim-rcdi"),
        ({"crn": 7}, "claim-crn"),
    ],
)
def test_a_claim_of_the_wrong_form_is_refused_though_its_signature_holds(changed, code):
    verdict = judged(identity(claims(**changed)))
    assert (verdict.verdict, verdict.signature, verdict.sip_code) == ("invalid", "valid", 438)
    assert code in codes(verdict)


@pytest.mark.parametrize(
    ("changed", "code", "sip"),
    [
        ({"typ": "JWT"}, "header-typ", 438),
        ({"alg": "ES384"}, "header-alg", 437),
        ({"alg": "none"}, "header-alg", 437),
        ({"crit": ["exp"]}, "header-crit", 438),
        ({"x5u": None}, "header-x5u", 436),
    ],
)
def test_a_header_of_the_wrong_form_is_refused(changed, code, sip):
    verdict = judged(token(header=changed))
    assert verdict.verdict == "invalid"
    assert refusals.shipped()[code].sip == sip
    assert code in codes(verdict)


def test_an_unknown_kind_of_token_is_passed_over_but_its_signature_checked():
    verdict = judged(identity(ppt="msgi"))
    assert (verdict.verdict, verdict.signature) == ("could-not-look", "valid")
    assert codes(verdict) == ["ppt-unsupported"]


def test_every_change_of_one_character_is_refused():
    whole = token()
    by = signers.GivenKey(provider().key.public_key())
    assert judged(whole, by=by).verdict == "valid"
    alphabet = string.ascii_letters + string.digits + "-_.=+/ "
    for place in range(len(whole)):
        other = alphabet[(place * 31) % len(alphabet)].encode()
        if whole[place : place + 1] == other:
            other = b"!"
        verdict = judged(whole[:place] + other + whole[place + 1 :], by=by)
        assert (verdict.verdict, verdict.signature) == ("invalid", "invalid"), place


def test_stray_bits_in_the_last_character_of_the_signature_are_refused():
    whole = token()
    near = bytes([whole[-1] + 1])  # the same 64 bytes to a lenient reader
    verdict = judged(whole[:-1] + near, by=signers.GivenKey(provider().key.public_key()))
    assert codes(verdict) == ["base64url"]


def test_the_signature_is_over_the_received_bytes_not_over_a_second_serialisation():
    spaced = json.dumps(claims(), indent=1).encode()
    assert judged(token(spaced)).verdict == "valid"


def test_a_name_that_occurs_twice_in_the_claims_is_refused():
    text = serialise(claims())
    doubled = text[:-1] + b',"orig":{"tn":"12025550111"}}'
    assert codes(judged(token(doubled))) == ["json"]


def test_a_token_signed_by_somebody_else_is_refused_with_438():
    verdict = judged(identity(key=root().key))
    assert (verdict.signature, verdict.sip_code, codes(verdict)) == ("invalid", 438, ["signature-wrong"])


def test_the_compact_form_is_rebuilt_from_the_call():
    head = {"alg": "ES256", "typ": "passport", "x5u": X5U}
    said = {"dest": {"tn": [CALLEE]}, "iat": int(AT), "orig": {"tn": CALLER}}
    whole = token(said, ppt=None, header=head)
    compact = b".." + whole.rsplit(b".")[-1] + f";info=<{X5U}>".encode()
    assert judged(compact, replace(CALL, date=AT)).verdict == "valid"
    assert judged(compact, replace(CALL, date=AT + 1)).signature == "invalid"


def test_the_compact_form_of_a_shaken_token_is_refused():
    compact = b".." + token().rsplit(b".")[-1] + f";info=<{X5U}>;ppt=shaken".encode()
    assert codes(judged(compact, replace(CALL, date=AT))) == ["compact-form"]


# --- the signer's certificate ---


def test_a_certificate_that_is_not_at_hand_could_not_be_looked_at():
    verdict = judged(identity(), by=at_hand(x5u="https://cert.example.org/another.pem"))
    assert (verdict.verdict, verdict.signature) == ("could-not-look", "not-checked")
    assert codes(verdict) == ["certificate-not-at-hand"]


@pytest.mark.parametrize("data", [b"", b"no certificate", b"\x30\x82\x01\x00" + bytes(256)])
def test_a_certificate_that_the_library_cannot_parse_is_437_and_no_exception(data):
    verdict = judged(identity(), by=at_hand(data))
    assert (verdict.verdict, verdict.signature, verdict.sip_code) == ("invalid", "not-checked", 437)


def test_a_whole_chain_behind_the_address_is_used_whatever_its_order_also_the_second_time():
    between = authority("Test Intermediate", root())
    leaf = issue(between, spc="709J")
    by = at_hand(between.pem + leaf.pem)
    for _ in range(2):
        assert judged(identity(key=leaf.key), by=by).verdict == "valid"


def test_an_unknown_issuer_is_437_though_the_signature_is_valid():
    stranger = issue(authority("Another Root"), spc="709J")
    verdict = judged(identity(key=stranger.key), by=at_hand(stranger.pem))
    assert (verdict.verdict, verdict.signature, verdict.sip_code) == ("invalid", "valid", 437)
    assert codes(verdict) == ["certificate-unknown-issuer"]


def test_an_expired_certificate_is_judged_by_the_time_of_the_call():
    past = issue(root(), spc="709J", days=(-30, -2))
    verdict = judged(identity(key=past.key), by=at_hand(past.pem))
    assert "certificate-expired" in codes(verdict)
    then = AT - 10 * 86_400
    fresh = identity(claims(iat=int(then)), key=past.key)
    assert judged(fresh, at=then, by=at_hand(past.pem)).verdict == "valid"


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"numbers": [CALLER]}, True),
        ({"numbers": ["12025550101"]}, False),
        ({"ranges": [("12025550100", 100)]}, True),
        ({"ranges": [("12025550101", 50)]}, False),
        ({"spc": "709J"}, True),
    ],
)
def test_the_certificate_must_cover_the_callers_number(scope, covered):
    leaf = issue(root(), **scope)
    verdict = judged(identity(key=leaf.key), by=at_hand(leaf.pem))
    assert codes(verdict) == ([] if covered else ["certificate-number-not-covered"])


def test_a_key_given_by_hand_is_trusted_and_the_note_says_what_was_not_checked():
    verdict = judged(identity(), by=signers.GivenKey(provider().key.public_key()))
    assert verdict.verdict == "valid"
    assert [each.code for each in verdict.reasons] == ["key-given"]


def test_a_chain_given_by_hand_is_judged_by_the_trusted_roots():
    given = signers.GivenCertificate(provider().pem, trusted())
    assert judged(identity(), by=given).verdict == "valid"


# --- what is said ---


def test_every_reason_has_a_sentence_a_sip_phrase_and_a_verstat_in_use():
    table = refusals.shipped()
    for each in table.refusals.values():
        assert each.text.endswith(".")
        assert each.sip is None or each.sip in table.phrases
        assert each.verstat in (None, "TN-Validation-Failed", "No-TN-Validation")
        assert each.reference or each.code == "key-given"


def test_a_users_table_changes_what_peers_are_answered():
    table = refusals.changed("codes: {date-stale: {sip: 438, effect: unknown, verstat: null}}", "t")
    verdict = judged(identity(claims(iat=int(AT) - 999)), policy=Policy(table=table))
    assert (verdict.verdict, verdict.sip_code) == ("could-not-look", 438)


@pytest.mark.parametrize("text", ["codes: {no-such: {}}", "codes: {json: {text: x}}", "[]", "a: ["])
def test_a_users_table_that_does_not_fit_is_refused_by_name(text):
    with pytest.raises(refusals.BadConfig, match="mine"):
        refusals.changed(text, "mine.yaml")


def test_media_keys_are_compared_where_the_call_shows_them():
    said = claims(mky=[{"alg": "sha-256", "dig": "0A" * 32}])
    shown = replace(CALL, media_keys=frozenset({("sha-256", "0A" * 32)}))
    assert judged(identity(said), shown).verdict == "valid"
    other = replace(CALL, media_keys=frozenset({("sha-256", "0B" * 32)}))
    assert codes(judged(identity(said), other)) == ["media-key-mismatch"]
    assert [each.code for each in judged(identity(said)).reasons][-1] == "media-key-unchecked"


def test_a_token_of_64_kib_of_nesting_is_refused_and_nothing_breaks():
    deep = encode(b"[" * 30_000) + b"." + encode(b"{}") + b"." + b"A" * 86
    assert codes(judged(deep)) == ["json"]
    assert passport.LONGEST == 65_536


@pytest.mark.usefixtures("shared_data")
def test_vendor_tokens_verify_with_their_recovered_keys_and_no_changed_one_does(shared_data):
    tokens = json.loads((shared_data / "calls/identity/vendor-tokens.json").read_text("utf-8"))
    assert len(tokens) == 19
    for vendor in tokens:
        by = signers.GivenKey(signers.read_key(vendor["pubkey_hex"].encode()))
        whole = vendor["token"].partition(";")[0].encode()
        assert judged(whole, by=by).signature == "valid"
        for place in range(len(whole)):
            other = b"A" if whole[place : place + 1] != b"A" else b"B"
            assert judged(whole[:place] + other + whole[place + 1 :], by=by).signature == "invalid"


def test_an_x5u_on_port_8443_is_asked_for_and_one_on_8444_is_not():
    asked: list[str] = []

    def fetch(x5u: str, time: float) -> bytes:
        asked.append(x5u)
        return provider().pem

    by = signers.Certificates({}, trusted(), fetch)
    usual, odd = "https://cert.example.org:8443/a.pem", "https://cert.example.org:8444/a.pem"
    assert judged(token(header={"x5u": usual}), by=by).verdict == "valid"
    assert codes(judged(token(header={"x5u": odd}), by=by)) == ["x5u-port"]
    assert asked == [usual]


def test_a_chain_that_was_fetched_is_judged_again_when_another_lies_there():
    chains = [provider().pem, issue(authority("Another Root"), spc="709J", key=provider().key).pem]
    by = signers.Certificates({}, trusted(), lambda x5u, time: chains[0])
    assert judged(identity(), by=by).verdict == "valid"
    chains.reverse()
    assert codes(judged(identity(), by=by)) == ["certificate-unknown-issuer"]


@pytest.mark.parametrize("code", ["x5u-timeout", "x5u-unreachable", "x5u-status", "x5u-tls", "x5u-redirect"])
def test_a_certificate_that_cannot_be_fetched_is_436_with_its_own_reason(code):
    def fetch(x5u: str, time: float) -> bytes:
        raise Refused(code, "")

    verdict = judged(identity(), by=signers.Certificates({}, trusted(), fetch))
    assert (verdict.signature, verdict.sip_code, codes(verdict)) == ("not-checked", 436, [code])


def test_offline_an_address_that_may_never_be_fetched_is_refused_all_the_same():
    verdict = judged(token(header={"x5u": "http://cert.example.org/a.pem"}), by=at_hand())
    assert (verdict.verdict, codes(verdict)) == ("invalid", ["x5u-scheme"])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (token() + b";", "identity-parameter"),
        (token() + b";info=<a>;info=<b>", "identity-parameter"),
        (token(serialise(claims())[:-1] + b',"iat":1}'), "json"),
    ],
)
def test_the_signature_is_looked_at_even_where_the_rest_does_not_read(value, code):
    verdict = judged(value)
    assert (verdict.verdict, verdict.signature, codes(verdict)) == ("invalid", "valid", [code])
    assert judged(value, by=signers.GivenKey(root().key.public_key())).signature == "invalid"
