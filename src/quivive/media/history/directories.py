"""Which values stand in the TIFF directories of an EXIF block or a multi-picture index (TIFF 6.0 §2)?

Beside the texts that `media.marks` reads for generators' marks: numbers, positions and the small picture,
which need types and offsets. A block of 64 KiB whose 512 values overlap costs 32 MiB at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MOST_ENTRIES = 512
MOST_OCTETS = 65_536
"""Of one value."""
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 129: 1}
EXIF, GPS = 0x8769, 0x8825
"""Tags of the first directory that point to the others."""

Order = Literal["little", "big"]


@dataclass(frozen=True)
class Entry:
    """A value as it stands: its type (TIFF 6.0 p. 15) and its octets in the file's own order."""

    kind: int
    raw: bytes
    order: Order

    @property
    def text(self) -> str:
        """Words without NULs and blanks around them."""
        raw = self.raw.split(b"\0", 1)[0] if self.kind == 2 else self.raw.strip(b"\0")
        try:
            return raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            return raw.decode("latin-1").strip()

    @property
    def numbers(self) -> tuple[float, ...]:
        """Integers and fractions; a fraction over nothing is 0."""
        width = _WIDTHS[self.kind]
        parts = [self.raw[i : i + width] for i in range(0, len(self.raw) - width + 1, width)][:16]
        signed = self.kind in (6, 8, 9, 10)
        if self.kind not in (5, 10):
            return tuple(float(int.from_bytes(part, self.order, signed=signed)) for part in parts)
        pairs = [[int.from_bytes(half, self.order, signed=signed) for half in (p[:4], p[4:])] for p in parts]
        return tuple(above / below if below else 0.0 for above, below in pairs)


@dataclass(frozen=True)
class Directories:
    """Tag → value of the picture's, the camera's (EXIF), the place's (GPS) and the small picture's."""

    picture: Mapping[int, Entry] = field(default_factory=dict)
    camera: Mapping[int, Entry] = field(default_factory=dict)
    place: Mapping[int, Entry] = field(default_factory=dict)
    small: Mapping[int, Entry] = field(default_factory=dict)
    thumbnail: bytes = field(default=b"", repr=False)


def read(block: bytes) -> Directories:
    """All four directories of an EXIF block; what is damaged is left out. Never raises."""
    order = byte_order(block)
    if order is None:
        return Directories()
    picture, next_at = directory(block, int.from_bytes(block[4:8], order), order)
    small, _ = directory(block, next_at, order)
    return Directories(
        picture=picture,
        camera=_below(block, picture, EXIF, order),
        place=_below(block, picture, GPS, order),
        small=small,
        thumbnail=_thumbnail(block, small),
    )


def byte_order(block: bytes) -> Order | None:
    """As the TIFF header says; None where there is none."""
    return {b"II": "little", b"MM": "big"}.get(block[:2])  # type: ignore[return-value]


def directory(block: bytes, start: int, order: Order) -> tuple[dict[int, Entry], int]:
    """(tag → value of the directory at `start`, the offset of the next directory or 0)."""
    found: dict[int, Entry] = {}
    if not 8 <= start < len(block) - 2:
        return found, 0
    count = min(int.from_bytes(block[start : start + 2], order), MOST_ENTRIES)
    for at in range(start + 2, min(start + 2 + 12 * count, len(block) - 11), 12):
        tag, kind = int.from_bytes(block[at : at + 2], order), int.from_bytes(block[at + 2 : at + 4], order)
        length = _WIDTHS.get(kind, 0) * int.from_bytes(block[at + 4 : at + 8], order)
        begin = at + 8 if length <= 4 else int.from_bytes(block[at + 8 : at + 12], order)
        if 0 < length <= MOST_OCTETS and begin + length <= len(block):
            found.setdefault(tag, Entry(kind, block[begin : begin + length], order))
    end = start + 2 + 12 * count
    return found, int.from_bytes(block[end : end + 4], order)


def _below(block: bytes, picture: Mapping[int, Entry], tag: int, order: Order) -> dict[int, Entry]:
    return directory(block, _number(picture, tag), order)[0]


def _thumbnail(block: bytes, small: Mapping[int, Entry]) -> bytes:
    """The JPEG that the second directory points to (CIPA DC-008 §4.6.9)."""
    begin, length = _number(small, 0x0201), _number(small, 0x0202)
    found = block[begin : begin + min(length, MOST_OCTETS)]
    return found if found.startswith(b"\xff\xd8\xff") else b""


def _number(entries: Mapping[int, Entry], tag: int) -> int:
    entry = entries.get(tag)
    return int(entry.numbers[0]) if entry and entry.kind in (3, 4) and entry.numbers else 0
