"""What is heard in a recording: its channels and where somebody speaks in each?

Several detectors ask that of the same recording; the answer to the last one is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from quivive.voices.sound import Track, decode
from quivive.voices.speech import Segment, segments


@dataclass(frozen=True)
class Heard:
    """One channel and the speech in it."""

    track: Track
    spoken: tuple[Segment, ...]


@lru_cache(maxsize=1)
def heard(data: bytes) -> tuple[Heard, ...]:
    """Every channel that differs. Raises Unreadable where there is no sound."""
    return tuple(Heard(track, segments(track.samples)) for track in decode(data))
