"""How much more probable is this likeness if one person speaks than if two do?

The ratio weighs two people against one. It says nothing of machines: a clone is made to be like the person,
and is (see `beside`). Bounded twice: by what the pairs support (ELUB) and by the number of people behind
them, since pairs of the same few people are not so many observations.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

from quivive.errors import CouldNotLook
from quivive.evidence import calibration_from, verbal
from quivive.model import Calibration, LikelihoodRatio
from quivive.voices.speakers.hearing import Voice

CALIBRATION = Path(__file__).parent / "model" / "calibration.json"
PROPOSITION = "same-speaker"
CLAIM, ALTERNATIVE = "one person speaks in both", "two people speak, one in each"
LINES = ("wideband", "mixed", "telephone")


def likeness(one: Voice, other: Voice) -> float:
    """Cosine of the angle between two voices: 1 alike, about 0 for strangers.

    Raises CouldNotLook for voices of two models, whose numbers mean different things.
    """
    if one.model != other.model:
        raise CouldNotLook("These voices were made with two models and cannot be compared; enrol it again.")
    return float(one.numbers @ other.numbers)


def line(one: Voice, other: Voice) -> str:
    """Which calibration fits: both wideband, both over a telephone line, or one of each ('mixed')."""
    return LINES[int(one.telephone) + int(other.telephone)]


def weight(one: Voice, other: Voice) -> LikelihoodRatio | None:
    """The calibrated ratio for `same-speaker`; None where that kind of pair is not validated."""
    score = likeness(one, other)
    calibration = calibrations(one.model).get(line(one, other))
    return ratio(score, calibration) if calibration and calibration.validated else None


def ratio(score: float, calibration: Calibration) -> LikelihoodRatio:
    """log10 ratio of a likeness with its 95 % interval, within the calibration's bounds."""
    middle = calibration.slope * score + calibration.intercept
    slope, both, intercept = calibration.covariance
    spread = 1.96 * math.sqrt(max(slope * score * score + 2 * both * score + intercept, 0.0))
    least, most = calibration.bounds
    low, log10, high = (min(max(each, least), most) for each in (middle - spread, middle, middle + spread))
    return LikelihoodRatio(CLAIM, ALTERNATIVE, log10, low, high, calibration.bounds, verbal(log10),
                           calibration.name)  # fmt: skip


def calibrations(model: str) -> dict[str, Calibration]:
    """By kind of pair (`line`), for the model of that SHA-256; none where it was not measured."""
    return {name: calibration_from(each) for name, each in card(model).get("lines", {}).items()}


def card(model: str) -> dict[str, Any]:
    """What was measured of a model: name, size, calibrations, the likeness from which calls are linked."""
    found: dict[str, Any] = _cards()["models"].get(model, {})
    return found


def known() -> tuple[str, ...]:
    """SHA-256 of every model that was measured."""
    return tuple(_cards()["models"])


@lru_cache(maxsize=1)
def _cards() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(CALIBRATION.read_text("utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise CouldNotLook("The calibration of voices cannot be read. Install quivive again.") from error
