"""How is an answer closed so that only who asked can read it, and yet nobody can change it later?

HPKE (RFC 9180, base mode, single shot) to an X25519 key. What the ciphertext belongs to (file, place, name,
purpose) is bound in as `info`, so that it opens nowhere else. Beside it stand salted digests of every field,
which the provider signs: an opened field can be checked by anyone, a field that is not shown stays hidden.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from quivive.calls.traceback import verify_traceback as chain
from quivive.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

PADDED = 512
"""Bytes: lengths of what is sealed are multiples of it, so that they say little of what is inside."""
MOST = 2**16
"""Bytes of one answer."""


def seal(value: Mapping[str, Any], key: str, place: Mapping[str, str]) -> str:
    """`value` for the owner of an X25519 key (base64url of its 32 bytes), bound to a place; as base64url.

    Raises UsageError where the key is none or the value is too large.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    data = chain.canonical(value)
    if len(data) > MOST:
        raise UsageError(f"An answer of more than {MOST // 1024} KiB is not taken into a traceback.")
    padded = data + b" " * (-len(data) % PADDED)
    try:
        public = X25519PublicKey.from_public_bytes(chain.bytes64(key))
        return chain.text64(_suite().encrypt(padded, public, info=_info(place)))
    except (ValueError, chain.Wrong) as error:
        raise UsageError("The key to seal for is no X25519 key.") from error


def unseal(sealed: str, key: X25519PrivateKey, place: Mapping[str, str]) -> dict[str, Any]:
    """What was sealed. Raises Unreadable: another key, another place, or changed on the way."""
    from cryptography.exceptions import InvalidTag

    try:
        data = _suite().decrypt(chain.bytes64(sealed), key, info=_info(place))
        if len(data) > MOST + PADDED:
            raise Unreadable("What was sealed is too large.")
        return chain.parsed(data.rstrip(b" "))
    except (ValueError, InvalidTag, chain.Wrong) as error:
        raise Unreadable("It does not open: it was sealed for another key or another place, "
                         "or it was changed.") from error  # fmt: skip


def place(file: str, previous: str, who: str, purpose: str) -> dict[str, str]:
    """Where a sealed text belongs: the file's number, the entry before, who wrote it or is to read it."""
    return {"file": file, "previous": previous, "purpose": purpose, "who": who}


def salted(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Fields each with a salt of 128 random bits, and their digests, which tell nothing without the salts."""
    opened = {name: {"salt": salt(), "value": value} for name, value in fields.items()}
    return opened, {name: committed(name, held) for name, held in opened.items()}


def committed(name: str, held: Mapping[str, Any]) -> str:
    """The digest that stands for one salted field."""
    return chain.digest("answer", [held["salt"], name, held["value"]])


def salt() -> str:
    """128 random bits."""
    return chain.text64(secrets.token_bytes(16))


def _info(place: Mapping[str, str]) -> bytes:
    return f"{chain.FORMAT} sealed\n".encode() + chain.canonical(place)


def _suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
