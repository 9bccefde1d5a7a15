"""Does the call carry a valid STIR Identity (RFC 8224 §6.2, ATIS-1000074 §5.3)?

The signature is checked over the received bytes, never over a second serialisation, and whenever a key is
at hand, whatever else is wrong; the verdict needs everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from quivive.calls import claims as claim_forms
from quivive.calls import credential, es256, rcd, refusals
from quivive.calls import identity as identities
from quivive.calls import passport as passports
from quivive.calls.compared import compared
from quivive.calls.passport import Malformed, Passport

if TYPE_CHECKING:
    from quivive.calls.identity import Identity
    from quivive.calls.signers import Signer, Signers

Answer = Literal["valid", "invalid", "could-not-look"]
Signature = Literal["valid", "invalid", "not-checked"]
MediaKeys = frozenset[tuple[str, str]]
PASSED = "TN-Validation-Passed"


@dataclass(frozen=True, slots=True)
class Call:
    """The call as it arrived: what the token is compared with.

    `caller` and `callees` are canonical numbers ('12155550100') or 'sip:' addresses; `date` the Date header
    in Unix seconds; `media_keys` the fingerprints of the SDP as (algorithm, digest), None if unknown, or what
    reads them: only few tokens name any.
    """

    caller: str | None = None
    callees: tuple[str, ...] = ()
    date: float | None = None
    anonymous: bool = False
    media_keys: MediaKeys | Callable[[], MediaKeys | None] | None = None
    target: str | None = None
    """Where the request is going (Request-URI), another than `callees` in a forwarded call."""


@dataclass(frozen=True)
class Policy:
    """`freshness`: seconds that a token may be older or newer than the call (RFC 8224 §6.2: 60)."""

    freshness: float = 60.0
    table: refusals.Table = field(default_factory=refusals.shipped)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, in the words of refusals.yaml; `detail` says what it was in this call."""

    code: str
    text: str
    reference: str
    detail: str = ""


class Verdict(NamedTuple):  # made for every call; a frozen dataclass takes four times as long to make
    """What became of one token. `sip_code` and `verstat` are those of the first reason that decides."""

    verdict: Answer
    signature: Signature
    sip_code: int | None
    verstat: str
    ppt: str | None
    attest: str | None
    reasons: tuple[Reason, ...]
    passport: Passport | None = None
    signer: Signer | None = None
    nested: tuple[Verdict, ...] = ()
    """The original token inside a `div-o`."""


def verify(value: bytes, call: Call, signers: Signers, at: float, policy: Policy) -> Verdict:
    """What one Identity header value (or bare PASSporT) proves about the call that arrived at `at`.

    `at` is in Unix seconds. Never raises for what stands in the header.
    """
    try:
        identity = identities.read(value)
        passport = _passport(identity, call)
        shared = _envelope(passport.segment, identity.rest, signers.given)
    except Malformed as fault:
        looked = _anyway(value, signers, at)
        return _verdict([(fault.code, fault.detail)], looked, None, None, None, policy)
    claims = passport.claims

    # Step 1: is the kind of token (ppt) one that is supported, and is it well formed?
    codes = list(shared.codes)
    codes += claim_forms.faults(shared.kind, claims)
    if "rcdi" in claims:
        codes += _digests(claims)

    # Step 2 (whose identity is it?) was done by whoever read the call; Step 3: the signer's credential.
    signer = signers.at(shared.x5u, at)
    codes += signer.codes
    if signer.is_bounded:
        codes += credential.authority(signer, shared.header, claims)

    # Step 4: is the date fresh, and did the certificate hold then?
    if claim_forms.is_time(claims.get("iat")):
        codes += credential.date(claims["iat"], call, at, signer, policy.freshness)

    # Step 5: does the signature fit the received bytes, and the claims this call?
    signature: Signature = "not-checked"
    if signer.key:
        signature = "valid" if es256.holds(signer.key, passport.signed, passport.signature) else "invalid"
        if signature == "invalid":
            codes.append("signature-wrong")
    if "claim-text" not in codes:
        codes += compared(claims, call)
    return _verdict([(code, "") for code in codes], signature, passport, signer, shared.ppt, policy)


class _Envelope(NamedTuple):
    """What all calls of a signer share, and what is wrong with it. `kind` is `ppt` if that is supported."""

    header: Mapping[str, Any]
    ppt: str | None
    kind: str | None
    x5u: str
    codes: tuple[str, ...]


