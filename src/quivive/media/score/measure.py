"""What is a model's score worth on collections that it has not seen?

A collection is a folder with the folders `real` and `synthetic`; one without `synthetic` shows false alarms
only. Each is judged with a calibration made on the others, so that no figure of it leans on its own labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from quivive import evidence
from quivive.apart import apart
from quivive.errors import CouldNotLook, NotFound, UsageError
from quivive.intake import read_file
from quivive.media import pictures
from quivive.media.score.contract import Scorer
from quivive.media.score.views import AGAIN, CONDITIONS, SIDE, views
from quivive.model import Calibration
from quivive.sniff import sniff

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KINDS = ("real", "synthetic")
ALARM = 1.0
"""log10 likelihood ratio from which a report would say 'look' (examine.NOTABLE)."""
CALIBRATED_ON = "messenger"
"""The condition that calibrates: what reaches a desk has mostly passed a messenger."""

Scores = Mapping[str, Sequence[float]]
"""View → a score for each picture, in one order."""


@dataclass(frozen=True)
class Collection:
    """The scores of one collection's pictures, by kind, and how many could not be used."""

    name: str
    real: Scores
    synthetic: Scores
    left_out: int = 0


@dataclass(frozen=True)
class Worth:
    """What the score is worth in one condition: shares of real and synthetic pictures that alarm, AUC, Cllr.

    Cllr is in bits. None where there are no synthetic pictures.
    """

    false_alarms: float
    recall: float | None
    auc: float | None
    cllr: float | None


@dataclass(frozen=True)
class Figures:
    """One collection: numbers of pictures, worth by condition, share whose sign no re-encoding turns."""

    name: str
    real: int
    synthetic: int
    left_out: int
    worth: Mapping[str, Worth]
    stable: float


def read(
    scorer: Scorer, folder: Path, told: Callable[[str], None] = lambda name: None
) -> tuple[Collection, ...]:
    """All collections below `folder` but those the model was trained on; `told` hears each picture's name.

    Raises NotFound where there are none, UsageError where one lacks a kind.
    """
    trained = {name.casefold() for name in scorer.told.trained_on}
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    named = [place for place in sorted(folder.iterdir()) if place.is_dir()]
    unseen = [place for place in named if place.name.casefold() not in trained]
    if not unseen:
        raise NotFound(f"{folder} holds no collection that the model was not trained on: one folder each, "
                       "with the folders 'real' and 'synthetic' in it.")  # fmt: skip
    return tuple(_collection(scorer, place, told) for place in unseen)


def judged(collections: Sequence[Collection]) -> tuple[Figures, ...]:
    """Each collection's figures, calibrated on the others. Raises UsageError where there are too few."""
    if sum("native" in each.synthetic for each in collections) < 2:
        raise UsageError("At least two collections of real and synthetic pictures that the model was not "
                         "trained on are needed: each is judged by what the others teach.")  # fmt: skip
    return tuple(
        _figures(each, calibrated([other for other in collections if other is not each]))
        for each in collections
    )


def calibrated(collections: Sequence[Collection]) -> Calibration:
    """The calibration that these collections give, on pictures as a messenger leaves them."""
    names = ", ".join(each.name for each in collections)
    scores, labels = _pooled(collections, CALIBRATED_ON)
    return evidence.fit(scores, labels, f"synthetic pictures of {names}, after a messenger")


def _collection(scorer: Scorer, place: Path, told: Callable[[str], None]) -> Collection:
    found: dict[str, Scores] = {}
    left_out = 0
    for kind in KINDS:
        rows = [_scored(scorer, path, told) for path in _files(place / kind)]
        used = [row for row in rows if row is not None]
        left_out += len(rows) - len(used)
        if not used and (kind == "real" or rows):
            raise UsageError(f"The collection '{place.name}' has no usable picture in its folder '{kind}' "
                             f"({SIDE} pixels a side or more).")  # fmt: skip
        found[kind] = {view: [row[view] for row in used] for view in used[0]} if used else {}
    return Collection(place.name, found["real"], found["synthetic"], left_out)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _scored(scorer: Scorer, path: Path, told: Callable[[str], None]) -> dict[str, float] | None:
    """The scores of a picture's views; None for what is no picture, or too small. The model's errors pass."""
    told(path.name)
    model = scorer.told
    try:
        data = read_file(path)
        media_type = sniff(data, path.name)
        if media_type not in pictures.TYPES:
            return None
        seen = apart(views, data, media_type, model.height, model.width, model.fit)
    except CouldNotLook:
        return None
    return {view: scorer.score(pixels) for view, pixels in seen.items()}


def _figures(collection: Collection, calibration: Calibration) -> Figures:
    ratio = partial(_ratios, calibration)
    worth = {condition: _worth(*_pooled([collection], condition), ratio) for condition in CONDITIONS}
    real, synthetic = (len(each.get("native", ())) for each in (collection.real, collection.synthetic))
    stable = _stable(collection, ratio)
    return Figures(collection.name, real, synthetic, collection.left_out, worth, stable)


def _worth(scores: Floats, labels: NDArray[np.int_], ratio: Callable[[Floats], Floats]) -> Worth:
    ratios = ratio(scores)
    alarms = ratios >= ALARM
    false_alarms = float(alarms[labels == 0].mean())
    if not labels.any():
        return Worth(false_alarms, None, None, None)
    return Worth(
        false_alarms,
        float(alarms[labels == 1].mean()),
        evidence.auc(scores, labels),
        evidence.cllr(ratios, labels),
    )


def _stable(collection: Collection, ratio: Callable[[Floats], Floats]) -> float:
    """Share of pictures that speak for the same side as they came and after each of the re-encodings."""
    before = ratio(_pooled([collection], "native")[0]) > 0
    again = [ratio(_pooled([collection], f"again {n}")[0]) > 0 for n in range(1, len(AGAIN) + 1)]
    kept = sum((before == after).astype(int) for after in again)
    return float((kept == len(AGAIN)).mean())


def _ratios(calibration: Calibration, scores: Floats) -> Floats:
    """log10 likelihood ratios, cut to the calibration's bounds as a report's would be."""
    import numpy as np

    return np.clip(calibration.slope * scores + calibration.intercept, *calibration.bounds)


def _pooled(collections: Sequence[Collection], view: str) -> tuple[Floats, NDArray[np.int_]]:
    """Scores of a view over collections, and their labels (1: synthetic)."""
    import numpy as np

    real = [score for each in collections for score in each.real[view]]
    synthetic = [score for each in collections for score in each.synthetic.get(view, ())]
    return np.array(real + synthetic, float), np.array([0] * len(real) + [1] * len(synthetic))
