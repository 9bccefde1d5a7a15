"""Do tokens of every kind pass between Quivive and an independent JOSE library (joserfc), both ways?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from calls.certificates.make import AT
from calls.signed import CALLEE, CALLER, ORIGID, X5U, at_hand, codes, judged, provider
from quivive.calls import rcd, sign
from quivive.calls.forwarding import verify_call
from quivive.calls.sign import Token
from quivive.calls.verify import Call, Policy

IAT = int(AT)
SECOND = "12025550188"
RICH = {"nam": "Example Bank", "apn": "12025550100", "jcd": ["vcard", [["fn", {}, "text", "Example Bank"]]]}
BASE: dict[str, Any] = {"orig": {"tn": CALLER}, "dest": {"tn": [CALLEE]}, "iat": IAT}
DIVERTED: dict[str, Any] = {**BASE, "dest": {"tn": [SECOND]}, "div": {"tn": CALLEE}}
REGISTRY = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)


def own_key() -> ec.EllipticCurvePrivateKey:
    key = provider().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def jose_key() -> ECKey:
    return ECKey.import_key(provider().key_pem)


def by_joserfc(claims: dict[str, Any], ppt: str | None) -> str:
    header = {"alg": "ES256", "typ": "passport", "x5u": X5U} | ({"ppt": ppt} if ppt else {})
    return jws.serialize_compact(header, json.dumps(claims), jose_key(), registry=REGISTRY)


def with_parameters(token: str, ppt: str | None) -> bytes:
    return f"{token};info=<{X5U}>;alg=ES256{f';ppt={ppt}' if ppt else ''}".encode()


def original() -> str:
    return by_joserfc({**BASE, "attest": "B", "origid": ORIGID}, "shaken")


def claims_of_kinds() -> dict[str, dict[str, Any]]:
    """Claims by kind, written out here: no code of Quivive makes them."""
    return {
        "base": BASE,
        "shaken": {**BASE, "attest": "B", "origid": ORIGID},
        "div": DIVERTED,
        "div-o": {**DIVERTED, "opt": original()},
        "rph": {**BASE, "rph": {"auth": ["ets.0", "wps.0"]}},
        "rcd": {**BASE, "rcd": RICH, "crn": "Your appointment"},
    }


def token_of(kind: str, claims: dict[str, Any]) -> Token:
    """The same wish as Quivive's signer takes it."""
    return Token(
        orig=claims["orig"]["tn"],
        dest=claims["dest"]["tn"],
        ppt=None if kind == "base" else kind,
        attest=claims.get("attest"),
        origid=claims.get("origid"),
        iat=claims["iat"],
        div=claims["div"]["tn"] if "div" in claims else None,
        opt=claims.get("opt"),
        rph=claims.get("rph", {}).get("auth", ()),
        rcd=claims.get("rcd"),
        crn=claims.get("crn"),
    )


KINDS = tuple(claims_of_kinds())


def ppt_of(kind: str) -> str | None:
    return None if kind == "base" else kind


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_library_signs_is_valid_here(kind: str) -> None:
    claims = claims_of_kinds()[kind]
    value = with_parameters(by_joserfc(claims, ppt_of(kind)), ppt_of(kind))
    verdict = judged(value, Call(CALLER, tuple(claims["dest"]["tn"])))
    assert (verdict.verdict, verdict.signature, verdict.ppt, codes(verdict)) == (
        "valid", "valid", ppt_of(kind), [],
    )  # fmt: skip
    assert verdict.passport is not None
    assert verdict.passport.claims == claims


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_here_is_valid_for_another_library(kind: str) -> None:
    claims = claims_of_kinds()[kind]
    value = sign.sign(token_of(kind, claims), own_key(), X5U, provider().pem)
    token, _, parameters = value.partition(";")
    read = jws.deserialize_compact(token, jose_key(), registry=REGISTRY)
    header = {"alg": "ES256", "typ": "passport", "x5u": X5U} | ({"ppt": kind} if kind != "base" else {})
    assert read.headers() == header
    assert json.loads(read.payload or b"") == claims
    assert parameters == with_parameters("", ppt_of(kind)).decode()[1:]


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_signed_here_is_refused_by_another_library_under_another_key(kind: str) -> None:
    value = sign.sign(token_of(kind, claims_of_kinds()[kind]), own_key(), X5U)
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(value.partition(";")[0], ECKey.generate_key("P-256"), registry=REGISTRY)


