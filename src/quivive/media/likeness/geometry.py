"""Do two pictures show the same thing in the same places, and how does one lie in the other?

Points that look alike in both (SIFT, Lowe 2004) must fit one plane-to-plane map (RANSAC), and where the map
lays one picture on the other their light and dark must agree. Mirrored pictures are tried too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 800
POINTS = 1500
ALIKE = 0.75
"""Lowe's ratio: the best match of a point must be so much nearer than the second."""
AWAY = 4.0
"""Pixels of the working size by which a point may miss its place."""
FEW = 16
"""Points that must fit; different pictures had at most 7 (benchmarks/media_likeness.py)."""
AGREE = 0.7
"""Correlation of light and dark where the pictures overlap."""


@dataclass(frozen=True)
class Fit:
    """How the first picture lies in the second.

    `points` fit one map; `agreement` is the correlation of their overlap, -1 to 1. `turned` is in degrees
    clockwise. `shown` and `covered` are shares: of the first that the second shows, and of the second that
    it covers, `box` in hundredths of the second (left, top, right, bottom).
    """

    points: int
    agreement: float = 0.0
    mirrored: bool = False
    turned: int = 0
    shown: float = 0.0
    covered: float = 0.0
    box: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def confirmed(self) -> bool:
        """Whether so much agrees that it is one picture."""
        return self.points >= FEW and self.agreement >= AGREE


def fit(first: NDArray[Any], second: NDArray[Any]) -> Fit:
    """The better fit of the first picture, as it is or mirrored; uint8 RGB [height, width, 3] each."""
    import cv2

    one, two = _grey(first), _grey(second)
    there = _points(two)
    plain = _fit(one, two, there, mirrored=False)
    if plain.confirmed:
        return plain
    mirrored = _fit(cv2.flip(one, 1), two, there, mirrored=True)
    return max(plain, mirrored, key=lambda each: (each.confirmed, each.points))


def _grey(image: NDArray[Any]) -> NDArray[Any]:
    import cv2
    import numpy as np

    scale = min(SIDE / max(image.shape[:2]), 1.0)
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    return np.asarray(cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY))


def _points(grey: NDArray[Any]) -> tuple[Any, Any]:
    import cv2

    points, described = cv2.SIFT.create(nfeatures=POINTS).detectAndCompute(grey, None)
    return points, described


def _fit(one: NDArray[Any], two: NDArray[Any], there: tuple[Any, Any], mirrored: bool) -> Fit:
    import cv2
    import numpy as np

    pairs = _alike(_points(one), there)
    if len(pairs) < 8:
        return Fit(len(pairs), mirrored=mirrored)
    cv2.setRNGSeed(1)  # same pictures, same answer
    start, end = np.array(pairs, np.float32).transpose(1, 0, 2)
    there_by, inside = cv2.findHomography(start, end, cv2.RANSAC, AWAY)
    if there_by is None or not _plausible(there_by, one.shape, two.shape):
        return Fit(0, mirrored=mirrored)
    points = len({tuple(each.round()) for each in end[inside.ravel() == 1]})
    return _measured(one, two, there_by, points, mirrored)


def _alike(one: tuple[Any, Any], two: tuple[Any, Any]) -> list[tuple[Any, Any]]:
    """Places of the points that look alike, (in one, in two)."""
    import cv2

    if one[1] is None or two[1] is None or min(len(one[0]), len(two[0])) < 8:
        return []
    found = cv2.BFMatcher(cv2.NORM_L2).knnMatch(one[1], two[1], k=2)
    return [
        (one[0][best.queryIdx].pt, two[0][best.trainIdx].pt)
        for best, second in found
        if best.distance < ALIKE * second.distance
    ]


def _corners(shape: tuple[int, ...]) -> NDArray[Any]:
    import numpy as np

    height, width = shape[:2]
    return np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)


def _plausible(there_by: NDArray[Any], one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """Whether the map keeps the picture whole: no fold, and neither a line nor a hundred times as large."""
    import cv2

    laid = cv2.perspectiveTransform(_corners(one), there_by)
    share = cv2.contourArea(laid) / (two[0] * two[1])
    return bool(cv2.isContourConvex(laid) and cv2.contourArea(laid, oriented=True) > 0 and 0.01 < share < 100)


def _measured(
    one: NDArray[Any], two: NDArray[Any], there_by: NDArray[Any], points: int, mirrored: bool
) -> Fit:
    import cv2
    import numpy as np

    height, width = two.shape
    laid = cv2.warpPerspective(one, there_by, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full_like(one, 255), there_by, (width, height)) == 255
    back = cv2.warpPerspective(np.full_like(two, 255), np.linalg.inv(there_by), one.shape[::-1]) == 255
    if mask.sum() < 100:
        return Fit(0, mirrored=mirrored)
    smooth = [cv2.GaussianBlur(each, (0, 0), 2)[mask].astype(np.float64) for each in (laid, two)]
    spread = min(each.std() for each in smooth)
    agreement = float(np.corrcoef(*smooth)[0, 1]) if spread > 1 else 0.0
    rows, columns = np.nonzero(mask)
    box = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
    left, top, right, bottom = (round(100 * float(each)) for each in box)
    turned = round(float(np.degrees(np.arctan2(there_by[1, 0], there_by[0, 0])))) % 360
    return Fit(points, agreement, mirrored, turned, float(back.mean()), float(mask.mean()),
               (left, top, right, bottom))  # fmt: skip
