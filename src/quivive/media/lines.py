"""In which order are the lines of a picture read, and which of them belong together?

Lines are boxes in pixels with their text. Columns of running text are read one after the other (a
recursive XY-cut, Nagy and Seth 1984); chat bubbles and letters from top to bottom. Lines that a
narrow screen wrapped become one line again, so that a sentence, a link or a wallet is whole.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from quivive import wallets


@dataclass(frozen=True)
class Line:
    """A piece of writing: its box in pixels, what was read and how surely (0-1)."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    confidence: float

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return max(self.bottom - self.top, 1.0)

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return max(self.right - self.left, 1.0)


_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef，。！？、]")
_LINKISH = re.compile(r"(?:://|www\.|\w\.[a-z]{2,}/)\S*$", re.IGNORECASE)
_LINK_REST = re.compile(r"(?=\S*[/?=&%_-]|\S*[a-z]\d|\S*\d[a-z])[\w%&=?/.#~+-]+(?=\s|$)", re.IGNORECASE)
_LONG_TOKEN = re.compile(r"(?=.*\d)[A-Za-z0-9]{18,}")


def text_of(lines: Sequence[Line]) -> str:
    """The text in reading order: wrapped lines joined, other lines and bubbles on lines of their own."""
    blocks = [block for column in _columns(list(lines)) for block in _blocks(_rows(column))]
    return "\n".join(_unwrap(block) for block in blocks)


def _columns(lines: list[Line], depth: int = 0) -> list[list[Line]]:
    """Split where a clear gutter runs between two sides that both hold running text."""
    if depth >= 4 or len(lines) < 8:
        return [lines]
    gutter = _gutter(lines)
    if gutter is None:
        return [lines]
    left = [line for line in lines if (line.left + line.right) / 2 < gutter]
    right = [line for line in lines if (line.left + line.right) / 2 >= gutter]
    if not (_running(left) and _running(right)):
        return [lines]
    # What stands above both columns (a heading) is never cut: it would have closed the gutter.
    return _columns(left, depth + 1) + _columns(right, depth + 1)


def _gutter(lines: Sequence[Line]) -> float | None:
    """Middle of the widest vertical band that no line touches, if it is wider than a line is high."""
    best, reach = (0.0, 0.0), None
    for line in sorted(lines, key=lambda line: line.left):
        if reach is not None and line.left - reach > best[0]:
            best = (line.left - reach, (line.left + reach) / 2)
        reach = line.right if reach is None else max(reach, line.right)
    return best[1] if best[0] > 0.8 * median(line.height for line in lines) else None


def _running(side: Sequence[Line]) -> bool:
    """Whether these lines are running text: several, and most of them as wide as their column."""
    if len(side) < 4:
        return False
    width = max(line.right for line in side) - min(line.left for line in side)
    wide = sum(line.width > 0.6 * width for line in side)
    overlap = max(line.bottom for line in side) - min(line.top for line in side)
    return wide >= 0.6 * len(side) and overlap < 4 * sum(line.height for line in side)


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Boxes at one height become one line, from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom) / 2):
        row = rows[-1] if rows else []
        if row and _level(row[-1], line):
            row.append(line)
        else:
            rows.append([line])
    return [_merge(sorted(row, key=lambda line: line.left)) for row in rows]


def _level(a: Line, b: Line) -> bool:
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    apart = b.left >= a.right - a.height or a.left >= b.right - b.height
    return apart and shared > 0.5 * min(a.height, b.height)


def _merge(row: Sequence[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    return Line(
        row[0].left,
        min(line.top for line in row),
        max(line.right for line in row),
        max(line.bottom for line in row),
        " ".join(line.text for line in row),
        min(line.confidence for line in row),
    )


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of one paragraph or bubble: close together, of one size, flush left."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and _same_block(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _same_block(above: Line, line: Line) -> bool:
    size = min(above.height, line.height)
    return (
        line.top - above.bottom < 0.8 * size
        and abs(line.left - above.left) < 1.2 * size
        and max(above.height, line.height) < 1.5 * size
    )


def _unwrap(block: Sequence[Line]) -> str:
    """Join lines that were broken for want of room: they reach, with the next word, most of the width."""
    left = min(line.left for line in block)
    width = max(line.right for line in block) - left
    text = block[0].text
    for above, line in itertools.pairwise(block):
        word = line.text.split(" ", 1)[0]
        room = above.right + line.width * len(word) / max(len(line.text), 1) - left
        text += (_joint(text, line.text) if room > 0.7 * width else "\n") + line.text
    return text


def _joint(above: str, below: str) -> str:
    """Nothing inside a link, a wallet or Chinese, else a space."""
    last_line = above.rsplit("\n", 1)[-1]
    if _CJK.search(above[-1:]) and _CJK.match(below):
        return ""
    if _LINKISH.search(last_line) and _LINK_REST.match(below) and not above.endswith("."):
        return ""
    if _is_cut(last_line.rpartition(" ")[2], below):
        return ""
    return " "


def _is_cut(token: str, below: str) -> bool:
    """Whether a wallet's address goes on below: its checksum says so, or nothing else stands there."""
    if not _LONG_TOKEN.fullmatch(token) or wallets.chain(token):
        return False
    rest = below.split(" ", 1)[0]
    return bool(wallets.chain(token + rest.rstrip(".,;"))) or (rest == below and rest.isalnum())
