"""Was this JPEG compressed before, on the same grid and more coarsely, and at about which quality?

Quantising twice leaves gaps and doubled bars in the histograms of the cosine coefficients (Lukáš and
Fridrich 2003; Popescu and Farid 2004). How a histogram would look after one compression is estimated from the
picture itself, cut anew half a block aside, which takes it off its grid. For each frequency and each coarser
first step the expected histogram is computed, and its log-likelihood ratio, best first step against none, for
each coefficient that is not zero. The score is the eighth highest of nine frequencies': in drawings some look
odd, but hardly ever all. Tables of cameras and Photoshop are found like libjpeg's, since no table is assumed.
It sees only what happened on the same grid: a picture that was scaled or cropped in between, as messengers
do, has lost the trace. It rests on pixels, not on the coded coefficients: decoding rounds by half a grey
level at most, less than any step above 1.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from quivive.media.history import quality
from quivive.media.history.jpeg import Jpeg, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PIXELS = 1_000_000
"""Of the picture's middle that are looked at."""
LARGEST = 50_000_000
"""Pixels above which a picture is not decoded."""
THRESHOLD = 0.02
"""Score from which it is said (benchmarks/media_history.py: error rates)."""
ENOUGH = 1000
"""Coefficients that are not zero, below which nothing is said."""
_FREQUENCIES = ((0, 1), (1, 0), (2, 0), (1, 1), (0, 2), (0, 3), (1, 2), (2, 1), (3, 0))
"""Row and column in the block: the first of the zigzag order, where most coefficients are."""
_AGREE = 8
"""So many frequencies must each speak for an earlier compression."""
_COARSEST = 100
"""Largest first step that is tried."""
_MOST, _BINS = 512, 1024
"""Coefficients up to `_MOST`, in so many bins: half a unit each."""
_NOISE = (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75)
_SPREAD = 0.33
"""Standard deviation that rounding to grey levels leaves in a coefficient (√1/12, and some clipping)."""
_DOUBT = 0.05
"""Share of coefficients that may come about otherwise."""


@dataclass(frozen=True)
class Recompression:
    """`score` in nats a coefficient; `first`: about the earlier quality, 0 where no frequency tells one."""

    score: float
    first: int
    coefficients: int


def read(data: bytes, jpeg: Jpeg) -> Recompression | None:
    """The likeliest earlier compression, however weak; None where the file gives too little to judge.

    Raises what Pillow raises where the picture does not decode.
    """
    if len(jpeg.luma) != 64 or min(jpeg.width, jpeg.height) < 64 or jpeg.width * jpeg.height > LARGEST:
        return None
    return judge(middle(data, jpeg), jpeg.luma)


def told(found: Recompression | None) -> bool:
    """Whether it is strong enough to be said."""
    return found is not None and found.score >= THRESHOLD and found.coefficients >= ENOUGH


