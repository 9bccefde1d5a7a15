"""What is a score worth as evidence? Scores to bounded likelihood ratios, and how good those are.

A likelihood ratio says how much more probable the observation is if a proposition is true than if its
alternative is. Ratios are made by logistic calibration on data the score was not trained on, limited to
what that data supports (empirical lower and upper bound, ELUB: Vergeer, van Es, de Jongh, Alberink,
Stoel, Science & Justice 56 (2016) 482-491) and worded on the scale of the ENFSI Guideline for Evaluative
Reporting (2015), table 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from quivive.errors import UsageError
from quivive.model import Calibration, LikelihoodRatio

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

PROPOSITIONS: Mapping[str, tuple[str, str]] = {
    "scam-message": ("the message is a scam", "the message is legitimate"),
    "synthetic-voice": ("the voice is synthetic", "the voice is that of a person speaking"),
}
"""Proposition name → (proposition, alternative) in words."""

_SCALE = ((2.0, "weak"), (10.0, "weak"), (100.0, "moderate"), (1e3, "moderately strong"), (1e4, "strong"),
          (1e6, "very strong"))  # fmt: skip


def verbal(log10: float) -> str:
    """ENFSI words for a log10 likelihood ratio: 'moderate support', for the alternative when negative."""
    ratio = 10.0 ** min(abs(log10), 300.0)
    if ratio < 2.0:
        return "no support either way"
    word = next((word for upper, word in _SCALE if ratio < upper), "extremely strong")
    return f"{word} support" + ("" if log10 > 0 else " for the alternative")


def likelihood_ratio(score: float, calibration: Calibration, proposition: str) -> LikelihoodRatio | None:
    """The ratio for a score with its 95 % interval, cut to the bounds; None where not validated."""
    if not calibration.validated:
        return None
    log10 = calibration.slope * score + calibration.intercept
    var_slope, cov, var_intercept = calibration.covariance
    variance = var_slope * score * score + 2.0 * cov * score + var_intercept
    spread = 1.96 * math.sqrt(max(variance, 0.0))
    low, mid, high = (_clip(value, calibration.bounds) for value in (log10 - spread, log10, log10 + spread))
    claim, alternative = PROPOSITIONS[proposition]
    return LikelihoodRatio(
        claim, alternative, mid, low, high, calibration.bounds, verbal(mid), calibration.name
    )


def _clip(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


def fit(scores: ArrayLike, labels: ArrayLike, name: str) -> Calibration:
    """Logistic calibration with classes weighted equally, and its ELUB bounds.

    `scores` and `labels` (1 = proposition true) have shape [n]. Raises UsageError if a class is empty.
    """
    import numpy as np

    x, y = np.asarray(scores, float), np.asarray(labels, int)
    positives, negatives = int((y == 1).sum()), int((y == 0).sum())
    if not positives or not negatives:
        raise UsageError("Calibration needs labelled cases of both kinds: scams and legitimate messages.")
    weights = np.where(y == 1, 0.5 / positives, 0.5 / negatives) * len(y)
    slope, intercept, covariance = _logistic(x, y, weights)
    log10 = (slope * x + intercept) / math.log(10)
    scale = math.log(10)
    return Calibration(
        name=name,
        slope=slope / scale,
        intercept=intercept / scale,
        covariance=tuple(value / scale**2 for value in covariance),  # type: ignore[arg-type]
        bounds=elub(log10, y),
        counts=(positives, negatives),
    )


def _logistic(
    x: NDArray[np.float64], y: NDArray[np.int_], weights: NDArray[np.float64]
) -> tuple[float, float, tuple[float, float, float]]:
    """Newton's method on the weighted log-likelihood; a weak ridge keeps separable data finite."""
    import numpy as np

    design = np.column_stack([x, np.ones_like(x)])
    beta = np.zeros(2)
    ridge = np.diag([1e-3, 1e-6])
    hessian = ridge
    for _ in range(100):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -500, 500)))
        gradient = design.T @ (weights * (y - p)) - ridge @ beta
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        beta = beta + np.clip(step, -5, 5)
        if float(np.abs(step).max()) < 1e-9:
            break
    # Sandwich covariance: class weights make the plain inverse Hessian too narrow.
    residual = design * (weights * (y - 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -500, 500)))))[:, None]
    bread = np.linalg.inv(hessian)
    cov = bread @ (residual.T @ residual) @ bread
    return float(beta[0]), float(beta[1]), (float(cov[0, 0]), float(cov[0, 1]), float(cov[1, 1]))


