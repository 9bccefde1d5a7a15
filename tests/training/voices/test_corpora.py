"""A shipped voice model learns only from recordings whose licence is open, brought to a common form."""

from dataclasses import replace

import numpy as np
import pytest


@pytest.fixture(scope="module")
def clip():
    from corpora import Clip

    return Clip(
        "a.flac", False, "real:VCTK", "real", "p225", "en", "example/one", 16_000, "WAV/PCM_16", 4.0, ""
    )


@pytest.mark.parametrize(
    ("licence", "synthetic", "ships"),
    [
        ("VCTK CC BY 4.0; no licence file in repo (demo page; research reference only)", False, True),
        ("MLS CC BY 4.0; repo: Attribution-NonCommercial-NoDerivatives 4.0 International ==", False, True),
        ("Expresso CC BY-NC 4.0; no licence file in repo", False, False),
        ("RAVDESS CC BY-NC-SA 4.0; repo: Creative Commons Legal Code CC0 1.0 Universal", False, False),
        ("no licence file in repo (demo page; research reference only)", True, False),
        ("repo: Attribution-NonCommercial-NoDerivatives 4.0 International ==", True, False),
        ("repo: Creative Commons Legal Code CC0 1.0 Universal", True, True),
        ("repo: Apache License Version 2.0, January 2004 http://www.apache.o", True, True),
        ("repo: Copyright 2020 Somebody Permission is hereby granted, free o", True, True),
        ("a licence nobody has heard of", False, False),
    ],
)
def test_a_licence_decides_whether_a_model_that_ships_may_learn(clip, licence, synthetic, ships):
    from corpora import may_ship

    assert may_ship(replace(clip, licence=licence, synthetic=synthetic)) is ships


def test_a_speech_engine_does_not_inherit_the_licence_of_the_corpus_it_imitates(clip):
    from corpora import may_ship

    assert not may_ship(replace(clip, licence="VCTK CC BY 4.0; no licence file in repo", synthetic=True))


def test_what_a_repository_took_from_elsewhere_is_said_to_be_doubtful(clip):
    from corpora import decision

    found = decision(replace(clip, corpus="VALL-E", synthetic=True, licence="repo: CC0 1.0 Universal"))
    assert found.ships
    assert "another page" in found.doubt


def test_prepared_sound_is_of_one_length_and_loudness_without_silence_around_it():
    from corpora import LOUDNESS_DB, prepared

    speech = np.random.default_rng(0).standard_normal(30_000).astype(np.float32) * 0.01
    quiet = np.zeros(8_000, np.float32)
    found = prepared(np.concatenate([quiet, speech, quiet]))
    assert found.size == 64_000
    assert 10 * np.log10(np.mean(found**2)) == pytest.approx(LOUDNESS_DB, abs=0.01)
    assert np.abs(found[:320]).max() > 0.01
    for silent in (np.zeros(0, np.float32), np.zeros(5, np.float32), np.zeros(99_999, np.float32)):
        assert not prepared(silent).any()
        assert prepared(silent).size == 64_000


def test_every_shared_clip_has_a_decision_and_most_people_may_be_learnt_from(shared_data):
    from corpora import clips, decision, may_ship

    every = clips()
    assert all(decision(clip).why != "the licence is not known" for clip in every)
    assert sum(may_ship(c) for c in every if not c.synthetic) == 380
    assert sum(may_ship(c) for c in every if c.synthetic) == 151
