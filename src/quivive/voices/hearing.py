"""What is heard in a recording: its channels and where somebody speaks in each?

Several detectors ask that of the same recording; the answer to the last one is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from quivive.errors import CouldNotLook
from quivive.voices.sound import Track, decode
from quivive.voices.speech import Segment, segments


@dataclass(frozen=True)
class Heard:
    """One channel and the speech in it."""

    track: Track
    spoken: tuple[Segment, ...]


def heard(data: bytes) -> tuple[Heard, ...]:
    """Every channel that differs. Raises CouldNotLook, as `decode` does, where there is no sound."""
    found = _heard(data)
    if isinstance(found, CouldNotLook):
        raise found
    return found


@lru_cache(maxsize=1)
def _heard(data: bytes) -> tuple[Heard, ...] | CouldNotLook:
    try:
        return tuple(Heard(track, segments(track.samples)) for track in decode(data))
    except CouldNotLook as error:
        return error
