from datetime import UTC, datetime

import pytest

from quivive.voices.judgement import Judgement
from quivive.voices.live.call import Call, Names
from quivive.voices.live.codecs import Codec
from quivive.voices.live.direction import Sounds
from quivive.voices.live.view import news, words
from quivive.voices.score import Window
from voices.live.provider import Loudness

VERDICTS = ("insufficient", "cannot-tell", "clear", "alarm")


def sounds(verdict, final=False, lost=0.0, heard=20.0, windows=(), cut=False):
    judged = Judgement(1.0, "telephone", 9.0, (), windows, None, verdict)
    return Sounds(judged, heard, lost, 0, cut, final)


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_verdict_reads_as_safe(verdict, final):
    said = words(sounds(verdict, final), None).lower()
    assert not any(word in said for word in ("safe", "genuine", "real person", "is a person", "harmless"))
    assert "cannot tell" in said or "number you already know" in said


def test_nothing_found_is_said_to_be_no_proof():
    assert "no proof of a person" in words(sounds("clear"), None)
    assert "so far" in words(sounds("clear"), None)
    assert "so far" not in words(sounds("clear", final=True), None)


def test_an_alarm_is_not_taken_back_by_what_comes_later():
    assert "At 01:05 the alarm was raised" in words(sounds("clear"), 65.2)
    assert "At 01:05" not in words(sounds("alarm"), 65.2)


def test_much_lost_sound_is_said():
    assert "never arrived" in words(sounds("clear", lost=4.0), None)
    assert "never arrived" not in words(sounds("clear", lost=0.4), None)


def test_that_only_the_beginning_was_heard_is_said():
    assert "first 20 minutes" in words(sounds("clear", heard=1200.0, cut=True), None)


def test_the_timeline_is_short_unless_the_whole_is_asked_for():
    call = Call(Names("a", "rtp"), Codec("PCMU"), Loudness(), datetime(2026, 11, 22, tzinfo=UTC))
    windows = tuple(Window(float(n), n + 4.0, 0.5) for n in range(500))
    call.sounds["inbound"] = sounds("clear", windows=windows)
    assert news(call)["directions"]["inbound"]["timeline"][0] == [380.0, 384.0, 0.5]
    assert len(news(call, whole=True)["directions"]["inbound"]["timeline"]) == 500
