from functools import partial

import numpy as np
import pytest

from quivive.voices.live import direction
from quivive.voices.live.codecs import Codec
from quivive.voices.live.direction import MOST_PENDING, Direction
from quivive.voices.live.order import Frame
from quivive.voices.live.stream import Stream
from voices.live.provider import FRAME, Loudness

LOUD = b"\x80" * FRAME
"""20 ms at full scale in µ-law."""


class Keeping(Loudness):
    """Keeps what was to be judged at the end."""

    def judge(self, samples):
        self.whole = samples
        return super().judge(samples)


def heard(*frames):
    """How the direction stands after these frames, and milliseconds that are loud, in runs [from, to)."""
    scoring = Keeping()
    heard = Direction(Codec("PCMU"), scoring)
    heard.take(list(frames))
    sounds = heard.listen(final=True)
    loud = np.abs(scoring.whole) > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
    runs = [(round(a / 16), round(b / 16)) for a, b in edges.reshape(-1, 2)]
    return sounds, [run for run in runs if run[1] - run[0] > 2]


def at(number, milliseconds, lost=0, anew=False):
    """A frame; None as time where the sender says none."""
    return Frame(number, None if milliseconds is None else milliseconds * 8, LOUD, lost, anew)


def test_frames_one_after_another_are_heard_without_a_gap():
    sounds, runs = heard(at(1, 0), at(2, 20), at(3, 40))
    assert (runs, sounds.heard, sounds.lost) == ([(0, 60)], 0.06, 0.0)


@pytest.mark.parametrize("times", [(0, 60), (None, None)])
def test_lost_frames_are_silence_of_their_length_and_counted(times):
    sounds, runs = heard(at(1, times[0]), at(4, times[1], lost=2))
    assert (runs, sounds.lost) == ([(0, 20), (60, 80)], 0.04)


def test_a_pause_that_the_sender_leaves_out_is_silence_and_no_loss():
    sounds, runs = heard(at(1, 0), at(2, 2000))
    assert (runs, sounds.lost) == ([(0, 20), (2000, 2020)], 0.0)


def test_a_clock_that_trembles_makes_no_gaps():
    assert heard(at(1, 0), at(2, 27), at(3, 33), at(4, 71))[1] == [(0, 80)]


@pytest.mark.parametrize("time", [-5000, 0, 9_000_000])
def test_a_clock_that_leaps_or_goes_backwards_is_not_believed(time):
    sounds, runs = heard(*(at(n, 20 * n) for n in range(10)), at(10, time), at(11, time + 20))
    assert (runs, sounds.lost) == ([(0, 240)], 0.0)


def test_numbers_that_begin_anew_bring_their_own_clock():
    assert heard(at(9, 7_000), at(1, 0, anew=True), at(2, 20))[1] == [(0, 60)]


def test_a_clock_that_leaps_again_and_again_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(direction, "Stream", partial(Stream, most_seconds=100.0))
    frames = [Frame(n, n * 8 * 59_000, b"", 0) for n in range(100)]
    sounds, _ = heard(*frames)
    assert (sounds.heard, sounds.cut) == (100.0, True)


def test_frames_that_carry_nothing_count_too():
    one = Direction(Codec("PCMU"), Loudness())
    one.take([Frame(n, None, b"") for n in range(20_000)])
    assert one.full
    one.listen()
    assert not one.full


def test_more_than_half_a_minute_waiting_is_full():
    one = Direction(Codec("PCMU"), Loudness())
    one.take([Frame(n, None, LOUD) for n in range(int(MOST_PENDING * 50))])
    assert not one.full
    one.take([Frame(0, None, LOUD)])
    assert one.full
