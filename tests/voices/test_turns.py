"""Are two who take turns told apart, and does one stay one?"""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from quivive.errors import CouldNotLook
from quivive.voices import turns
from quivive.voices.sound import RATE
from quivive.voices.speech import LEAST_SPEECH, Segment, net_seconds, segments
from quivive.voices.turns import HEARD, HOP, parted, voices
from voices.speakers.people import larger_head
from voices.turns_maker import two_by_turns
from voices.voice_maker import Samples, voice


def share_of(side: tuple[Segment, ...], said: list[tuple[float, float]]) -> float:
    """Of the seconds given to a side, the share that lies within `said`."""
    within = sum(
        max(0.0, min(each.end, end) - max(each.start, start)) for each in side for start, end in said
    )
    return within / net_seconds(side)


def around(middle: int, count: int, rng: np.random.Generator) -> Samples:
    """Hearings of a voice that is axis `middle` of eight."""
    found = rng.normal(scale=0.15, size=(count, 8)) + np.eye(8)[middle]
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_one_voice_stays_one():
    samples = voice()
    spoken = segments(samples)
    assert voices(samples, spoken) == (spoken,)


def test_two_voices_that_take_turns_are_told_apart_and_the_first_is_who_begins():
    samples, said = two_by_turns()
    both = voices(samples, segments(samples))
    assert len(both) == 2
    assert both[0][0].start < both[1][0].start
    assert share_of(both[0], said[0]) > 0.9
    assert share_of(both[1], said[1]) > 0.9


def test_no_speech_is_lost_or_given_to_both():
    samples, _ = two_by_turns()
    spoken = segments(samples)
    both = voices(samples, spoken)
    every = sorted((each for side in both for each in side), key=lambda each: each.start)
    assert net_seconds(tuple(every)) == pytest.approx(net_seconds(spoken))
    assert all(one.end <= other.start + 1e-9 for one, other in pairwise(every))


def test_who_speaks_less_than_a_verdict_needs_is_nobody_apart():
    one, other = voice(), larger_head(voice())
    samples = np.concatenate([one, other[: 2 * RATE]])
    spoken = segments(samples)
    assert voices(samples, spoken) == (spoken,)


def test_a_voice_that_gets_louder_or_comes_over_another_line_stays_one():
    samples = np.concatenate([voice(), 0.2 * voice()])
    spoken = segments(samples)
    assert voices(samples, spoken) == (spoken,)


@pytest.mark.parametrize("spoken", [(), (Segment(0.0, 2.0),), (Segment(0.0, 0.3), Segment(1.0, 7.0))])
def test_noise_and_next_to_nothing_are_one_voice(spoken):
    noise = np.random.default_rng(2).normal(scale=0.1, size=8 * RATE).astype(np.float32)
    assert voices(noise, spoken) == (spoken,)


def test_digital_silence_is_one_voice():
    spoken = (Segment(0.0, 20.0),)
    assert voices(np.zeros(20 * RATE, np.float32), spoken) == (spoken,)


def test_without_the_model_of_voices_there_is_one_voice(monkeypatch):
    def missing(speech):
        raise CouldNotLook("missing")

    monkeypatch.setattr(turns, "embed", missing)
    samples, _ = two_by_turns()
    spoken = segments(samples)
    assert voices(samples, spoken) == (spoken,)


def test_a_single_odd_hearing_is_no_turn():
    rng = np.random.default_rng(5)
    heard = np.concatenate([around(0, 20, rng), around(1, 1, rng), around(0, 20, rng), around(1, 20, rng)])
    found = parted(heard)
    assert found is not None
    assert len(set(found.sides[:41].tolist())) == 1
    assert len(set(found.sides[41:].tolist())) == 1
    assert found.sides[0] != found.sides[-1]


def test_a_change_of_turns_near_a_pause_lies_in_it_and_else_cuts_the_segment():
    spoken = (Segment(0.0, 5.2), Segment(6.0, 12.0))
    count = round((11.2 - HEARD) / HOP) + 1
    sides = np.array([0] * 8 + [1] * (count - 8))
    assert turns.turns(sides, spoken) == ((spoken[0],), (spoken[1],))
    late = np.array([0] * 14 + [1] * (count - 14))
    first, second = turns.turns(late, spoken)
    assert first[0] == spoken[0]
    assert first[1].end == second[0].start
    assert 8.0 < first[1].end < 9.5


def test_twenty_minutes_of_hearings_are_parted_in_no_time():
    rng = np.random.default_rng(6)
    heard = np.concatenate([around(number % 2, 8, rng) for number in range(300)])
    start = time.process_time()
    found = parted(heard)
    assert time.process_time() - start < 5
    assert found is not None
    assert abs(found.likeness) < 0.2


def test_each_voice_has_speech_enough_for_a_verdict():
    samples, _ = two_by_turns()
    assert all(net_seconds(each) >= LEAST_SPEECH for each in voices(samples, segments(samples)))
