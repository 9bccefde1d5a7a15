"""How do hostile bytes become pixels safely? Few formats, hard limits, upright RGB frames.

Decoders are C: all but `looks` runs in the child of `quivive.apart`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from quivive.apart import apart
from quivive.errors import CouldNotLook, TooLarge, Unreadable
from quivive.model import Item

if TYPE_CHECKING:
    from PIL.Image import Image

TYPES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff", "image/webp", "image/heic",
     "image/avif"}
)  # fmt: skip
MEGAPIXELS = 50
"""Larger pictures are refused before any pixel is decoded."""
WORKING = 16
"""Megapixels to which larger pictures are reduced once decoded: writing and codes stay legible."""
FRAMES = 3
"""Frames of an animation, or pages of a TIFF, that are looked at: fewer if they have MEGAPIXELS together."""
SECONDS = 3.0
"""Processor time in which a picture must decode: 50 megapixels take some 2."""
_ANIMATED = ("PNG", "GIF", "WEBP", "AVIF")
"""Formats in which each frame is decoded to get at the next: so only the first, up to MEGAPIXELS, are had."""
MOST_FRAMES = 10_000
"""Frames of an animation that are counted."""
KEPT = 16
"""Megapixels of frames that stay decoded for the next who looks."""
_GIF_FRAME = b"\x21\xf9\x04"
"""What begins a frame (GIF89a §23)."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")

T = TypeVar("T")
L = TypeVar("L")


@dataclass(frozen=True)
class _Decoded:
    """The frames of a picture, reduced to so many megapixels, and what ended them early."""

    what: tuple[int, str]
    megapixels: float
    images: list[Image]
    fault: CouldNotLook | None

    def serves(self, megapixels: float) -> bool:
        """Whether who asks for so many megapixels would get the same."""
        largest = max((image.width * image.height for image in self.images), default=0)
        return megapixels == self.megapixels or largest <= min(megapixels, self.megapixels) * 1_000_000


_decoded: _Decoded | None = None
"""Of a child process: the picture that was looked at last."""


def looks(look: Callable[[bytes, str], T], item: Item, seconds: float) -> T:
    """`look(data, media_type)` in the child, for a picture that decodes within SECONDS; else says why not.

    Decoding is tried alone first, and once for all who look: what is made to stall a decoder has no more time
    than that, while reading a good page may take its own.
    """
    refused = _refused(item.data, item.media_type)
    if refused:
        raise refused
    return apart(look, item.data, item.media_type, seconds=seconds)


@lru_cache(maxsize=1)
def _refused(data: bytes, media_type: str) -> CouldNotLook | None:
    try:
        apart(decodes, data, media_type, seconds=SECONDS)
    except CouldNotLook as error:
        return error
    return None


def decodes(data: bytes, media_type: str) -> None:
    """In the child: ends when every frame that would be looked at was decoded, or one could not be."""
    looked_at(data, media_type, lambda image: None)


def looked_at(
    data: bytes, media_type: str, look: Callable[[Image], L], megapixels: float = WORKING
) -> tuple[list[L], CouldNotLook | None]:
    """What `look` gives of each frame; and what ended it early: a film cut short is seen up to there.

    In the child, where several look at one picture in turn, it is decoded once; `look` leaves it as it is.
    """
    global _decoded
    what = hash(data), media_type
    if _decoded and _decoded.what == what and _decoded.serves(megapixels):
        return [look(image) for image in _decoded.images], _decoded.fault
    _decoded, room = None, KEPT * 1_000_000
    seen: list[L] = []
    kept: list[Image] = []
    fault: CouldNotLook | None = None
    try:
        for image in frames(data, media_type, megapixels=megapixels):
            room -= image.width * image.height
            kept = [*kept, image] if room >= 0 else []
            seen.append(look(image))
    except CouldNotLook as error:
        fault = error
    if room >= 0:
        _decoded = _Decoded(what, megapixels, kept, fault)
    return seen, fault


