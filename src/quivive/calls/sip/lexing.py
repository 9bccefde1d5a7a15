"""Where do the values of a SIP header field end, quotes and angle brackets respected (RFC 3261 §25.1)?

Every function walks its input once: the time is linear whatever the input holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

WS = b" \t"
TOKEN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~")
"""Bytes of a token (§25.1)."""
_TOKEN_BYTES = bytes(TOKEN)
MOST_VALUES = 1_000
"""Values of one field, or parameters of one value, that are read: more is an attack on the reader."""
_MARKS: Mapping[int, re.Pattern[bytes]] = {
    ord(","): re.compile(rb'[\\"<>,]'),
    ord(";"): re.compile(rb'[\\"<>;]'),
}


def is_token(value: bytes) -> bool:
    """Whether all bytes may stand in a token, and there is one."""
    return bool(value) and not value.translate(None, _TOKEN_BYTES)


def split(value: bytes, separator: bytes) -> list[bytes]:
    """Parts between `separator` (',' or ';') outside quotes and angle brackets, without their blanks.

    A quote or bracket that is never closed holds all that follows. At most MOST_VALUES parts.
    """
    if separator not in value:
        return [value.strip(WS)]
    if b'"' not in value and b"<" not in value:
        return [part.strip(WS) for part in value.split(separator, MOST_VALUES)[:MOST_VALUES]]
    parts, start = [], 0
    for place in _separators(value, separator[0]):
        parts.append(value[start:place].strip(WS))
        start = place + 1
        if len(parts) == MOST_VALUES:
            return parts
    return [*parts, value[start:].strip(WS)]


def _separators(value: bytes, separator: int) -> Iterator[int]:
    quoted = bracketed = False
    escaped = -1
    for match in _MARKS[separator].finditer(value):
        place = match.start()
        byte = value[place]
        if quoted:
            if place == escaped:
                continue
            if byte == 0x5C:  # a backslash quotes the next byte, in a quoted string only
                escaped = place + 1
            elif byte == 0x22:
                quoted = False
        elif bracketed:
            bracketed = byte != 0x3E
        elif byte == separator:
            yield place
        elif byte == 0x22:
            quoted = True
        else:
            bracketed = byte == 0x3C


def quoted_end(value: bytes, start: int) -> int:
    """Index after the quoted string that opens at `start`; -1 where it is never closed."""
    place = start + 1
    while True:
        end = value.find(b'"', place)
        if end < 0:
            return -1
        backslash = value.find(b"\\", place, end)
        if backslash < 0:
            return end + 1
        place = backslash + 2


def unquote(value: bytes) -> bytes:
    """The content of a quoted string, quoted pairs resolved; anything else as it is."""
    if len(value) < 2 or value[:1] != b'"' or value[-1:] != b'"':
        return value
    inside = value[1:-1]
    return re.sub(rb"\\(.)", rb"\1", inside, flags=re.DOTALL) if b"\\" in inside else inside


def text(value: bytes) -> str:
    """Bytes as UTF-8; what is none becomes U+FFFD."""
    return value.decode("utf-8", "replace")


def parameters(parts: list[bytes]) -> dict[str, str]:
    """`name=value` parts as a mapping of lower-case names to unquoted values; the first of a name counts."""
    found: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition(b"=")
        key = text(name.strip(WS)).lower()
        if key and key not in found:
            found[key] = text(unquote(value.strip(WS)))
    return found
