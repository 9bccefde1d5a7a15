"""Into which pieces is speech cut so that each is heard whole: at its pauses, none too long?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from quivive.voices.sound import RATE
from quivive.voices.speech import Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

LONGEST = 12.0
"""Seconds of a piece: the recogniser was trained on some 4 to 30 s, and its work grows with the square."""
_PAUSE = 1.0
"""Seconds of a pause over which no piece goes."""
_MARGIN = 0.15
"""Seconds kept before and after: the detector of speech misses soft beginnings and ends."""
_SEARCH = 3.0
"""Seconds before LONGEST in which the quietest moment is taken to cut speech without a pause."""
_FRAME = 320
_LOUD = 0.1
"""Root mean square that pieces are raised or lowered to."""
_MOST_GAIN = 30.0


def pieces(samples: Samples, spoken: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Seconds from and to of each piece of mono samples at RATE, in order, without overlap."""
    joined: list[Segment] = []
    for part in (short for each in spoken for short in _short(samples, each)):
        last = joined[-1] if joined else None
        if last and part.start - last.end <= _PAUSE and part.end - last.start <= LONGEST:
            joined[-1] = Segment(last.start, part.end)
        else:
            joined.append(part)
    return _with_margins(joined, len(samples) / RATE)


def cut_out(samples: Samples, piece: Segment) -> Samples:
    """The sound of a piece, as loud as the recogniser is used to."""
    import numpy as np

    sound = samples[round(piece.start * RATE) : round(piece.end * RATE)]
    loudness = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    gain = min(_LOUD / max(loudness, 1e-9), _MOST_GAIN)
    louder: Samples = np.clip(sound * np.float32(gain), -1.0, 1.0)
    return louder


def _short(samples: Samples, segment: Segment) -> list[Segment]:
    """A segment in parts of at most LONGEST, cut where it is quietest."""
    parts: list[Segment] = []
    start = segment.start
    while segment.end - start > LONGEST:
        cut = _quietest(samples, start + LONGEST - _SEARCH, start + LONGEST)
        parts.append(Segment(start, cut))
        start = cut
    return [*parts, Segment(start, segment.end)]


def _quietest(samples: Samples, start: float, end: float) -> float:
    """Seconds at the middle of the quietest 20 ms between two moments."""
    import numpy as np

    frames = samples[round(start * RATE) : round(end * RATE)]
    frames = frames[: len(frames) // _FRAME * _FRAME].reshape(-1, _FRAME)
    quietest = int(np.argmin(np.square(frames, dtype=np.float64).sum(axis=1))) if len(frames) else 0
    return start + (quietest + 0.5) * _FRAME / RATE


def _with_margins(parts: list[Segment], seconds: float) -> tuple[Segment, ...]:
    """Each part with its margins; two share a pause that is shorter than both margins."""
    gaps = [later.start - former.end for former, later in pairwise(parts)]
    before = [min(_MARGIN, gap / 2) for gap in gaps]
    starts = [max(each.start - room, 0.0) for each, room in zip(parts, [_MARGIN, *before], strict=False)]
    ends = [min(each.end + room, seconds) for each, room in zip(parts, [*before, _MARGIN], strict=False)]
    return tuple(Segment(start, end) for start, end in zip(starts, ends, strict=True))
