"""In which states is a picture shown to a model that is measured? As it came, resized, and encoded again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from quivive.errors import TooLarge
from quivive.media import pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[np.uint8]

SIDE = 512
"""Pixels a side to which sizes are equalised: a picture's size alone tells most published sets apart."""
CONDITIONS = ("native", "same size", "messenger")
"""As it came; its middle SIDE × SIDE pixels; its middle square scaled to SIDE and sent by a messenger."""
AGAIN = (("JPEG", 90), ("JPEG", 75), ("JPEG", 50), ("WEBP", 80), ("PNG", 0))
"""Five re-encodings of the picture as it came: format and quality; the last at three quarters of its size."""


def views(data: bytes, media_type: str, height: int, width: int, fit: str) -> dict[str, Pixels]:
    """RGB uint8[height, width, 3] of each of CONDITIONS and, as 'again 1' to 'again 5', of AGAIN.

    Raises TooLarge for pictures smaller than SIDE, which cannot be brought to one size with the others
    without inventing pixels, and what `pictures.frames` raises. Runs in the child.
    """
    import numpy as np

    image = next(iter(pictures.frames(data, media_type, most=1)))
    if min(image.size) < SIDE:
        raise TooLarge(f"The picture is smaller than {SIDE} pixels a side: sizes cannot be equalised.")
    square = _scaled(_middle(image, min(image.size), min(image.size)), SIDE, SIDE)
    states = {
        "native": image,
        "same size": _middle(image, SIDE, SIDE),
        "messenger": _encoded(square, "JPEG", 75),
    } | {f"again {number}": _again(image, *how) for number, how in enumerate(AGAIN, 1)}
    return {name: np.asarray(fitted(state, height, width, fit)) for name, state in states.items()}


def fitted(image: Image, height: int, width: int, fit: str) -> Image:
    """The picture brought to the size that a model takes; one too small for 'crop' is scaled up."""
    scale = max(height / image.height, width / image.width)
    if fit == "resize" or scale > 1:
        size = max(round(image.width * scale), width), max(round(image.height * scale), height)
        image = _scaled(image, *size)
    return _middle(image, width, height)


def _again(image: Image, kind: str, quality: int) -> Image:
    if kind == "PNG":
        return _scaled(image, image.width * 3 // 4, image.height * 3 // 4)
    return _encoded(image, kind, quality)


def _encoded(image: Image, kind: str, quality: int) -> Image:
    """The picture after a messenger or program saved it: colour at half size (4:2:0), no metadata."""
    from PIL import Image as pil

    buffer = io.BytesIO()
    options: dict[str, Any] = {"subsampling": "4:2:0"} if kind == "JPEG" else {"method": 2}
    image.save(buffer, kind, quality=quality, **options)
    return pil.open(buffer).convert("RGB")


def _scaled(image: Image, width: int, height: int) -> Image:
    from PIL import Image as pil

    return image.resize((width, height), pil.Resampling.BICUBIC, reducing_gap=3.0)


def _middle(image: Image, width: int, height: int) -> Image:
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))
