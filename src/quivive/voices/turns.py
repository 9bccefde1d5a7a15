"""Who speaks when on this channel: one voice, or two that take turns?

Two seconds of speech around every half second are heard by the model of voices (speakers/encoder.py) and
parted in two as well as they can be. Only where the two sides are less alike than what one person's speech
falls into (benchmarks/voices_turns.py) do two people speak. In doubt it is one voice: a person who is taken
for two is judged twice, each time from less speech; two who are taken for one are judged together. Three
people or more are parted in two at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook
from quivive.voices.sound import RATE
from quivive.voices.speakers.encoder import embed, unit
from quivive.voices.speech import LEAST_SPEECH, Segment, net_seconds, only_speech

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Sides = NDArray[np.int64]

LEAST_TO_PART = 2 * LEAST_SPEECH
"""Seconds of net speech: with less, one of two voices could not be judged."""
MOST_ALIKE = 0.35
"""Likeness (cosine) of the two sides from which on they are one voice."""
HEARD, HOP = 2.0, 0.5
"""Seconds of net speech that are heard at once, and from one hearing to the next."""
_ROUNDS = 10
"""Times that the sides are told apart anew by what was learnt of them."""
_TOLD, _CHANGE = 8.0, 4.0
"""What a hearing's likeness weighs for a side, and what a change of turns costs."""
_NEAR = 0.75
"""Seconds: a change of turns so near to a pause lies in the pause."""


@dataclass(frozen=True)
class Parted:
    """How speech is best parted in two: of each hearing its side, 0 or 1; how alike the two are, -1 to 1."""

    sides: Sides
    likeness: float


def voices(samples: Floats, spoken: tuple[Segment, ...]) -> tuple[tuple[Segment, ...], ...]:
    """Where each voice speaks in mono samples at RATE, who begins first: one voice, or two that differ."""
    if net_seconds(spoken) < LEAST_TO_PART:
        return (spoken,)
    try:
        found = parted(hearings(only_speech(samples, spoken)))
    except CouldNotLook:  # without its model nobody is told apart; comparing voices says what is missing
        return (spoken,)
    return told_apart(found, spoken)


def told_apart(found: Parted | None, spoken: tuple[Segment, ...]) -> tuple[tuple[Segment, ...], ...]:
    """The two sides as voices, if they are unlike enough and each has speech enough for a verdict."""
    if found is None or found.likeness >= MOST_ALIKE:
        return (spoken,)
    both = turns(found.sides, spoken)
    if min(net_seconds(each) for each in both) < LEAST_SPEECH:
        return (spoken,)
    return tuple(sorted(both, key=lambda each: each[0].start))


def hearings(speech: Floats) -> Floats:
    """What the voice is like every HOP seconds of speech without pauses: float32[n, SIZE] of length 1."""
    import numpy as np

    size, hop = round(HEARD * RATE), round(HOP * RATE)
    found = [embed(speech[at : at + size]) for at in range(0, len(speech) - size + 1, hop)]
    return np.stack(found) if found else np.zeros((0, 1), np.float32)


def parted(heard: Floats) -> Parted | None:
    """The two sides of hearings float32[n, SIZE]; None where all fall on one side."""
    sides = _first_guess(heard)
    for _ in range(_ROUNDS):
        if _is_one(sides):
            return None
        anew = _by_turns(heard @ _middles(heard, sides).T)
        if (anew == sides).all():
            break
        sides = anew
    if _is_one(sides):
        return None
    settled = _settled(sides)
    one, other = _middles(heard[settled], sides[settled])
    return Parted(sides, float(one @ other))


def turns(sides: Sides, spoken: Sequence[Segment]) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Where in the recording either side speaks."""
    both: tuple[list[Segment], list[Segment]] = ([], [])
    for each, net in _cut(sides, spoken):
        place = round((net + (each.end - each.start) / 2 - HEARD / 2) / HOP)
        side = both[int(sides[min(max(place, 0), len(sides) - 1)])]
        if side and each.start == side[-1].end:
            side[-1] = Segment(side[-1].start, each.end)
        else:
            side.append(each)
    return tuple(both[0]), tuple(both[1])


def _is_one(sides: Sides) -> bool:
    return len(set(sides.tolist())) < 2


def _first_guess(heard: Floats) -> Sides:
    """The sides of the direction in which hearings differ most."""
    import numpy as np

    if len(heard) < 2:
        return np.zeros(len(heard), np.int64)
    apart = heard - heard.mean(axis=0)
    axis = np.linalg.eigh(apart.T @ apart)[1][:, -1]
    sides: Sides = (apart @ axis > 0).astype(np.int64)
    return sides


def _middles(heard: Floats, sides: Sides) -> Floats:
    """The mean of either side, of length 1: float32[2, SIZE]."""
    import numpy as np

    return np.stack([unit(heard[sides == side].mean(axis=0)) for side in (0, 1)])


def _settled(sides: Sides) -> NDArray[np.bool_]:
    """Which hearings lie within a turn, where both voices are not heard at once; all, if too few do."""
    import numpy as np

    same = np.concatenate([[True], sides[1:] == sides[:-1], [True]])
    within: NDArray[np.bool_] = same[1:] & same[:-1]
    enough = min(np.bincount(sides[within], minlength=2)) >= 2
    return within if enough else np.ones(len(sides), np.bool_)


def _by_turns(likeness: Floats) -> Sides:
    """The most probable sides (Viterbi) by the likeness float32[n, 2] of each hearing to both."""
    import numpy as np

    best, came = (0.0, 0.0), []
    for one, other in (_TOLD * likeness).tolist():
        stays, stays_other = best[0] >= best[1] - _CHANGE, best[1] >= best[0] - _CHANGE
        came.append((0 if stays else 1, 1 if stays_other else 0))
        best = (max(best[0], best[1] - _CHANGE) + one, max(best[1], best[0] - _CHANGE) + other)
    sides = [0 if best[0] >= best[1] else 1]
    for back in reversed(came[1:]):
        sides.append(back[sides[-1]])
    return np.array(sides[::-1], np.int64)


def _cut(sides: Sides, spoken: Sequence[Segment]) -> Iterator[tuple[Segment, float]]:
    """The segments, cut where turns change within them, and the net second with which each begins."""
    changes, net = _changes(sides, spoken), 0.0
    for each in spoken:
        length = each.end - each.start
        within = [change - net for change in changes if net < change < net + length]
        for start, end in pairwise([0.0, *within, length]):
            yield Segment(each.start + start, each.start + end), net + start
        net += length


def _changes(sides: Sides, spoken: Sequence[Segment]) -> list[float]:
    """Net seconds at which turns change; none near a pause, which parts the segments anyway."""
    import numpy as np

    pauses = np.cumsum([0.0, *(each.end - each.start for each in spoken)])
    places = (np.flatnonzero(np.diff(sides)) + 0.5) * HOP + HEARD / 2
    return [float(each) for each in places if np.abs(pauses - each).min() > _NEAR]
