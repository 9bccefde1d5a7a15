"""Which texts do a GIF's extensions hold (GIF89a §24, §26): comments, XMP?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.media.marks import xmp
from quivive.media.marks.carried import Carried, Text, Walk, bounded

MOST_BLOCKS = 20_000
_XMP = b"XMP DataXMP"
_XMP_END = b"\x01\xff\xfe"
"""The magic trailer that lets block readers step over a packet (XMP specification, part 3, §1.1.2)."""


def read(data: bytes) -> Carried:
    """Comments and XMP between the frames."""
    size = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    walk = Walk()
    texts, left = bounded(_texts(data, walk))
    return Carried(texts, size, (*walk.unread, *left))


def _texts(data: bytes, walk: Walk) -> Iterator[Text]:
    at = 13 + _table(data[10:11])
    for _ in range(MOST_BLOCKS):
        kind = data[at : at + 2]
        if kind[:1] == b"\x2c":
            at = _skip(data, at + 11 + _table(data[at + 9 : at + 10]))
        elif kind == b"\x21\xff" and data[at + 3 : at + 14] == _XMP:
            end = data.find(_XMP_END, at)
            if walk.another_block():
                yield from xmp.read(data[at + 14 : end if end > 0 else len(data)])
            at = _skip(data, end + 258) if end > 0 else len(data)
        elif kind[:1] == b"\x21":
            if kind == b"\x21\xfe":
                yield Text("GIF", "comment", _joined(data, at + 2).decode("utf-8", "replace"))
            at = _skip(data, at + 2)
        else:
            return


def _table(flags: bytes) -> int:
    """Octets of the colour table that the flags announce."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _skip(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _joined(data: bytes, at: int) -> bytes:
    parts = []
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(parts)
