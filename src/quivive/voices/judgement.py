"""What do the scores of a recording mean: a machine, a person, or can nobody tell?

`model/calibration.json` says it for each kind of channel. Among the recordings that set them, at most one in
twenty of every source of real speech reaches the alarm threshold, and at most one in twenty machines of every
system lies up to the clear threshold; between both nobody can tell. A passage that stands out from the rest
of its own recording is located by that: speaker, room and line are then the same.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from quivive import evidence
from quivive.model import Calibration, LikelihoodRatio
from quivive.voices import score as scoring
from quivive.voices.condition import Condition, condition
from quivive.voices.score import Window
from quivive.voices.speech import LEAST_SPEECH, Segment, net_seconds, only_speech, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

PROPOSITION = "synthetic-voice"
KINDS: tuple[Condition, ...] = ("wideband", "telephone", "messenger")
Verdict = Literal["alarm", "cannot-tell", "clear", "insufficient"]


@dataclass(frozen=True)
class Desk:
    """What scores mean over one kind of channel.

    `alarm` and `clear` are scores of a recording; a window that lies at least `contrast` over the median of
    those it does not overlap is a spliced passage.
    """

    calibration: Calibration
    alarm: float
    clear: float
    contrast: float


@dataclass(frozen=True)
class Passage:
    """From `start` to `end` (seconds) the recording speaks for a machine; `score` is its highest."""

    start: float
    end: float
    score: float


@dataclass(frozen=True)
class Judgement:
    """Of one voice: `net` seconds of speech, what was heard along time, and what it is worth."""

    score: float | None
    condition: Condition | None
    net: float
    spoken: tuple[Segment, ...]
    windows: tuple[Window, ...]
    ratio: LikelihoodRatio | None
    verdict: Verdict
    passages: tuple[Passage, ...] = ()


def judge(samples: Samples, spoken: tuple[Segment, ...] | None = None) -> Judgement:
    """The judgement on one channel, mono at 16 kHz; `spoken`: where somebody speaks, if that is known."""
    spoken = segments(samples) if spoken is None else spoken
    windows = scoring.windows(samples, spoken)
    total = scoring.overall(samples, spoken, windows) if spoken else None
    return concluded(total, windows, spoken, condition(only_speech(samples, spoken)))


def conclude(windows: tuple[Window, ...], spoken: tuple[Segment, ...], kind: Condition | None) -> Judgement:
    """What scored windows mean, while more may follow."""
    total = statistics.fmean(each.score for each in windows) if windows else None
    return concluded(total, windows, spoken, kind)


def concluded(
    total: float | None, windows: tuple[Window, ...], spoken: tuple[Segment, ...], kind: Condition | None
) -> Judgement:
    """What a recording's score and those of its windows mean."""
    net = net_seconds(spoken)
    if total is None or net < LEAST_SPEECH:
        return Judgement(total, kind, net, spoken, windows, None, "insufficient")
    desk = desks()[kind or "wideband"]
    ratio = evidence.likelihood_ratio(total, desk.calibration, PROPOSITION)
    spliced = passages_that_stand_out(windows, desk.contrast)
    if total >= desk.alarm:
        loud = tuple(_passages(windows, [each.score >= desk.alarm for each in windows]))
        return Judgement(total, kind, net, spoken, windows, ratio, "alarm", spliced or loud)
    if spliced:
        return Judgement(total, kind, net, spoken, windows, ratio, "alarm", spliced)
    verdict: Verdict = "clear" if total <= desk.clear else "cannot-tell"
    return Judgement(total, kind, net, spoken, windows, ratio, verdict)


@lru_cache(maxsize=1)
def desks() -> Mapping[Condition, Desk]:
    """What scores mean over each kind of channel, as calibrated by training/voices/calibrate.py."""
    read = json.loads((scoring.MODEL / "calibration.json").read_text("utf-8"))
    return {
        kind: Desk(**{**of, "calibration": evidence.calibration_from(of["calibration"])})
        for kind, of in read["conditions"].items()
    }


def stand_out(window: Window, windows: Sequence[Window]) -> float | None:
    """How far a window's score lies over the median of those it does not overlap; None without such."""
    others = [each.score for each in windows if each.end <= window.start or each.start >= window.end]
    return window.score - statistics.median(others) if others else None


def passages_that_stand_out(windows: Sequence[Window], contrast: float) -> tuple[Passage, ...]:
    """Spliced passages: windows at least `contrast` over the median of those they do not overlap."""
    lowest = min((each.score for each in windows), default=0.0)
    chosen = []
    for each in windows:
        over = stand_out(each, windows) if each.score - lowest >= contrast else None  # a median costs time
        chosen.append(over is not None and over >= contrast)
    return tuple(_passages(windows, chosen))


def _passages(windows: Sequence[Window], chosen: Sequence[bool]) -> Iterator[Passage]:
    """Chosen windows that follow one another as one passage: of a few the best alone, for they overlap."""
    run: list[Window] = []
    for window, is_chosen in [*zip(windows, chosen, strict=True), (None, False)]:
        if is_chosen and window is not None and (not run or window.start <= run[-1].end):
            run.append(window)
            continue
        if run:
            yield _passage(run)
        run = [window] if is_chosen and window is not None else []


def _passage(run: Sequence[Window]) -> Passage:
    """Windows that only touch a passage stand out too: of a few that all overlap the best one is it."""
    best = max(run, key=lambda each: each.score)
    if run[-1].start - run[0].start < scoring.WINDOW:
        return Passage(best.start, best.end, best.score)
    return Passage(run[0].start, run[-1].end, best.score)
