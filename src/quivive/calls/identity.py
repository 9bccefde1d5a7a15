"""What does a SIP Identity header field carry (RFC 8224 §4)?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from quivive.calls.passport import LONGEST, Malformed

_PARAMETER = re.compile(
    rb"""[ \t]*;[ \t]*(?P<name>[A-Za-z0-9.!%*_+`'~-]+)"""
    rb"""(?:[ \t]*=[ \t]*(?:<(?P<uri>[^<>"]*)>|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^\s;,<>"]+)))?"""
)
"""`;name=value` with a token, a quoted string or an address in angle brackets (RFC 3261 §25.1)."""


class Identity(NamedTuple):  # made for every call, like calls.passport.Passport
    """A header value: the token (or '..signature'), and `rest`, the parameters as received (b'': none)."""

    token: bytes
    rest: bytes

    @property
    def parameters(self) -> Mapping[str, str]:
        """Values by lower-case name. Raises Malformed.

        Quoted and unquoted values read the same: RFC 8224 asks for `ppt=shaken`, many write `ppt="shaken"`.
        """
        return _parameters(self.rest)

    @property
    def is_compact(self) -> bool:
        """Whether header and claims were left to the SIP message (RFC 8225 §7)."""
        return self.token.startswith(b"..")


def read(value: bytes) -> Identity:
    """The parts of one Identity header value, or of a bare PASSporT. Raises Malformed."""
    if len(value) > LONGEST:
        raise Malformed("token-too-long", f"{len(value)} bytes")
    token, semicolon, rest = value.partition(b";")
    token = token.strip()
    if not token:
        raise Malformed("identity-empty")
    return Identity(token, semicolon + rest.rstrip())


def values_of(text: bytes) -> tuple[bytes, ...]:
    """The Identity values in a file: header lines (folded or not, with or without name) or bare tokens."""
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", text.strip())
    lines = (re.sub(rb"^(?:identity|y)[ \t]*:", b"", line, flags=re.IGNORECASE).strip()
             for line in unfolded.splitlines())  # fmt: skip
    return tuple(line for line in lines if line)


@lru_cache(maxsize=1024)
def _parameters(rest: bytes) -> Mapping[str, str]:
    # the calls of one signer all carry the same parameters: read once
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if not match:
            raise Malformed("identity-parameter", rest[at : at + 40].decode("latin-1"))
        name = match["name"].decode("ascii").lower()
        if name in found:
            raise Malformed("identity-parameter", f"{name} occurs twice")
        raw = match["uri"] if match["uri"] is not None else match["quoted"] or match["token"] or b""
        found[name] = raw.decode("utf-8", "replace").strip()
        at = match.end()
    return found
