"""Which boxes does an MP4 or MOV file have, and how many pieces does its edit list join?

Box structure and edit list: ISO/IEC 14496-12 §4.2, §8.6.6. Only headers are read; depth and number are
bounded, so nested boxes cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST, MOST = 8, 4000
_PARENTS = frozenset({"moov", "trak", "edts", "udta", "mdia", "minf", "stbl", "moof", "traf"})


@dataclass(frozen=True)
class Box:
    """Its path ('moov/trak/edts') and where its content lies in the file."""

    path: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """The four characters of its type."""
        return self.path.rsplit("/", 1)[-1]


def boxes(data: bytes) -> tuple[Box, ...]:
    """The boxes of a file, parents before children, the outermost first; at most `MOST`."""
    found: list[Box] = []
    waiting: list[tuple[str, int, int]] = [("", 0, len(data))]
    while waiting and len(found) < MOST:
        path, start, end = waiting.pop(0)
        for box in _within(data, path, start, end):
            found.append(box)
            if box.name in _PARENTS and box.path.count("/") < DEEPEST:
                waiting.append((box.path + "/", box.start, box.end))
            if len(found) >= MOST:
                break
    return tuple(found)


def _within(data: bytes, path: str, start: int, end: int) -> Iterator[Box]:
    while start + 8 <= end:
        size, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        head = 16 if size == 1 else 8
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        stop = end if size == 0 else start + size
        if size and size < head:
            return
        yield Box(path + name.decode("latin-1"), start + head, min(stop, end))
        start = stop


def pieces(data: bytes, found: tuple[Box, ...]) -> int:
    """Pieces of the recording that the longest edit list joins; empty edits (delays) do not count."""
    return max((_pieces(data[box.start : box.end]) for box in found if box.name == "elst"), default=0)


def _pieces(table: bytes) -> int:
    if len(table) < 8:
        return 0
    wide = table[0] == 1
    size = 20 if wide else 12
    count = min(int.from_bytes(table[4:8], "big"), (len(table) - 8) // size, 10_000)
    rows = (table[8 + i * size : 8 + (i + 1) * size] for i in range(count))
    empty = b"\xff" * (8 if wide else 4)
    return sum(row[8:16] != empty if wide else row[4:8] != empty for row in rows)
