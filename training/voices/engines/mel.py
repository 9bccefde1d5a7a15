"""How is sound brought to the mel spectrogram that a HiFi-GAN reads?

Slaney's mel scale and area norm, as librosa computes it, which the published HiFi-GAN was trained with:
piecewise linear below 1 kHz, logarithmic above (M. Slaney, Auditory Toolbox, 1998)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from channels import Samples
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
LINEAR_HZ, KNEE_HZ, STEP = 200 / 3, 1_000.0, np.log(6.4) / 27


@dataclass(frozen=True)
class MelFormat:
    """Rate and upper edge in Hz, length of the Fourier transform and hop in samples, least magnitude."""

    rate: int
    size: int
    hop: int
    bands: int = 80
    highest: float = 8_000.0
    least: float = 1e-5


def log_mel(samples: Samples, form: MelFormat) -> NDArray[np.float32]:
    """Natural logarithm of the mel magnitudes, float32[bands, frames]; the edges are mirrored."""
    padded = np.pad(samples.astype(np.float64), (form.size - form.hop) // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, form.size)[:: form.hop]
    window = np.hanning(form.size + 1)[:-1]
    magnitude = np.sqrt(np.abs(np.fft.rfft(frames * window, axis=1)) ** 2 + 1e-9)
    return np.log(np.maximum(filters(form) @ magnitude.T, form.least)).astype(np.float32)


def filters(form: MelFormat) -> Matrix:
    """Triangles of equal area, float64[bands, size / 2 + 1]."""
    edges = hertz(np.linspace(0.0, mels(np.array(form.highest)), form.bands + 2))
    grid = np.linspace(0.0, form.rate / 2, form.size // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.minimum((grid - low) / (middle - low), (high - grid) / (high - middle))
    return np.asarray(np.maximum(0.0, triangles) * 2.0 / (high - low))


def mels(frequency: Matrix) -> Matrix:
    """Hertz to mels."""
    above = KNEE_HZ / LINEAR_HZ + np.log(np.maximum(frequency, KNEE_HZ) / KNEE_HZ) / STEP
    return np.where(frequency < KNEE_HZ, frequency / LINEAR_HZ, above)


def hertz(mel: Matrix) -> Matrix:
    """Mels to hertz."""
    knee = KNEE_HZ / LINEAR_HZ
    return np.where(mel < knee, mel * LINEAR_HZ, KNEE_HZ * np.exp(STEP * (np.maximum(mel, knee) - knee)))
