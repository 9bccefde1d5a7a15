"""Is speech cut at its pauses, into pieces that are neither too long nor overlap?"""

from __future__ import annotations

import numpy as np
import pytest

from quivive.voices.sound import RATE
from quivive.voices.speech import Segment
from quivive.voices.words.pieces import LONGEST, cut_out, pieces

HISS = np.random.default_rng(1).normal(size=60 * RATE).astype(np.float32) * 0.05


def test_words_with_short_pauses_stay_together():
    (piece,) = pieces(HISS, (Segment(1.0, 2.0), Segment(2.5, 4.0)))
    assert piece.start < 1.0
    assert piece.end > 4.0


def test_a_long_pause_separates():
    assert len(pieces(HISS, (Segment(1.0, 2.0), Segment(3.5, 4.5)))) == 2


def test_no_piece_is_longer_than_the_longest_and_its_margins():
    spoken = tuple(Segment(at, at + 0.8) for at in np.arange(0, 50, 1.0))
    found = pieces(HISS, spoken)
    assert max(each.end - each.start for each in found) <= LONGEST + 0.3 + 1e-6
    assert sum(each.end - each.start for each in found) >= 40


def test_speech_without_a_pause_is_cut_where_it_is_quietest():
    sound = HISS.copy()
    sound[round(10.5 * RATE) : round(10.6 * RATE)] = 0
    first, second = pieces(sound, (Segment(0.0, 20.0),))
    assert 10.45 < first.end < 10.65
    assert second.start == pytest.approx(first.end, abs=0.01)


@pytest.mark.parametrize("spoken", [(), (Segment(0.0, 0.3),), (Segment(59.8, 60.0),)])
def test_pieces_stay_within_the_sound_and_do_not_overlap(spoken):
    found = pieces(HISS, spoken)
    edges = [moment for each in found for moment in (each.start, each.end)]
    assert edges == sorted(edges)
    assert all(0 <= moment <= 60 for moment in edges)


def test_quiet_speech_is_raised_and_loud_speech_does_not_overflow():
    assert np.sqrt(np.mean(cut_out(HISS * 0.01, Segment(0.0, 1.0)) ** 2)) > 0.01
    assert np.abs(cut_out(HISS * 100, Segment(0.0, 1.0))).max() <= 1.0
    assert not cut_out(np.zeros(RATE, np.float32), Segment(0.0, 1.0)).any()
