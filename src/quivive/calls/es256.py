"""Does an ES256 signature belong to this key and these bytes (RFC 7518 §3.4)?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey


def holds(key: EllipticCurvePublicKey, signed: bytes, signature: bytes) -> bool:
    """Whether the signature, r and s of 32 bytes each, was made over the bytes by the key's owner."""
    algorithm, refused = _es256()
    try:
        key.verify(_der(signature), signed, algorithm)
    except refused:
        return False
    return True


@cache
def _es256() -> tuple[Any, type[Exception]]:
    """The library's ECDSA with SHA-256 and its refusal; imported once, when the first call is verified."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    return ECDSA(SHA256()), InvalidSignature


def _der(signature: bytes) -> bytes:
    """r and s as OpenSSL wants them. By hand: the library goes through integers, four times as long."""
    r, s = signature[:32].lstrip(b"\0"), signature[32:].lstrip(b"\0")
    if not r or r[0] & 0x80:
        r = b"\0" + r
    if not s or s[0] & 0x80:
        s = b"\0" + s
    return b"\x30%c\x02%c%b\x02%c%b" % (len(r) + len(s) + 4, len(r), r, len(s), s)
