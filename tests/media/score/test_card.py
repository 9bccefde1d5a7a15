"""A model of synthetic pictures is let in only by figures that reach the bar, and is told what it misses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from media.score.score_models import DESCRIPTION, brightness_model
from quivive.errors import BadConfig
from quivive.media.score import card
from quivive.media.score.card import Card, Refused
from quivive.media.score.contract import Scorer, description
from quivive.media.score.measure import Figures, Worth
from quivive.media.score.views import CONDITIONS
from quivive.model import Calibration

GOOD = Worth(false_alarms=0.01, recall=0.6, auc=0.9, cllr=0.5)
CALIBRATION = Calibration("made up", 1.0, 0.0, (0.1, 0.0, 0.1), (-2.0, 2.0), (300, 300))


def figures(name: str, condition: str = "native", stable: float = 0.99, **changed: float | None) -> Figures:
    worth = dict.fromkeys(CONDITIONS, GOOD) | {condition: replace(GOOD, **changed)}
    return Figures(name, 200, 200, 0, worth, stable)


def told(*collections: Figures) -> Card:
    scorer = Scorer(description(DESCRIPTION), brightness_model())
    return Card(scorer.told, scorer.sha256, "2026-11-22", collections, CALIBRATION)


def test_figures_that_reach_the_bar_let_a_model_in() -> None:
    scorer, calibration = card.load(brightness_model(), card.write(told(figures("a"), figures("b"))))
    assert scorer.told.name == "brightness"
    assert calibration == CALIBRATION


def test_a_model_without_a_card_is_refused() -> None:
    with pytest.raises(Refused, match="has no card"):
        card.load(brightness_model(), None)


def test_the_card_of_another_file_is_refused() -> None:
    with pytest.raises(Refused, match="another file"):
        card.load(brightness_model((1.0, 0.0)), card.write(told(figures("a"), figures("b"))))


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"auc": 0.79}, "its AUC is 0.79; the bar is 0.80 or more"),
        ({"false_alarms": 0.03}, "it alarms in 3.0% of the real pictures; the bar is 2% or less"),
        ({"cllr": 0.9}, "its Cllr is 0.90; the bar is below 0.9"),
        ({"auc": float("nan")}, "its AUC is nan"),
    ],
)
def test_each_bar_counts_on_each_collection_in_each_condition(
    condition: str, changed: dict[str, float], sentence: str
) -> None:
    (missed,) = card.misses(told(figures("good"), figures("bad", condition, **changed)))
    assert missed.startswith("On 'bad', ")
    assert sentence in missed


def test_a_sign_that_re_encoding_turns_is_refused() -> None:
    (missed,) = card.misses(told(figures("a"), figures("b", stable=0.9)))
    assert "leave the sign of 90.0% of the ratios" in missed


def test_one_collection_is_not_enough() -> None:
    (missed,) = card.misses(told(figures("a")))
    assert "fewer than 2 collections" in missed


def test_a_collection_that_it_was_trained_on_proves_nothing() -> None:
    (missed,) = card.misses(told(figures("a"), figures("Taught")))
    assert "was trained on 'Taught'" in missed


def test_few_pictures_prove_nothing() -> None:
    (missed,) = card.misses(told(figures("a"), replace(figures("b"), real=99)))
    assert "99 real" in missed


def test_real_pictures_alone_count_for_false_alarms() -> None:
    only_real = replace(figures("own", false_alarms=0.5, recall=None, auc=None, cllr=None), synthetic=0)
    (missed,) = card.misses(told(figures("a"), figures("b"), only_real))
    assert "alarms in 50.0%" in missed


def test_every_miss_is_in_the_sentence_of_the_refusal() -> None:
    text = card.write(told(figures("a", auc=0.5, cllr=1.0), figures("b", stable=0.1)))
    with pytest.raises(Refused) as caught:
        card.load(brightness_model(), text)
    assert all(part in str(caught.value) for part in ("AUC is 0.50", "Cllr is 1.00", "sign of 10.0%"))


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "description": 3}'])
def test_what_is_no_card_is_refused(broken: str) -> None:
    with pytest.raises(BadConfig, match="card"):
        card.load(brightness_model(), broken)


def test_a_card_from_which_figures_were_struck_out_is_refused() -> None:
    values = json.loads(card.write(told(figures("a"), figures("b"))))
    values["collections"][0]["worth"]["native"]["auc"] = None
    with pytest.raises(BadConfig, match="card"):
        card.load(brightness_model(), json.dumps(values))
