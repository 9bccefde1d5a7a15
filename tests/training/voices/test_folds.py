"""What tests a voice model is never what it learnt from, nor its like."""

from dataclasses import replace

import pytest


@pytest.fixture(scope="module")
def clip():
    from corpora import Clip

    return Clip("a.flac", False, "real:VCTK", "real", "p225", "en", "example/one", 16_000, "WAV/PCM_16", 4.0,
                "VCTK CC BY 4.0; no licence file in repo")  # fmt: skip


@pytest.fixture(scope="module")
def made_up(clip):
    """Ten pages of eight clips; neighbouring pages share a system, every fifth a speaker."""
    return [
        replace(clip, path=f"{page}-{n}", synthetic=n % 2 == 1, repository=f"example/{page}",
                corpus=f"system {page // 2}-{n}", speaker=f"p10{page % 5}")
        for page in range(10)
        for n in range(8)
    ]  # fmt: skip


def test_every_clip_tests_once_and_folds_share_nothing(made_up):
    from folds import check, folds

    made = folds(made_up)
    assert sorted(i for fold in made for i in fold.test) == list(range(80))
    for fold in made:
        check(made_up, fold)
        assert sorted((*fold.test, *fold.train, *fold.left_out)) == list(range(80))


def test_a_fold_that_learns_of_a_tested_speaker_is_caught(made_up):
    from folds import Fold, check

    with pytest.raises(AssertionError, match="speaker p100"):
        check(made_up, Fold(test=(0,), train=(40,), left_out=()))


def test_folds_are_the_same_every_time(made_up):
    from folds import folds

    assert folds(made_up) == folds(made_up)


def test_a_speaker_is_known_on_every_page_and_a_pages_own_name_only_there(clip):
    from folds import speaker

    assert speaker(replace(clip, speaker="fr-p238#p238_08")) == "p238"
    assert speaker(replace(clip, speaker="e1-1320_122612_000020_000001")) == "1320"
    assert speaker(replace(clip, speaker="spk1")) == "example/one spk1"
    assert speaker(replace(clip, speaker="LJ")) == "LJ"


def test_the_folds_of_the_shared_clips_all_hold_people_and_machines(shared_data):
    from corpora import clips
    from folds import folds

    every = clips()
    for fold in folds(every):
        for part, least in ((fold.test, 80), (fold.train, 250)):
            synthetic = sum(every[i].synthetic for i in part)
            assert min(synthetic, len(part) - synthetic) >= least
