"""Does a model of synthetic pictures reach the bar, and which part of it does it miss?

The card is what `quivive models measure` writes: description, figures, calibration. Whether they reach the
bar is worked out from the figures whenever a card is read; no field of it says so. A card is not signed: who
hands one on can write what they like, so measure models of others on pictures of your own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quivive.errors import BadConfig, CouldNotLook
from quivive.evidence import calibration_from
from quivive.media.score.contract import Description, Scorer, described
from quivive.media.score.measure import Collection, Figures, Worth, calibrated, judged
from quivive.media.score.views import CONDITIONS
from quivive.model import Calibration

SCHEMA = 1
LEAST_COLLECTIONS = 2
LEAST_PICTURES = 100
"""Real and synthetic pictures that each collection must have: two of a hundred are the 2 % that may alarm."""
AUC = 0.80
FALSE_ALARMS = 0.02
CLLR = 0.9
STABLE = 0.95
"""Share of pictures whose ratio must keep its sign through all five re-encodings."""
_STATES = {
    "native": "as the pictures came",
    "same size": "with sizes equalised",
    "messenger": "after a messenger with sizes equalised",
}


class Refused(CouldNotLook):
    """A model may not be used: it has no card, or misses the bar; the message says where."""


@dataclass(frozen=True)
class Card:
    """What was measured of a model, and how its scores become ratios."""

    description: Description
    sha256: str
    measured: str
    """Date and version of the measurement."""
    collections: tuple[Figures, ...]
    calibration: Calibration


def card(scorer: Scorer, collections: Sequence[Collection], measured: str) -> Card:
    """The card of a model whose scores on `collections` were read. Raises UsageError for fewer than two."""
    figures, calibration = judged(collections), calibrated(collections)
    return Card(scorer.told, scorer.sha256, measured, figures, calibration)


def load(model: bytes, text: str | None) -> tuple[Scorer, Calibration]:
    """The model, ready to score, with its calibration. Raises Refused, naming every bar that it misses."""
    if text is None:
        raise Refused("The model has no card: 'quivive models measure' measures it and writes one.")
    told = read(text)
    name = told.description.name
    scorer = Scorer(told.description, model)
    if scorer.sha256 != told.sha256:
        raise Refused(f"The card of {name} is that of another file (sha256): measure this one.")
    missed = list(misses(told))
    if missed:
        raise Refused(f"{name} does not reach the bar. " + " ".join(missed))
    return scorer, told.calibration


def misses(told: Card) -> Iterator[str]:
    """A sentence for each bar that the figures do not reach; none for a model that passes."""
    trained = {name.casefold() for name in told.description.trained_on}
    if sum(each.synthetic > 0 for each in told.collections) < LEAST_COLLECTIONS:
        yield f"It was measured on fewer than {LEAST_COLLECTIONS} collections of real and synthetic pictures."
    for each in told.collections:
        if each.name.casefold() in trained:
            yield f"It was trained on '{each.name}', on which it was measured."
        if each.real < LEAST_PICTURES or 0 < each.synthetic < LEAST_PICTURES:
            yield (f"'{each.name}' has {each.real} real and {each.synthetic} synthetic pictures; the bar is "
                   f"{LEAST_PICTURES} of each or more.")  # fmt: skip
        for condition in CONDITIONS:
            yield from _short(each, condition, each.worth[condition])
        if not each.stable >= STABLE:
            yield (f"On '{each.name}' five re-encodings leave the sign of {each.stable:.1%} of the ratios as "
                   f"it was; the bar is {STABLE:.0%} or more.")  # fmt: skip


def _short(each: Figures, condition: str, worth: Worth) -> Iterator[str]:
    """What is missed on a collection in one condition. 'not ≥' rather than '<': no number is no pass."""
    where = f"On '{each.name}', {_STATES[condition]},"
    if worth.auc is not None and not worth.auc >= AUC:
        yield f"{where} its AUC is {worth.auc:.2f}; the bar is {AUC:.2f} or more."
    if not worth.false_alarms <= FALSE_ALARMS:
        yield (f"{where} it alarms in {worth.false_alarms:.1%} of the real pictures; the bar is "
               f"{FALSE_ALARMS:.0%} or less.")  # fmt: skip
    if worth.cllr is not None and not worth.cllr < CLLR:
        yield f"{where} its Cllr is {worth.cllr:.2f}; the bar is below {CLLR}."


def write(told: Card) -> str:
    """The card as JSON."""
    return json.dumps({"schema": SCHEMA, **asdict(told)}, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> Card:
    """A card as `write` gave it. Raises BadConfig."""
    try:
        values = json.loads(text)
        if values["schema"] != SCHEMA:
            raise BadConfig(f"The card is of schema {values['schema']}; this version reads {SCHEMA}.")
        description = {key: value for key, value in values["description"].items() if value is not None}
        return Card(
            described(description),
            str(values["sha256"]),
            str(values["measured"]),
            tuple(_figures(each) for each in values["collections"]),
            calibration_from(values["calibration"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadConfig(f"The card does not read ({type(error).__name__}: {error}).") from error


def _figures(values: Mapping[str, Any]) -> Figures:
    counts = {key: int(values[key]) for key in ("real", "synthetic", "left_out")}
    worth = {name: _worth(values["worth"][name], counts["synthetic"] > 0) for name in CONDITIONS}
    return Figures(name=str(values["name"]), worth=worth, stable=float(values["stable"]), **counts)


def _worth(values: Mapping[str, Any], both: bool) -> Worth:
    """A collection of both kinds must have all figures; one of real pictures has false alarms only."""
    other = {key: float(values[key]) if both else None for key in ("auc", "cllr", "recall")}
    return Worth(false_alarms=float(values["false_alarms"]), **other)
