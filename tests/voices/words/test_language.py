"""Is what the recogniser makes of other languages told from English?"""

from __future__ import annotations

import numpy as np
import pytest

from quivive.voices.words.language import UNHEARD, english, is_english, judged, measures, repeated
from quivive.voices.words.recogniser import Heard
from voices.words.hearing import clear, loop, muddled


def test_sure_words_are_english_and_unsure_ones_are_not():
    assert is_english([clear()])
    assert not is_english([muddled()])


def test_a_loop_is_not_english_however_sure_the_recogniser_is():
    assert english([loop()]) < english([clear()])
    assert not is_english([loop()])


def test_nothing_heard_is_not_english():
    nothing = Heard("", (), (), 0.0, True)
    assert english([nothing]) == float("-inf")
    assert judged([nothing]) == ""
    assert judged([]) == ""


def test_one_word_is_no_language():
    assert not is_english([clear("You.")])


def test_a_piece_that_is_not_understood_is_marked_and_never_written():
    text = judged([clear(), clear(), muddled("The word that nobody said is here."), clear()])
    assert text.count(UNHEARD) == 1
    assert "nobody said" not in text


def test_neighbouring_pieces_that_are_not_understood_are_marked_once():
    assert judged([*[clear()] * 4, muddled(), muddled()]).endswith(f"\n{UNHEARD}")


def test_a_piece_without_an_end_is_not_written():
    assert judged([clear(ended=False)]) == ""


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0.0), ("one two", 0.0), ("one two three four", 0.0), ("I do, I do, I do, I do", 4 / 6)],
)
def test_repetition_is_the_share_of_runs_of_three_words_said_before(text, share):
    assert repeated(text) == pytest.approx(share)


def test_the_measures_of_several_pieces_weigh_tokens_and_seconds():
    short, long = loop(seconds=2.0), muddled(seconds=6.0)
    both = measures([short, long])
    assert both.shape == (4,)
    assert both[0] == pytest.approx(np.mean(short.sureness + long.sureness))
    assert both[3] == pytest.approx(repeated(short.text) * 2 / 8)
