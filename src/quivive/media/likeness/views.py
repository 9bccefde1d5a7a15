"""Which parts of a picture are hashed, so that a changed copy still meets it in one of them?

The whole picture; what is left inside even bars; and around each face two squares, close and with its
surroundings. A face keeps its place when the picture is cropped, so the squares do too.

A hash of a face crop is the hash of a picture, not a biometric template: it says how light and dark lie in
this one photograph. Another photograph of the same person is as far from it as one of a stranger (measured:
benchmarks/media_likeness.py), so it can neither identify nor verify anybody, which is what makes personal
data biometric (GDPR article 4(14)); faces serve as points to measure from, and no face is kept or compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook
from quivive.media import pictures
from quivive.media.likeness import borders, faces
from quivive.media.likeness.pdq import orientations

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

NEAR = 31
"""Bits of 256 up to which two hashes are close: the threshold that Facebook gives for PDQ. Among different
pictures and their faces none came below 80 (benchmarks/media_likeness.py), changed copies mostly below 20."""
WORTH = 50
"""Quality below which a hash links nothing."""
CLOSE, AROUND = 1.3, 2.0
"""Sides of the squares about a face, in its widths."""
FACE = 256
WORKING = 1280
"""Pixels of the longer side in which borders and faces are looked for."""


@dataclass(frozen=True)
class View:
    """One part of a picture: its place in words, its hashes in the order of `pdq.ORIENTATIONS`, quality."""

    place: str
    hashes: tuple[str, ...]
    quality: int

    @property
    def pdq(self) -> str:
        """The hash of the part as it is."""
        return self.hashes[0]


def read(data: bytes, media_type: str) -> tuple[list[tuple[View, ...]], CouldNotLook | None]:
    """In the child: the views of each frame that is looked at, and what ended it early."""
    return pictures.looked_at(data, media_type, lambda image: views(as_pixels(image)))


def as_pixels(image: Image, most: int = WORKING) -> NDArray[Any]:
    """uint8 RGB [height, width, 3], averaged down to at most `most` pixels a side."""
    import cv2
    import numpy as np

    pixels = np.asarray(image.convert("RGB"))
    scale = most / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def views(image: NDArray[Any]) -> tuple[View, ...]:
    """All views of uint8 RGB [height, width, 3] that are worth comparing; none of a plain picture."""
    return tuple(view for view in _views(image) if view.quality >= WORTH)


def _views(image: NDArray[Any]) -> Iterator[View]:
    height, width = image.shape[:2]
    yield View("whole picture", *orientations(image))
    box = borders.inside(image)
    if box:
        inner = image[box[1] : box[3], box[0] : box[2]]
        yield View(f"inside its border, {_share(*box, width, height)}", *orientations(inner))
    for number, face in enumerate(faces.find(image), 1):
        for name, widths in (("close", CLOSE), ("with its surroundings", AROUND)):
            side = face.size * widths
            left, top = face.x - side / 2, face.y - side / 2
            square = faces.cut(image, left, top, side, FACE)
            place = _share(left, top, left + side, top + side, width, height)
            yield View(f"face {number} {name}, {place}", *orientations(square))


def _share(left: float, top: float, right: float, bottom: float, width: int, height: int) -> str:
    """A box in hundredths of the picture: 'box 10,20,90,80 %'."""
    shares = (left / width, top / height, right / width, bottom / height)
    return "box " + ",".join(str(round(100 * share)) for share in shares) + " %"
