"""How is a hostile PDF read through pdfium? Text, links, pictures, files and the names of its actions.

Nothing is run and no form is filled. Every function bounds what it gives; any fault of pdfium's becomes
Unreadable.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook, NotInstalled, TooLarge, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

WIDTH = 1240
"""Pixels across a drawn page: 150 dots an inch on A4."""
MEGAPIXELS = 50
OBJECTS = 5000
"""Drawn objects of a page that are looked through."""
SMALL = 48
"""Pixels of the shorter side under which a picture is ornament."""
COPY = 64 * 2**20
_SHAPE, _PICTURE, _FORM = 2, 3, 5  # FPDF_PAGEOBJ_PATH, _IMAGE, _FORM
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"\bstream\r?\n")


@dataclass(frozen=True)
class Link:
    """A link annotation: where it leads (an address, or a program's or file's path) and what it covers."""

    target: str
    shown: str
    launches: bool = False


def opened(data: bytes, passwords: Sequence[str]) -> tuple[PdfDocument, str]:
    """The document and the password that opened it ('' if none was needed). Raises Unreadable."""
    try:
        import pypdfium2 as pdfium
    except ImportError as error:
        raise NotInstalled(f"The reader of PDFs does not load ({error}): install pypdfium2.") from error
    for password in ("", *passwords[:32]):
        try:
            return pdfium.PdfDocument(data, password=password or None), password
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) != 4:  # FPDF_ERR_PASSWORD
                raise Unreadable("The PDF is damaged: it does not open.") from error
    raise Unreadable("The PDF is locked and no password at hand opens it. Look for it in the message.")


@contextmanager
def faults() -> Iterator[None]:
    """Turn whatever goes wrong inside pdfium or its wrapper into Unreadable."""
    try:
        yield
    except (CouldNotLook, GeneratorExit):
        raise
    except MemoryError as error:
        raise TooLarge("The PDF needs more memory than there is.") from error
    except Exception as error:
        raise Unreadable(f"The PDF is damaged ({type(error).__name__}).") from error


def page_text(page: PdfPage, most: int) -> str:
    """Text of a page, at most `most` characters; lone surrogates and soft line ends are tidied."""
    with closing(page.get_textpage()) as text:
        count = min(int(text.count_chars()), most)
        read = text.get_text_range(0, count, errors="replace") if count > 0 else ""
    # pdfium marks a hyphen at a line's end with U+FFFE.
    return str(read).replace("\r\n", "\n").replace("\ufffe\n", "").replace("\ufffe", "")


def links(document: PdfDocument, page: PdfPage, most: int) -> Iterator[Link]:
    """Links with an address, and those that launch or open another file, of one page."""
    import pypdfium2.raw as raw

    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    with closing(page.get_textpage()) as text:
        for _ in range(most):
            if not raw.FPDFLink_Enumerate(page.raw, place, link):
                return
            action = raw.FPDFLink_GetAction(link)
            kind = raw.FPDFAction_GetType(action) if action else 0
            target = (
                _string(lambda *a, act=action: raw.FPDFAction_GetURIPath(document.raw, act, *a))
                if kind == 3
                else ""
            )
            if kind in (2, 4):  # PDFACTION_REMOTEGOTO, PDFACTION_LAUNCH
                target = _string(_reader_of(raw, document, action, kind)) if kind in (2, 3, 4) else ""
            if target or kind == 4:
                yield Link(target, _covered(raw, text, link), launches=kind == 4)


def _reader_of(raw: Any, document: PdfDocument, action: Any, kind: int) -> Callable[[Any, int], int]:
    """pdfium's function for what an action names: an address (URI), or a file (launch, remote go-to)."""
    if kind == 3:
        return lambda buffer, length: int(raw.FPDFAction_GetURIPath(document.raw, action, buffer, length))
    return lambda buffer, length: int(raw.FPDFAction_GetFilePath(action, buffer, length))


def _string(call: Callable[[Any, int], int]) -> str:
    """pdfium's way with strings: ask for the length, then for the bytes."""
    length = min(call(None, 0), 8192)
    buffer = ctypes.create_string_buffer(max(length, 1))
    call(buffer, length)
    return buffer.raw[:length].rstrip(b"\0").decode("utf-8", "replace")


def _covered(raw: Any, text: Any, link: Any) -> str:
    rect = raw.FS_RECTF()
    if not raw.FPDFLink_GetAnnotRect(link, rect):
        return ""
    box = rect.left, rect.bottom, rect.right, rect.top
    return str(text.get_text_bounded(*box, errors="replace"))[:500].strip()


def objects(page: PdfPage) -> tuple[list[Any], int]:
    """Pictures worth a look, and the number of drawn shapes."""
    pictures, shapes = [], 0
    for number, each in enumerate(page.get_objects(max_depth=4)):
        if number >= OBJECTS:
            break
        if each.type == _PICTURE and _worth(each):
            pictures.append(each)
        shapes += each.type == _SHAPE
    return pictures, shapes


def _worth(picture: Any) -> bool:
    width, height = picture.get_px_size()
    return bool(min(width, height) >= SMALL and width * height <= MEGAPIXELS * 1_000_000)


def pixels(picture: Any) -> Image:
    """A picture of the page, as stored."""
    with closing(picture.get_bitmap()) as bitmap:
        image: Image = bitmap.to_pil().convert("RGB")
    return image


def drawn(page: PdfPage) -> Image:
    """The page as it would be printed, WIDTH pixels across (less if it is very long)."""
    width, height = (max(side, 1.0) for side in page.get_size())
    scale = min(WIDTH / width, 4 * WIDTH / height)
    with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
        image: Image = bitmap.to_pil().convert("RGB")
    return image


def png(image: Image) -> bytes:
    """The picture's bytes, lightly packed."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def files(document: PdfDocument, most: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Embedded files: name and bytes. Raises TooLarge for one beyond `size` bytes."""
    import pypdfium2.raw as raw

    for number in range(min(document.count_attachments(), most)):
        attachment = document.get_attachment(number)
        length = ctypes.c_ulong(0)
        raw.FPDFAttachment_GetFile(attachment.raw, None, 0, length)
        if length.value > size:
            raise TooLarge("The PDF carries a file that is larger than the limit.")
        yield attachment.get_name(), bytes(attachment.get_data()) if length.value else b""


def names(document: PdfDocument) -> bytes:
    """The document's objects without their streams, unpacked and unlocked, names written plainly.

    pdfium writes a copy in which every object stands by itself; the original may keep them in packed
    streams or spell /JavaScript as /J#61vaScript.
    """
    import pypdfium2.raw as raw

    copy = _Limited()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    if copy.full:
        raise TooLarge("The PDF is too large for its actions to be looked through.")
    return _HEX.sub(lambda m: bytes([int(m[1], 16)]), without_streams(copy.getvalue()))


def without_streams(data: bytes) -> bytes:
    """The objects of pdfium's copy without what stands between 'stream' and 'endstream'.

    pdfium escapes line ends in strings and names: 'stream' with a line end behind it is always the keyword.
    """
    kept, place = [], 0
    for match in _STREAM.finditer(data):
        if match.start() >= place:
            kept.append(data[place : match.end()])
            place = data.find(b"endstream", match.end())
            if place < 0:
                return b"".join(kept)
    return b"".join([*kept, data[place:]])


class _Limited(io.BytesIO):
    """A buffer that stops growing. It never raises: pdfium's caller cannot pass an error on."""

    full = False

    def write(self, data: Any) -> int:
        self.full = self.full or self.tell() + len(data) > COPY
        return len(data) if self.full else super().write(data)
