"""What stands written in this picture? Offline, with the models that rapidocr's wheel carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING

from quivive.errors import Unreadable
from quivive.intake import derive
from quivive.media import pictures
from quivive.media.engine import SURE, Reader, within
from quivive.media.lines import Line, text_of
from quivive.media.repair import repaired
from quivive.model import Context, Finding, Item, Source, Subject, Where, Yield, finding

if TYPE_CHECKING:
    from PIL.Image import Image

LINES = 300
SQUARES = 6000
"""Lines and, in squares of their height, lengths of lines that are read: some 15 seconds' work."""


class PictureText:
    """Reads Latin, Chinese and Japanese writing; that other writing was not read is said."""

    name = "media.ocr"
    version = "1"
    accepts = pictures.TYPES
    online = False
    codes: Mapping[str, str] = {
        "text/ocr": "Text was read from the picture: {lines} lines, {confidence} % sure. "
        "Single letters may be wrong; compare important values with the picture.",
        "ocr/partly-read": "The picture holds more writing than was read: only the first {lines} lines were.",
        "ocr/repaired-value": "The picture was read as “{read}”, which fails its checksum. With one "
        "look-alike character put right it reads “{value}” and passes; compare it with the picture.",
    }

    def sources(self) -> tuple[Source, ...]:
        """The models, by the sha256 of their files."""
        return self._reader.sources

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the text as a derived item; raise Unreadable where there is writing but it was not read."""
        if not isinstance(subject, Item):
            return
        texts: set[str] = set()
        unread = 0
        for image in pictures.frames(subject):
            lines, missed, skipped = self._lines(image)
            text = text_of(lines)
            unread = max(unread, missed if missed >= 3 and 2 * missed >= len(lines) else 0)
            if sum(c.isalnum() for c in text) >= 3 and text not in texts:
                texts.add(text)
                yield from self._say(subject, context, text, lines, skipped)
        if unread:
            raise Unreadable(
                "The picture holds writing that could not be read: it is too small or blurred, or in a "
                "script that the built-in reader does not know (it knows Latin, Chinese and Japanese)."
            )

    @cached_property
    def _reader(self) -> Reader:
        return Reader()

    def _lines(self, image: Image) -> tuple[list[Line], int, int]:
        """Lines read surely, the number of those that were not, and of those beyond the limit."""
        boxes = self._reader.find(image)
        read = self._reader.read(image, within(boxes[:LINES], SQUARES))
        sure = [line for line in read if line.text and _is_read(line)]
        missed = [line for line in read if not _is_read(line) and max(line.width, line.height) >= 30]
        return sure, len(missed), len(boxes) - len(read)

    def _say(
        self, item: Item, context: Context, text: str, lines: list[Line], skipped: int
    ) -> Iterator[Yield]:
        text, repairs = repaired(text, context.country)
        confidence = fmean(line.confidence for line in lines)
        yield self._finding("text/ocr", item, lines=len(lines), confidence=round(100 * confidence))
        if skipped:
            yield self._finding("ocr/partly-read", item, lines=len(lines))
        derived = derive(item, "text", text, origin="text of the picture",
                         meta={"confidence": f"{confidence:.2f}"}, limits=context.limits)  # fmt: skip
        for repair in repairs:
            where = Where(repair.position, repair.position + 1, repair.character)
            yield self._finding("ocr/repaired-value", derived, where, read=repair.read, value=repair.value)
        yield derived

    def _finding(self, code: str, item: Item, where: Where | None = None, **params: object) -> Finding:
        return finding(self, code, "informational", item, where=where, params=params)


def _is_read(line: Line) -> bool:
    """Sure of its letters, and as many of them as the box has room for.

    Of a script that the models do not know they are often 'sure' of a stray comma: a line of any script
    that they know has at least one letter for each square of its height (Chinese) and mostly two.
    """
    squares = max(line.width, line.height) / min(line.width, line.height)
    greek = sum("\u0370" <= c <= "\u03ff" for c in line.text)
    # Greek capitals and symbols are known, words are not: their letters are mostly left out.
    return line.confidence >= SURE and len(line.text) >= max(0.5 * squares, 3 * greek)


DETECTORS = (PictureText,)