def middle(data: bytes, jpeg: Jpeg) -> NDArray[np.uint8]:
    """Grey levels of some PIXELS in the middle, on the grid of blocks.

    Rows below are not decoded: the frame header of a copy says that the picture ends there.
    """
    import numpy as np
    from PIL import Image

    side = int(PIXELS**0.5)
    rows = max(side, PIXELS // jpeg.width)
    last = min(jpeg.height, (jpeg.height + rows) // 2 // 16 * 16 + 16)
    shorter = bytearray(data)
    shorter[jpeg.frame_at + 5 : jpeg.frame_at + 7] = last.to_bytes(2, "big")
    image = Image.open(io.BytesIO(bytes(shorter)), formats=("JPEG",))
    image.draft("L", image.size)
    grey = np.asarray(image.convert("L"))
    top = max(last - rows, 0) // 8 * 8
    wide = max(side, PIXELS // max(last - top, 1))
    left = max(jpeg.width - wide, 0) // 2 // 8 * 8
    return grey[top:last, left : left + wide]


def judge(grey: NDArray[np.uint8], table: Table) -> Recompression | None:
    """Compares, frequency by frequency and over first steps, one compression with two."""
    import numpy as np

    coded, free = _coefficients(grey), _coefficients(grey[4:, 4:])
    if coded is None or free is None:
        return None
    found, total = [], 0
    for index, (row, column) in enumerate(_FREQUENCIES):
        step = max(table[_zigzag(row, column)], 1)
        counts = np.bincount(np.rint(coded[:, index] / step).astype(np.int64))[: _MOST // step]
        counts[:1] = 0  # blocks without detail say nothing, and there the estimate is least sure
        number = int(counts.sum())
        if number >= 50 and step < _MOST // 4:
            found.append((*_best(counts, _smooth(free[:, index]), step), number, _zigzag(row, column)))
            total += number
    if len(found) < _AGREE:
        return None
    nats = sorted((ratio / number for _, ratio, number, _ in found), reverse=True)
    sure = {place: first for first, ratio, number, place in found if ratio > THRESHOLD * number}
    return Recompression(nats[_AGREE - 1], quality.nearest(sure) if sure else 0, total)


def _coefficients(grey: NDArray[np.uint8]) -> Floats | None:
    """|cosine coefficient| of each block (rows) and frequency (columns); blocks that clip are left out."""
    import numpy as np

    rows, columns = grey.shape[0] // 8, grey.shape[1] // 8
    cut = grey[: rows * 8, : columns * 8]
    blocks = cut.reshape(rows, 8, columns, 8).swapaxes(1, 2).reshape(-1, 64)
    blocks = blocks[(blocks.min(axis=1) > 0) & (blocks.max(axis=1) < 255)]
    if len(blocks) < 64:
        return None
    found: Floats = np.abs(blocks.astype(np.float32) @ _basis())
    return found


def _basis() -> Floats:
    """The frequencies' patterns of T.81 §A.3.3, each as a column of 64."""
    import numpy as np

    places = np.arange(8)
    waves = np.cos((2 * places[None] + 1) * places[:, None] * np.pi / 16) / 2
    waves[0] /= np.sqrt(2)
    patterns = [np.outer(waves[row], waves[column]).ravel() for row, column in _FREQUENCIES]
    return np.stack(patterns, axis=1).astype(np.float32)


def _zigzag(row: int, column: int) -> int:
    """Place in a table's zigzag order (T.81 figure A.6), for the upper left half of the block."""
    diagonal = row + column
    return diagonal * (diagonal + 1) // 2 + (row if diagonal % 2 else column)


def _smooth(values: Floats) -> NDArray[np.float64]:
    """How often a coefficient of each size comes up: means over bins that widen with the size."""
    import numpy as np

    bins = np.minimum((values * (_BINS / _MOST)).astype(np.int64), _BINS - 1)
    sums = np.concatenate([[0.0], np.cumsum(np.bincount(bins, minlength=_BINS))])
    place = np.arange(_BINS)
    half = np.maximum(2, place * 3 // 25)
    low, high = np.maximum(place - half, 0), np.minimum(place + half + 1, _BINS)
    means: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low) + 1e-6
    return means


def _best(counts: NDArray[np.int64], density: NDArray[np.float64], step: int) -> tuple[int, float]:
    """The coarser first step that explains `counts` best, and its log-likelihood ratio against none."""
    import numpy as np

    once = _shares(_landed(density, step, len(counts)))
    best = step, -np.inf
    for first in range(step + 1, min(4 * step + 16, _COARSEST) + 1):
        twice = (1 - _DOUBT) * _shares(_relanded(density, first, step, len(counts))) + _DOUBT * once
        ratio = float(counts @ np.log((twice + 1e-9) / (once + 1e-9)))
        best = max(best, (first, ratio), key=lambda pair: pair[1])
    return best


def _landed(density: NDArray[np.float64], step: int, most: int) -> NDArray[np.float64]:
    import numpy as np

    return np.bincount(_levels(step), weights=density, minlength=most)[:most].astype(np.float64)


def _relanded(density: NDArray[np.float64], first: int, step: int, most: int) -> NDArray[np.float64]:
    """What quantising by `first`, rounding to grey levels and quantising by `step` makes of `density`."""
    import numpy as np

    once = np.bincount(_levels(first), weights=density)
    levels, weights = _again(first, step)
    masses = (once[:, None] * weights).ravel()
    return np.bincount(levels, weights=masses, minlength=most)[:most].astype(np.float64)


def _shares(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the coefficients that are not zero."""
    found = found.copy()
    found[0] = 0
    return found / max(float(found.sum()), 1e-9)


@lru_cache(maxsize=256)
def _levels(step: int) -> NDArray[np.int64]:
    """The multiple of `step` that each bin is rounded to."""
    import numpy as np

    return np.rint((np.arange(_BINS) + 0.5) * (_MOST / _BINS) / step).astype(np.int64)


@lru_cache(maxsize=1024)
def _again(first: int, step: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the multiples of `first` land among those of `step`, with rounding noise, and with what share."""
    import numpy as np

    noise = np.array(_NOISE)
    weights = np.exp(-(noise**2) / (2 * _SPREAD**2))
    multiples = np.arange(int(_levels(first)[-1]) + 1) * first
    levels = np.rint(np.abs(multiples[:, None] + noise) / step).astype(np.int64).ravel()
    return levels, weights / weights.sum()
