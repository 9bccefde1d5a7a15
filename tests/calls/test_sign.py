"""Is a call signed as RFC 8224 and its extensions ask, and is nothing signed that they forbid?"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from calls.certificates.make import AT, Made, constraints_der, issue
from calls.signed import CALL, CALLEE, CALLER, ORIGID, X5U, codes, judged, provider, root
from quivive.calls import passport, sign
from quivive.calls.sign import Token
from quivive.calls.verify import Call
from quivive.errors import UsageError

SHAKEN = Token(CALLER, [CALLEE], attest="A", origid=ORIGID, iat=int(AT))
OTHER = "12025550188"


def key_of(made: Made) -> ec.EllipticCurvePrivateKey:
    assert isinstance(made.key, ec.EllipticCurvePrivateKey)
    return made.key


def signed(token: Token, chain: bytes | None = None) -> str:
    return sign.sign(token, key_of(provider()), X5U, chain)


def refused(token: Token, **more: Any) -> str:
    with pytest.raises(UsageError) as error:
        sign.sign(token, more.pop("key", key_of(provider())), X5U, more.pop("chain", None))
    return str(error.value)


def test_the_header_value_has_the_token_then_info_alg_and_ppt() -> None:
    value = signed(SHAKEN)
    assert value.partition(";")[2] == f"info=<{X5U}>;alg=ES256;ppt=shaken"
    assert judged(value.encode()).verdict == "valid"


def test_header_and_claims_have_no_blanks_and_sorted_names() -> None:
    header, claims, _ = signed(SHAKEN).partition(";")[0].encode().split(b".")
    assert (
        passport.decode(header) == f'{{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"{X5U}"}}'.encode()
    )
    assert (
        passport.decode(claims)
        == (
            f'{{"attest":"A","dest":{{"tn":["{CALLEE}"]}},"iat":{int(AT)},'
            f'"orig":{{"tn":"{CALLER}"}},"origid":"{ORIGID}"}}'
        ).encode()
    )


def test_numbers_are_signed_in_their_canonical_form() -> None:
    claims = sign.claims_of(replace(SHAKEN, orig="+1 (202) 555-0100", dest=["tel:+1-202-555-0177", CALLEE]))
    assert (claims["orig"], claims["dest"]) == ({"tn": CALLER}, {"tn": [CALLEE]})


def test_addresses_and_numbers_may_be_called_together() -> None:
    value = signed(replace(SHAKEN, dest=[CALLEE, "sip:bob@example.org"]))
    assert sign.claims_of(replace(SHAKEN, dest=[CALLEE, "sip:bob@example.org"]))["dest"] == {
        "tn": [CALLEE], "uri": ["sip:bob@example.org"],
    }  # fmt: skip
    assert judged(value.encode(), Call(CALLER, ("sip:bob@EXAMPLE.org",))).verdict == "valid"


def test_an_origid_is_made_up_as_a_uuid_where_none_is_given() -> None:
    first, second = (sign.claims_of(replace(SHAKEN, origid=None))["origid"] for _ in range(2))
    assert uuid.UUID(first).version == 4
    assert first != second


def test_a_token_signed_now_says_now() -> None:
    import time

    assert abs(sign.claims_of(replace(SHAKEN, iat=None))["iat"] - time.time()) < 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"attest": "D"}, "RFC 8588"),
        ({"attest": None}, "RFC 8588"),
        ({"orig": "anonymous"}, "neither a telephone number nor a SIP address"),
        ({"dest": []}, "RFC 8225 §5.2.1"),
        ({"dest": ["Bob"]}, "neither a telephone number nor a SIP address"),
        ({"ppt": "msgi", "attest": None, "origid": None}, "no kind of token"),
        ({"ppt": "div"}, "attest and origid belong"),
        ({"ppt": "div", "attest": None, "origid": None}, "RFC 8946 §4"),
        ({"ppt": "div-o", "attest": None, "origid": None, "div": CALLEE}, "RFC 8946 §5"),
        ({"ppt": "rph", "attest": None, "origid": None}, "RFC 8443 §4"),
        ({"ppt": "rcd", "attest": None, "origid": None}, "RFC 9795 §5.1"),
        (
            {"ppt": "rcd", "attest": None, "origid": None, "rcd": {"icn": "https://a.example"}},
            "RFC 9795 §5.1",
        ),
    ],
)
def test_what_the_standards_forbid_is_not_signed(changed: dict[str, Any], said: str) -> None:
    assert said in refused(replace(SHAKEN, **changed))


def test_shaken_may_carry_the_name_with_digests() -> None:
    token = replace(SHAKEN, rcd={"nam": "Example Bank"}, digests=True, crn="Your appointment")
    verdict = judged(signed(token).encode())
    assert (verdict.verdict, codes(verdict)) == ("valid", [])
    assert verdict.passport is not None
    assert set(verdict.passport.claims["rcdi"]) == {"/nam"}


def test_no_digest_is_made_of_what_lies_behind_a_link() -> None:
    token = replace(SHAKEN, rcd={"nam": "Example Bank", "icn": "https://a.example/logo.png"}, digests=True)
    assert set(sign.claims_of(token)["rcdi"]) == {"/nam"}


def test_the_original_token_of_a_div_o_may_come_as_a_header_value() -> None:
    token = Token(CALLER, [OTHER], ppt="div-o", iat=int(AT), div=CALLEE, opt=signed(SHAKEN))
    assert sign.claims_of(token)["opt"] == signed_part(token.opt)


def signed_part(value: str | None) -> str:
    return (value or "").partition(";")[0]


# --- key and certificate ---


def test_the_key_must_be_the_certificates() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    assert "does not belong" in refused(SHAKEN, key=stranger, chain=provider().pem)


def test_a_certificate_that_does_not_read_is_no_certificate() -> None:
    assert "does not read" in refused(SHAKEN, chain=b"-----BEGIN CERTIFICATE-----\nAAAA\n")


def test_a_certificate_for_numbers_signs_for_those_alone() -> None:
    own = issue(root(), numbers=[CALLER])
    assert sign.sign(SHAKEN, key_of(own), X5U, own.pem)
    said = refused(replace(SHAKEN, orig=OTHER), key=key_of(own), chain=own.pem)
    assert "may not speak for 12025550188" in said


def test_a_forwarder_speaks_for_the_number_that_it_forwards_from() -> None:
    own = issue(root(), numbers=[CALLEE])
    forwarded = Token(CALLER, [OTHER], ppt="div", iat=int(AT), div=CALLEE)
    assert sign.sign(forwarded, key_of(own), X5U, own.pem)
    assert "may not speak" in refused(replace(forwarded, div=OTHER), key=key_of(own), chain=own.pem)


def test_claims_that_the_certificate_forbids_are_not_signed() -> None:
    own = issue(root(), spc="709J", constraints=constraints_der(permitted=[("attest", ["B"])]))
    assert "RFC 9118" in refused(SHAKEN, key=key_of(own), chain=own.pem)
    assert sign.sign(replace(SHAKEN, attest="B"), key_of(own), X5U, own.pem)


# --- reading the key ---

PASSWORD = b"made up"
FORMS = serialization.PrivateFormat


def stored(key: Any, encoding: Any, form: Any = FORMS.PKCS8, password: bytes | None = None) -> bytes:
    cipher = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return bytes(key.private_bytes(encoding, form, cipher))


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.TraditionalOpenSSL])
def test_a_key_is_read_from_pem_and_der(encoding: Any, form: Any) -> None:
    key = key_of(provider())
    assert sign.read_private_key(stored(key, encoding, form)).private_numbers() == key.private_numbers()


def test_a_key_with_a_password_needs_it() -> None:
    data = stored(key_of(provider()), serialization.Encoding.PEM, password=PASSWORD)
    assert sign.read_private_key(data, PASSWORD)
    for wrong in (None, b"another"):
        with pytest.raises(UsageError, match="QUIVIVE_KEY_PASSWORD"):
            sign.read_private_key(data, wrong)


def test_a_key_that_is_not_on_p_256_is_refused() -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(UsageError, match="P-256"):
            sign.read_private_key(stored(key, serialization.Encoding.PEM))


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x30\x82\xff\xff", b"-----BEGIN EC PRIVATE KEY-----\nAA\n"]
)
def test_bytes_that_are_no_key_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="does not read"):
        sign.read_private_key(data)


def test_two_signatures_of_one_token_differ_and_both_hold() -> None:
    first, second = signed(SHAKEN), signed(SHAKEN)
    assert first != second
    assert {judged(each.encode(), CALL).verdict for each in (first, second)} == {"valid"}


def test_a_forwarders_history_index_and_a_callbacks_priority_are_signed() -> None:
    div = sign.claims_of(Token(CALLER, [OTHER], ppt="div", div=CALLEE, hi="1.1", iat=int(AT)))
    assert div["div"] == {"hi": "1.1", "tn": CALLEE}
    rph = sign.claims_of(
        Token(CALLER, [CALLEE], ppt="rph", rph=["esnet.1"], sph="psap-callback", iat=int(AT))
    )
    assert (rph["rph"], rph["sph"]) == ({"auth": ["esnet.1"]}, "psap-callback")


def test_an_empty_history_index_or_callback_is_refused() -> None:
    assert "div" in refused(Token(CALLER, [OTHER], ppt="div", div=CALLEE, hi="", iat=int(AT)))
    assert "rph" in refused(Token(CALLER, [CALLEE], ppt="rph", rph=["e.0"], sph="", iat=int(AT)))
