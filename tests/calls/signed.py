"""Calls signed for tests: one provider, one root, and tokens with anything changed."""

from __future__ import annotations

from functools import cache
from typing import Any

from calls.certificates.make import AT, Made, authority, issue
from quivive.calls import signers
from quivive.calls.certificates import trust
from quivive.calls.passport import encode, serialise
from quivive.calls.sign import signature
from quivive.calls.verify import Call, Policy, Verdict, verify

X5U = "https://cert.example.org/provider.pem"
CALLER, CALLEE = "12025550100", "12025550177"
ORIGID = "7d5b6a6e-3c0f-4d1c-9d2f-0d7d1d9c4a11"
CALL = Call(CALLER, (CALLEE,))


@cache
def root() -> Made:
    return authority()


@cache
def provider() -> Made:
    return issue(root(), spc="709J")


@cache
def trusted() -> trust.Trust:
    return trust.read(root().pem)


def at_hand(chain: bytes | None = None, x5u: str = X5U) -> signers.Certificates:
    return signers.Certificates({x5u: provider().pem if chain is None else chain}, trusted())


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of an ordinary shaken token; a change to None takes a claim out."""
    made = {
        "attest": "A",
        "dest": {"tn": [CALLEE]},
        "iat": int(AT),
        "orig": {"tn": CALLER},
        "origid": ORIGID,
    } | changed
    return {name: value for name, value in made.items() if value is not None}


def token(
    said: dict[str, Any] | bytes | None = None,
    ppt: str | None = "shaken",
    key: Any = None,
    header: dict[str, Any] | None = None,
) -> bytes:
    """A bare PASSporT over `said` (bytes: as they are), signed by the provider unless told."""
    head = {"alg": "ES256", "ppt": ppt, "typ": "passport", "x5u": X5U} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    body = said if isinstance(said, bytes) else serialise(claims() if said is None else said)
    signed = encode(serialise(head)) + b"." + encode(body)
    return signed + b"." + encode(signature(key or provider().key, signed))


def identity(said: dict[str, Any] | None = None, ppt: str | None = "shaken", **more: Any) -> bytes:
    """An Identity header value as RFC 8224 has it."""
    kind = f";ppt={ppt}".encode() if ppt else b""
    return token(said, ppt, **more) + f";info=<{X5U}>;alg=ES256".encode() + kind


def judged(
    value: bytes,
    call: Call = CALL,
    at: float = AT,
    by: signers.Signers | None = None,
    policy: Policy | None = None,
) -> Verdict:
    return verify(value, call, by or at_hand(), at, policy or Policy())


def codes(verdict: Verdict) -> list[str]:
    """The reasons of a verdict that are more than notes."""
    table = Policy().table
    return [each.code for each in verdict.reasons if table[each.code].effect != "note"]
