"""How is this JPEG written, segment by segment, and where does it end (ITU-T T.81 annex B)?"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace

MOST_SEGMENTS = 20_000
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""
_MARKER = re.compile(rb"\xff[^\xff]", re.DOTALL)
"""A marker without the fill octets before it (§B.1.1.2)."""
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The marker that ends entropy-coded data: neither a stuffed octet nor a restart (T.81 §F.1.2.3, §E.1.4)."""
_STANDARD_HUFFMAN = frozenset(
    {"2f66814c875b5317", "a6283a08f5d97906", "602f734c8c12c1d9", "13f90e3c9dc476c6"}
)
"""Beginnings of SHA-256 of the four tables of T.81 annex K.3 (counts, then values)."""
_EXIF, _MPF, _PHOTOSHOP = b"Exif\0\0", b"MPF\0", b"Photoshop 3.0\0"

Table = tuple[int, ...]
"""64 quantisation steps in zigzag order."""


@dataclass(frozen=True)
class Component:
    """One plane of the frame: sampling factors and the number of its quantisation table."""

    horizontal: int
    vertical: int
    table: int


@dataclass(frozen=True)
class Jpeg:
    """What the segments say. `end` is the offset after the end marker, None where the file breaks off.

    `frame_at` is the offset of the frame header's marker; blocks hold what stands behind the segment's name.
    """

    width: int = 0
    height: int = 0
    progressive: bool = False
    components: tuple[Component, ...] = ()
    tables: dict[int, Table] = field(default_factory=dict)
    standard_huffman: bool = True
    names: tuple[str, ...] = ()
    """Application segments in order, 'APP1 Exif'."""
    exif: bytes = field(default=b"", repr=False)
    photoshop: bytes = field(default=b"", repr=False)
    mpf: tuple[int, bytes] = field(default=(0, b""), repr=False)
    """Multi-picture index (CIPA DC-007): offset of its TIFF header in the file, and its octets."""
    frame_at: int = 0
    end: int | None = None

    @property
    def subsampling(self) -> str:
        """'4:2:0', '4:4:4' …; '' for one component or a form without a name."""
        if len(self.components) < 3:
            return ""
        luma, chroma = self.components[0], self.components[1]
        ratio = luma.horizontal // chroma.horizontal, luma.vertical // chroma.vertical
        return {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}.get(
            ratio, ""
        )

    @property
    def luma(self) -> Table:
        """The quantisation table of the first component; () where the file has none."""
        return self.tables.get(self.components[0].table, ()) if self.components else ()


def read(data: bytes) -> Jpeg:
    """The structure as far as it goes; damage ends it without an error."""
    found, at = Jpeg(), 2
    for _ in range(MOST_SEGMENTS):
        here = _MARKER.search(data, at)
        if here is None:
            return found
        at, marker = here.start(), data[here.start() + 1]
        if marker == 0xD9:
            return replace(found, end=at + 2)
        length = 0 if marker in _BARE or marker == 0 else int.from_bytes(data[at + 2 : at + 4], "big")
        if length:
            found = _segment(found, marker, at, data[at + 4 : at + 2 + length])
        at += 2 + length
        if marker == 0xDA:
            after = _AFTER_SCAN.search(data, at)
            if after is None:
                return found
            at = after.start()
    return found


def _segment(found: Jpeg, marker: int, at: int, body: bytes) -> Jpeg:
    if marker == 0xDB:
        return replace(found, tables={**found.tables, **_tables(body)})
    if marker == 0xC4:
        return replace(found, standard_huffman=found.standard_huffman and _standard(body))
    if marker in _FRAMES and len(body) >= 6 and not found.frame_at:
        return _frame(found, marker, at, body)
    if 0xE0 <= marker <= 0xEF and len(found.names) < 64:
        found = replace(found, names=(*found.names, f"APP{marker - 0xE0} {_name(body)}".strip()))
        return _application(found, marker, at, body)
    return found


def _application(found: Jpeg, marker: int, at: int, body: bytes) -> Jpeg:
    if marker == 0xE1 and body.startswith(_EXIF) and not found.exif:
        return replace(found, exif=body[len(_EXIF) :])
    if marker == 0xE2 and body.startswith(_MPF):
        return replace(found, mpf=(at + 4 + len(_MPF), body[len(_MPF) :]))
    if marker == 0xED and body.startswith(_PHOTOSHOP) and len(found.photoshop) < 2**20:
        # Resources longer than one segment go on in the next.
        return replace(found, photoshop=found.photoshop + body[len(_PHOTOSHOP) :])
    return found


def _name(body: bytes) -> str:
    """The identifier that opens an application segment, as far as it is plain text."""
    word = re.match(rb"[\x21-\x7e][\x20-\x7e]{1,40}", body)
    return word.group().decode("ascii").split("://")[-1][:32] if word else ""


def _frame(found: Jpeg, marker: int, at: int, body: bytes) -> Jpeg:
    parts = [body[i : i + 3] for i in range(6, min(6 + 3 * body[5], len(body) - 2), 3)]
    return replace(
        found,
        height=int.from_bytes(body[1:3], "big"),
        width=int.from_bytes(body[3:5], "big"),
        progressive=marker in _PROGRESSIVE,
        components=tuple(Component(max(p[1] >> 4, 1), max(p[1] & 15, 1), p[2]) for p in parts[:4]),
        frame_at=at,
    )


def _tables(body: bytes) -> dict[int, Table]:
    """Tables of one DQT segment (§B.2.4.1): eight or sixteen bits a step."""
    tables: dict[int, Table] = {}
    at = 0
    while at < len(body) and len(tables) < 4:
        width = 2 if body[at] >> 4 else 1
        steps = body[at + 1 : at + 1 + 64 * width]
        if len(steps) < 64 * width:
            break
        tables[body[at] & 15] = tuple(
            int.from_bytes(steps[i : i + width], "big") for i in range(0, 64 * width, width)
        )
        at += 1 + 64 * width
    return tables


def _standard(body: bytes) -> bool:
    """Whether all tables of one DHT segment are the example tables that most encoders use."""
    at = 0
    while at + 17 <= len(body):
        length = 16 + sum(body[at + 1 : at + 17])
        if hashlib.sha256(body[at + 1 : at + 1 + length]).hexdigest()[:16] not in _STANDARD_HUFFMAN:
            return False
        at += 1 + length
    return True
