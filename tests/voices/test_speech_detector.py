"""Does the report say who was heard, over what, for how long, and what was not heard?"""

from __future__ import annotations

from string import Formatter

import numpy as np
import pytest

from conftest import NOON
from quivive.calls.captures.audio import wav as wav_of
from quivive.errors import CouldNotLook
from quivive.examine import accepts
from quivive.intake import take
from quivive.model import Context, Finding
from quivive.render.lang import sentences
from quivive.voices import hearing, sound
from quivive.voices.speech_detector import Speech
from voices.sound_maker import KINDS, as_kind, film, tone, write
from voices.voice_maker import brightened, recording, voice


def examined(data: bytes, name: str = "recording") -> dict[str, Finding]:
    item = take(data, name)
    assert accepts(Speech(), item), item.media_type
    found: dict[str, Finding] = {}
    for each in Speech().examine(item, Context(NOON)):
        assert isinstance(each, Finding)
        found[each.code] = each
    return found


def sixteen(samples) -> bytes:
    return wav_of((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), sound.RATE)


def test_a_call_is_heard_as_one():
    found = examined(recording())
    assert set(found) == {"speech/heard-telephone"}
    assert found["speech/heard-telephone"].kind == "informational"


def test_a_wide_voice_is_said_to_be_wide():
    assert "speech/heard-wideband" in examined(sixteen(brightened(voice())))


@pytest.mark.parametrize("data", [as_kind("voice.wav"), film("mp4"), sixteen(np.zeros(80_000))])
def test_where_nobody_speaks_nothing_else_is_said(data):
    assert set(examined(data)) == {"speech/none"}


def test_each_side_of_a_call_is_told_apart():
    spoken = voice()
    both = np.stack([spoken, tone(len(spoken) / sound.RATE, rate=sound.RATE)[: len(spoken)]])
    found = examined(write(both, "wav", "pcm_s16le", sound.RATE))
    assert found["speech/heard-telephone"].where.part == "channel 1"
    assert found["speech/none"].where.part == "channel 2"


@pytest.fixture
def nothing_kept():
    """What was heard of a recording is kept for the next detector: here it is heard anew."""
    hearing._heard.cache_clear()
    yield
    hearing._heard.cache_clear()


def test_what_was_not_heard_of_a_long_recording_is_said(monkeypatch, nothing_kept):
    monkeypatch.setattr(sound, "MOST_SECONDS_IN_ALL", 5.0)
    assert "5.0 s" in examined(recording())["speech/cut"].message


def test_a_recording_that_breaks_off_is_said_to_be_damaged():
    data = as_kind("voice.flac", 6.0)
    assert "speech/damaged" in examined(data[: len(data) // 2])


def test_channels_beyond_the_limit_are_named():
    many = np.random.default_rng(1).integers(-99, 99, 12 * 16_000).astype("<i2").tobytes()
    header = bytearray(wav_of(many, 16_000))
    header[22:24] = (12).to_bytes(2, "little")
    header[32:34] = (24).to_bytes(2, "little")
    assert examined(bytes(header))["speech/channels-unheard"].params["channels"] == "12"


@pytest.mark.parametrize("name", ["voicemail.pdf", "picture.jpg", ""])
def test_a_wrong_name_changes_nothing(name):
    assert "speech/heard-telephone" in examined(recording(), name)


@pytest.mark.parametrize("data", [recording()[:40], as_kind("voice.m4a")[:5000], b"OggS" + bytes(500)])
def test_what_does_not_decode_could_not_be_looked_at(data):
    with pytest.raises(CouldNotLook):
        examined(data)


def test_most_kinds_of_sound_reach_the_detector():
    reached = [name for name in KINDS if accepts(Speech(), take(as_kind(name, 0.2), name))]
    assert {"voice.wav", "voice.mp3", "voice.m4a", "whatsapp.opus", "voicemail.amr", "voicemail.3gp"} <= {
        *reached
    }


def test_the_model_is_named_with_its_licence():
    (source,) = Speech().sources()
    assert source.model
    assert source.licence == "MIT"
    assert len(source.sha256) == 64


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_finding_has_its_sentence(language):
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    translated = sentences(language)
    for code, english in Speech.codes.items():
        assert fields(translated[code]) == fields(english), code
