"""What is the PDQ hash of this picture, in each of its eight orientations?

After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019): luma,
two box filters each way, 64 by 64 samples, the 16 by 16 lowest frequencies without the constant ones,
one bit for each that lies above their median. It is short enough to need no other package; tests hold it
against the published hashes of Facebook's pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 512
"""Pixels of the longer side that are hashed; larger pictures are averaged down first, as Facebook does."""
SAMPLES, FREQUENCIES = 64, 16
ORIENTATIONS = (
    "as it is",
    "mirrored",
    "mirrored top to bottom",
    "turned upside down",
    "mirrored and turned by 90 degrees anticlockwise",
    "turned by 90 degrees clockwise",
    "turned by 90 degrees anticlockwise",
    "mirrored and turned by 90 degrees clockwise",
)
"""What `orientations` does to the picture, in its order."""


def pdq(image: NDArray[Any]) -> tuple[str, int]:
    """64 hexadecimal digits, as Facebook writes them, and PDQ's quality from 0 to 100.

    `image` is uint8 RGB [height, width, 3] or grey [height, width]. Below quality 50 the picture is too
    plain for its hash to mean anything.
    """
    samples = _shrink(_shrink(_luma(image)).T).T
    return _hex(_bits(_frequencies(samples))), _quality(samples)


def orientations(image: NDArray[Any]) -> tuple[tuple[str, ...], int]:
    """The hashes of the picture in the order of `ORIENTATIONS`, and its quality."""
    luma = _luma(image)
    # Really turned, since the filters of the paper lean to one side: a mirrored hash is another.
    rows = (_shrink(luma), _shrink(luma[::-1]))
    four = [_shrink(columns).T for each in rows for columns in (each.T, each.T[::-1])]
    each = (*four, four[0].T, four[2].T, four[1].T, four[3].T)
    return tuple(_hex(_bits(_frequencies(samples))) for samples in each), _quality(four[0])


def turned(value: str) -> tuple[str, ...]:
    """About the hashes that the picture behind this hash has in the order of `ORIENTATIONS`.

    Mirroring changes the sign of every other frequency, so of the bits; turning swaps rows and columns.
    What lies next to the median is a few bits off (tests and benchmark say how many).
    """
    import numpy as np

    octets = np.frombuffer(bytes.fromhex(value), np.uint8)
    bits = np.unpackbits(octets)[::-1].reshape(FREQUENCIES, FREQUENCIES).astype(bool)
    columns = np.arange(FREQUENCIES)[None, :] % 2 == 0  # the first is frequency 1
    four = [bits ^ odd for odd in (columns & False, columns, columns.T, columns ^ columns.T)]
    return tuple(_hex(each) for each in (*four, four[0].T, four[2].T, four[1].T, four[3].T))


def distance(one: str, other: str) -> int:
    """Bits in which two hashes differ, 0 to 256."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _luma(image: NDArray[Any]) -> NDArray[np.float64]:
    """Its luma, not larger than `SIDE`."""
    import cv2
    import numpy as np

    scale = SIDE / max(image.shape[:2])
    if scale < 1:
        size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    luma = image.astype(np.float64)
    if luma.ndim == 3:
        luma = luma @ np.array([0.299, 0.587, 0.114])
    return luma


def _shrink(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Down the columns: two box filters of the paper's width, then every (rows / 64)th row."""
    import numpy as np

    rows = len(values)
    window = (rows + 2 * SAMPLES - 1) // (2 * SAMPLES)
    taken = ((np.arange(SAMPLES) + 0.5) * rows / SAMPLES).astype(int)
    for places in (np.arange(rows), taken):
        last = np.minimum(places + (window + 2) // 2, rows)
        first = np.maximum(places + (window + 2) // 2 - window, 0)
        sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        values = (sums[last] - sums[first]) / (last - first)[:, None]
    return values


def _frequencies(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """DCT-II by row and column frequency 1 to 16, without the constant ones."""
    import numpy as np

    frequency, place = np.arange(1, FREQUENCIES + 1)[:, None], 2 * np.arange(SAMPLES) + 1
    basis = np.sqrt(2 / SAMPLES) * np.cos(np.pi / (2 * SAMPLES) * frequency * place)
    return np.asarray(basis @ samples @ basis.T)


def _bits(frequencies: NDArray[np.float64]) -> NDArray[np.bool_]:
    import numpy as np

    flat = frequencies.ravel()
    return np.asarray(frequencies > np.partition(flat, flat.size // 2 - 1)[flat.size // 2 - 1])


def _hex(bits: NDArray[np.bool_]) -> str:
    """Bit 0 is the last of the last digit."""
    import numpy as np

    return np.packbits(bits.ravel()[::-1]).tobytes().hex()


def _quality(samples: NDArray[np.float64]) -> int:
    """The sum of steps between neighbouring samples, each in whole hundredths of white, over 90."""
    import numpy as np

    steps = [np.abs(np.trunc(np.diff(samples, axis=axis) * 100 / 255)).sum() for axis in (0, 1)]
    return min(int(sum(steps)) // 90, 100)
