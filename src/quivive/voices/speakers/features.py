"""What does a voice sound like, frame by frame, with the line it came over taken out as far as that goes?

Log-mel energies. A floor relative to the loudness of the whole makes bands that a telephone line cut off as
flat as silence, and the mean over time, which is where microphones and lines leave their mark, is removed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BANDS = 64
WINDOW, HOP = 400, 320
"""Samples: 25 ms every 20 ms."""
_SIZE = 512
_LOWEST, _HIGHEST = 60.0, 7_600.0
"""Hz."""
_FLOOR = 1e-4
"""Energy that is added to every band, as a share of the mean band: what lies 40 dB below counts little."""
_SCALE = 0.5
"""Brings the natural logarithms to a deviation near 1."""


def log_mel(samples: Floats) -> Floats:
    """float32[frames, BANDS] of mono samples at RATE; no frame for fewer than WINDOW samples."""
    import numpy as np

    count = 1 + (len(samples) - WINDOW) // HOP if len(samples) >= WINDOW else 0
    if not count:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * _window(), _SIZE, axis=1)) ** 2
    energy = power @ _filters()
    logs = np.log(energy + _FLOOR * energy.mean() + 1e-12)
    found: Floats = (_SCALE * (logs - logs.mean(axis=0))).astype(np.float32)
    return found


@lru_cache(maxsize=1)
def _window() -> Floats:
    import numpy as np

    return np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)


@lru_cache(maxsize=1)
def _filters() -> Floats:
    """Triangles [_SIZE / 2 + 1, BANDS], their corners equally far apart on the mel scale of HTK."""
    import numpy as np

    def mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
        return 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)

    at = mel(np.arange(_SIZE // 2 + 1) * RATE / _SIZE)[:, None]
    corners = np.linspace(mel(_LOWEST), mel(_HIGHEST), BANDS + 2)
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.minimum((at - low) / (middle - low), (high - at) / (high - middle))
    return np.maximum(triangles, 0.0).astype(np.float32)
