"""What does a PASSporT say (RFC 8225)?

The token is read strictly, over the received bytes: base64url without padding, foreign characters or
stray bits; one JSON object each for header and claims, no name twice; a signature of 64 bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from quivive.errors import Unreadable

LONGEST = 65_536
"""Bytes of a token that are read; SIP messages are rarely longer."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STRAY = (b"", b"", _ALPHABET[::16], _ALPHABET[::4])
"""By length modulo 4: the last characters whose unused bits are zero (RFC 4648 §3.5)."""
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")
"""The plain alphabet's own characters become such as no base64 has."""
_PADDING = (b"", b"", b"==", b"=")
_SIGNATURE = 86
"""Characters of a 64-byte signature (RFC 7518 §3.4)."""


class Malformed(Unreadable):
    """The token is no PASSporT; `code` names the fault (refusals.yaml)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Passport(NamedTuple):  # made for every call; a frozen dataclass takes four times as long to make
    """A PASSporT in full form.

    `segment` is the header as received; `claims` are what the JSON says; `signed` the received bytes under
    the signature; `signature` r and s, 32 bytes each.
    """

    segment: bytes
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def header(self) -> Mapping[str, Any]:
        """The protected header. Raises Malformed."""
        return read_header(self.segment)


def read(token: bytes) -> Passport:
    """The PASSporT in `token` (RFC 8225 §3: header.claims.signature). Raises Malformed.

    The header is read when it is asked for.
    """
    if len(token) > LONGEST:
        raise Malformed("token-too-long", f"{len(token)} bytes")
    parts = token.split(b".")
    if len(parts) != 3:
        raise Malformed("token-not-three-parts", f"{len(parts)} parts")
    segment, claims, signature = parts
    if len(signature) != _SIGNATURE:
        raise Malformed("signature-length", f"{len(signature)} characters, not {_SIGNATURE}")
    return Passport(segment, _object(claims, "claims"), token[: -_SIGNATURE - 1], decode(signature))


def compact(signature: bytes, header: Mapping[str, Any], claims: Mapping[str, Any]) -> Passport:
    """The PASSporT whose compact form '..signature' left header and claims to the SIP message (§7)."""
    if len(signature) != _SIGNATURE:
        raise Malformed("signature-length", f"{len(signature)} characters, not {_SIGNATURE}")
    try:
        signed = encode(serialise(header)) + b"." + encode(serialise(claims))
    except UnicodeEncodeError as error:
        raise Malformed("json", f"the call's parties are no text: {error}") from error
    return Passport(signed.partition(b".")[0], claims, signed, decode(signature))


def decode(segment: bytes) -> bytes:
    """Bytes of a base64url segment (RFC 7515 §2). Raises Malformed on anything that is not canonical."""
    rest = len(segment) % 4
    if rest and segment[-1] not in _STRAY[rest]:
        raise Malformed("base64url", "stray bits after the last byte, or a character that is not base64url")
    try:
        return binascii.a2b_base64(segment.translate(_TO_BASE64) + _PADDING[rest], strict_mode=True)
    except binascii.Error as error:
        raise Malformed("base64url", "a character that is not base64url") from error


def encode(data: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def serialise(value: Mapping[str, Any] | Sequence[Any] | str) -> bytes:
    """JSON without blanks, names in lexicographic order (RFC 8225 §9)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@lru_cache(maxsize=1024)
def read_header(segment: bytes) -> Mapping[str, Any]:
    """The protected header in a token's first part. Raises Malformed."""
    # the calls of one signer all carry the same bytes here: read once
    return _object(segment, "header")


def _object(segment: bytes, part: str) -> dict[str, Any]:
    data = decode(segment)
    try:
        text = data.decode("utf-8")
        value, end = _JSON.raw_decode(text) if text[:1] == "{" else (None, 0)
        if end != len(text):  # blanks around it are allowed, and rare
            value = _JSON.decode(text)
        if b"\\u" in data:  # half a surrogate pair is no character: nobody could show or sign it again
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Malformed("json", f"the {part} does not read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed("json", f"the {part} is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice")  # two readers could see two callers
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
