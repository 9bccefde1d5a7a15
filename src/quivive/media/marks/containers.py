"""Which reader takes the texts out of this file?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from quivive.errors import Unreadable
from quivive.media.marks import boxed, exif, gif, jpeg, plain, png, stealth, tracks, webp, xmp
from quivive.media.marks.carried import Carried, Text, bounded, value_of

PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/heic", "image/avif",
     "image/bmp", "image/svg+xml"}
)  # fmt: skip
TYPES = PICTURES | tracks.TYPES


def read(data: bytes, media_type: str) -> Carried:
    """Texts of the file, by what its first octets say it is, then by `media_type`.

    Raises Unreadable where it is no such file or nothing of it can be read.
    """
    if not data:
        raise Unreadable("The file is empty.")
    carried = _with_plain(data, media_type)
    if not stealth.may_hide(data):
        return carried
    unread: list[str] = []
    hidden = stealth.read(data, unread)
    return Carried((*carried.texts, *hidden), carried.size, (*carried.unread, *unread))


def _with_plain(data: bytes, media_type: str) -> Carried:
    """With what stands in plain letters where no reader looks, also where the container does not open."""
    try:
        carried = _by_signature(data) or _by_type(data, media_type)
    except Unreadable as error:
        texts, unread = bounded(plain.read(data))
        if not texts:
            raise
        return Carried(texts, unread=(*unread, str(error).rstrip(".")))
    if any(part in text.value for text in carried.texts for part in ("class_type", "nodes")):
        return carried
    return replace(carried, texts=(*carried.texts, *plain.read(data)))


def _by_signature(data: bytes) -> Carried | None:
    if data.startswith(png.SIGNATURE):
        return png.read(data)
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.read(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return webp.read(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return gif.read(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _tiff(data)
    if data[:2] == b"BM":
        return Carried()  # a bitmap has no place for a text
    return None


def _by_type(data: bytes, media_type: str) -> Carried:
    if media_type in ("image/heic", "image/avif"):
        return boxed.read(data, media_type)
    if media_type in tracks.TYPES:
        return tracks.read(data, media_type)
    if media_type == "image/svg+xml":
        texts, unread = bounded(_svg(data))
        return Carried(texts, unread=unread)
    raise Unreadable(f"This is not what its type ({media_type}) says, or its beginning is damaged.")


def _svg(data: bytes) -> Iterator[Text]:
    """The XMP packet in <metadata>; a graph stands there in plain letters."""
    start, end = data.find(b"<x:xmpmeta"), data.find(b"</x:xmpmeta>")
    if 0 <= start < end:
        yield from xmp.read(data[start : end + len(b"</x:xmpmeta>")])


def _tiff(data: bytes) -> Carried:
    texts, unread = bounded(exif.read(data))
    width, height = (value_of(texts, "EXIF", name) for name in ("imagewidth", "imagelength"))
    size = (int(width), int(height)) if width.isdigit() and height.isdigit() else (0, 0)
    return Carried(texts, size, unread)
