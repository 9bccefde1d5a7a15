"""Which parts of a picture are hashed, so that a changed copy still meets it in one of them?

The whole picture, a small one enlarged too; what is left inside even bars; and around each face two squares,
close and with its surroundings. A face keeps its place when the picture is cropped, so the squares do too.

A hash of a face crop is the hash of a picture, not a biometric template: it says how light and dark lie in
this one photograph. Other photographs of one person lie about as far apart as those of strangers (three
pairs measured: 106 to 114 of 256 bits; strangers: 88 and more, half of them above 120), so it can neither
identify nor verify anybody, which is what makes data biometric (GDPR article 4(14)). Faces serve as points
to measure from; no face is kept, compared or named. A desk that reads the law more strictly can leave the
detector out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook
from quivive.media import pictures
from quivive.media.likeness import borders, faces
from quivive.media.likeness.pdq import SIDE, orientations

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

NEAR = 31
"""Bits of 256 up to which two hashes are close: the threshold that Facebook gives for PDQ. Measured among
32,000 pairs of different pictures, all parts, all turns: the nearest were 64 apart, two views of one desk;
then 82. Changed copies mostly lie below 20 (benchmarks/media_likeness.py)."""
WORTH = 50
"""Quality below which a hash links nothing."""
CLOSE, AROUND = 1.3, 2.0
"""Sides of the squares about a face, in its widths."""
FACE = 256
SMALL = 64
"""Pixels of the shorter side from which a picture is hashed enlarged too."""
DECODED = 3.0
"""Megapixels that are decoded: no less than `WORKING` pixels a side, but for panoramas."""
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
    return pictures.looked_at(data, media_type, lambda image: views(as_pixels(image)), DECODED)


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
    if min(height, width) >= SMALL and max(height, width) < SIDE:
        yield View("whole picture, enlarged", *orientations(_enlarged(image)))
    box = borders.inside(image)
    if box:
        inner = image[box[1] : box[3], box[0] : box[2]]
        yield View(f"inside its border, {_share(*box, width, height)}", *orientations(_enlarged(inner)))
    for number, face in enumerate(faces.find(image), 1):
        for name, widths in (("close", CLOSE), ("with its surroundings", AROUND)):
            side = face.size * widths
            left, top = face.x - side / 2, face.y - side / 2
            square = faces.cut(image, left, top, side, FACE)
            place = _share(left, top, left + side, top + side, width, height)
            yield View(f"face {number} {name}, {place}", *orientations(square))


def _enlarged(image: NDArray[Any]) -> NDArray[Any]:
    """At least `SIDE` pixels on the longer side: PDQ smooths smaller pictures too little, so that one and its
    half as large copy can lie 80 bits apart; enlarged, 20."""
    import cv2
    import numpy as np

    scale = SIDE / max(image.shape[:2])
    if scale <= 1:
        return image
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))


def _share(left: float, top: float, right: float, bottom: float, width: int, height: int) -> str:
    """A box in hundredths of the picture: 'box 10,20,90,80 %'."""
    shares = (left / width, top / height, right / width, bottom / height)
    return "box " + ",".join(str(round(100 * share)) for share in shares) + " %"
