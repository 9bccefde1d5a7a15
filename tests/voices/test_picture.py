"""Does the picture of a voice show what the scores say, at any length, within its size, and in words too?"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from quivive.voices.picture import caption, colours, figure, picture, spectrogram, timeline, times
from quivive.voices.picture.caption import LABELS, clock, ticks
from quivive.voices.picture.drawing import _BRACKETS, _SCORES, _TOP, HEIGHT, LEFT, RIGHT, WIDTH
from quivive.voices.picture.timeline import steps
from quivive.voices.sound import RATE
from voices.sound_maker import tone

MOST_BYTES = 200_000


@dataclass(frozen=True)
class Window:
    start: float
    end: float
    score: float


def windows(scores, length: float = 4.0) -> list[Window]:
    return [Window(float(at), at + length, score) for at, score in enumerate(scores)]


def drawn(samples, shown) -> np.ndarray:
    image = Image.open(io.BytesIO(picture(samples, shown)))
    assert image.size == (WIDTH, HEIGHT)
    return np.asarray(image.convert("RGB")).astype(int)


def has(colour: colours.Colour, pixels: np.ndarray) -> bool:
    return bool((pixels == colour).all(axis=-1).any())


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(4).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


# the passages


def test_windows_over_the_alarm_become_one_passage_of_the_machine():
    shown = timeline(windows([-2, -2, 3, 4, -2, -2]), alarm=1.0, clear=-3.0)
    (passage, *_) = shown.passages
    assert (passage.start, passage.end, passage.score, passage.mark) == (3.5, 5.5, 4, "1")
    assert passage.side == "machine"
    assert passage.sure


def test_passages_that_were_located_already_are_taken_as_they_are():
    located = [Window(5.5, 6.5, 2.0)]
    shown = timeline(windows([3.0] * 9), passages=located, alarm=1.0, clear=-1.0)
    assert [(p.start, p.end) for p in shown.passages if p.side == "machine"] == [(5.5, 6.5)]


def test_both_sides_are_named_by_numbers_and_letters_in_the_order_of_time():
    scores = [2, -2, -2, -2, -2, 2.5, -2, -2]
    shown = timeline(windows(scores, 1.0), alarm=1.0, clear=-1.0)
    assert [(p.mark, p.start) for p in shown.passages] == [("1", 0.0), ("2", 5.0), ("a", 1.0), ("b", 6.0)]


def test_only_the_strongest_passages_are_named():
    scores = [value for number in range(9) for value in (number + 1.0, -0.5, -0.5)]
    shown = timeline(windows(scores, 1.0), alarm=1.0, clear=-1.0)
    assert [p.score for p in shown.passages if p.side == "machine"] == [5, 6, 7, 8, 9]


def test_where_no_threshold_is_reached_what_comes_closest_is_shown_as_not_sure():
    shown = timeline(windows([0.1, 0.6, -0.4, 0.2]), alarm=1.0, clear=-1.0)
    assert [(p.side, p.start, p.sure) for p in shown.passages] == [
        ("machine", 1.0, False),
        ("person", 2.0, False),
    ]


def test_a_recording_that_alarms_throughout_has_no_passage_for_a_person():
    shown = timeline(windows([2, 3, 2.5]), alarm=1.0, clear=-1.0)
    assert {p.side for p in shown.passages} == {"machine"}


def test_scores_that_are_no_numbers_are_left_out():
    shown = timeline(windows([float("nan"), 2.0, float("inf")]), alarm=1.0, clear=-1.0)
    assert [w.score for w in shown.windows] == [2.0]


def test_overlapping_windows_become_steps_that_do_not_overlap():
    found = [(step.start, step.end, step.score) for step in steps(windows([1, 2, 3]))]
    assert found == [(0.0, 2.5, 1), (2.5, 3.5, 2), (3.5, 6.0, 3)]
    apart = [(step.start, step.end) for step in steps([Window(0, 4, 1), Window(9, 13, 2)])]
    assert apart == [(0, 4), (9, 13)]


# the spectrogram


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_stands_at_its_pitch(hertz):
    levels = spectrogram.levels(tone(1.0, hertz, RATE), 50, 240)
    loudest = levels[:, 25].argmax()
    assert loudest == pytest.approx(spectrogram.place(hertz, 240), abs=3)


def test_a_sound_stands_at_its_time():
    samples = np.concatenate([np.zeros(RATE, np.float32), tone(1.0, 800.0, RATE)])
    levels = spectrogram.levels(samples, 100, 60)
    assert levels[:, :48].max() == 0.0
    assert levels[:, 52:].max(axis=0).min() > 0.9


@pytest.mark.parametrize("samples", [np.zeros(RATE * 3, np.float32), np.zeros(0, np.float32),
                                     np.full(9000, np.nan, np.float32), np.ones(1, np.float32)])  # fmt: skip
def test_silence_nothing_and_no_numbers_are_drawn_without_harm(samples):
    assert drawn(samples, timeline([])).shape == (HEIGHT, WIDTH, 3)


def test_louder_is_darker_at_every_step_also_in_grey():
    grey = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in colours.scale(48)]
    assert all(before > after for before, after in pairwise(grey))
    assert grey[0] > 240
    assert grey[-1] < 40


def test_oklab_is_computed_as_published():
    assert colours.from_oklab(1.0, 0.0, 0.0) == (255, 255, 255)
    assert colours.from_oklab(0.6279553606, 0.2248630611, 0.1258462985) == (255, 0, 0)


# the picture


def rows_of(part: str) -> slice:
    third = (_SCORES[1] - _SCORES[0]) // 3
    at = _SCORES[0] + third * ("machine", "band", "person").index(part)
    return slice(at + 3, at + third - 2)


@pytest.mark.parametrize(("score", "part"), [(5.0, "machine"), (0.0, "band"), (-5.0, "person")])
def test_the_line_runs_in_the_strip_that_the_score_belongs_to(score, part):
    shown = timeline(windows([score] * 5), alarm=1.0, clear=-1.0)
    pixels = drawn(noise(8), shown)[:, LEFT + 20 : RIGHT - 20]
    assert {name for name in ("machine", "band", "person") if has(colours.INK, pixels[rows_of(name)])} == {
        part
    }


def test_passages_are_bracketed_above_where_they_lie():
    pixels = drawn(noise(20), timeline(windows([-2] * 10 + [3] + [-2] * 6), alarm=1.0, clear=-1.5))
    middle, outside = LEFT + round(12 / 20 * (RIGHT - LEFT)), LEFT + round(5 / 20 * (RIGHT - LEFT))
    row = _BRACKETS["machine"]
    assert tuple(pixels[row, middle]) == colours.MACHINE
    assert tuple(pixels[row, outside]) == colours.PAPER
    assert tuple(pixels[_BRACKETS["person"], outside]) == colours.PERSON


def test_where_nobody_can_tell_is_grey_between_both_sides():
    pixels = drawn(noise(5), timeline([], alarm=1.0, clear=-1.0))
    assert tuple(pixels[sum(_SCORES) // 2, 500]) == colours.BAND
    assert tuple(pixels[_SCORES[0] + 5, 500]) == colours.PAPER


def test_where_somebody_speaks_is_a_dark_strip():
    shown = timeline([], spoken=[Window(0, 5, 0)])
    pixels = drawn(noise(10), shown)
    assert tuple(pixels[306, LEFT + 100]) == colours.INK
    assert tuple(pixels[306, RIGHT - 100]) == colours.PAPER


@pytest.mark.parametrize("seconds", [0.1, 3.0, 60.0, 1200.0])
def test_any_length_is_drawn_within_the_size(seconds):
    rng = np.random.default_rng(1)
    shown = timeline(windows(rng.normal(size=max(int(seconds) - 4, 1))), alarm=2.0, clear=-2.0)
    assert len(picture(noise(seconds), shown)) < MOST_BYTES


def test_the_work_does_not_grow_with_the_length():
    starts = spectrogram._starts(1200 * RATE, RIGHT - LEFT)
    assert starts.size <= spectrogram.MOST_FRAMES * (RIGHT - LEFT)


def test_sound_that_fills_every_level_of_every_pixel_stays_within_the_size(monkeypatch):
    wild = np.random.default_rng(2).random((1000, 1000))
    monkeypatch.setattr(spectrogram, "levels", lambda samples, columns, rows: wild[:rows, :columns])
    assert len(picture(noise(3), timeline([]))) < MOST_BYTES


def test_the_same_sound_gives_the_same_picture():
    shown = timeline(windows([1, -1, 2]), alarm=1.5, clear=-0.5)
    assert picture(noise(6), shown) == picture(noise(6), shown)


def test_what_the_axis_names_is_above_the_sound_not_in_it():
    assert _BRACKETS["person"] < _TOP


@pytest.mark.parametrize(("seconds", "last"), [(3.0, 3.0), (20.0, 20.0), (1200.0, 1200.0)])
def test_the_axis_ends_with_a_round_moment(seconds, last):
    moments = list(ticks(seconds))
    assert moments[0] == 0
    assert moments[-1] == last
    assert len(moments) <= 13


@pytest.mark.parametrize("language", sorted(LABELS))
def test_words_in_the_picture_are_in_the_font_that_there_is(language):
    assert "".join(LABELS[language].values()).isascii()
    assert LABELS[language].keys() == LABELS["en"].keys()
    assert picture(noise(3), timeline([]), language)


# in words


def test_the_caption_says_each_passage_and_where_the_limits_lie():
    shown = timeline(windows([-2, -2, -2, -2, 3, -2]), alarm=1.0, clear=-1.5)
    lines = caption(shown, 9.0).splitlines()
    assert "0:09.0" in lines[0]
    assert lines[1] == "1: from 0:05.5 to 0:06.5 the voice speaks for a machine (score 3.00)."
    assert lines[2].startswith("a: from 0:00.0 to 0:05.5 the voice speaks for a person (score -2.00)")
    assert "1.00 or more" in lines[-1]
    assert "-1.50 or less" in lines[-1]


def test_what_only_leans_to_a_side_is_said_not_to_be_enough():
    lines = caption(timeline(windows([0.1, 0.5, -0.2]), alarm=1.0, clear=-1.0), 6.0).splitlines()
    assert "not enough to tell" in lines[1]
    assert "not enough to tell" in lines[2]


def test_without_scores_the_caption_says_that_only_sound_is_shown():
    assert "too little speech" in caption(timeline([]), 2.0)


def test_scores_that_are_all_alike_are_said_to_be():
    assert "alike" in caption(timeline(windows([0.0, 0.0]), alarm=1.0, clear=-1.0), 5.0)


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_caption_says_the_same_in_other_languages(language):
    shown = timeline(windows([-2, -2, -2, -2, 3, -2]), alarm=1.0, clear=-1.5)
    english, other = caption(shown, 9.0).splitlines(), caption(shown, 9.0, language).splitlines()
    assert len(other) == len(english)
    assert other != english
    for ours, theirs in zip(english[1:], other[1:], strict=True):
        assert [c for c in ours if c.isdigit()] == [c for c in theirs if c.isdigit()]


def test_moments_are_minutes_seconds_and_tenths():
    assert [clock(0), clock(59.96), clock(754.25)] == ["0:00.0", "1:00.0", "12:34.2"]
    assert times([Window(3, 7, 0), Window(72.5, 76, 0)]) == "0:03.0–0:07.0, 1:12.5–1:16.0"


def test_the_figure_carries_the_picture_and_its_words():
    shown = timeline(windows([1, -1]), alarm=0.5, clear=-0.5)
    made = figure(noise(5), shown)
    assert made.media_type == "image/png"
    assert base64.b64decode(made.data) == picture(noise(5), shown)
    assert made.text == caption(shown, 5.0)
