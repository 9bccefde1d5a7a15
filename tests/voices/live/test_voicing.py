import numpy as np
import pytest

from quivive.voices.live.voicing import Voicing
from quivive.voices.sound import RATE
from quivive.voices.speech import net_seconds, segments
from voices.voice_maker import voice


def live(samples, size):
    found = Voicing()
    for at in range(0, len(samples), size):
        found.add(samples[at : at + size])
    return found.segments()


@pytest.mark.parametrize("size", [160, 8000, 33_333])
def test_speech_is_found_as_in_a_file_however_the_sound_is_cut(size):
    samples = voice()[: 12 * RATE]
    whole, part = segments(samples), live(samples, size)
    assert net_seconds(part) == pytest.approx(net_seconds(whole), abs=0.2)
    assert len(part) == pytest.approx(len(whole), abs=1)


def test_the_memory_begins_anew_each_half_minute_as_for_a_file():
    samples = np.tile(voice(), 4)[: 70 * RATE]
    assert net_seconds(live(samples, 16000)) == pytest.approx(net_seconds(segments(samples)), rel=0.01)


def test_in_silence_nobody_speaks():
    assert live(np.zeros(5 * RATE, np.float32), 800) == ()


def test_before_anything_was_heard_nobody_speaks():
    assert Voicing().segments() == ()
