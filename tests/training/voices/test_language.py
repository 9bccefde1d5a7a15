"""Does the judge of language learn from what it may, weigh it fairly, and leave out whole languages?"""

from __future__ import annotations

import json
from dataclasses import replace

import corpora
import language
import numpy as np
import pytest
from language import Example, balance, fitted, left_out, log_odds, spoken_language, threshold

SILENCE = np.zeros(16_000, np.float32)
CLIP = corpora.Clip(
    "a.flac", False, "real:VCTK", "real", "p225", "en", "someone/page", 48_000, "WAV", 4.0, ""
)


def marks(count: int = 40) -> list[Example]:
    languages = ["en", "en", "de", "fr"]
    corpora_ = ["books", "phones", "menus", "menus"]
    return [Example(SILENCE, languages[n % 4], corpora_[n % 4]) for n in range(count)]


def rows(of: list[Example], apart: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.array([rng.normal(size=5) + apart * each.english for each in of])


def test_the_line_tells_what_can_be_told():
    own = marks(200)
    odds = log_odds(fitted(rows(own), own), rows(own))
    assert odds[[each.english for each in own]].min() > odds[[not each.english for each in own]].mean()


def test_of_nothing_but_noise_little_is_learnt():
    own = marks(400)
    odds = left_out(rows(own, apart=0.0), own)
    english = np.array([each.english for each in own])
    assert abs(odds[english].mean() - odds[~english].mean()) < 0.3


def test_both_sides_weigh_the_same_however_many_clips_they_have():
    own = [*marks(40), *[Example(SILENCE, "de", "menus")] * 60]
    weight = balance(own)
    english = np.array([each.english for each in own])
    assert weight[english].sum() == pytest.approx(weight[~english].sum())


def test_a_language_is_judged_by_a_line_that_never_saw_it():
    """German lies where English does: a line that saw it would move away, one that did not cannot."""
    own = marks(80)
    table = rows(own)
    german = np.array([each.language == "de" for each in own])
    table[german] += 3.0
    assert np.median(left_out(table, own)[german]) > 0


def test_the_threshold_refuses_on_the_channel_where_others_pass_most_easily():
    own = [replace(each, condition=name) for name in language.CONDITIONS for each in marks(100)]
    odds = np.array([5.0 if each.condition == "g711a" else 1.0 for each in own])
    assert threshold(odds, own) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("corpus", "repository", "source", "spoken"),
    [
        ("real:FireRed-prompts", "someone/page", "x/p276#p276_354.wav", "en"),
        ("real:FireRed-prompts", "someone/page", "x/wukong_006668.wav", "zh"),
        ("real:JP-studio", "someone/page", "audio/en/Reference/1.wav", "en"),
        ("real:LibriTTS/TEDx", "bigvgan-demo/page", "samples/gt/korean2.wav", ""),
        ("real:LibriTTS/TEDx", "bigvgan-demo/page", "samples/gt/ltclean1.wav", "en"),
        ("real:radio/web", "tyiannak/pyAudioAnalysis", "data/42.wav", ""),
        ("real:VCTK", "someone/page", "x.wav", "en"),
    ],
)
def test_where_a_files_name_says_the_language_the_page_does_not(corpus, repository, source, spoken):
    assert spoken_language(replace(CLIP, corpus=corpus, repository=repository), source) == spoken


def test_what_ships_is_a_line_over_the_measures():
    kept = json.loads(language.MODEL.read_text("utf-8"))
    assert len(kept["mean"]) == len(kept["deviation"]) == len(kept["weight"]) == 4
    assert np.isfinite(kept["weight"]).all()
    assert min(kept["deviation"]) > 0
    surer, loops = kept["weight"][0], kept["weight"][3]
    assert surer > 0 > loops


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    judge = fitted(rows(marks()), marks())
    path = tmp_path / "model" / "language.json"
    language.write(replace(judge, threshold=1.5), path)
    kept = json.loads(path.read_text("utf-8"))
    assert kept["threshold"] == 1.5
    assert kept["weight"] == pytest.approx(judge.weight.tolist(), abs=1e-5)
