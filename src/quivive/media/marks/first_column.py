"""What are the first pixels of a PNG's rows, without decoding the others?

At the left edge each of PNG's filters (Third Edition, §9.2) leans on the pixel above alone: None and Sub on
nothing, Up and Paeth on it, Average on half of it. So a column costs the unpacking of its rows and no more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise

MOST_OCTETS = 32 * 2**20
"""Unpacked octets of rows that are worth a look; a row of 65,500 pixels has some 260,000."""
_BANDS = {2: 3, 6: 4}
"""Colour type → octets a pixel at eight bits."""


def read(data: bytes, rows: int) -> list[bytes] | None:
    """The first pixel of each of `rows` rows; [] for a picture that has no such pixels (grey, palette).

    None where only decoding tells: fewer rows than asked for, interlaced, damaged.
    """
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    depth, colour, interlaced = data[24:25], data[25:26], data[28:29]
    if data[12:16] != b"IHDR" or not interlaced:
        return None
    bands = _BANDS.get(colour[0])
    if bands is None or depth != b"\x08":
        return []
    row = 1 + width * bands
    if height < rows or interlaced != b"\0" or row * rows > MOST_OCTETS:
        return None
    unpacked = _unpacked(data, row * rows)
    return _column(unpacked, row, bands) if unpacked else None


def _unpacked(data: bytes, wanted: int) -> bytes:
    unpack, out = zlib.decompressobj(), bytearray()
    try:
        for body in _pixels(data):
            out += unpack.decompress(body, wanted - len(out))
            if len(out) >= wanted:
                return bytes(out)
    except zlib.error:
        pass
    return b""


def _pixels(data: bytes) -> Iterator[memoryview]:
    at, view = 8, memoryview(data)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            yield view[at + 8 : at + 8 + length]
        at += 12 + length


def _column(rows: bytes, row: int, bands: int) -> list[bytes]:
    column = [bytes(bands)]
    for start, end in pairwise(range(0, len(rows) + 1, row)):
        kind, raw = rows[start], rows[start + 1 : min(start + 1 + bands, end)]
        above = {2: column[-1], 4: column[-1], 3: bytes(v // 2 for v in column[-1])}.get(kind, bytes(bands))
        column.append(bytes((a + b) & 255 for a, b in zip(raw, above, strict=True)))
    return column[1:]