def elub(log10: ArrayLike, labels: ArrayLike, step: float = 0.01) -> tuple[float, float]:
    """Empirical lower and upper bound of the log10 ratios that the data can support.

    Between the bounds, at every threshold `step` apart, deciding by the ratios costs no more than the
    neutral system that always answers 1, even with one misleading ratio added on each side (Vergeer et
    al. 2016). Bounds enclose 0 and never pass log10(n + 1) of the other class.
    """
    import numpy as np

    values, y = np.asarray(log10, float), np.asarray(labels, int)
    same, other = np.sort(values[y == 1]), np.sort(values[y == 0])
    least = min(max(values.min(), -math.log10(len(same) + 1)), 0.0)
    most = max(min(values.max(), math.log10(len(other) + 1)), 0.0)
    grid = np.arange(math.floor(least / step), math.floor(most / step) + 2) * step
    misses = (np.searchsorted(same, grid, "right") + 1) / (len(same) + 1)
    alarms = (len(other) - np.searchsorted(other, grid, "right") + 1) / (len(other) + 1)
    useless = misses + 10.0**grid * alarms > np.minimum(10.0**grid, 1.0)
    low = np.max(grid[useless & (grid <= 0)] + step, initial=grid[0])
    high = np.min(grid[useless & (grid >= 0)] - step, initial=grid[-1])
    return min(float(low), 0.0), max(float(high), 0.0)


def cllr(log10: ArrayLike, labels: ArrayLike) -> float:
    """Log-likelihood-ratio cost in bits (Brümmer & du Preez 2006): 0 perfect, 1 says nothing."""
    import numpy as np

    values, y = np.asarray(log10, float) * math.log(10), np.asarray(labels, int)
    cost_same = np.logaddexp(0.0, -values[y == 1]).mean()
    cost_other = np.logaddexp(0.0, values[y == 0]).mean()
    return float((cost_same + cost_other) / 2 / math.log(2))


def cllr_min(scores: ArrayLike, labels: ArrayLike) -> float:
    """Cllr after the best monotone calibration (PAV): what is lost to discrimination alone."""
    import numpy as np

    x, y = np.asarray(scores, float), np.asarray(labels, int)
    order = np.argsort(x, kind="stable")
    truth = y[order].astype(float)
    posterior = np.clip(_isotonic(x[order], truth), 1e-12, 1 - 1e-12)
    odds = (y == 1).sum() / (y == 0).sum()
    return cllr(np.log10(posterior / (1 - posterior) / odds), truth.astype(int))


def _isotonic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pool adjacent violators on sorted `x`; equal scores are pooled first."""
    import numpy as np

    _, starts, counts = np.unique(x, return_index=True, return_counts=True)
    sums = np.add.reduceat(y, starts)
    blocks: list[tuple[float, int]] = []
    for total, count in zip(sums.tolist(), counts.tolist(), strict=True):
        blocks.append((total, count))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            (a, n), (b, m) = blocks[-2], blocks[-1]
            blocks[-2:] = [(a + b, n + m)]
    return np.concatenate([np.full(n, a / n) for a, n in blocks])


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a scam outscores a legitimate message, ties half."""
    import numpy as np

    x, y = np.asarray(scores, float), np.asarray(labels, int)
    same, other = np.sort(x[y == 1]), np.sort(x[y == 0])
    below = np.searchsorted(other, same, "left") + np.searchsorted(other, same, "right")
    return float(below.sum() / (2 * len(same) * len(other)))


def recall_at(scores: ArrayLike, labels: ArrayLike, false_alarms: float) -> float:
    """Share of positives above the threshold that lets through `false_alarms` (0-1) of the negatives."""
    import numpy as np

    x, y = np.asarray(scores, float), np.asarray(labels, int)
    other = np.sort(x[y == 0])[::-1]
    allowed = math.floor(false_alarms * len(other))
    threshold = other[allowed] if allowed < len(other) else -np.inf
    return float((x[y == 1] > threshold).mean())


def eer(scores: ArrayLike, labels: ArrayLike) -> float:
    """Equal error rate, interpolated between the two operating points around it."""
    import numpy as np

    x, y = np.asarray(scores, float), np.asarray(labels, int)
    grid = np.append(np.unique(x), np.inf)
    misses = np.searchsorted(np.sort(x[y == 1]), grid, "left") / (y == 1).sum()
    alarms = 1.0 - np.searchsorted(np.sort(x[y == 0]), grid, "left") / (y == 0).sum()
    cross = int(np.argmax(misses >= alarms))
    if cross == 0:
        return float((misses[0] + alarms[0]) / 2)
    before, after = misses[cross - 1] - alarms[cross - 1], misses[cross] - alarms[cross]
    share = -before / (after - before) if after != before else 0.5
    return float(misses[cross - 1] + share * (misses[cross] - misses[cross - 1]))


def calibration_from(values: Mapping[str, Any]) -> Calibration:
    """Read a calibration back from its JSON form (`dataclasses.asdict`)."""
    return Calibration(
        name=str(values["name"]),
        slope=float(values["slope"]),
        intercept=float(values["intercept"]),
        covariance=tuple(map(float, values["covariance"])),  # type: ignore[arg-type]
        bounds=tuple(map(float, values["bounds"])),  # type: ignore[arg-type]
        counts=tuple(map(int, values["counts"])),  # type: ignore[arg-type]
    )
