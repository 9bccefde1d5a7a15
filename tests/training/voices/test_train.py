"""Is learnt only from what may be, apart from what tests, and does the line tell the sides apart?"""

from __future__ import annotations

import numpy as np
import pytest
from corpora import clips, may_ship
from examples import Example
from folds import folds
from train import learnable, line


def rows() -> list[Example]:
    return [
        Example(clip.path, clip.synthetic, clip.corpus, may_ship(clip), clip=clip, row=number)
        for number, clip in enumerate(clips())
    ]


def test_only_rows_that_may_ship_are_learnt_from_unless_all_are_asked_for():
    every = rows()
    assert learnable(every, None, False) == [number for number, each in enumerate(every) if each.ships]
    assert learnable(every, None, True) == list(range(len(every)))


def test_a_fold_is_not_learnt_from_nor_what_conflicts_nor_copies_of_either():
    fold = folds(clips())[0]
    every = rows()
    tested, free = clips()[fold.test[0]].path, clips()[fold.train[0]].path
    every += [Example("a", True, "v", copy_of=tested), Example("b", True, "v", copy_of=free)]
    found = set(learnable(every, fold, True))
    assert found == {*fold.train, len(every) - 1}


def test_the_line_tells_the_sides_apart_and_its_scores_deviate_by_one_within_them():
    rng = np.random.default_rng(2)
    synthetic = rng.random(400) < 0.1
    features = rng.normal(size=(400, 20)) * 5
    features[:, 3] += 10 * synthetic
    weight, bias = line(features, synthetic)
    scores = features @ weight + bias
    assert scores[synthetic].mean() > scores[~synthetic].mean() + 1.5
    within = np.mean([scores[synthetic].var(), scores[~synthetic].var()])
    assert within == pytest.approx(1.0, rel=1e-3)
    assert scores[synthetic].mean() == pytest.approx(-scores[~synthetic].mean(), abs=0.1)
