"""Which sounds are heard on lines and in files that nobody speaks in?

Each is SECONDS long, mono at 16 kHz, full scale ±1, from a fixed seed; tones as ITU-T Q.23 (keys), E.180 and
its supplement 2 (ring-back, dial and busy tone of Europe and North America) have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
RATE = 16_000
SECONDS = 20.0
KEYS = (
    (697, 1209),
    (697, 1336),
    (697, 1477),
    (770, 1209),
    (770, 1336),
    (770, 1477),
    (852, 1209),
    (852, 1336),
)
"""Hz of the rows and columns of the keys 1 to 8."""
SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)
"""Semitones of a major scale over its first note."""


def noises() -> Mapping[str, Samples]:
    """Every sound by its name, each at half of full scale at most."""
    made = {name: make(np.random.default_rng(number)) for number, (name, make) in enumerate(_MAKERS.items())}
    return {name: 0.5 * samples / max(float(np.abs(samples).max()), 1e-9) for name, samples in made.items()}


def _time() -> Samples:
    return np.arange(round(RATE * SECONDS)) / RATE


def _coloured(rng: np.random.Generator, power: float) -> Samples:
    """Noise whose power falls by frequency to `power`: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.normal(size=len(_time())))
    hertz = np.fft.rfftfreq(len(_time()), 1 / RATE)
    return np.fft.irfft(spectrum / np.maximum(hertz, 20.0) ** (power / 2), len(_time()))


def _tones(*hertz: float) -> Samples:
    return np.sum([np.sin(2 * np.pi * each * _time()) for each in hertz], axis=0)


def _cadence(sound: Samples, on: float, off: float) -> Samples:
    """Sound for `on` seconds of every `on` and `off`."""
    return sound * (_time() % (on + off) < on)


def _hum(rng: np.random.Generator) -> Samples:
    """Mains at 50 Hz with its overtones, and a little noise."""
    overtones = [np.sin(2 * np.pi * 50 * n * _time() + n) / n for n in range(1, 30)]
    return np.sum(overtones, axis=0) + 0.02 * rng.normal(size=len(_time()))


def _notes(rng: np.random.Generator, voices: int, length: float, overtones: int) -> Samples:
    """Music: `voices` at once play notes of a scale that decay, each with overtones."""
    out, note = np.zeros(len(_time())), np.arange(round(RATE * length)) / RATE
    for voice in range(voices):
        for start in range(0, len(out) - len(note) + 1, len(note)):
            pitch = 110 * 2**voice * 2 ** (rng.choice(SCALE) / 12)
            partials = [np.sin(2 * np.pi * pitch * n * note) / n**1.5 for n in range(1, overtones + 1)]
            out[start : start + len(note)] += np.sum(partials, axis=0) * np.exp(-3 * note / length)
    return out


def _clicks(rng: np.random.Generator) -> Samples:
    out = np.zeros(len(_time()))
    out[rng.integers(0, len(out), 200)] = rng.choice([-1.0, 1.0], 200)
    return np.convolve(out, np.exp(-np.arange(80) / 8), "same")


def _keys(rng: np.random.Generator) -> Samples:
    """Keys pressed for a tenth of a second, three a second."""
    pressed = (_time() * 3).astype(int)
    row, column = np.array(KEYS, float)[rng.integers(0, len(KEYS), pressed[-1] + 1)][pressed].T
    tones = np.sin(2 * np.pi * row * _time()) + np.sin(2 * np.pi * column * _time())
    return _cadence(tones, 0.1, 1 / 3 - 0.1)


def _modem(rng: np.random.Generator) -> Samples:
    """Frequency shift keying at 300 baud between 980 and 1180 Hz (ITU-T V.21)."""
    bits = rng.integers(0, 2, round(300 * SECONDS) + 1)[(_time() * 300).astype(int)]
    return np.sin(2 * np.pi * np.cumsum(np.where(bits, 980, 1180)) / RATE)


def _syllables(rng: np.random.Generator) -> Samples:
    """Noise of a voice's long-term colour that swells four times a second, as speech does."""
    return _coloured(rng, 1.5) * np.maximum(np.sin(2 * np.pi * 4 * _time()), 0) ** 2


def _buzz(rng: np.random.Generator) -> Samples:
    """A vowel-like buzz: pulses of a gliding pitch through two resonances, without an end."""
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * _time())
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0)
    ring = np.arange(400) / RATE
    formants = sum(np.sin(2 * np.pi * f * ring) * np.exp(-ring * 300) for f in (600.0, 1200.0))
    return np.convolve(pulses, formants, "same")


_MAKERS: Mapping[str, Callable[[np.random.Generator], Samples]] = {
    "silence": lambda rng: np.zeros(len(_time())),
    "one bit of noise": lambda rng: rng.integers(-1, 2, len(_time())).astype(float),
    "white noise": lambda rng: _coloured(rng, 0),
    "pink noise": lambda rng: _coloured(rng, 1),
    "brown noise": lambda rng: _coloured(rng, 2),
    "noise in syllables": _syllables,
    "wind": lambda rng: _coloured(rng, 3) * (1.2 + np.sin(2 * np.pi * 0.3 * _time())),
    "hum": _hum,
    "vowel-like buzz": _buzz,
    "a tone": lambda rng: _tones(440),
    "a sweep": lambda rng: np.sin(2 * np.pi * np.cumsum(np.geomspace(50, 7500, len(_time()))) / RATE),
    "square wave": lambda rng: np.sign(_tones(150)),
    "a tune": lambda rng: _notes(rng, 1, 0.4, 8),
    "chords": lambda rng: _notes(rng, 3, 0.8, 12),
    "clicks": _clicks,
    "keys pressed (DTMF)": _keys,
    "ring-back, Europe": lambda rng: _cadence(_tones(425), 1, 4),
    "ring-back, North America": lambda rng: _cadence(_tones(440, 480), 2, 4),
    "busy tone": lambda rng: _cadence(_tones(425), 0.5, 0.5),
    "dial tone": lambda rng: _tones(350, 440),
    "modem": _modem,
}
