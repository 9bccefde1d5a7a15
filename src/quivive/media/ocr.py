"""What stands written in this picture? Offline, with the models that rapidocr's wheel carries.

Writing that they do not know is given to Tesseract, where that is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from statistics import fmean
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import derive
from quivive.media import pictures, tesseract
from quivive.media.engine import SURE, Reader, models, within
from quivive.media.lines import Line, text_of
from quivive.media.repair import repaired
from quivive.model import Context, Finding, Item, Source, Subject, Where, Yield, finding

if TYPE_CHECKING:
    from PIL.Image import Image

LINES = 300
SQUARES = 6000
"""Lines and, in squares of their height, lengths of lines that are read: some 15 seconds' work."""
CHILD_SECONDS = 60.0
"""Processor time for all frames."""


@dataclass(frozen=True)
class Page:
    """What one frame says: lines read surely, the number of those that were not, and of those left unread."""

    lines: tuple[Line, ...]
    missed: int
    skipped: int
    second: bool = False
    """Whether Tesseract read it."""

    @property
    def unread(self) -> bool:
        """Whether so many lines were missed that what was read does not stand for the page."""
        return self.missed >= 3 and 2 * self.missed >= len(self.lines)


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
        "ocr/second-engine": "The built-in reader does not know this writing; Tesseract {version} read it "
        "({languages}).",
        "ocr/repaired-value": "The picture was read as “{read}”, which fails its checksum. With one "
        "look-alike character put right it reads “{value}” and passes; compare it with the picture.",
    }

    def sources(self) -> tuple[Source, ...]:
        """The models, by the sha256 of their files."""
        return models()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the text as a derived item; raise Unreadable where there is writing but it was not read."""
        if not isinstance(subject, Item):
            return
        engine = tesseract.installed()
        pages, fault = pictures.looks(partial(read, engine=engine), subject, CHILD_SECONDS)
        texts: set[str] = set()
        for page in pages:
            text = text_of(page.lines)
            if sum(c.isalnum() for c in text) >= 3 and text not in texts:
                texts.add(text)
                yield from self._say(subject, context, text, page)
                if engine and page.second:
                    yield self._finding("ocr/second-engine", subject, version=engine.version,
                                        languages=", ".join(engine.languages))  # fmt: skip
        if fault:
            raise fault
        if any(page.unread for page in pages):
            raise Unreadable(
                "The picture holds writing that could not be read: it is too small or blurred, or in a "
                "script that the built-in reader does not know (it knows Latin, Chinese and Japanese). "
                "Tesseract reads more, where it is installed with the data of the language."
            )

    def _say(self, item: Item, context: Context, text: str, page: Page) -> Iterator[Yield]:
        text, repairs = repaired(text, context.country)
        confidence = fmean(line.confidence for line in page.lines)
        yield self._finding("text/ocr", item, lines=len(page.lines), confidence=round(100 * confidence))
        if page.skipped:
            yield self._finding("ocr/partly-read", item, lines=len(page.lines))
        derived = derive(item, "text", text, origin="text of the picture",
                         meta={"confidence": f"{confidence:.2f}"}, limits=context.limits)  # fmt: skip
        for repair in repairs:
            where = Where(repair.position, repair.position + 1, repair.character)
            yield self._finding("ocr/repaired-value", derived, where, read=repair.read, value=repair.value)
        yield derived

    def _finding(self, code: str, item: Item, where: Where | None = None, **params: object) -> Finding:
        return finding(self, code, "informational", item, where=where, params=params)


def read(
    data: bytes, media_type: str, engine: tesseract.Engine | None = None
) -> tuple[list[Page], CouldNotLook | None]:
    """In the child: the pages of a picture, and why later frames were not seen."""
    return pictures.looked_at(data, media_type, partial(page_of, engine=engine))


def page_of(image: Image, engine: tesseract.Engine | None = None) -> Page:
    """What stands in an upright RGB picture; what our models do not know is asked of `engine`."""
    page = _ours(image)
    if engine is None or not page.unread:
        return page
    try:
        other = _theirs(image, engine)
    except CouldNotLook:  # then it stays unread, which is said
        return page
    return other if _letters(other) > _letters(page) and not other.unread else page


def _theirs(image: Image, engine: tesseract.Engine) -> Page:
    lines = tesseract.lines(image, engine)
    sure = tuple(line for line in lines[:LINES] if line.confidence >= SURE)
    missed = sum(line.confidence < SURE and max(line.width, line.height) >= 30 for line in lines[:LINES])
    return Page(sure, missed, len(lines[LINES:]), second=True)


def _letters(page: Page) -> int:
    return sum(c.isalnum() for line in page.lines for c in line.text)


def _ours(image: Image) -> Page:
    reader = _reader()
    boxes = reader.find(image)
    lines = reader.read(image, within(boxes[:LINES], SQUARES))
    sure = tuple(line for line in lines if line.text and _is_read(line))
    missed = sum(not _is_read(line) and max(line.width, line.height) >= 30 for line in lines)
    return Page(sure, missed, len(boxes) - len(lines))


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return Reader()


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
