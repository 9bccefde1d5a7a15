"""Are a recording's windows scored alike wherever they lie, and by nothing but the speech?"""

from __future__ import annotations

import numpy as np
import pytest

from quivive.voices.score import FRAME, HIGHEST, LEAST_IN_WINDOW, STEP, WINDOW, score, spectra, windows
from quivive.voices.sound import RATE
from quivive.voices.speech import Segment
from voices.voice_maker import voice


def clip() -> np.ndarray:
    return voice()[: int(WINDOW * RATE)]


def whole(samples) -> tuple[Segment, ...]:
    return (Segment(0.0, len(samples) / RATE),)


def test_a_window_scores_the_same_at_the_start_and_beyond_where_the_recording_is_read_in_pieces():
    long = np.tile(clip(), 11)
    found = windows(long, whole(long))
    assert [(each.start, each.end) for each in found[:2]] == [(0.0, 4.0), (1.0, 5.0)]
    same = [each.score for each in found if each.start % WINDOW == 0]
    assert len(same) == 11
    assert max(same) - min(same) < 0.02 * max(1.0, abs(same[0]))


def test_loudness_and_an_offset_change_no_score():
    speech = clip()
    (plain,) = windows(speech, whole(speech))
    (moved,) = windows(0.1 * speech + np.float32(0.001), whole(speech))
    assert moved.score == pytest.approx(plain.score, abs=0.05)


def test_what_sixteen_bits_add_where_a_line_passes_nothing_changes_no_score():
    spectrum = np.fft.rfft(0.1 * clip())
    spectrum[np.fft.rfftfreq(len(clip()), 1 / RATE) > 3_400] = 0
    line = np.fft.irfft(spectrum).astype(np.float32)
    rounded = (np.round(line * 32_768) / 32_768).astype(np.float32)
    (plain,), (stored,) = windows(line, whole(line)), windows(rounded, whole(line))
    assert stored.score == pytest.approx(plain.score, abs=0.1)


def test_what_is_not_speech_is_not_scored():
    speech = clip()
    rng = np.random.default_rng(1)
    noise = rng.normal(scale=0.2, size=len(speech)).astype(np.float32)
    half = Segment(0.0, 2.5)
    speech = speech.copy()
    both = np.where(np.arange(len(speech)) < 2.6 * RATE, speech, noise).astype(np.float32)
    (one,), (other,) = windows(speech, (half,)), windows(both, (half,))
    assert one.score == pytest.approx(other.score, abs=0.05)


def test_a_window_without_speech_enough_has_no_score():
    speech = np.tile(clip(), 3)
    little = (Segment(0.0, LEAST_IN_WINDOW - 0.5), Segment(8.0, 12.0))
    starts = [each.start for each in windows(speech, little)]
    assert starts == [6.0, 7.0, 8.0]


def test_a_recording_shorter_than_a_window_is_one_window():
    short = clip()[: 3 * RATE]
    (found,) = windows(short, whole(short))
    assert (found.start, found.end) == (0.0, 3.0)


def test_silence_cannot_be_scored():
    with pytest.raises(ValueError, match="no speech"):
        score(np.zeros(5 * RATE, np.float32))


def test_spectra_hold_nothing_outside_the_band():
    rng = np.random.default_rng(2)
    found = spectra(rng.normal(size=RATE).astype(np.float32))
    assert found.shape == (1, 2, FRAME // 2 + 1, RATE // STEP)
    assert not found[:, :, 0].any()
    assert not found[:, :, HIGHEST + 1 :].any()
    assert found[:, :, 1 : HIGHEST + 1].all()
