import numpy as np
import pytest

from quivive import evidence
from quivive.errors import UsageError
from quivive.model import Calibration


def scores(n: int, gap: float = 3.0, seed: int = 1):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(gap, 1, n), rng.normal(0, 1, n)]), np.repeat([1, 0], n)


def test_calibration_of_two_normal_distributions_finds_their_true_ratio():
    # Two unit normals at 0 and g: ln LR(x) = g·x − g²/2.
    x, y = scores(20_000)
    fitted = evidence.fit(x, y, "made")
    assert fitted.slope * np.log(10) == pytest.approx(3.0, rel=0.03)
    assert fitted.intercept * np.log(10) == pytest.approx(-4.5, rel=0.03)
    assert evidence.cllr(fitted.slope * x + fitted.intercept, y) < 0.3


def test_a_ratio_stays_within_the_bounds_and_its_interval_around_it():
    x, y = scores(500)
    fitted = evidence.fit(x, y, "made")
    for score in (-50.0, 0.0, 1.5, 3.0, 50.0):
        ratio = evidence.likelihood_ratio(score, fitted, "scam-message")
        assert fitted.bounds[0] <= ratio.low <= ratio.log10 <= ratio.high <= fitted.bounds[1]
    assert evidence.likelihood_ratio(50.0, fitted, "scam-message").log10 == fitted.bounds[1]


def test_fewer_than_200_a_class_gives_no_ratio():
    few = Calibration("few", 1.0, 0.0, (0.0, 0.0, 0.0), (-2.0, 2.0), (199, 5000))
    assert evidence.likelihood_ratio(3.0, few, "scam-message") is None


def test_calibration_needs_both_kinds():
    with pytest.raises(UsageError):
        evidence.fit([1.0, 2.0], [1, 1], "one kind")


def test_separable_scores_do_not_give_boundless_ratios():
    fitted = evidence.fit([0.0] * 300 + [1.0] * 300, [0] * 300 + [1] * 300, "separable")
    assert np.isfinite(fitted.slope)
    assert -3.0 < fitted.bounds[0] < 0 < fitted.bounds[1] < 3.0


def test_more_data_supports_stronger_ratios():
    narrow = evidence.fit(*scores(250), "small").bounds
    wide = evidence.fit(*scores(25_000), "large").bounds
    assert wide[1] > narrow[1]
    assert wide[0] < narrow[0]


def test_bounds_of_useless_scores_say_nothing():
    rng = np.random.default_rng(2)
    low, high = evidence.elub(rng.normal(0, 1, 400), np.repeat([0, 1], 200))
    assert (low, high) == pytest.approx((0.0, 0.0), abs=0.3)


def test_cllr_of_known_values():
    assert evidence.cllr([0.0, 0.0], [1, 0]) == pytest.approx(1.0)
    assert evidence.cllr([9.0, -9.0], [1, 0]) == pytest.approx(0.0, abs=1e-6)
    # (log2(1 + 1/10) + log2(1 + 1/100)) / 2
    assert evidence.cllr([1.0, -2.0], [1, 0]) == pytest.approx(0.07593, abs=1e-4)


def test_cllr_min_is_the_best_a_monotone_map_can_do():
    x, y = scores(2_000, gap=1.5)
    best = evidence.cllr_min(x, y)
    assert best <= evidence.cllr(x, y)
    assert best == pytest.approx(evidence.cllr_min(np.exp(x / 3), y))
    assert evidence.cllr_min([3, 2, 1, 0], [1, 1, 0, 0]) == pytest.approx(0.0, abs=1e-6)


def test_ranking_measures_of_known_values():
    x, y = [0.9, 0.8, 0.4, 0.6, 0.2, 0.1], [1, 1, 1, 0, 0, 0]
    assert evidence.auc(x, y) == pytest.approx(8 / 9)
    assert evidence.auc([1, 1], [1, 0]) == 0.5
    assert evidence.recall_at(x, y, 0.0) == pytest.approx(2 / 3)
    assert evidence.recall_at(x, y, 0.34) == 1.0
    assert evidence.eer(x, y) == pytest.approx(1 / 3)


def test_auc_and_eer_agree_with_the_normal_model():
    from statistics import NormalDist

    x, y = scores(20_000, gap=2.0)
    assert evidence.auc(x, y) == pytest.approx(NormalDist().cdf(2 / 2**0.5), abs=0.005)
    assert evidence.eer(x, y) == pytest.approx(NormalDist().cdf(-1.0), abs=0.01)


@pytest.mark.parametrize(
    ("log10", "words"),
    [
        (0.2, "no support either way"),
        (0.5, "weak support"),
        (1.5, "moderate support"),
        (2.5, "moderately strong support"),
        (3.5, "strong support"),
        (5.0, "very strong support"),
        (7.0, "extremely strong support"),
        (-2.5, "moderately strong support for the alternative"),
    ],
)
def test_the_verbal_scale_is_that_of_enfsi(log10, words):
    assert evidence.verbal(log10) == words


def test_a_calibration_survives_json():
    import json
    from dataclasses import asdict

    fitted = evidence.fit(*scores(300), "made")
    assert evidence.calibration_from(json.loads(json.dumps(asdict(fitted)))) == fitted


@pytest.mark.parametrize(
    ("n", "gap", "bounds"),
    [
        (100, 3.0, (-1.75, 2.01)),
        (300, 2.0, (-1.73, 1.81)),
        (5000, 4.0, (-3.40, 3.66)),
        (250, 0.5, (-0.22, 0.16)),
    ],
)
def test_bounds_are_those_of_the_netherlands_forensic_institutes_lir(n, gap, bounds):
    # Reference values: lir 1.3.1, lir.algorithms.bayeserror.elub, on the same seeded ratios.
    rng = np.random.default_rng(n)
    x = np.concatenate([rng.normal(gap, 1, n), rng.normal(0, 1, 2 * n)])
    log10 = (gap * x - gap * gap / 2) / np.log(10)
    assert evidence.elub(log10, np.repeat([1, 0], [n, 2 * n])) == pytest.approx(bounds, abs=1e-9)
