"""Over what kind of channel did a voice come: wideband, a telephone line, or a lossy codec as messengers use?

Read from the spectrum of the speech at 16 kHz, not from the file's name or codec, which say nothing of what
happened before the file was written. Telephone lines (G.711, GSM, AMR) end at 3.4 to 4 kHz. Opus and MP3 at
low rates spare the bits above 7 kHz; many a studio recording is as poor there, so that 'messenger' is only
the more probable of the two.

Measured on 88 clips (real and synthetic, 16 kHz) sent through real codecs, percent read as each:

    channel                       telephone  messenger  wideband
    G.711 A, µ; GSM; AMR                100          0         0
    G.711, then Opus                     99          0         1
    AMR, quiet, 16 bits                 100          0         0
    GSM, then hiss at 25 dB             100          0         0
    Opus 16-24 kbit/s                     0         82        18
    MP3 64 kbit/s                         0        100         0
    G.722                                 0         28        72
    none                                  0         37        63
    none, hiss at 25 dB                  12          9        78
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Condition = Literal["wideband", "telephone", "messenger"]

_WINDOW = 512
_VOICED = 0.4
"""Share of the windows, the quietest, that are left out: pauses show the room and not the channel."""
_MOST_WINDOWS = 4_000
"""About a minute of speech, evenly spread, is enough."""
_FLOOR = 1e-14
_HIGH, _EDGE = -42.0, -11.0
"""dB. Below _HIGH nothing speaks above 4.5 kHz; an edge steeper than _EDGE is a codec's."""
_FLAT = 9.0
"""dB between loud and soft, above 4.5 kHz, below which there is noise and no consonant."""


@dataclass(frozen=True)
class Spectrum:
    """Of the speech, in dB.

    `high`: the strongest twentieth of 4.5-7 kHz, against the mean of 0.3-3.4 kHz; `spread`: how far it lies
    over the weakest twentieth; `edge`: the mean of 7.3-7.9 kHz against that of 4.2-7 kHz.
    """

    high: float
    spread: float
    edge: float


def condition(speech: Samples) -> Condition | None:
    """The kind of channel of speech at RATE (pauses removed); None where there is too little of it to say."""
    found = spectrum(speech)
    if found is None:
        return None
    if found.high < _HIGH or found.spread < _FLAT:
        return "telephone"
    return "messenger" if found.edge < _EDGE else "wideband"


def spectrum(speech: Samples) -> Spectrum | None:
    """What `condition` judges by; None for less than a quarter of a second, or silence."""
    import numpy as np

    power = _power(speech)
    if len(power) < 8:
        return None
    hertz = np.arange(power.shape[1]) * RATE / _WINDOW

    def mean(low: int, end: int) -> Samples:
        found: Samples = power[:, (hertz >= low) & (hertz < end)].mean(axis=1)
        return found

    voice = float(mean(300, 3400).mean())
    if voice <= _FLOOR * 10:
        return None
    cells = np.stack([mean(at, at + 250) for at in range(4500, 7000, 250)])
    strong, weak = (float(np.quantile(cells, share)) for share in (0.95, 0.05))
    return Spectrum(_db(strong / voice), _db(strong / weak),
                    _db(float(mean(7300, 7900).mean() / mean(4200, 7000).mean())))  # fmt: skip


def _power(speech: Samples) -> Samples:
    """Power spectra [windows, bins] of the louder windows."""
    import numpy as np

    count = (len(speech) - _WINDOW // 2) // (_WINDOW // 2)
    if count < 1:
        return np.zeros((0, _WINDOW // 2 + 1), np.float32)
    picked = np.unique(np.linspace(0, count - 1, min(count, _MOST_WINDOWS)).astype(int)) * (_WINDOW // 2)
    picked = picked[picked + _WINDOW <= len(speech)]
    windows = speech[picked[:, None] + np.arange(_WINDOW)].astype(np.float64) * np.hanning(_WINDOW)
    power: Samples = (np.abs(np.fft.rfft(windows, axis=1)) ** 2 + _FLOOR).astype(np.float32)
    loudness = power.sum(axis=1)
    louder: Samples = power[loudness > np.quantile(loudness, _VOICED)] if len(power) else power
    return louder


def _db(ratio: float) -> float:
    import math

    return 10 * math.log10(max(ratio, _FLOOR))
