"""Does anything that stands in an Identity header raise, or pass for signed?

benchmarks/calls_fuzz.py asks the same of more readers and of many more inputs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calls.certificates.make import AT
from calls.signed import CALLEE, CALLER, ORIGID, X5U, at_hand, identity, judged, provider
from quivive.calls import identity as identities
from quivive.calls import passport as passports
from quivive.calls.forwarding import verify_call
from quivive.calls.passport import encode
from quivive.calls.sign import signature
from quivive.calls.signers import GivenKey
from quivive.calls.verify import Call, Policy, Verdict
from quivive.errors import Error

HEADER: dict[str, Any] = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": X5U}
CLAIMS: dict[str, Any] = {
    "attest": "A", "dest": {"tn": [CALLEE]}, "iat": int(AT), "orig": {"tn": CALLER}, "origid": ORIGID,
    "div": {"tn": CALLEE}, "mky": [{"alg": "sha-256", "dig": "00"}], "rcd": {"nam": "Example Bank"},
    "rcdi": {"/nam": "sha256-AAAA"}, "crn": "hello", "rph": {"auth": ["ets.0"]}, "opt": "a.b.c",
}  # fmt: skip
CALL = Call(CALLER, (CALLEE,), date=AT, media_keys=frozenset())
TEXTS = st.text(st.characters(exclude_categories=()))  # half surrogate pairs too: JSON can spell them
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
    | st.sampled_from([10**400, -(10**400), CALLER, "sha256-", "/nam", "/0", "ES256", "sip:a@b", "A"])
)  # fmt: skip
NAMES = st.sampled_from(["tn", "uri", "nam", "jcd", "jcl", "icn", "alg", "dig", "auth"]) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from([None, "shaken", "div", "div-o", "rph", "rcd", "msgi"])


def raw(value: Any) -> bytes:
    """JSON as a forger may write it: any number, and halves of surrogate pairs as escapes."""
    return json.dumps(value).encode("ascii")


def signed(header: dict[str, Any], claims: dict[str, Any]) -> bytes:
    key = provider().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    segments = encode(raw(header)) + b"." + encode(raw(claims))
    return segments + b"." + encode(signature(key, segments))


def shown(verdict: Verdict) -> None:
    """A verdict can be written down: that is the use of one."""
    json.dumps([[each.code, each.text, each.detail] for each in verdict.reasons], ensure_ascii=False).encode()


@given(st.binary(max_size=300) | st.text().map(str.encode))
@example(b"a.b.c;info=<")
@example(b';a="' + b'\\"' * 5000)
def test_any_bytes_are_an_identity_or_malformed(data: bytes) -> None:
    for read in (identities.read, passports.read):
        with suppress(Error):
            read(data)


@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict_and_none_is_valid(data: bytes) -> None:
    verdict = judged(data, CALL)
    assert verdict.verdict != "valid"
    assert verdict.signature != "valid"
    shown(verdict)


@settings(deadline=None)
@given(ppt=KINDS, changes=st.dictionaries(st.sampled_from([*CLAIMS, "other"]), VALUES, max_size=4),
       left_out=st.sets(st.sampled_from(list(CLAIMS))))  # fmt: skip
def test_any_claims_get_a_verdict_and_their_signature_is_seen(
    ppt: str | None, changes: dict[str, Any], left_out: set[str]
) -> None:
    header = {**HEADER, "ppt": ppt} if ppt else {k: v for k, v in HEADER.items() if k != "ppt"}
    claims = {**{name: value for name, value in CLAIMS.items() if name not in left_out}, **changes}
    token = signed(header, claims)
    verdict = judged(token, CALL)
    shown(verdict)
    assert verdict.signature == "valid"  # also over what is no JSON, such as NaN (RFC 8259 §6)
    verify_call([token, token], CALL, at_hand(), AT, Policy())


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*HEADER, "crit", "b64", "jwk"]), VALUES, max_size=3))
def test_any_protected_header_gets_a_verdict(changes: dict[str, Any]) -> None:
    token = signed({**HEADER, **changes}, CLAIMS)
    key = provider().key.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    for by in (at_hand(), GivenKey(key)):
        shown(judged(token, CALL, by=by))
        shown(judged(token + b";info=<" + X5U.encode() + b">", CALL, by=by))


@pytest.mark.parametrize(
    "iat", [10**400, -(10**400), 1e308, 0], ids=["huge", "huge below zero", "float", "0"]
)
def test_a_date_beyond_every_clock_is_refused_beside_a_date_header(iat: float) -> None:
    verdict = judged(signed(HEADER, {**CLAIMS, "iat": iat}), CALL)
    assert {"date-stale", "claim-iat"} & {each.code for each in verdict.reasons}


def test_a_name_that_is_no_text_of_unicode_is_refused() -> None:
    rich = {"rcd": {"nam": "\ud800"}, "rcdi": {"/nam": "sha256-AAAA"}}
    verdict = judged(signed(HEADER, {**CLAIMS, **rich}), CALL)
    assert "json" in {each.code for each in verdict.reasons}


@given(
    at=st.integers(0),
    letter=st.sampled_from(b"AQaz09-_.=+/ \n\x00\xff"),
    kind=st.sampled_from(["set", "cut", "add"]),
)
def test_a_token_with_any_character_set_added_or_cut_is_not_valid(at: int, letter: int, kind: str) -> None:
    value = _valid()
    at %= value.index(b";")
    middle = b"" if kind == "cut" else bytes([letter])
    changed = value[:at] + middle + value[at + (kind != "add") :]
    if changed != value and changed.strip() != value:
        assert judged(changed).verdict != "valid"


@cache
def _valid() -> bytes:
    value = identity()
    assert judged(value).verdict == "valid"
    return value