def test_a_forwarded_call_signed_by_another_library_joins_up() -> None:
    values = [
        with_parameters(original(), "shaken"),
        with_parameters(by_joserfc(DIVERTED, "div"), "div"),
    ]
    assert verify_call(values, Call(CALLER, (SECOND,)), at_hand(), AT, Policy()).verdict == "valid"


def test_a_div_o_signed_here_around_a_token_of_another_library_gives_both() -> None:
    outer = Token(CALLER, [SECOND], ppt="div-o", iat=IAT, div=CALLEE, opt=original())
    value = sign.sign(outer, own_key(), X5U).encode()
    verdict = verify_call([value], Call(CALLER, (SECOND,)), at_hand(), AT, Policy())
    assert verdict.verdict == "valid"
    assert verdict.main is not None
    assert (verdict.main.ppt, verdict.main.attest) == ("shaken", "B")


def test_rcd_digests_made_here_hold_in_a_token_of_another_library() -> None:
    digests = {f"/{name}": rcd.digest(value) for name, value in RICH.items()}
    claims = {**BASE, "rcd": RICH, "rcdi": digests}
    assert judged(with_parameters(by_joserfc(claims, "rcd"), "rcd")).verdict == "valid"
    claims = {**claims, "rcd": {**RICH, "nam": "Another Bank"}}
    assert codes(judged(with_parameters(by_joserfc(claims, "rcd"), "rcd"))) == ["rcdi-mismatch"]


# --- properties ---

NUMBERS = st.integers(0, 99).map(lambda n: f"120255501{n:02}")
ADDRESSES = st.sampled_from(
    ["sip:alice@example.org", "sips:bob@example.net", "sip:anna-lena@xn--e1a.example"]
)
PARTIES = st.one_of(NUMBERS, ADDRESSES)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RESERVED = {"iat", "orig", "dest", "mky", "attest", "origid", "div", "opt", "rph", "rcd", "rcdi", "crn"}


@settings(deadline=None)
@given(orig=PARTIES, dest=st.lists(PARTIES, min_size=1, max_size=5), attest=st.sampled_from("ABC"),
       origid=st.uuids())  # fmt: skip
def test_any_shaken_call_signed_here_is_read_alike_by_joserfc_and_valid_here(
    orig: str, dest: list[str], attest: str, origid: Any
) -> None:
    token = Token(orig, dest, attest=attest, origid=str(origid), iat=IAT)
    value = sign.sign(token, own_key(), X5U)
    read = jws.deserialize_compact(value.partition(";")[0], jose_key(), registry=REGISTRY)
    assert json.loads(read.payload or b"") == sign.claims_of(token)
    for callee in dest:
        verdict = judged(value.encode(), Call(orig, (callee,)))
        assert (verdict.verdict, verdict.attest) == ("valid", attest)


@settings(deadline=None)
@given(more=st.dictionaries(st.text().filter(lambda name: name not in RESERVED), ANYTHING, max_size=5))
def test_claims_that_are_not_known_change_no_verdict_and_arrive_unharmed(more: dict[str, Any]) -> None:
    claims = {**claims_of_kinds()["shaken"], **more}
    verdict = judged(with_parameters(by_joserfc(claims, "shaken"), "shaken"))
    assert verdict.verdict == "valid"
    assert verdict.passport is not None
    assert verdict.passport.claims == claims


@settings(deadline=None)
@given(name=st.text(), card=ANYTHING)
def test_digests_hold_for_any_name_and_card(name: str, card: Any) -> None:
    token = Token(CALLER, [CALLEE], ppt="rcd", iat=IAT, rcd={"nam": name, "jcd": card}, digests=True)
    assert judged(sign.sign(token, own_key(), X5U).encode()).verdict == "valid"


def test_the_public_key_of_the_certificate_is_enough_for_joserfc() -> None:
    pem = provider().x509.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    value = sign.sign(token_of("shaken", claims_of_kinds()["shaken"]), own_key(), X5U)
    assert jws.deserialize_compact(value.partition(";")[0], ECKey.import_key(pem), registry=REGISTRY)
