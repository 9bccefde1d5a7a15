"""Frames of a voice: bounded, blind to loudness, flat where a line cut the band off."""

import numpy as np

from quivive.voices.sound import RATE
from quivive.voices.speakers.features import BANDS, HOP, WINDOW, log_mel
from voices.sound_maker import tone
from voices.voice_maker import brightened, voice


def test_there_is_a_frame_every_twenty_milliseconds():
    found = log_mel(voice()[:RATE])
    assert found.shape == (1 + (RATE - WINDOW) // HOP, BANDS)
    assert found.dtype == np.float32


def test_too_short_a_sound_has_no_frame():
    assert log_mel(np.zeros(WINDOW - 1, np.float32)).shape == (0, BANDS)


def test_silence_is_flat_and_finite():
    assert np.abs(log_mel(np.zeros(RATE, np.float32))).max() < 1e-5


def test_a_louder_voice_looks_the_same():
    quiet = voice()[: 2 * RATE] * 0.05
    assert np.abs(log_mel(quiet) - log_mel(quiet * 15)).max() < 0.05


def test_above_a_telephone_line_there_is_nothing_to_see():
    upper = slice(BANDS - 10, BANDS)
    wide = log_mel(brightened(voice())[: 4 * RATE])[:, upper]
    narrow = log_mel(voice()[: 4 * RATE])[:, upper]
    assert narrow.std() < 0.2 < wide.std()


def test_a_tone_stands_in_its_band():
    rising = np.concatenate([np.zeros(RATE, np.float32), tone(1.0, 1000.0, RATE)])
    loud = log_mel(rising)[-10:].mean(axis=0)
    assert 20 < int(loud.argmax()) < 30
