"""Is a text hidden in the lowest bits of the pixels, as 'stealth pnginfo' and NovelAI hide theirs?

Order and signatures: the extension ashen-sensored/sd_webui_stealth_pnginfo and NovelAI's
NovelAI/novelai-image-metadata. Column by column, one bit of alpha (or three of red, green, blue) a pixel:
fifteen letters of signature, 32 bits that count the bits of the text, then the text, packed with gzip where
the signature ends in 'comp'.
"""

from __future__ import annotations

import io
import warnings
import zlib
from typing import TYPE_CHECKING

from quivive.media.marks import first_column, png
from quivive.media.marks.carried import MOST_CHARACTERS, Text

if TYPE_CHECKING:
    from PIL.Image import Image

MEGAPIXELS = 50
"""Larger pictures are not decoded."""
_SIGNATURES = {
    b"stealth_pnginfo": False, b"stealth_pngcomp": True,
    b"stealth_rgbinfo": False, b"stealth_rgbcomp": True,
}  # fmt: skip
"""Signature → whether the text is packed."""
_SIGNED = 15
_HEAD = _SIGNED + 4
_BANDS = {"A": "alpha channel", "RGB": "colour channels"}
PLACES = frozenset(_BANDS.values())


def may_hide(data: bytes) -> bool:
    """Whether pixels come back as they were written, and whether the first of them look signed.

    PNG, and WebP without loss or with alpha. Of most PNGs the first column tells without decoding them.
    """
    if data.startswith(png.SIGNATURE):
        column = first_column.read(data, 8 * _SIGNED)
        return column is None or any(_packed(column, bands) is not None for bands in ((3,), (0, 1, 2)))
    return data[:4] == b"RIFF" and (b"VP8L" in data[:4096] or b"ALPH" in data[:4096])


def _packed(column: list[bytes], bands: tuple[int, ...]) -> bool | None:
    """What the signature in these pixels says; None where they hold none."""
    bits = "".join(str(pixel[band] & 1) for pixel in column for band in bands if band < len(pixel))
    bits = bits[: 8 * _SIGNED]
    return _SIGNATURES.get(int(bits, 2).to_bytes(_SIGNED, "big")) if bits else None


def read(data: bytes, unread: list[str]) -> list[Text]:
    """The hidden text, if there is one; what kept the pixels from being looked at goes to `unread`."""
    from PIL import Image as pil

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = png.bare(data) if data.startswith(png.SIGNATURE) else data
            with pil.open(io.BytesIO(pixels), formats=("PNG", "WEBP")) as image:
                if image.width * image.height > MEGAPIXELS * 1_000_000:
                    unread.append(f"text hidden in the pixels, which are more than {MEGAPIXELS} million")
                    return []
                return _hidden(image) if image.mode in ("RGB", "RGBA") else []
    except MemoryError:
        raise
    except Exception:  # decoders fail on hostile bytes in every way there is
        unread.append("text hidden in the pixels, which do not decode")
        return []


def _hidden(image: Image) -> list[Text]:
    for bands in ("A", "RGB"):
        if bands == "A" and image.mode != "RGBA":
            continue
        head = _octets(image, bands, 0, _HEAD)
        packed = _SIGNATURES.get(head[:_SIGNED])
        if packed is not None:
            length = int.from_bytes(head[_SIGNED:], "big") // 8
            body = _octets(image, bands, _HEAD, min(length, MOST_CHARACTERS))
            text = _unpacked(body) if packed else body
            return [Text(_BANDS[bands], head[:_SIGNED].decode("ascii"), text.decode("utf-8", "replace"))]
    return []


def _octets(image: Image, bands: str, start: int, count: int) -> bytes:
    """`count` octets from octet `start` on of the lowest bits, column by column."""
    import numpy as np

    a_column = image.height * len(bands)
    first, last = start * 8 // a_column, min((start + count) * 8 // a_column + 1, image.width)
    if last <= first:
        return b""
    planes = [np.asarray(image.getchannel(band).crop((first, 0, last, image.height))) for band in bands]
    columns = np.stack([plane.T & 1 for plane in planes], axis=-1).reshape(-1)
    begin = start * 8 - first * a_column
    bits = columns[begin : begin + count * 8]
    return np.packbits(bits[: len(bits) // 8 * 8]).tobytes()


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MOST_CHARACTERS)
    except zlib.error:
        return b""
