"""Do scores of models of others stand beside ours, named as raw, without ever changing the answer?"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from conftest import NOON
from quivive import config
from quivive.calls.captures.audio import wav
from quivive.intake import take
from quivive.model import Context, ExternalModel
from quivive.voices.external.external_detector import External
from quivive.voices.sound import RATE
from quivive.workbench import Workbench
from voices.onnx_maker import mean_model, two_inputs_model
from voices.voice_maker import recording, voice


def model(data: bytes, name: str = "small") -> ExternalModel:
    return ExternalModel(name, "file:///nowhere", hashlib.sha256(data).hexdigest(), "MIT", RATE, 1.0,
                         machine=0, person=1, card="made for this test", data=data)  # fmt: skip


SMALL = model(mean_model(RATE))


def told(sound: bytes, *models: ExternalModel):
    item = take(sound, "voicemail.wav")
    return list(External().examine(item, Context(NOON, models=models)))


def test_each_model_gives_its_raw_score_with_licence_and_checksum():
    first, second = told(recording(), SMALL, replace(SMALL, name="other"))
    assert [first.params["model"], second.params["model"]] == ["small", "other"]
    assert first.code == "external/raw-score"
    assert first.kind == "informational"
    assert first.score is not None
    assert "No ratio: not calibrated" in first.message
    assert SMALL.sha256 in first.references[0]
    assert first.references[1] == "made for this test"


def test_a_raw_score_speaks_for_no_proposition_and_bears_no_weight():
    (found,) = told(recording(), SMALL)
    assert (found.proposition, found.weight) == ("", None)


def test_without_models_nothing_is_decoded_or_said():
    assert told(b"RIFF this does not decode") == []


def test_a_model_that_is_not_here_is_said_to_be_absent():
    (found,) = told(b"RIFF this does not decode", replace(SMALL, data=None))
    assert (found.code, found.kind) == ("external/absent", "open")


@pytest.mark.parametrize("data", [two_inputs_model(), b"changed"])
def test_a_model_that_fails_says_why_and_the_others_go_on(data):
    bad = model(data, "bad") if data != b"changed" else replace(SMALL, name="bad", data=data)
    failed, good = told(recording(), bad, SMALL)
    assert (failed.code, failed.kind) == ("external/failed", "open")
    assert failed.params["why"]
    assert good.code == "external/raw-score"


def test_too_little_speech_is_not_given_to_a_model():
    samples = np.clip(voice()[: 2 * RATE], -1, 1)
    assert told(wav((samples * 32767).astype("<i2").tobytes(), RATE), SMALL) == []


def test_whatever_a_model_says_the_answer_stays_the_same(tmp_path):
    plain = Workbench(config.Settings(home=tmp_path), clock=lambda: NOON)
    data = mean_model(RATE, (1e6, -1e6))
    wild = replace(model(data), data=None)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{wild.sha256}.onnx").write_bytes(data)
    asked = Workbench(config.Settings(home=tmp_path, models=(wild,)), clock=lambda: NOON)
    before, after = (bench.check(recording(), name="voicemail.wav") for bench in (plain, asked))
    assert [f.code for f in after.findings if f.code.startswith("external/")] == ["external/raw-score"]
    assert after.attention == before.attention
    assert after.score("synthetic-voice") == before.score("synthetic-voice")
    assert after.weight("synthetic-voice") == before.weight("synthetic-voice")
    assert [a.code for a in after.advice] == [a.code for a in before.advice]


def test_aasist_speaks_in_a_report(shared_data):
    data = (shared_data / "voices" / "peers" / "AASIST.onnx").read_bytes()
    aasist = replace(model(data, "AASIST"), seconds=4.0375)
    (found,) = told(recording(), aasist)
    assert found.message.startswith("Raw score of AASIST")
    assert int(found.params["pieces"]) >= 3
