"""Two made-up people for the tests: the caller of the example, and the same words from a larger head."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from quivive.calls.captures.audio import wav
from quivive.voices.sound import RATE
from quivive.voices.speakers.encoder import shipped
from quivive.voices.speakers.hearing import Voice, voice_of
from quivive.voices.speech import net_seconds, only_speech, segments
from voices.voice_maker import Samples, voice


@lru_cache(maxsize=1)
def speech() -> Samples:
    """What the caller says, pauses removed."""
    whole = voice()
    return only_speech(whole, segments(whole))


def larger_head(samples: Samples, factor: float = 0.6) -> Samples:
    """Pitch and formants `factor` times as high, by playing slower."""
    at = np.arange(0, len(samples) - 1, factor)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


@lru_cache(maxsize=1)
def caller() -> tuple[Voice, Voice]:
    """The caller's voice from the first and from the second half of what is said."""
    said, half = speech(), len(speech()) // 2
    return _voice(said[:half]), _voice(said[half:])


@lru_cache(maxsize=1)
def somebody_else() -> Voice:
    """The same words, spoken in another voice."""
    return _voice(larger_head(speech()[len(speech()) // 2 :]))


def _voice(said: Samples) -> Voice:
    return voice_of(said, len(said) / RATE, shipped())


def write(folder: Path, name: str, samples: Samples) -> Path:
    """A WAV file of samples at RATE."""
    path = folder / name
    path.write_bytes(wav((samples * 32767).astype("<i2").tobytes(), RATE))
    return path


def seconds() -> float:
    """Of net speech of the caller."""
    return net_seconds(segments(voice()))
