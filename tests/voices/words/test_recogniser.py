"""Is the recogniser found, held to its weights, and are its tokens spelt?"""

from __future__ import annotations

import hashlib
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from quivive.errors import NotInstalled
from quivive.voices.sound import RATE, decode
from quivive.voices.words import recogniser as recognising
from quivive.voices.words.recogniser import Recogniser, folder, spellings

DATA = Path(__file__).parent / "data"
with_the_model = pytest.mark.skipif(folder() is None, reason="the extra 'words' is not installed")


def installed_at(place: Path, monkeypatch) -> None:
    spec = ModuleSpec("moonshine_voice", None)
    spec.submodule_search_locations = [str(place)]
    monkeypatch.setattr(recognising, "find_spec", lambda name: spec)


def test_tokens_stand_behind_their_length():
    long = bytes(range(200)) * 2
    data = b"\x00" + b"\x03abc" + bytes([128 + 400 % 128, 400 // 128]) + long
    assert spellings(data) == (b"", b"abc", long)


def test_a_newer_package_without_the_model_is_not_taken(tmp_path, monkeypatch):
    installed_at(tmp_path, monkeypatch)
    assert folder() is None
    with pytest.raises(NotInstalled, match=r"quivive\[words\]"):
        Recogniser().hear(np.zeros(RATE, np.float32))


def test_other_weights_are_refused(tmp_path, monkeypatch):
    place = tmp_path / "assets" / "tiny-en"
    place.mkdir(parents=True)
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (place / name).write_bytes(b"something else")
    installed_at(tmp_path, monkeypatch)
    with pytest.raises(NotInstalled, match="measured with"):
        Recogniser().hear(np.zeros(RATE, np.float32))


def test_too_little_sound_has_no_words():
    heard = Recogniser().hear(np.zeros(100, np.float32))
    assert (heard.text, heard.sureness) == ("", ())


@with_the_model
def test_it_never_writes_faster_than_anybody_speaks():
    noise = np.random.default_rng(1).normal(size=4 * RATE).astype(np.float32) * 0.1
    heard = Recogniser().hear(noise)
    assert len(heard.sureness) <= 4 * recognising.MOST_TOKENS_A_SECOND + 1
    assert np.isfinite(heard.sureness).all()


@with_the_model
def test_it_is_sure_of_english_and_not_of_german():
    english, german = (
        np.mean(Recogniser().hear(decode((DATA / name).read_bytes())[0].samples[: 6 * RATE]).sureness)
        for name in ("english.opus", "german.opus")
    )
    assert english > german


@with_the_model
def test_the_model_is_named_by_its_digest_and_licence():
    (source,) = Recogniser().sources
    place = folder()
    assert place is not None
    assert source.sha256 == hashlib.sha256((place / "encoder_model.ort").read_bytes()).hexdigest()
    assert source.licence == "MIT"
