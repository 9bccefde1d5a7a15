"""Two made-up people on one channel, by turns, and from when to when each speaks."""

from __future__ import annotations

import numpy as np

from quivive.voices.sound import RATE
from voices.speakers.people import larger_head, speech
from voices.voice_maker import Samples

Times = list[tuple[float, float]]


def two_by_turns(seconds: float = 3.0) -> tuple[Samples, tuple[Times, Times]]:
    """The caller and somebody with a larger head; turns of so many seconds, a quarter second between."""
    both, size = (speech(), larger_head(speech())), round(seconds * RATE)
    parts: list[Samples] = []
    said: tuple[Times, Times] = ([], [])
    for turn in range(min(len(each) // size for each in both)):
        for who in (0, 1):
            at = sum(map(len, parts)) / RATE
            parts += [both[who][turn * size : (turn + 1) * size], np.zeros(RATE // 4, np.float32)]
            said[who].append((at, at + seconds))
    return np.concatenate(parts), said
