"""How are the XML parts of an Office or OpenDocument file read safely? Bounded, streamed, no entities."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from xml.parsers import expat

from quivive.errors import CouldNotLook, TooLarge, Unreadable
from quivive.messages.documents.unpack import bounded

PART = 32 * 2**20
WHOLE = 128 * 2**20
PARTS = 5000
DEPTH = 500
NAME = 256

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """An open zip of parts. Reading beyond WHOLE bytes in all, or PART for one, raises TooLarge."""

    def __init__(self, data: bytes) -> None:
        if data.count(b"PK\x01\x02") > PARTS:
            raise TooLarge("The document has more parts than any honest one.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:  # zipfile fails on hostile bytes in many ways
            raise Unreadable("The document is damaged: it is no readable package.") from error
        names = (info.filename for info in self._zip.infolist())
        self.names = tuple(name for name in names if len(name) <= NAME)
        self._left = WHOLE

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def named(self, start: str, end: str = "") -> Iterator[str]:
        """Names of parts that begin and end so, in the file's order."""
        return (name for name in self.names if name.startswith(start) and name.endswith(end))

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises TooLarge, or Unreadable for a damaged, locked or oddly packed one."""
        try:
            info = self._zip.getinfo(name)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise Unreadable("A part of the document is locked or packed in a way that is not read.")
            with self._zip.open(info) as file:
                data = bounded(lambda: file.read(2**16), info.compress_size, min(PART, self._left))
        except CouldNotLook:
            raise
        except Exception as error:
            raise Unreadable(f"A part of the document is damaged ({type(error).__name__}).") from error
        self._left -= len(data)
        return data


def walk(xml: bytes, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Stream a part through callbacks, names without their namespace's address: 'w' and 't' become 't'.

    A document type is refused: no Office part has one, and with it go entities, within and without.
    """
    depth = 0

    def opened(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise TooLarge("The document is nested deeper than any honest one.")
        start(_local(name), attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(_local(name))

    def refuse(*_: object) -> None:
        raise Unreadable("The document declares entities of its own, which no Office program writes.")

    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = refuse
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unreadable("A part of the document is not well-formed XML.") from error


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """An attribute by its local name, whatever its prefix."""
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
