import numpy as np
import pytest

from quivive.voices import score
from quivive.voices.judgement import judge
from quivive.voices.live.scores import Scores
from quivive.voices.live.scoring import Shipped
from quivive.voices.live.stream import Stream
from quivive.voices.live.voicing import Voicing
from quivive.voices.sound import RATE, decode
from quivive.voices.speech import segments
from voices.live.test_stream import file, wire
from voices.voice_maker import voice


def live(samples, size, scores):
    """The windows of samples that come in parts of this size."""
    voicing, found = Voicing(), ()
    for at in range(0, len(samples), size):
        voicing.add(samples[at : at + size])
        found = scores.add(samples[at : at + size], voicing.segments())
    return found


def pairs(one, other):
    """Scores of the windows that both have."""
    there = {each.start: each.score for each in other}
    return np.array([(each.score, there[each.start]) for each in one if each.start in there])


@pytest.mark.parametrize("size", [8000, 20_000])
def test_the_windows_are_the_files_windows(size):
    samples = voice()[: 12 * RATE]
    spoken, scores, found = segments(samples), Scores(), ()
    for at in range(0, len(samples), size):
        found = scores.add(samples[at : at + size], spoken)
    whole = score.windows(samples, spoken)
    both = pairs(found, whole)
    assert len(both) >= len(whole) - 1
    assert np.abs(both[:, 0] - both[:, 1]).max() < 1e-3


def test_at_the_loudness_so_far_they_are_near():
    samples = voice()[: 14 * RATE]
    whole = score.windows(samples, segments(samples))
    both = pairs(live(samples, RATE, Scores()), whole)
    assert len(both) >= len(whole) - 1
    assert np.abs(both[:, 0] - both[:, 1]).max() < 0.05


def test_a_call_shorter_than_a_window_is_one_window():
    found = live(voice()[: round(3.8 * RATE)], 4000, Scores())
    assert [each.start for each in found] == [0.0]
    assert found[0].end == pytest.approx(3.8)


def test_silence_has_no_windows_and_costs_no_network():
    scores = Scores()
    assert scores.add(np.zeros(20 * RATE, np.float32), ()) == ()
    assert len(scores._kept) < 2 * RATE


def test_memory_does_not_grow_with_the_call():
    samples, scores = voice()[: 5 * RATE], Scores()
    whole = np.tile(samples, 6)
    spoken = segments(whole)
    for at in range(0, len(whole), RATE):
        scores.add(whole[at : at + RATE], spoken)
    assert len(scores._kept) < 2 * RATE
    assert len(scores._sums.columns) < 10


def test_the_running_score_of_a_stream_is_near_that_of_the_file():
    samples = wire(12)
    stream = Stream(8000, Shipped())
    for at in range(0, len(samples), 8000):
        stream.feed(samples[at : at + 8000])
        running = stream.verdict()
    assert running.score == pytest.approx(judge(decode(file(samples))[0].samples).score, abs=0.03)


def test_the_last_word_on_a_stream_is_the_judgement_on_the_file():
    samples = wire(12)
    stream = Stream(8000, Shipped())
    for at in range(0, len(samples), 8000):
        stream.feed(samples[at : at + 8000])
        running = stream.verdict()
    whole = judge(decode(file(samples))[0].samples)
    assert stream.finish() == whole
    assert running.net == pytest.approx(whole.net, abs=0.2)
