"""Does the small picture that a file carries show what the picture shows?

Cameras put a preview into the file; editors that do not renew it leave one of the picture as it was before.
Likeness is the correlation of grey levels after both were brought to one size, in four turns, with the dark
bars left out that cameras put around previews of another shape. Before 'differs' is said, each is looked for
inside the other: some cameras' previews are cut to their own shape, and a picture found inside its preview
was cropped.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.float32]

ALIKE = 0.75
"""Correlation from which both show the same."""
APART = 0.35
"""Correlation below which they show different things."""
INSIDE = 0.92
"""Correlation from which one is found inside the other."""
CROPPED = 0.8
"""Share of the preview that a cropped picture covers at most: less is a camera's rounding."""
FLAT = 10.0
"""Standard deviation of grey levels below which there is nothing to compare."""
_SIDE = 48
_BAR = 12.0
"""Grey level up to which a border line counts as a bar."""

Verdict = Literal["same", "cropped", "differs", "unsure"]
_TELLING: tuple[Verdict, ...] = ("cropped", "differs", "same", "unsure")


@dataclass(frozen=True)
class Comparison:
    """`likeness` from -1 to 1 of both whole; `share` of the preview that the picture covers if cropped."""

    verdict: Verdict
    likeness: float
    share: float = 1.0


def compare(picture: bytes, previews: Sequence[bytes]) -> tuple[Comparison, bytes] | None:
    """(how it compares, the preview) for the most telling: programs write them at different times.

    None where none decodes. Raises what Pillow raises where the picture does not decode.
    """
    if not previews:
        return None
    large = _grey(picture, 256)
    found = []
    for each in previews:
        with suppress(Exception):  # decoders fail on damage in every way there is
            found.append((judge(large, _grey(each, 160)), each))
    return min(found, key=lambda pair: _TELLING.index(pair[0].verdict), default=None)


def judge(large: Grey, small: Grey) -> Comparison:
    """Compares grey levels; `large` may be turned against `small`."""
    import numpy as np

    small = _without_bars(small)
    if min(small.shape) < 16 or large.std() < FLAT or small.std() < FLAT:
        return Comparison("unsure", 0.0)
    turned = [np.ascontiguousarray(np.rot90(large, times)) for times in range(4)]
    best = max(_likeness(each, small) for each in turned)
    if best >= ALIKE:
        return Comparison("same", best)
    for each in turned:
        if _inside(small, each)[0] >= INSIDE:
            return Comparison("same", best)
        found, share = _inside(each, small)
        if found >= INSIDE and share <= CROPPED:
            return Comparison("cropped", best, share)
    return Comparison("differs" if best < APART else "unsure", best)


def _grey(data: bytes, side: int) -> Grey:
    """Grey levels of a JPEG, decoded no larger than needed, longest side `side` at most."""
    import numpy as np
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    if image.width * image.height > 50_000_000:
        raise ValueError("more than 50 megapixels")
    image.draft("L", (2 * side, 2 * side))
    grey = image.convert("L")
    grey.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float32)


def _without_bars(grey: Grey) -> Grey:
    rows, columns = (grey.max(axis=1) > 2 * _BAR) & (grey.mean(axis=1) > _BAR), grey.mean(axis=0) > _BAR
    if not rows.any() or not columns.any():
        return grey
    top, left = int(rows.argmax()), int(columns.argmax())
    bottom, right = len(rows) - int(rows[::-1].argmax()), len(columns) - int(columns[::-1].argmax())
    return grey[top:bottom, left:right]


def _likeness(one: Grey, other: Grey) -> float:
    import numpy as np
    from PIL import Image

    a, b = (Image.fromarray(each).resize((_SIDE, _SIDE), Image.Resampling.BOX) for each in (one, other))
    return float(np.corrcoef(np.asarray(a).ravel(), np.asarray(b).ravel())[0, 1])


def _inside(part: Grey, whole: Grey) -> tuple[float, float]:
    """(best correlation of `part`, shrunk, at any place of `whole`; the share of its area there)."""
    import cv2

    best, share = 0.0, 1.0
    fit = min(whole.shape[0] / part.shape[0], whole.shape[1] / part.shape[1])
    for shrink in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3):
        width, height = (int(side * fit * shrink) for side in (part.shape[1], part.shape[0]))
        if min(width, height) < 12:
            break
        scaled = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
        found = float(cv2.matchTemplate(whole, scaled, cv2.TM_CCOEFF_NORMED).max())
        if found > best:
            best, share = found, width * height / whole.size
    return best, share
