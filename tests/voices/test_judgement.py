"""Do scores mean what the calibration says, and is what cannot be told said so?"""

from __future__ import annotations

import pytest

from quivive.voices.judgement import KINDS, Judgement, conclude, desks
from quivive.voices.score import Window
from quivive.voices.speech import Segment

CALM = -3.0
"""A score far from any alarm, for windows of a person."""


def judged(scores: list[float], kind="wideband", net: float | None = None) -> Judgement:
    """A recording whose window number n begins at second n."""
    windows = tuple(Window(float(n), n + 4.0, value) for n, value in enumerate(scores))
    return conclude(windows, (Segment(0.0, len(scores) + 3.0 if net is None else net),), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_from_the_alarm_threshold_on_it_is_an_alarm_and_its_ratio_speaks_for_a_machine(kind):
    desk = desks()[kind]
    found = judged([desk.alarm + 0.01] * 3, kind)
    assert found.verdict == "alarm"
    assert found.ratio is not None
    assert found.ratio.log10 > 0
    assert found.passages
    assert judged([desk.alarm - 0.01] * 3, kind).verdict == "cannot-tell"


@pytest.mark.parametrize("kind", KINDS)
def test_up_to_the_clear_threshold_nothing_speaks_for_a_machine(kind):
    desk = desks()[kind]
    found = judged([desk.clear - 0.01] * 3, kind)
    assert found.verdict == "clear"
    assert found.ratio is not None
    assert found.ratio.log10 < 0


@pytest.mark.parametrize("kind", KINDS)
def test_between_both_nobody_can_tell(kind):
    desk = desks()[kind]
    assert desk.clear < desk.alarm
    assert judged([(desk.clear + desk.alarm) / 2] * 3, kind).verdict == "cannot-tell"


@pytest.mark.parametrize("kind", KINDS)
def test_no_ratio_lies_beyond_what_the_calibration_supports(kind):
    for value in (-50.0, 50.0):
        ratio = judged([value], kind).ratio
        assert ratio is not None
        assert ratio.bounds[0] <= ratio.low <= ratio.log10 <= ratio.high <= ratio.bounds[1]


def test_under_three_seconds_there_is_a_score_but_no_ratio_and_no_verdict():
    found = judged([9.0], net=2.9)
    assert (found.verdict, found.ratio, found.score) == ("insufficient", None, 9.0)


def test_nothing_scored_is_insufficient():
    assert conclude((), (), None).verdict == "insufficient"


def test_a_passage_that_stands_out_from_its_recording_is_located():
    desk = desks()["wideband"]
    scores = [CALM] * 20
    for at, share in ((7, 0.3), (8, 0.8), (9, 1.2), (10, 0.7), (11, 0.3)):
        scores[at] = CALM + share * desk.contrast
    found = judged(scores)
    assert found.verdict == "alarm"
    (passage,) = found.passages
    assert (passage.start, passage.end) == (9.0, 13.0)


def test_a_recording_that_is_even_has_no_passage():
    assert not judged([CALM] * 20).passages
