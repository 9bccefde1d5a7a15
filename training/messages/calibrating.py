"""What are scores worth as evidence? Calibrated with `lir` of the Netherlands Forensic Institute.

Slope and intercept are those of lir's logistic calibrator (classes weighted equally), the bounds its ELUB;
costs are measured by halves, so that no message is judged by a calibration made on it. Quivive's own
`evidence` module applies them at run time; both must agree, or training stops."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from lir.algorithms.bayeserror import elub
from lir.algorithms.logistic_regression import LogitCalibrator

from quivive import evidence

Array = npt.NDArray[np.float64]
TOLERANCE = 0.02


def calibrate(scores: Array, labels: npt.NDArray[np.int64], name: str) -> evidence.Calibration:
    """Parameters by lir; the covariance of slope and intercept by `evidence`, which lir does not give.

    Raises ValueError where the two disagree by more than TOLERANCE on a score's log10 ratio.
    """
    ours = evidence.fit(scores, labels, name)
    ends = np.array([np.quantile(scores, 0.02), np.quantile(scores, 0.98)])
    calibrator = LogitCalibrator(C=1e6, tol=1e-8)
    calibrator.fit(scores, labels)
    low, high = (float(v) for v in calibrator.transform(ends))
    slope = (high - low) / float(ends[1] - ends[0])
    intercept = low - slope * float(ends[0])
    if np.abs(ours.slope * ends + ours.intercept - (low, high)).max() > TOLERANCE:
        raise ValueError(f"{name}: lir and evidence.fit disagree: {(low, high)}, {ours}")
    bounds = tuple(float(v) for v in elub(slope * scores + intercept, labels))
    return replace(ours, slope=slope, intercept=intercept, bounds=(bounds[0], bounds[1]))


def cell(
    channel: str, lang: str, embeddings: bool, scores: Array, labels: npt.NDArray[np.int64], name: str
) -> dict[str, Any]:
    """A calibration with its costs, as it ships in calibration.json."""
    crossed = np.zeros(len(labels))
    halves = np.arange(len(labels)) % 2
    for half in (0, 1):
        part = calibrate(scores[halves != half], labels[halves != half], name)
        crossed[halves == half] = apply(part, scores[halves == half])
    cost, least = evidence.cllr(crossed, labels), evidence.cllr_min(scores, labels)
    return {
        "channel": channel,
        "lang": lang,
        "embeddings": embeddings,
        "calibration": asdict(calibrate(scores, labels, name)),
        "cllr": rounded(cost),
        "cllr_min": rounded(least),
        "cllr_cal": rounded(cost - least),
        "eer": rounded(evidence.eer(scores, labels)),
        "auc": rounded(evidence.auc(scores, labels)),
        "recall_at_1_percent": rounded(evidence.recall_at(scores, labels, 0.01)),
    }


def apply(calibration: evidence.Calibration, scores: Array) -> Array:
    """log10 likelihood ratios within the bounds."""
    return np.clip(calibration.slope * scores + calibration.intercept, *calibration.bounds)


def rounded(value: float) -> float:
    """Four places; not a number stays out of the JSON."""
    return round(float(value), 4) if math.isfinite(value) else 0.0
