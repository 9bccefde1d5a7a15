"""Which resources did Adobe Photoshop leave in this picture (Photoshop File Formats, 'Image Resources')?"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_RESOURCES = 1_000
_IPTC, _JPEG_QUALITY, _THUMBNAILS = 0x0404, 0x0406, (0x040C, 0x0409)
_THUMBNAIL_HEADER = 28
"""Octets before the JPEG of a thumbnail resource."""


@dataclass(frozen=True)
class Resources:
    """`written_by_photoshop`: the JPEG quality setting stands there, which only its own dialogue writes.

    `facebook`: IPTC special instructions begin with 'FBMD', which Facebook and Instagram write on upload.
    """

    written_by_photoshop: bool = False
    facebook: bool = False
    thumbnail: bytes = field(default=b"", repr=False)


def read(block: bytes) -> Resources:
    """What a chain of 8BIM resources says; damage ends it. Never raises."""
    found: dict[int, bytes] = {}
    at = 0
    for _ in range(MOST_RESOURCES):
        if block[at : at + 4] != b"8BIM" or at + 7 > len(block):
            break
        kind, begin = int.from_bytes(block[at + 4 : at + 6], "big"), at + 6 + (block[at + 6] + 2 & ~1)
        length = int.from_bytes(block[begin : begin + 4], "big")
        found.setdefault(kind, block[begin + 4 : begin + 4 + length])
        at = begin + 4 + (length + 1 & ~1)
    return Resources(_JPEG_QUALITY in found, _facebook(found.get(_IPTC, b"")), _thumbnail(found))


def _facebook(records: bytes) -> bool:
    """IIM data set 2:40 that begins with FBMD.

    Source: P. Peccatte (2014) on the field; seen the same in thousands of downloads since.
    """
    at = records.find(b"\x1c\x02\x28")
    return at >= 0 and records[at + 5 : at + 9] == b"FBMD"


def _thumbnail(found: dict[int, bytes]) -> bytes:
    for kind in _THUMBNAILS:
        picture = found.get(kind, b"")[_THUMBNAIL_HEADER:]
        if picture.startswith(b"\xff\xd8\xff"):
            return picture
    return b""
