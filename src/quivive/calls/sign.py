"""How is a call signed (RFC 8224 §6.1, RFC 8225; RFC 8588, 8946, 8443, 9795)?

Gives the value of the Identity header. Whoever signs vouches: nothing here looks up whether the caller may
use the number; that is the provider's knowledge, stated as the attestation.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.calls import claims as claim_forms
from quivive.calls import rcd as rich
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.certificates.constraints import violations
from quivive.calls.numbers import canonical
from quivive.calls.passport import encode, serialise
from quivive.calls.refusals import shipped
from quivive.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


@dataclass(frozen=True)
class Token:
    """What is to be signed. Numbers in any form that `calls.numbers.canonical` reads, or 'sip:' addresses.

    `ppt` None is the token of RFC 8225 without extension. `iat` in Unix seconds, None: now. `origid` None:
    a new UUID (shaken). `opt` is the original token of a `div-o`; `hi` the History-Info index of `div`
    (RFC 8946 §4.1); `sph` the SIP Priority beside `rph` (RFC 9027 §4). `digests` adds `rcdi` over all of
    `rcd`.
    """

    orig: str
    dest: Sequence[str]
    ppt: str | None = "shaken"
    attest: str | None = None
    origid: str | None = None
    iat: int | None = None
    div: str | None = None
    opt: str | None = None
    rph: Sequence[str] = ()
    rcd: Mapping[str, Any] | None = None
    digests: bool = False
    crn: str | None = None
    sph: str | None = None
    hi: str | None = None


def sign(token: Token, key: EllipticCurvePrivateKey, x5u: str, chain: bytes | None = None) -> str:
    """The Identity header value (RFC 8224 §4), full form, parameters unquoted as RFC 8224 has them.

    `x5u` is where the certificate will lie; with `chain` (PEM or DER) it is made sure that the key is the
    certificate's and that it may speak for the number. Raises UsageError naming what is wrong.
    """
    header = {"alg": "ES256", "typ": "passport", "x5u": x5u} | ({"ppt": token.ppt} if token.ppt else {})
    claims = claims_of(token)
    if chain is not None:
        _may_sign(chain, key, header, claims)
    signed = encode(serialise(header)) + b"." + encode(serialise(claims))
    passport = (signed + b"." + encode(signature(key, signed))).decode()
    kind = f";ppt={token.ppt}" if token.ppt else ""
    return f"{passport};info=<{x5u}>;alg=ES256{kind}"


def signature(key: EllipticCurvePrivateKey, signed: bytes) -> bytes:
    """ES256 over the bytes: r and s, 32 bytes each (RFC 7518 §3.4)."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    r, s = decode_dss_signature(key.sign(signed, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def claims_of(token: Token) -> dict[str, Any]:
    """The claims as JSON-ready values. Raises UsageError where the kind of token asks for more or less."""
    claims: dict[str, Any] = {
        "orig": _party(token.orig),
        "dest": _dest(token.dest),
        "iat": int(time.time()) if token.iat is None else token.iat,
    }
    if token.ppt == "shaken":
        claims |= {"attest": token.attest, "origid": token.origid or str(uuid.uuid4())}
    elif token.attest or token.origid:
        raise UsageError("attest and origid belong into a token of the kind shaken.")
    if token.div is not None:
        claims["div"] = _party(token.div) | ({"hi": token.hi} if token.hi is not None else {})
    if token.opt is not None:
        claims["opt"] = token.opt.partition(";")[0].strip()
    if token.rph:
        claims["rph"] = {"auth": list(token.rph)}
    if token.sph is not None:
        claims["sph"] = token.sph
    if token.rcd is not None:
        claims["rcd"] = dict(token.rcd)
    if token.rcd is not None and token.digests:
        claims["rcdi"] = {f"/{name}": rich.digest(value) for name, value in sorted(token.rcd.items())
                          if name not in ("icn", "jcl")}  # fmt: skip
    if token.crn is not None:
        claims["crn"] = token.crn
    _refuse_malformed(token.ppt, claims)
    return claims


def _refuse_malformed(ppt: str | None, claims: Mapping[str, Any]) -> None:
    if ppt not in claim_forms.KINDS:
        raise UsageError(
            f"There is no kind of token '{ppt}': {', '.join(str(k) for k in claim_forms.KINDS[1:])}."
        )
    table = shipped()
    wrong = [code for code in claim_forms.faults(ppt, claims) if table[code].effect == "refuse"]
    if wrong:
        said = "; ".join(f"{table[code].text} [{table[code].reference}]" for code in wrong)
        raise UsageError(f"This cannot be signed. {said}")


def _party(name: str) -> dict[str, str]:
    if name.startswith(("sip:", "sips:")) and canonical(name) is None:
        return {"uri": name}
    number = canonical(name)
    if number is None:
        raise UsageError(f"'{name}' is neither a telephone number nor a SIP address.")
    return {"tn": number}


def _dest(names: Sequence[str]) -> dict[str, list[str]]:
    parties = [_party(name) for name in names]
    found = {key: sorted({party[key] for party in parties if key in party}) for key in ("tn", "uri")}
    return {key: values for key, values in found.items() if values}


def _may_sign(
    chain: bytes, key: EllipticCurvePrivateKey, header: dict[str, str], claims: dict[str, Any]
) -> None:
    try:
        own = read_chain(chain)[0]
    except Unreadable as error:
        raise UsageError(f"The certificate does not read: {error}") from error
    if own.public_key is None or own.public_key.public_numbers() != key.public_key().public_numbers():
        raise UsageError("The private key does not belong to the certificate.")
    party = claims["div"] if header.get("ppt") in ("div", "div-o") else claims["orig"]
    if own.tn_auth_list and "tn" in party and not own.tn_auth_list.covers(party["tn"]):
        raise UsageError(f"The certificate may not speak for {party['tn']} (RFC 8226 §9).")
    broken = violations(own.constraints, header, claims) if own.constraints else ()
    if broken:
        raise UsageError(f"The certificate does not allow this claim: {', '.join(broken)} (RFC 9118 §4).")


def read_private_key(data: bytes, password: bytes | None = None) -> EllipticCurvePrivateKey:
    """A P-256 private key, PEM or DER. Raises UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = b"-----" in data
    load = serialization.load_pem_private_key if pem else serialization.load_der_private_key
    try:
        key = load(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("The private key does not read: give PEM or DER, and its password in "
                         "$QUIVIVE_KEY_PASSWORD if it has one.") from error  # fmt: skip
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise UsageError("The private key is not on P-256, the only curve used for calls.")
    return key
