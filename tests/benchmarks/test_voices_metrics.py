"""The figures of the voice benchmark are what their names say."""

import importlib.util
import math

import numpy as np
import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def metrics():
    place = importlib.util.spec_from_file_location(
        "voices_metrics", ROOT / "benchmarks" / "voices_metrics.py"
    )
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def test_perfect_scores_cost_nothing_and_useless_ones_the_whole(metrics):
    assert metrics.min_dcf(np.arange(8.0), LABELS) == 0.0
    assert metrics.min_dcf(np.zeros(8), LABELS) == 1.0
    assert metrics.min_dcf(-np.arange(8.0), LABELS) == 1.0


def test_a_person_turned_away_costs_nineteen_tenths_of_a_clone_let_pass(metrics):
    ratios = np.array([-1, -1, -1, 1, 1, 1, 1, 1.0])
    assert metrics.act_dcf(ratios, LABELS) == pytest.approx(0.25 * 1.9)
    ratios = np.array([-1, -1, -1, -1, -1, 1, 1, 1.0])
    assert metrics.act_dcf(ratios, LABELS) == pytest.approx(0.25)


def test_the_decision_lies_where_prior_and_costs_put_it(metrics):
    just = math.log10(1.9)
    assert metrics.act_dcf(np.where(LABELS == 1, just + 1e-6, just - 1e-6), LABELS) == 0.0
    assert metrics.act_dcf(np.where(LABELS == 1, just - 1e-6, -1.0), LABELS) == 1.0


def test_the_alarm_threshold_holds_for_the_worst_source_of_twenty_clips(metrics):
    scores = np.concatenate([np.zeros(100), np.arange(20.0), [500.0] * 19])
    sources = ["easy"] * 100 + ["hard"] * 20 + ["small"] * 19
    threshold = metrics.alarm_threshold(scores, sources)
    assert threshold == 18.0
    assert (scores[100:120] > threshold).mean() == 0.05


def test_no_share_is_given_of_fewer_than_thirteen_clips(metrics):
    found = metrics.shares(np.ones(25, bool), ["a"] * 13 + ["b"] * 12)
    assert found == {"a": (1.0, 13)}


def test_intervals_draw_whole_clusters(metrics):
    labels = np.repeat([0, 1], 40)
    scores = np.concatenate([np.zeros(40), np.repeat([0.0, 1.0], 20)])
    names = ["p"] * 40 + ["weak"] * 20 + ["strong"] * 20

    def recall(drawn):
        return float(scores[drawn][labels[drawn] == 1].mean())

    assert metrics.interval(recall, labels, names) == (0.5, 0.0, 1.0)


def test_a_fold_is_calibrated_on_its_training_clips_alone(metrics):
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 200)
    scores = rng.normal(labels * 2.0, 1.0)
    folds = [(range(200), range(200, 400)), (range(200, 400), range(200))]
    before = metrics.calibrated(scores, labels, folds)
    scores[200:] += 100.0
    after = metrics.calibrated(scores, labels, folds)
    assert np.allclose(after[200:], after[200:][0])
    assert not np.allclose(before[200:], before[200:][0])
    assert np.isfinite(after).all()
