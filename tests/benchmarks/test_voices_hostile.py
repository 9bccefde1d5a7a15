"""Do the hostile sounds of the benchmark exist as named, and is a verdict among its answers recognised?"""

from __future__ import annotations

import numpy as np
import pytest

from conftest import NOON, ROOT
from quivive.intake import take
from quivive.model import Context
from quivive.sniff import sniff
from quivive.voices.sound import decode
from quivive.voices.synthetic_detector import Synthetic
from test_docs import load
from voices import hostile_maker as files
from voices.noise_maker import RATE, SECONDS, noises

voices_hostile = load("voices_hostile", ROOT / "benchmarks" / "voices_hostile.py")
NOISES = noises()


def report(*codes: str, skipped: str | None = None) -> dict[str, object]:
    return {"findings": [{"code": code} for code in codes], "examinations": [{"skipped": skipped}],
            "attention": "nothing-found"}  # fmt: skip


@pytest.mark.parametrize("name", NOISES)
def test_no_noise_gets_a_verdict(name: str) -> None:
    samples = NOISES[name]
    assert len(samples) == RATE * SECONDS
    assert np.isfinite(samples).all()
    data = files.wav(RATE, 1, files.pcm(samples[: 8 * RATE]))
    codes = [each.code for each in Synthetic().examine(take(data, "noise.wav"), Context(NOON))]
    assert not voices_hostile.verdict(report(*codes))


def test_a_verdict_is_told_from_an_answer_that_is_none():
    assert voices_hostile.verdict(report("speech/heard-telephone", "voice/synthetic"))
    assert voices_hostile.verdict(report("voice/synthetic-passages"))
    assert voices_hostile.verdict(report("voice/nothing-synthetic"))
    assert voices_hostile.verdict(report("voice/one-of-two-synthetic"))
    assert not voices_hostile.verdict(report("voice/cannot-tell", "voice/insufficient-speech", "speech/none"))


def test_an_answer_names_the_voice_before_the_attention_and_a_bug_before_both():
    assert voices_hostile.answer(report("voice/cannot-tell")) == "cannot-tell"
    assert voices_hostile.answer(report("speech/none")) == "nobody speaks"
    assert voices_hostile.answer(report()) == "nothing-found"
    assert voices_hostile.answer(report("speech/none", skipped="… report it as a bug …")) == "error"


def test_ten_hours_of_pauses_fit_into_two_megabytes():
    data = files.hours(files.NO_DATA)
    assert len(data) < 2_000_000
    assert sniff(data) == "audio/amr"
    (track,) = decode(data, most_seconds=5)
    assert track.cut
    assert track.seconds == 5
    assert not track.samples.any()


def test_damaged_files_are_the_same_on_every_run_and_half_of_them_hold_no_speech():
    made = list(files.damaged(20, seed=7))
    assert made == list(files.damaged(20, seed=7))
    assert sum("tone" in name for name, _ in made) == 10


def test_a_child_that_breaks_its_limits_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(voices_hostile, "MEMORY", 16)
    (tmp_path / "a.wav").write_bytes(files.wav(8000, 1, bytes(16_000)))
    done = voices_hostile.check([tmp_path / "a.wav"])
    assert done.fault.startswith("exit status")
    assert not done.reports
