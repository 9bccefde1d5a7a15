"""Which texts do a WebP's chunks hold (RFC 9649 §2.7): EXIF, XMP?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.media.marks import exif, xmp
from quivive.media.marks.carried import Carried, Text, Walk, bounded

MOST_CHUNKS = 100_000
_READERS = {b"EXIF": exif.read, b"XMP ": xmp.read}


def read(data: bytes) -> Carried:
    """Texts of the EXIF and XMP chunks, wherever they stand."""
    walk = Walk()
    texts, left = bounded(_texts(data, walk))
    return Carried(texts, walk.size, (*walk.unread, *left))


def _texts(data: bytes, walk: Walk) -> Iterator[Text]:
    for kind, body in _chunks(data, walk.unread):
        if kind in _READERS:
            if walk.another_block():
                yield from _READERS[kind](body)
        elif size := _size(kind, body):
            walk.sizes.append(size)


def _size(kind: bytes, body: bytes) -> tuple[int, int] | None:
    """Of the canvas (§2.7.1.1), or of the only frame (RFC 6386 §9.1; RFC 9649 §3.4)."""
    if kind == b"VP8X" and len(body) >= 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(body) >= 10:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


def _chunks(data: bytes, unread: list[str]) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(MOST_CHUNKS):
        header = data[at : at + 8]
        if not header:
            return
        if len(header) < 8:
            unread.append("what follows the last whole part: the file breaks off")
            return
        length = int.from_bytes(header[4:8], "little")
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            unread.append("what follows the last whole part: the file breaks off")
        yield header[:4], body[:16] if header[:3] in (b"VP8", b"ALP", b"ANM") else body
        at += 8 + length + (length & 1)
    unread.append(f"more than {MOST_CHUNKS:,} parts")
