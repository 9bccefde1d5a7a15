"""Which direction tells machines from people, and not one page's recordings from another's?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from corpora import Clip
from numpy.typing import NDArray

Features = NDArray[np.float32]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Separator:
    """A linear score: standardise, then project."""

    mean: Features
    deviation: Features
    direction: Features

    def __call__(self, features: Features) -> Scores:
        """Higher = more synthetic, for each row of `features`."""
        return np.asarray(((features - self.mean) / self.deviation) @ self.direction, dtype=np.float64)


def weights(clips: Sequence[Clip]) -> Scores:
    """Both labels weigh the same; within one, a source or system counts by the root of its clips."""
    sizes = Counter(clip.corpus for clip in clips)
    weight = np.array([sizes[clip.corpus] ** -0.5 for clip in clips])
    synthetic = np.array([clip.synthetic for clip in clips])
    for label in (False, True):
        weight[synthetic == label] *= len(clips) / 2 / weight[synthetic == label].sum()
    return weight


def fitted(features: Features, clips: Sequence[Clip], ridge: float = 1e-4, centred: bool = True) -> Separator:
    """Weighted ridge regression on the label.

    `centred`: each repository that has both labels is moved to the middle between them first, so that what
    its recordings have in common cannot be learnt as a sign of either.
    """
    synthetic = np.array([clip.synthetic for clip in clips])
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = (features - mean) / deviation
    if centred:
        rows = _centred(rows, synthetic, np.array([clip.repository for clip in clips]))
    target = np.where(synthetic, 1.0, -1.0)
    weight = weights(clips)
    target -= np.average(target, weights=weight)
    kernel = (rows @ rows.T).astype(np.float64) / rows.shape[1]
    dual = np.linalg.solve(kernel + np.diag(ridge * len(clips) / weight), target)
    return Separator(mean, deviation, rows.T @ dual.astype(np.float32))


def _centred(rows: Features, synthetic: NDArray[np.bool_], home: NDArray[np.str_]) -> Features:
    moved = rows.copy()
    for repository in np.unique(home):
        people, machines = (home == repository) & ~synthetic, (home == repository) & synthetic
        if people.any() and machines.any():
            middle = (rows[people].mean(axis=0) + rows[machines].mean(axis=0)) / 2
            moved[home == repository] -= middle
    return moved