@lru_cache(maxsize=4096)
def _envelope(segment: bytes, rest: bytes, given: bool) -> _Envelope:
    """The token's header and the parameters beside it, read and compared. Raises Malformed."""
    header = passports.read_header(segment)
    ppt, x5u = header.get("ppt"), header.get("x5u")
    codes = _form(header, identities.Identity(segment, rest), given)
    known = (ppt is None or isinstance(ppt, str)) and ppt in claim_forms.KINDS
    if not known:
        codes.append("ppt-unsupported")
    said = ppt if isinstance(ppt, str) else None
    return _Envelope(header, said, said if known else None, x5u if isinstance(x5u, str) else "", tuple(codes))


def _digests(claims: Mapping[str, Any]) -> list[str]:
    """What is wrong with the digests of rich call data (RFC 9795 §6); their form was judged before."""
    data, digests = claims.get("rcd"), claims["rcdi"]
    return rcd.faults(data, digests) if isinstance(data, dict) and isinstance(digests, dict | str) else []


def _passport(identity: Identity, call: Call) -> Passport:
    if not identity.is_compact:
        return passports.read(identity.token)
    # RFC 8225 §7: header and claims are built from what the SIP message says; only a token without
    # extension can be, since nothing in SIP carries the claims of the others (RFC 8588 §4).
    parameters = identity.parameters
    if "ppt" in parameters or call.caller is None or call.date is None or not call.callees:
        raise Malformed("compact-form")
    if "info" not in parameters:
        raise Malformed("info-missing")
    header = {"alg": parameters.get("alg", "ES256"), "typ": "passport", "x5u": parameters["info"]}
    numbers = [name for name in call.callees if not name.startswith("sip")]
    uris = [name for name in call.callees if name.startswith("sip")]
    claims = {
        "dest": {key: names for key, names in (("tn", numbers), ("uri", uris)) if names},
        "iat": int(call.date),
        "orig": {"uri" if call.caller.startswith("sip") else "tn": call.caller},
    }
    return passports.compact(identity.token[2:], header, claims)


def _form(header: Mapping[str, Any], identity: Identity, given: bool) -> list[str]:
    codes = []
    if header.get("typ") != "passport":
        codes.append("header-typ")
    if header.get("alg") != "ES256":
        codes.append("header-alg")
    if "crit" in header:
        codes.append("header-crit")
    x5u = header.get("x5u")
    if not given and not (isinstance(x5u, str) and x5u):
        codes.append("header-x5u")
    if not identity.rest:
        return codes
    said = identity.parameters
    if "info" not in said:
        codes.append("info-missing")
    elif said["info"] != x5u:
        codes.append("info-mismatch")
    if said.get("alg", "ES256") != header.get("alg"):
        codes.append("alg-mismatch")
    if said.get("ppt") != header.get("ppt"):
        codes.append("ppt-mismatch")
    return codes


def _anyway(value: bytes, signers: Signers, at: float) -> Signature:
    """Whether the signature over the received bytes holds though the header or its token does not read."""
    signed, _, last = value.partition(b";")[0].strip().rpartition(b".")
    try:
        x5u = passports.read_header(signed.partition(b".")[0]).get("x5u")
    except Malformed:
        x5u = None
    key = signers.at(x5u if isinstance(x5u, str) else "", at).key if x5u or signers.given else None
    if key is None:
        return "not-checked"
    try:
        signature = passports.decode(last)
    except Malformed:
        return "invalid"
    return "valid" if len(signature) == 64 and es256.holds(key, signed, signature) else "invalid"


def _verdict(
    codes: Sequence[tuple[str, str]],
    signature: Signature,
    passport: Passport | None,
    signer: Signer | None,
    ppt: str | None,
    policy: Policy,
) -> Verdict:
    attest = passport.claims.get("attest") if passport else None
    said = attest if attest in ("A", "B", "C") else None
    if not codes:  # most calls: nothing to look up
        return Verdict("valid", signature, None, PASSED, ppt, said, (), passport, signer)
    table = policy.table
    found = [(table[code], detail) for code, detail in codes]
    deciding = [each for each, _ in found if each.effect == "refuse"] or [
        each for each, _ in found if each.effect == "unknown"
    ]
    first = deciding[0] if deciding else None
    return Verdict(
        verdict="valid" if not first else "invalid" if first.effect == "refuse" else "could-not-look",
        signature=signature,
        sip_code=first.sip if first else None,
        verstat=PASSED if not first else first.verstat or "No-TN-Validation",
        ppt=ppt,
        attest=said,
        reasons=tuple(Reason(each.code, each.text, each.reference, detail) for each, detail in found),
        passport=passport,
        signer=signer,
    )
