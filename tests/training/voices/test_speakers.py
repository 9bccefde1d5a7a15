"""The people who measure a model of speakers never train it; pairs cannot be told apart by their corpus."""

from dataclasses import replace

import numpy as np
import pytest

from quivive.model import Calibration


@pytest.fixture(scope="module")
def clips():
    """Two recordings each of eight people in two corpora, and of a ninth only one."""
    from corpora import Clip

    one = Clip("a.flac", False, "real:VCTK", "real", "p225", "en", "example/one", 16_000, "WAV/PCM_16", 4.0,
               "VCTK CC BY 4.0; no licence file in repo")  # fmt: skip
    people = [(f"p{200 + n}", "real:VCTK" if n < 4 else "real:MLS") for n in range(8) for _ in range(2)]
    return [
        replace(one, path=f"{n}.flac", speaker=name, corpus=corpus)
        for n, (name, corpus) in enumerate([*people, ("p300", "real:VCTK")])
    ]


def test_who_speaks_twice_tests_and_who_speaks_once_may_train(clips):
    from speaker_examples import tested

    assert {clip.speaker for clip in tested(clips)} == {f"p{200 + n}" for n in range(8)}


def test_synthetic_and_nameless_clips_never_test(clips):
    from speaker_examples import tested

    assert not tested([replace(clip, synthetic=True) for clip in clips])
    assert not tested([replace(clip, speaker="spk1") for clip in clips])


def test_different_people_are_of_one_corpus(clips):
    from speaker_trials import trials

    tried = trials(clips[:16])
    assert tried.same.sum() == 8
    for one, other, same in zip(tried.one, tried.other, tried.same, strict=True):
        assert clips[one].corpus == clips[other].corpus
        assert (clips[one].speaker == clips[other].speaker) == bool(same)


def test_the_halves_share_nobody(clips):
    from speaker_trials import halves, trials

    first, second = halves(trials(clips))[0]
    assert not set(first) & set(second)
    assert len(first) + len(second) == 9


@pytest.fixture(scope="module")
def many():
    """Pairs of forty people, and likenesses that tell them apart well but not wholly."""
    from speaker_trials import Trials

    rng = np.random.default_rng(1)
    who = np.repeat(np.arange(40), 3)
    one, other = np.triu_indices(len(who), 1)
    same = (who[one] == who[other]).astype(int)
    return Trials(one, other, same, who), rng.normal(same * 0.5, 0.15)


def test_ratios_are_bounded_by_the_number_of_people(many):
    from speaker_trials import calibrated

    tried, scores = many
    found = calibrated(scores, tried, "made up")
    assert isinstance(found, Calibration)
    assert found.slope > 0
    assert -np.log10(41) <= found.bounds[0] < 0 < found.bounds[1] <= np.log10(41)


def test_likenesses_in_a_narrow_band_are_calibrated_like_others(many):
    from speaker_trials import calibrated

    tried, scores = many
    wide, narrow = calibrated(scores, tried, "a"), calibrated(0.8 + scores / 30, tried, "b")
    assert narrow.slope == pytest.approx(30 * wide.slope, rel=1e-3)
    assert narrow.bounds == pytest.approx(wide.bounds, abs=0.02)


def test_resampling_people_widens_what_resampling_pairs_would_say(many):
    from speaker_trials import calibrated

    from quivive import evidence

    tried, scores = many
    by_pairs = evidence.fit(scores, tried.same, "pairs").covariance[2]
    assert calibrated(scores, tried, "people").covariance[2] > by_pairs


def test_a_pair_is_judged_by_a_calibration_of_other_people(many):
    from speaker_trials import crossed, halves

    tried, scores = many
    log10, inside = crossed(scores, tried)
    assert len(log10) == inside.sum() < len(scores)
    across = [tried.who[tried.one][k] in halves(tried)[0][0] for k in np.flatnonzero(inside)]
    assert any(across)
    assert not all(across)


def test_the_threshold_lets_through_no_more_strangers_than_asked(many):
    from speaker_trials import threshold

    tried, scores = many
    strangers = scores[tried.same == 0]
    assert (strangers >= threshold(scores, tried, 0.01)).mean() <= 0.01


def test_a_moved_copy_of_a_recording_is_known():
    from speaker_trials import _copy

    rng = np.random.default_rng(2)
    sound, other = rng.normal(size=16_000), rng.normal(size=16_000)
    assert _copy(sound, np.concatenate([np.zeros(700), 0.5 * sound]))
    assert not _copy(sound, other)


def test_lines_keep_the_length_of_what_was_said():
    from speaker_examples import over_lines

    sound = np.random.default_rng(3).normal(0, 0.05, 24_000).astype(np.float32)
    heard = list(over_lines(sound, np.random.default_rng(4)))
    assert [each.size for each in heard] == [24_000] * 3
    assert heard[0] is sound
