"""Where does the picture begin inside the bars that a letterbox, a story or a screenshot put around it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVEN = 14
"""Levels of luma of 255 by which a bar may waver: JPEG at quality 40 rings about so much. Colour bleeds
sixteen pixels from the picture into the bar, so it has no say."""
LEAST = 0.2
"""Share of a side that must be left; a picture that is nearly all bar is none."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels, the last two behind the edge."""


def inside(image: NDArray[Any]) -> Box | None:
    """The box inside even bars at the edges of uint8 RGB [height, width, 3]; None where there are none."""
    import cv2

    height, width = image.shape[:2]
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    top, bottom = _ends(luma)
    if top == bottom:
        return None
    left, right = _ends(luma[top:bottom].T)
    if (left, top, right, bottom) == (0, 0, width, height):
        return None
    if right - left < LEAST * width or bottom - top < LEAST * height:
        return None
    return left, top, right, bottom


def _ends(rows: NDArray[Any]) -> tuple[int, int]:
    """(first, behind the last) row that is no bar."""
    count = len(rows)
    first = _bar(rows)
    return first, max(count - _bar(rows[::-1]), first)


def _bar(rows: NDArray[Any]) -> int:
    """How many rows from the first on have all one luma, but for a pixel in fifty."""
    import numpy as np

    level = np.median(rows[0])
    even = (np.abs(rows - level) <= EVEN).mean(axis=1) >= 0.98
    return int(len(rows) if even.all() else np.argmin(even))
