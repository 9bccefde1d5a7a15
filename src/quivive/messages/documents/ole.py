"""What does an old Office file (a compound file, MS-CFB) say, and does it carry macros or files?

Text of Word 97-2003 by its piece table (MS-DOC 2.8.35), of Excel 97-2003 by its shared strings (MS-XLS
2.4.265), files that the Windows packager embedded (\\1Ole10Native). Locked ones are said to be locked.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import derive
from quivive.messages.documents import agile
from quivive.messages.documents.office import LINKS, OFFICE_CODES, link_observables
from quivive.messages.documents.pdf import PDF_CODES
from quivive.messages.documents.unpack import USUAL_PASSWORDS
from quivive.messages.mails.disguise import risks
from quivive.model import Context, Item, Source, Subject, Yield, finding

if TYPE_CHECKING:
    from olefile import OleFileIO

STREAMS = 2000
STREAM = 64 * 2**20
STRINGS = 100_000
PASSWORDS = 16
_LOCKED = "The document is locked with a password. Look for it in the message and open it on a safe machine."
_MACROS = frozenset({"VBA", "MACROS", "_VBA_PROJECT_CUR"})
_LINK = re.compile(r'HYPERLINK\s+"([^"\x13-\x15]{1,2048})"')
_SST, _CONTINUE, _FILEPASS = 0x00FC, 0x003C, 0x002F


class OldOffice:
    """Takes .doc, .xls, .ppt and packager objects apart."""

    name = "messages.ole"
    version = "1"
    accepts = frozenset({"application/x-ole-storage"})
    online = False
    codes: Mapping[str, str] = {
        "document/opened-with-password-from-the-message": PDF_CODES[
            "document/opened-with-password-from-the-message"
        ],
        "document/macros": OFFICE_CODES["document/macros"],
        "document/embedded-object": OFFICE_CODES["document/embedded-object"],
        "document/embedded-program": "The document carries {name}, {kind}.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the formats' specifications decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield text and embedded files; raise Unreadable where it is damaged or locked."""
        if not isinstance(subject, Item):
            return
        try:
            yield from self._parts(subject, context)
        except CouldNotLook:
            raise
        except Exception as error:  # olefile and struct fail on hostile bytes in many ways
            raise Unreadable(f"The document is damaged ({type(error).__name__}).") from error

    def _parts(self, item: Item, context: Context) -> Iterator[Yield]:
        import olefile

        with olefile.OleFileIO(io.BytesIO(item.data)) as file:
            names = ["/".join(path) for path in file.listdir()[:STREAMS]]
            last = {name.rpartition("/")[2].lower() for name in names}
            if any(
                part.upper() in ("VBA", "_VBA_PROJECT_CUR", "MACROS") for n in names for part in n.split("/")
            ):
                yield finding(self, "document/macros", "review", item)
            for name in [name for name in names if name.rpartition("/")[2] == "\x01Ole10Native"][:10]:
                yield from self._packaged(item, _read(file, name), context)
            if "encryptedpackage" in last:
                yield from self._unlocked(item, file, context)
                return
            raw = _text(file, last)
            yield from link_observables(item, _LINK.findall(raw)[:LINKS])
            text = _tidied(raw)
            if any(c.isalnum() for c in text):
                yield derive(item, "text", text[: context.limits.text], origin="text of the document",
                             limits=context.limits)  # fmt: skip
            elif not last & {"worddocument", "workbook", "book", "\x01ole10native"}:
                raise Unreadable(
                    "There is no reader here for this kind of Office file; its text was not read."
                )

    def _unlocked(self, item: Item, file: OleFileIO, context: Context) -> Iterator[Yield]:
        """The Office package inside a locked file, if a password of the message opens it."""
        candidates = tuple(dict.fromkeys([*item.hints[:PASSWORDS], *USUAL_PASSWORDS]))
        clear = agile.opened(_read(file, "EncryptionInfo"), _read(file, "EncryptedPackage"), candidates)
        if clear is None:
            raise Unreadable(_LOCKED)
        package, password = clear
        if password in item.hints:
            yield finding(self, "document/opened-with-password-from-the-message", "review", item)
        yield derive(item, "unlocked", package, origin="unlocked document", limits=context.limits)

    def _packaged(self, item: Item, stream: bytes, context: Context) -> Iterator[Yield]:
        name, data = packaged(stream)
        shown = name or "without a name"
        yield finding(self, "document/embedded-object", "review", item, params={"name": shown[:200]})
        for risk, params in risks(name, data):
            if risk == "program":
                yield finding(self, "document/embedded-program", "fail", item, params=params)
        yield derive(item, shown, data, origin="file in the document", limits=context.limits)


def packaged(stream: bytes) -> tuple[str, bytes]:
    """Name and bytes of the file in a packager's stream: size, flags, label, path, …, size, data."""
    place = 6
    label_end = stream.index(b"\0", place)
    path_end = stream.index(b"\0", label_end + 1)
    place = path_end + 1 + 4
    (length,) = struct.unpack_from("<I", stream, place)
    place += 4 + length
    (size,) = struct.unpack_from("<I", stream, place)
    label = stream[6:label_end].decode("cp1252", "replace").replace("\\", "/").rpartition("/")[2]
    return label, stream[place + 4 : place + 4 + size]


