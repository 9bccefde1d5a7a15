"""Which texts do a HEIC or AVIF picture's boxes hold (ISO/IEC 23008-12): EXIF, XMP? No pixel is decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from quivive.errors import Unreadable
from quivive.media.marks import exif, xmp
from quivive.media.marks.carried import Carried, Text, bounded


def read(data: bytes, media_type: str) -> Carried:
    """Texts of the metadata items. Raises Unreadable where the boxes make no sense."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _heic(data) if media_type == "image/heic" else _avif(data)
            texts, unread = bounded(_texts(image.info))
            size = int(image.size[0]), int(image.size[1])
    except Exception as error:  # the libraries fail on hostile boxes in every way there is
        raise Unreadable("The picture's container is damaged or is not what it claims to be.") from error
    return Carried(texts, size, unread)


def _heic(data: bytes) -> Any:
    import pi_heif

    return pi_heif.open_heif(data, convert_hdr_to_8bit=True)


def _avif(data: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=("AVIF",))


def _texts(info: dict[str, Any]) -> Iterator[Text]:
    for key, reader in (("exif", exif.read), ("xmp", xmp.read)):
        block = info.get(key)
        if isinstance(block, str):
            block = block.encode("utf-8", "replace")
        if isinstance(block, bytes):
            yield from reader(block)
