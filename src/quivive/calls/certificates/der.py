"""What does a DER value hold (X.690)?

Only what the STIR extensions need: tags of one byte, definite lengths, nothing left over. Encodings that
BER allows and DER does not (long forms of short lengths, padded integers) are refused, so that two readers
never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quivive.errors import Unreadable

INTEGER, SEQUENCE, UTF8_STRING, IA5_STRING = 0x02, 0x30, 0x0C, 0x16
CONTEXT = 0xA0
"""[0] constructed; [1] is CONTEXT + 1: both modules of RFC 8226 and RFC 9118 have explicit tags."""


@dataclass(frozen=True)
class Value:
    """One tag, length and content."""

    tag: int
    content: bytes


def only(data: bytes, tag: int) -> Value:
    """The one value of `data`, which must have this tag; raises Unreadable."""
    found = list(values(data))
    if len(found) != 1 or found[0].tag != tag:
        raise Unreadable(f"The certificate extension does not hold one DER value of tag {tag:#04x}.")
    return found[0]


def values(data: bytes) -> Iterator[Value]:
    """The values that stand one after another in `data`; raises Unreadable at the first that is no DER."""
    at = 0
    while at < len(data):
        tag, start, end = _head(data, at)
        yield Value(tag, data[start:end])
        at = end


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise Unreadable("A DER value of the certificate ends early or has a tag of many bytes.")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        octets = data[start : start + size]
        length, start = int.from_bytes(octets, "big"), start + size
        if not 1 <= size <= 4 or len(octets) < size or octets[0] == 0 or length < 0x80:
            raise Unreadable("A length in the certificate is not as DER demands (X.690 10.1).")
    if start + length > len(data):
        raise Unreadable("A DER value of the certificate is longer than what holds it.")
    return data[at], start, start + length


def text(value: Value, tag: int) -> str:
    """An IA5String or UTF8String; raises Unreadable if it is another type or holds what the type forbids."""
    if value.tag != tag:
        raise Unreadable(f"The certificate extension has tag {value.tag:#04x} where {tag:#04x} must stand.")
    try:
        return value.content.decode("ascii" if tag == IA5_STRING else "utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("A string of the certificate extension holds foreign bytes.") from error


def integer(value: Value) -> int:
    """A non-negative INTEGER of up to eight bytes; raises Unreadable."""
    octets = value.content
    if value.tag != INTEGER or not 1 <= len(octets) <= 8 or octets[0] >= 0x80:
        raise Unreadable("The certificate extension has no small number where one must stand.")
    if len(octets) > 1 and octets[0] == 0 and octets[1] < 0x80:
        raise Unreadable("A number of the certificate extension is padded, which DER forbids (X.690 8.3.2).")
    return int.from_bytes(octets, "big")