def _read(file: OleFileIO, name: str) -> bytes:
    if file.get_size(name) > STREAM:
        raise Unreadable("A part of the document is larger than the limit.")
    with file.openstream(name) as stream:
        return bytes(stream.read(STREAM))


def _text(file: OleFileIO, names: set[str]) -> str:
    if "worddocument" in names:
        table = "1Table" if "1table" in names else "0Table"
        return word_text(_read(file, "WordDocument"), _read(file, table) if table.lower() in names else b"")
    if "workbook" in names or "book" in names:
        return "\n".join(workbook_strings(_read(file, "Workbook" if "workbook" in names else "Book")))
    return ""


def word_text(word: bytes, table: bytes) -> str:
    """Text of the pieces of a Word 97 document in their order, with field codes (MS-DOC 2.4.1)."""
    (flags,) = struct.unpack_from("<H", word, 0x0A)
    if flags & 0x0100:
        raise Unreadable(_LOCKED)
    start, length = struct.unpack_from("<II", word, 0x01A2)
    clx = table[start : start + length]
    while clx[:1] == b"\x01":  # Prc: formatting, left out
        clx = clx[3 + struct.unpack_from("<H", clx, 1)[0] :]
    if clx[:1] != b"\x02":
        raise Unreadable("The document's table of text pieces is damaged.")
    plc = clx[5 : 5 + struct.unpack_from("<I", clx, 1)[0]]
    return "".join(_pieces(word, plc))


def _pieces(word: bytes, plc: bytes) -> Iterator[str]:
    count = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}I", plc)
    for number in range(count):
        (place,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)
        length = max(starts[number + 1] - starts[number], 0)
        if place & 0x40000000:  # one byte a letter
            half = (place & 0x3FFFFFFF) // 2
            yield word[half : half + length].decode("cp1252", "replace")
        else:
            yield word[place : place + 2 * length].decode("utf-16-le", "replace")


def _tidied(text: str) -> str:
    """Paragraph, cell and line marks as line ends; codes of fields left out, their results kept.

    A field is U+0013 code U+0014 result U+0015; fields nest, and the result may be missing (MS-DOC 2.8.25).
    """
    out: list[str] = []
    in_code: list[bool] = []
    for char in text:
        if char == "\x13":
            in_code.append(True)
        elif char == "\x14" and in_code:
            in_code[-1] = False
        elif char == "\x15" and in_code:
            in_code.pop()
        elif not any(in_code[-8:]):
            out.append("\n" if char in "\r\x07\x0b\x0c" else char if char >= " " or char in "\t\n" else "")
    return "".join(out)


def workbook_strings(stream: bytes) -> list[str]:
    """Shared strings of an Excel 97 workbook; strings that straddle records are put together."""
    chunks, place, found = [], 0, False
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        body = stream[place + 4 : place + 4 + length]
        if kind == _FILEPASS:
            raise Unreadable(_LOCKED)
        if kind == _SST or (found and kind == _CONTINUE):
            chunks.append(body)
            found = True
        elif found:
            break
        place += 4 + length
    return _shared_strings(chunks) if chunks else []


def _shared_strings(chunks: list[bytes]) -> list[str]:
    """Strings of an SST record and its continuations (XLUnicodeRichExtendedString, MS-XLS 2.5.293)."""
    cursor = _Cursor(chunks)
    (count,) = struct.unpack("<4xI", cursor.take(8))
    strings: list[str] = []
    while len(strings) < min(count, STRINGS) and not cursor.at_end:
        length, flags = struct.unpack("<HB", cursor.take(3))
        runs = struct.unpack("<H", cursor.take(2))[0] if flags & 8 else 0
        phonetic = struct.unpack("<I", cursor.take(4))[0] if flags & 4 else 0
        strings.append(cursor.letters(length, wide=bool(flags & 1)))
        cursor.take(min(4 * runs + phonetic, STREAM))
    return strings


class _Cursor:
    """Reads on across records. Text that straddles two is told anew, by a byte, whether it is wide."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._rest, self._chunk, self._place = iter(chunks), b"", 0
        self._next()

    @property
    def at_end(self) -> bool:
        while self._place >= len(self._chunk):
            if not self._next():
                return True
        return False

    def take(self, size: int) -> bytes:
        """The next `size` bytes, zeros where there are no more."""
        parts, left = [], size
        while left and not self.at_end:
            parts.append(self._chunk[self._place : self._place + left])
            self._place += len(parts[-1])
            left -= len(parts[-1])
        return b"".join(parts).ljust(min(size, 64), b"\0")

    def letters(self, length: int, wide: bool) -> str:
        """The next `length` letters of one or two bytes each."""
        text = ""
        while True:
            room = (len(self._chunk) - self._place) // (1 + wide)
            size = min(length - len(text), room) * (1 + wide)
            piece = self._chunk[self._place : self._place + size]
            text += piece.decode("utf-16-le" if wide else "latin-1", "replace")
            self._place += size
            if len(text) >= length or not self._next():
                return text
            wide, self._place = bool(self._chunk[:1] not in (b"", b"\0")), 1

    def _next(self) -> bool:
        """Go to the next record; False after the last."""
        following = next(self._rest, None)
        self._chunk, self._place = following or b"", 0
        return following is not None


DETECTORS = (OldOffice,)