def frames(data: bytes, media_type: str, most: int = FRAMES, megapixels: float = WORKING) -> Iterator[Image]:
    """Upright RGB pictures: the only frame, or up to `most` evenly spaced ones of an animation or TIFF.

    Above so many megapixels they come reduced; a JPEG is then decoded the quicker.
    Raises TooLarge above `MEGAPIXELS`, Unreadable for anything that does not decode whole.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _open(data, media_type)
            count, broken = _count(image, data)
            if broken:
                image = _open(data, media_type)
            room = max(MEGAPIXELS * 1_000_000 // (image.width * image.height), 1)
            count, most = min(count, room) if image.format in _ANIMATED else count, min(most, room)
            for index in sorted({i * (count - 1) // max(most - 1, 1) for i in range(min(most, count))}):
                if count > 1:
                    image.seek(index)
                _refuse_large(image)
                # A copy, since it is changed and the animation is read on.
                yield _upright(image if count == 1 else image.copy(), megapixels)
            if broken:
                raise broken
    except (CouldNotLook, MemoryError):  # for want of memory the child is ended
        raise
    except Exception as error:
        # Decoders fail on hostile bytes in every way there is (OSError, struct.error, SyntaxError …).
        raise Unreadable(
            f"The picture is damaged or is not what it claims to be ({_said(error)})."
        ) from error


def _count(image: Image, data: bytes) -> tuple[int, Exception | None]:
    """How many frames it has; of one that breaks off within the next frame, the first, and the error."""
    if image.format == "GIF" and data.count(_GIF_FRAME) > MOST_FRAMES:
        return 1, TooLarge(
            f"The animation has more than {MOST_FRAMES:,} pictures; only the first was looked at."
        )
    try:
        return min(int(getattr(image, "n_frames", 1)), MOST_FRAMES), None
    except Exception as error:  # as decoders fail: in every way there is
        return 1, error


def _open(data: bytes, media_type: str) -> Image:
    from PIL import Image as pil

    try:
        if media_type == "image/heic":
            image = _open_heif(data)
        else:
            image = pil.open(io.BytesIO(data), formats=_FORMATS)
    except pil.DecompressionBombError as error:
        raise TooLarge(f"The picture has more than {MEGAPIXELS} megapixels.") from error
    _refuse_large(image)
    return image


def _open_heif(data: bytes) -> Image:
    import pi_heif

    # The container is read without the pixels; `size` is known before anything is decoded.
    heif = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    _refuse_large(heif)
    image: Image = heif.to_pillow()
    return image


def _refuse_large(image: object) -> None:
    width, height = getattr(image, "size", (0, 0))
    if width * height > MEGAPIXELS * 1_000_000 or max(width, height) > 65_500:
        raise TooLarge(
            f"The picture is {width} by {height} pixels; the limit is {MEGAPIXELS} megapixels. "
            "Scale a copy down and check that."
        )
    if min(width, height) < 1:
        raise Unreadable("The picture is empty.")


def _upright(image: Image, megapixels: float) -> Image:
    """Turned as its EXIF orientation says, on white where it is transparent, eight bits a channel."""
    from PIL import Image as pil
    from PIL import ImageOps

    factor = (megapixels * 1_000_000 / (image.width * image.height)) ** 0.5
    size = max(int(image.width * factor), 1), max(int(image.height * factor), 1)
    if factor < 1:
        image.draft("RGB", size)  # a JPEG can be decoded at a half or a quarter
    image.load()
    if factor < 1 and image.mode in ("L", "RGB", "RGBA", "LA"):
        image.thumbnail(size, pil.Resampling.BOX)
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        # Large pictures leave no room for a third copy: pasted, not composed.
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        ground = pil.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        image = ground
    image = image.convert("RGB")
    if image.width * image.height > 1.1 * megapixels * 1_000_000:  # a palette: not to be reduced before
        image.thumbnail((max(size), max(size)), pil.Resampling.BOX)
    return image


def _eight_bits(image: Image) -> Image:
    """16-bit and float greys, which PIL would clip to white, stretched over 0-255."""
    import numpy as np
    from PIL import Image as pil

    grey = np.nan_to_num(np.asarray(image, dtype=np.float32))
    low, high = float(grey.min()), float(grey.max())
    return pil.fromarray(((grey - low) * (255 / max(high - low, 1e-6))).astype(np.uint8))


def _said(error: Exception) -> str:
    words = str(error).split("\n")[0][:80]
    # PIL names the buffer it read from by its address in memory, which differs between runs.
    return "no decoder takes it" if "BytesIO" in words or not words else words
