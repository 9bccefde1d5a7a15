"""Which moments of a recording speak most for a machine, which most for a person?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

MOST = 5
"""Passages of each side that are numbered and put into words."""


class Span(Protocol):
    """From `start` to `end`, seconds from the beginning."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


class Scored(Span, Protocol):
    """A stretch with its score: higher is more like a machine."""

    @property
    def score(self) -> float: ...


Side = Literal["machine", "person"]


@dataclass(frozen=True)
class _Stretch:
    start: float
    end: float
    score: float


@dataclass(frozen=True)
class Passage:
    """A stretch that speaks for one side; `sure`: beyond that side's threshold, else it leans to it."""

    start: float
    end: float
    score: float
    side: Side
    sure: bool
    mark: str
    """What it is called in the picture and in words: machines 1, 2 …, persons a, b …"""


@dataclass(frozen=True)
class Timeline:
    """What is drawn of a judgement.

    `alarm` and `clear` are scores of a window: from `alarm` on it speaks for a machine, up to `clear` for a
    person, between both nobody can tell; None: there is no such threshold.
    """

    windows: tuple[Scored, ...]
    spoken: tuple[Span, ...]
    passages: tuple[Passage, ...]
    alarm: float | None
    clear: float | None


def timeline(
    windows: Iterable[Scored],
    spoken: Iterable[Span] = (),
    passages: Iterable[Scored] = (),
    alarm: float | None = None,
    clear: float | None = None,
) -> Timeline:
    """What to draw. `passages`: those already located that speak for a machine, if any.

    Of windows that overlap each speaks for what is nearest to its middle. Where none were located and no
    window reaches a threshold, the one that comes closest stands for its side, marked as not sure. Windows
    whose score is no number are left out.
    """
    heard = tuple(sorted((w for w in windows if math.isfinite(w.score)), key=lambda w: (w.start, w.end)))
    each = steps(heard)
    machine: list[Scored] = [p for p in passages if math.isfinite(p.score)]
    machine = machine or [step for step in each if _beyond(step.score, "machine", alarm, clear)]
    person = [step for step in each if _beyond(step.score, "person", alarm, clear)]
    found: list[Passage] = []
    both: Mapping[Side, list[_Stretch]] = {"machine": joined(machine, 1.0), "person": joined(person, -1.0)}
    for side, stretches in both.items():
        found += _named(stretches or _leaning(heard, side, alarm, clear), side, alarm, clear)
    return Timeline(heard, tuple(spoken), tuple(found), alarm, clear)


def steps(windows: Sequence[Scored]) -> list[_Stretch]:
    """Windows that overlap as stretches that do not: each score holds around its window's middle."""
    found = []
    for number, window in enumerate(windows):
        start, end = window.start, window.end
        if number and windows[number - 1].end >= start:
            start = _between(windows[number - 1], window)
        if number + 1 < len(windows) and windows[number + 1].start <= end:
            end = _between(window, windows[number + 1])
        found.append(_Stretch(start, end, window.score))
    return found


def _between(one: Span, other: Span) -> float:
    """Halfway from the middle of one to that of the other."""
    return (one.start + one.end + other.start + other.end) / 4


def joined(found: Iterable[Scored], sign: float) -> list[_Stretch]:
    """Stretches that touch or overlap as one, with the score that speaks most; the strongest MOST of them.

    `sign`: 1 where higher scores speak more, -1 where lower ones do.
    """
    whole: list[_Stretch] = []
    for each in sorted(found, key=lambda one: one.start):
        if whole and each.start <= whole[-1].end:
            last = whole[-1]
            best = sign * max(sign * last.score, sign * each.score)
            whole[-1] = _Stretch(last.start, max(last.end, each.end), best)
        else:
            whole.append(_Stretch(each.start, each.end, each.score))
    return sorted(whole, key=lambda one: -sign * one.score)[:MOST]


def _leaning(heard: Sequence[Scored], side: Side, alarm: float | None, clear: float | None) -> list[_Stretch]:
    """The window that comes closest to a side, unless it speaks for the other or all sound alike."""
    if len({window.score for window in heard}) < 2:
        return []
    pick = max if side == "machine" else min
    closest = pick(heard, key=lambda window: window.score)
    if _beyond(closest.score, "person" if side == "machine" else "machine", alarm, clear):
        return []
    return [_Stretch(closest.start, closest.end, closest.score)]


def _beyond(score: float, side: Side, alarm: float | None, clear: float | None) -> bool:
    """Whether a score speaks for the side; never where the side has no threshold."""
    if side == "machine":
        return alarm is not None and score >= alarm
    return clear is not None and score <= clear


def _named(
    stretches: Sequence[_Stretch], side: Side, alarm: float | None, clear: float | None
) -> list[Passage]:
    """In the order of time, each with its mark."""
    marks = "123456789" if side == "machine" else "abcdefghi"
    return [
        Passage(each.start, each.end, each.score, side, _beyond(each.score, side, alarm, clear), mark)
        for mark, each in zip(marks, sorted(stretches, key=lambda one: one.start), strict=False)
    ]
