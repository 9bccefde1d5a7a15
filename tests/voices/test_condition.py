"""Is the kind of channel told from the sound alone, whatever file it comes in?"""

from __future__ import annotations

import numpy as np
import pytest

from quivive.voices.condition import condition, spectrum
from quivive.voices.sound import RATE, decode
from quivive.voices.speech import only_speech, segments
from voices.sound_maker import write
from voices.voice_maker import brightened, voice


def judged(samples) -> str | None:
    return condition(only_speech(samples, segments(samples)))


def through(samples, container: str, encoder: str, rate: int):
    """Over a codec at its own rate, and back."""
    import av

    frame = av.AudioFrame.from_ndarray(samples[None], "flt", "mono")
    frame.sample_rate = RATE
    at = av.AudioResampler("flt", "mono", rate)
    frames = [part.to_ndarray()[0] for each in (frame, None) for part in at.resample(each)]
    (track,) = decode(write(np.concatenate(frames), container, encoder, rate))
    return track.samples


TELEPHONES = [("wav", "pcm_alaw"), ("wav", "pcm_mulaw"), ("amr", "libopencore_amrnb")]


def test_the_recorded_call_came_by_telephone():
    assert judged(voice()) == "telephone"


@pytest.mark.parametrize(("container", "encoder"), TELEPHONES)
def test_a_wide_voice_is_wide_until_a_telephone_carries_it(container, encoder):
    wide = brightened(voice())
    assert judged(wide) == "wideband"
    assert judged(through(wide, container, encoder, 8000)) == "telephone"


def test_a_telephone_is_told_after_a_messenger_has_forwarded_it():
    assert judged(through(voice(), "ogg", "libopus", 48000)) == "telephone"


def test_a_telephone_is_told_in_a_quiet_recording_of_sixteen_bits():
    assert judged((np.round(voice() * 0.05 * 32768) / 32768).astype(np.float32)) == "telephone"


def test_hiss_after_a_telephone_line_is_no_wide_voice():
    spoken = voice()
    hiss = np.random.default_rng(1).normal(size=len(spoken)) * float(spoken.std()) * 0.06
    assert judged((spoken + hiss).astype(np.float32)) == "telephone"


def test_low_rate_mp3_leaves_its_edge():
    assert judged(through(brightened(voice()), "mp3", "libmp3lame", 16000)) == "messenger"


@pytest.mark.parametrize("length", [0, 100, 1000, RATE])
def test_of_silence_and_of_too_little_nothing_is_said(length):
    assert spectrum(np.zeros(length, np.float32)) is None
    assert condition(voice()[:1000]) is None
