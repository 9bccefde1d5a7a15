"""The voice benchmark judges a detector only on clips that it cannot have learnt from."""

import importlib.util
import sys

import numpy as np
import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def voices():
    place = importlib.util.spec_from_file_location("voices_benchmark", ROOT / "benchmarks" / "voices.py")
    module = importlib.util.module_from_spec(place)
    sys.modules[place.name] = module
    place.loader.exec_module(module)
    return module


def test_weights_that_ship_are_judged_on_no_clip_that_may_train_them(voices, shared_data):
    unlearnt = voices.trial(voices.clips(), lambda clip: not voices.may_ship(clip))
    assert not any(voices.may_ship(clip) for clip in unlearnt.clips)
    assert sorted(i for _, test in unlearnt.folds for i in test) == list(range(len(unlearnt.clips)))


def test_calibration_clips_share_nothing_with_the_clips_they_judge(voices, shared_data):
    from folds import keys

    unlearnt = voices.trial(voices.clips(), lambda clip: not voices.may_ship(clip))
    for train, test in unlearnt.folds:
        learnt = {key for i in train for key in keys(unlearnt.clips[i])}
        assert not learnt & {key for i in test for key in keys(unlearnt.clips[i])}


def test_a_detector_that_guesses_gets_the_figures_of_guessing(voices, shared_data):
    whole = voices.trial(voices.clips())
    guesses = np.random.default_rng(0).normal(size=len(whole.clips))
    row = voices.quality("guess", "clean", guesses, whole)
    assert row["eer"][0] == pytest.approx(0.5, abs=0.04)
    assert row["min_dcf"][0] > 0.95
    assert row["cllr"][0] == pytest.approx(1.0, abs=0.03)
    assert row["at_desk_threshold"]["recall"] < 0.06
