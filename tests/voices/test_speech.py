"""Is speech found where people speak, and nothing where nobody does?"""

from __future__ import annotations

import numpy as np
import pytest

from quivive.voices.sound import RATE
from quivive.voices.speech import STEP, Segment, net_seconds, only_speech, probabilities, segments
from voices.voice_maker import voice


def noises() -> dict[str, np.ndarray]:
    """Ten seconds each of what is no speech."""
    rng, t = np.random.default_rng(1), np.arange(10 * RATE) / RATE
    beat = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * t)
    return {
        "silence": np.zeros(len(t)),
        "dither": rng.normal(size=len(t)) / 32768,
        "hiss": 0.1 * rng.normal(size=len(t)),
        "hiss at the pace of syllables": 0.1 * rng.normal(size=len(t)) * beat,
        "ringing": 0.2 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * ((t % 6) < 2),
        "dial tone": 0.2 * (np.sin(2 * np.pi * 350 * t) + np.sin(2 * np.pi * 440 * t)),
        "keys": 0.2 * (np.sin(2 * np.pi * 770 * t) + np.sin(2 * np.pi * 1336 * t)) * ((t % 0.4) < 0.2),
        "clicks": (rng.random(len(t)) < 0.0005) * 1.0,
        "octets of a file": rng.integers(-32768, 32767, len(t)) / 32768,
    }


@pytest.mark.parametrize("name", noises())
def test_noise_and_tones_are_no_speech(name):
    assert segments(noises()[name].astype(np.float32)) == ()


def test_a_voice_is_heard_between_two_silences():
    loud = np.flatnonzero(np.abs(voice()) > 0.02 * np.abs(voice()).max())
    spoken = voice()[loud[0] : loud[-1]]  # the recording begins and ends in quiet
    silence = np.zeros(2 * RATE, np.float32)
    found = segments(np.concatenate([silence, spoken, silence]))
    seconds = len(spoken) / RATE
    assert found[0].start == pytest.approx(2.0, abs=0.4)
    assert found[-1].end == pytest.approx(2.0 + seconds, abs=0.5)
    assert 0.7 * seconds < net_seconds(found) <= seconds + 0.5


@pytest.mark.parametrize("gain", [0.1, 0.01, 0.003])
def test_a_quiet_voice_is_heard_as_well(gain):
    spoken = voice()
    loud = net_seconds(segments(spoken))
    assert net_seconds(segments((gain * spoken).astype(np.float32))) > 0.85 * loud


def test_pieces_heard_side_by_side_give_what_one_pass_gives():
    repeated = np.tile(voice(), 8)
    assert len(repeated) > 60 * RATE
    whole = probabilities(repeated) > 0.5
    single = probabilities(repeated[: 29 * RATE]) > 0.5
    assert len(whole) == len(repeated) // STEP
    assert float(np.mean(whole[: len(single)] == single)) > 0.99


def test_speech_alone_is_as_long_as_its_segments():
    spoken = (Segment(0.5, 1.0), Segment(2.0, 2.25))
    kept = only_speech(np.arange(3 * RATE, dtype=np.float32), spoken)
    assert len(kept) == round(net_seconds(spoken) * RATE)
    assert kept[0] == RATE // 2


@pytest.mark.parametrize("length", [0, 1, STEP - 1, STEP])
def test_a_sound_shorter_than_a_step_is_no_speech(length):
    assert segments(np.ones(length, np.float32)) == ()
