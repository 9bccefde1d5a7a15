"""Numbers of a voice: of one length, near for one voice, bounded in time however long the speech."""

import numpy as np
import pytest

from quivive.errors import CouldNotLook
from quivive.voices.sound import RATE
from quivive.voices.speakers import encoder
from quivive.voices.speakers.compare import likeness
from voices.speakers.people import caller, somebody_else, speech


def test_a_voice_is_so_many_numbers_of_length_one():
    numbers = caller()[0].numbers
    assert numbers.shape == (encoder.SIZE,)
    assert float(np.linalg.norm(numbers)) == pytest.approx(1, abs=1e-5)


def test_the_same_voice_is_nearer_than_another():
    first, second = caller()
    assert likeness(first, second) > likeness(first, somebody_else()) + 0.2


def test_loudness_says_nothing_of_who_speaks():
    louder = encoder.embed(speech() * 0.1)
    assert float(louder @ encoder.embed(speech())) > 0.99


def test_too_little_speech_has_no_voice():
    with pytest.raises(CouldNotLook, match="too little speech"):
        encoder.embed(speech()[:RATE])


def test_of_an_hour_only_a_minute_is_looked_at():
    assert len(encoder._pieces(np.zeros(3600 * RATE, np.float32))) == 15


def test_a_missing_model_is_said_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(encoder, "MODEL", tmp_path / "gone.onnx")
    encoder._session.cache_clear()
    try:
        with pytest.raises(CouldNotLook, match="Install quivive again"):
            encoder.embed(speech())
    finally:
        encoder._session.cache_clear()


def test_the_model_is_named_with_its_hash():
    found = encoder.source()
    assert found.model
    assert len(found.sha256) == 64
