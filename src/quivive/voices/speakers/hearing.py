"""Which voices does a recording hold, one a channel, and is there enough of each to compare?

Two people on one channel are heard as one voice: turns are not told apart here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.voices.condition import condition
from quivive.voices.sound import decode
from quivive.voices.speakers.encoder import Encoder
from quivive.voices.speech import LEAST_SPEECH, net_seconds, only_speech, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Voice:
    """One voice in numbers: float32[size] of length 1, and the SHA-256 of the `model` that made them.

    `seconds` of net speech; `telephone`: nothing of it lies above 4 kHz.
    """

    numbers: Floats
    seconds: float
    telephone: bool
    model: str


@dataclass(frozen=True)
class Heard:
    """One channel of a recording, counted from 1; `voice` is None where there is too little speech."""

    channel: int
    channels: int
    seconds: float
    voice: Voice | None


def heard(data: bytes, encoder: Encoder) -> tuple[Heard, ...]:
    """Every channel that differs. Raises Unreadable where there is no sound, CouldNotLook without a model."""
    return tuple(_channels(data, encoder))


def voice_of(speech: Floats, seconds: float, encoder: Encoder) -> Voice:
    """The voice in mono speech at 16 kHz without pauses; `seconds` is what is said of its length."""
    telephone = condition(speech) == "telephone"
    return Voice(encoder.embed(speech), seconds, telephone, encoder.source.sha256)


def _channels(data: bytes, encoder: Encoder) -> Iterator[Heard]:
    for track in decode(data):
        spoken = segments(track.samples)
        seconds = net_seconds(spoken)
        enough = seconds >= LEAST_SPEECH
        voice = voice_of(only_speech(track.samples, spoken), seconds, encoder) if enough else None
        yield Heard(track.channel, track.channels, seconds, voice)
