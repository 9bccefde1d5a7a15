"""How well do scores of synthetic speech separate, warn and weigh? Higher scores speak for synthetic.

EER, minDCF and actDCF are those of ASVspoof 5, track 1: prior of synthetic speech 0.05, cost of turning a
person away 1, cost of letting synthetic speech pass 10, normalised by the better of the two constant answers
(Wang et al. 2024, arXiv 2408.08739; the organisers' evaluation package). Cllr: Brümmer & du Preez 2006.
Intervals resample whole systems (synthetic) and whole speakers (real)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from quivive import evidence

Scores = NDArray[np.float64]
Labels = NDArray[np.int_]
PRIOR, TURNED_AWAY, LET_PASS = 0.05, 1.0, 10.0
FEWEST = 13
"""Clips of a system, source or language below which no figure is given."""
JUDGED_SOURCE = 20
"""Clips of a real source from which on its false alarms bound the alarm threshold."""
MOST_FALSE_ALARMS = 0.05


def dcf(misses: NDArray[np.float64], alarms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised detection cost for shares of missed synthetic and falsely alarmed real clips."""
    real, synthetic = TURNED_AWAY * (1 - PRIOR), LET_PASS * PRIOR
    cost: NDArray[np.float64] = (real * alarms + synthetic * misses) / min(real, synthetic)
    return cost


def min_dcf(scores: Scores, labels: Labels) -> float:
    """The least detection cost at any threshold, alarms being scores at or above it."""
    grid = np.append(np.unique(scores), np.inf)
    misses = np.searchsorted(np.sort(scores[labels == 1]), grid, "left") / (labels == 1).sum()
    alarms = 1 - np.searchsorted(np.sort(scores[labels == 0]), grid, "left") / (labels == 0).sum()
    return float(dcf(misses, alarms).min())


def act_dcf(log10: Scores, labels: Labels) -> float:
    """Detection cost at the threshold that prior and costs give a log10 likelihood ratio (ln 1.9)."""
    alarm = log10 > math.log10(TURNED_AWAY * (1 - PRIOR) / (LET_PASS * PRIOR))
    return float(dcf(1 - alarm[labels == 1].mean(), alarm[labels == 0].mean()))


def eer_threshold(scores: Scores, labels: Labels) -> float:
    """Where missed and falsely alarmed shares are closest."""
    grid = np.unique(scores)
    misses = np.searchsorted(np.sort(scores[labels == 1]), grid, "left") / (labels == 1).sum()
    alarms = 1 - np.searchsorted(np.sort(scores[labels == 0]), grid, "left") / (labels == 0).sum()
    return float(grid[np.argmin(np.abs(misses - alarms))])


def alarm_threshold(scores: Scores, sources: Sequence[str]) -> float:
    """The least threshold (alarm: above) with at most 5 % false alarms on every real source of >= 20 clips.

    `scores` and `sources` are of real clips only. With no such source, all clips are one.
    """
    names = np.array(sources)
    judged = [name for name, count in Counter(sources).items() if count >= JUDGED_SOURCE]
    groups = [scores[names == name] for name in judged] or [scores]
    return max(float(np.sort(group)[::-1][math.floor(MOST_FALSE_ALARMS * len(group))]) for group in groups)


def shares(alarm: NDArray[np.bool_], names: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Share of alarms and number of clips by name, names with fewer than FEWEST clips left out."""
    of = np.array(names)
    counts = Counter(names)
    return {
        name: (float(alarm[of == name].mean()), counts[name])
        for name in sorted(counts)
        if counts[name] >= FEWEST
    }


def interval(
    measure: Callable[[NDArray[np.int_]], float], labels: Labels, clusters: Sequence[str],
    resamples: int = 300, seed: int = 4,
) -> tuple[float, float, float]:  # fmt: skip
    """`measure` of all indices and its 95 % bootstrap interval, whole clusters of each label drawn."""
    rng = np.random.default_rng(seed)
    members: dict[tuple[int, str], list[int]] = {}
    for i, (label, cluster) in enumerate(zip(labels.tolist(), clusters, strict=True)):
        members.setdefault((label, cluster), []).append(i)
    sides = [[np.array(found) for (of, _), found in members.items() if of == label] for label in (0, 1)]
    values = []
    for _ in range(resamples):
        drawn = [side[i] for side in sides for i in rng.integers(len(side), size=len(side))]
        values.append(measure(np.concatenate(drawn)))
    low, high = np.quantile(values, [0.025, 0.975])
    return measure(np.arange(len(labels))), float(low), float(high)


def calibrated(
    scores: Scores, labels: Labels, folds: Sequence[tuple[Sequence[int], Sequence[int]]]
) -> Scores:
    """log10 likelihood ratios of every clip, each fold's (train, test) fitted on its training clips."""
    log10 = np.full(len(scores), np.nan)
    for train, test in folds:
        fitted = evidence.fit(scores[list(train)], labels[list(train)], "other folds")
        ratios = fitted.slope * scores[list(test)] + fitted.intercept
        log10[list(test)] = np.clip(ratios, *fitted.bounds)
    return log10
