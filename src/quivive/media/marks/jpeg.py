"""Which texts do a JPEG's segments hold (ITU-T T.81 annex B): EXIF, XMP, IPTC, comments?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quivive.media.marks import exif, iim, xmp
from quivive.media.marks.carried import MOST_BLOCKS, Carried, Text, Walk, bounded

SIGNATURE = b"\xff\xd8\xff"
MOST_SEGMENTS = 20_000
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FILL = re.compile(rb"\xff+")
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""


def read(data: bytes) -> Carried:
    """Texts before the pixels; also where the file breaks off there."""
    walk = Walk()
    texts, left = bounded(_texts(data, walk))
    return Carried(texts, walk.size, (*walk.unread, *left))


def _texts(data: bytes, walk: Walk) -> Iterator[Text]:
    extended: dict[bytes, dict[int, bytes]] = {}
    for marker, body in _segments(data, walk.unread):
        if marker in _FRAMES and len(body) >= 5:
            walk.sizes.append((int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")))
        elif marker == 0xFE:
            yield Text("JPEG", "comment", body.decode("utf-8", "replace").strip("\0"))
        elif marker == 0xE1 and body.startswith(_EXTENDED):
            name, rest = body[len(_EXTENDED) : len(_EXTENDED) + 32], body[len(_EXTENDED) + 32 :]
            extended.setdefault(name, {})[int.from_bytes(rest[4:8], "big")] = rest[8:]
        elif marker in (0xE1, 0xED) and walk.another_block():
            yield from _application(marker, body)
    for parts in list(extended.values())[:MOST_BLOCKS]:
        yield from xmp.read(b"".join(parts[offset] for offset in sorted(parts)))


def _application(marker: int, body: bytes) -> Iterator[Text]:
    if marker == 0xE1 and body.startswith(exif.HEADER):
        yield from exif.read(body)
    elif marker == 0xE1 and body.startswith(xmp.JPEG_HEADER):
        yield from xmp.read(body[len(xmp.JPEG_HEADER) :])
    elif marker == 0xE1 and b"<x:xmpmeta" in body[:400]:  # written without the header that is prescribed
        yield from xmp.read(body[body.index(b"<x:xmpmeta") :])
    elif marker == 0xED and body.startswith(_PHOTOSHOP):
        yield from iim.read(body[len(_PHOTOSHOP) :])


def _segments(data: bytes, unread: list[str]) -> Iterator[tuple[int, bytes]]:
    """(marker, content) up to the first scan; fill octets and strays between segments are stepped over."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        fill = _FILL.search(data, at)
        at = fill.end() - 1 if fill else len(data)
        if at + 4 > len(data):
            unread.append("what follows the last whole part: the file breaks off before its pixels")
            return
        marker = data[at + 1]
        if marker in (0xDA, 0xD9):
            return
        length = 0 if marker in _BARE or marker == 0 else int.from_bytes(data[at + 2 : at + 4], "big")
        if length:
            yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
    unread.append(f"more than {MOST_SEGMENTS:,} parts")
