"""How loud is which pitch when? A log-mel spectrogram of fixed size, whatever the length of the sound.

Each column stands for the same stretch of time and is the mean of at most MOST_FRAMES spectra spread evenly
over it, so that twenty minutes cost what one does. Rows are equal steps of the mel scale (O'Shaughnessy
1987: 2595 · log10(1 + f / 700)), from LOWEST to HIGHEST.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Levels = NDArray[np.float64]

LOWEST, HIGHEST = 60.0, 8000.0
"""Hertz."""
RANGE = 65.0
"""dB below the loudest that are told apart; what is quieter is white."""
MOST_FRAMES = 10
_FRAME, _TRANSFORM = 512, 1024
"""Samples of one spectrum (32 ms), and of its transform, padded with silence for finer rows."""
_FLOOR = 1e-12
_CHUNK = 2_000


def levels(samples: Samples, columns: int, rows: int) -> Levels:
    """Loudness float64[rows, columns], 0 (RANGE below the loudest, or silence) to 1; row 0 is the highest."""
    import numpy as np

    starts = _starts(len(samples), columns)
    power = _power(np.nan_to_num(samples, posinf=0.0, neginf=0.0), starts.ravel(), _weights(rows))
    decibel = 10 * np.log10(power.reshape(*starts.shape, rows).mean(axis=1) + _FLOOR)
    loudest = max(float(np.quantile(decibel, 0.999)), 10 * math.log10(_FLOOR) + RANGE)
    shown: Levels = np.clip((decibel - loudest) / RANGE + 1, 0, 1)
    return shown.T[::-1]


def place(hertz: float, rows: int) -> float:
    """Row of a pitch, 0 at the top."""
    low, high = _mel(LOWEST), _mel(HIGHEST)
    return rows * (1 - (_mel(hertz) - low) / (high - low))


def _mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def _starts(length: int, columns: int) -> NDArray[np.int64]:
    """First samples [columns, frames] of the spectra of each column, centred in it."""
    import numpy as np

    width = length / columns
    frames = min(max(round(width / (_FRAME / 2)), 1), MOST_FRAMES)
    offsets = (np.arange(columns * frames) + 0.5) * (width / frames) - _FRAME / 2
    return offsets.astype(np.int64).reshape(columns, frames)


def _power(samples: Samples, starts: NDArray[np.int64], weights: Levels) -> Levels:
    """Power float64[len(starts), rows]; beyond both ends there is silence."""
    import numpy as np

    padded = np.concatenate([np.zeros(_FRAME, np.float32), samples, np.zeros(_FRAME, np.float32)])
    window, parts = np.hanning(_FRAME), []
    for at in range(0, len(starts), _CHUNK):
        picked = np.clip(starts[at : at + _CHUNK] + _FRAME, 0, len(padded) - _FRAME)
        frames = padded[picked[:, None] + np.arange(_FRAME)] * window
        parts.append(np.abs(np.fft.rfft(frames, _TRANSFORM, axis=1)) ** 2 @ weights.T)
    return np.concatenate(parts)


def _weights(rows: int) -> Levels:
    """Which bin counts how much in which row: float64[rows, bins]; the mean of what lies within its edges."""
    import numpy as np

    mels = np.linspace(_mel(LOWEST), _mel(HIGHEST), rows + 1)
    edges = 700 * (10 ** (mels / 2595) - 1) / (RATE / _TRANSFORM)
    bins = np.arange(_TRANSFORM // 2 + 1)
    # share of the bin [k - 1/2, k + 1/2) that lies below each edge
    below = np.clip(edges[:, None] - bins + 0.5, 0, 1)
    found: Levels = np.diff(below, axis=0) / np.diff(edges)[:, None]
    return found
