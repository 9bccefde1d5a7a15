"""A likeness becomes a bounded ratio, and no sentence takes a clone for the person."""

from dataclasses import replace

import numpy as np
import pytest

from quivive.errors import CouldNotLook
from quivive.model import Calibration, Finding, Where
from quivive.voices.speakers import beside, compare, sentences
from quivive.voices.speakers.encoder import source
from quivive.voices.speakers.hearing import Heard, Voice
from voices.speakers.people import caller, somebody_else

CALIBRATION = Calibration("made up", 10.0, -5.0, (1.0, -0.5, 0.3), (-1.5, 1.5), (300, 3000))


def judged(message: str, part: str = "", score: float = 1.0) -> Finding:
    where = Where(part=part) if part else None
    return Finding(
        "voices.score", "x", "review", message, where=where, score=score, proposition="synthetic-voice"
    )


def heard(voice: Voice | None, seconds: float = 7.0) -> Heard:
    return Heard(1, 1, seconds, voice)


def test_a_ratio_stays_within_what_the_data_supports():
    assert compare.ratio(0.9, CALIBRATION).log10 == 1.5
    assert compare.ratio(0.1, CALIBRATION).log10 == -1.5


def test_a_ratio_lies_within_its_interval():
    found = compare.ratio(0.55, CALIBRATION)
    assert found.log10 == pytest.approx(0.5)
    assert found.low < found.log10 < found.high


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [(False, False, "wideband"), (True, False, "mixed"), (True, True, "telephone")],
)
def test_telephone_and_wideband_are_calibrated_apart(one, other, kind):
    numbers = np.eye(1, 192, dtype=np.float32)[0]
    assert compare.line(Voice(numbers, 5, one, "x"), Voice(numbers, 5, other, "x")) == kind


def test_a_kind_of_pair_that_was_not_tried_often_has_no_ratio(monkeypatch):
    few = {kind: replace(CALIBRATION, counts=(20, 3000)) for kind in compare.LINES}
    monkeypatch.setattr(compare, "calibrations", lambda model: few)
    found = sentences.compared("call.wav", heard(caller()[0]), "Ann", caller()[1], None)
    assert (found.code, found.weight) == ("speakers/not-validated", None)


def test_what_ships_is_calibrated_for_the_model_that_ships():
    found = compare.calibrations(source().sha256)
    assert set(found) == set(compare.LINES)
    assert all(each.validated for each in found.values())
    assert compare.card(source().sha256)["size"] == len(caller()[0].numbers)


def test_voices_of_two_models_are_not_compared():
    with pytest.raises(CouldNotLook, match="two models"):
        compare.likeness(caller()[0], replace(caller()[1], model="0" * 64))


def test_a_model_that_was_not_measured_has_no_calibration():
    assert compare.calibrations("0" * 64) == {}


def test_one_voice_weighs_for_one_person_and_two_for_two():
    first, second = caller()
    same, different = compare.weight(first, second), compare.weight(first, somebody_else())
    assert same is not None
    assert different is not None
    assert same.log10 > 0.5
    assert different.log10 < -0.5


def test_a_matching_voice_never_reads_as_the_person():
    found = sentences.compared("call.wav", heard(caller()[0]), "Ann", caller()[1], None)
    assert found.code == "speakers/like"
    assert found.message.startswith("The voice is like Ann's; a clone would be too.")
    assert beside.NOT_JUDGED in found.message


def test_every_sentence_says_whether_the_voice_is_synthetic():
    assert all("{synthetic}" in text for text in sentences.CODES.values())
    found = sentences.compared("call.wav", heard(caller()[0]), "Ann", caller()[1], judged("It is a machine."))
    assert "It is a machine." in found.message
    assert beside.NOT_JUDGED not in found.message


def test_an_unlike_voice_asks_for_a_look():
    opposite = replace(caller()[0], numbers=-caller()[0].numbers)
    found = sentences.compared("call.wav", heard(opposite), "Ann", caller()[1], None)
    assert (found.code, found.kind) == ("speakers/unlike", "review")


def test_too_little_speech_has_neither_score_nor_ratio():
    found = sentences.compared("call.wav", heard(None, 1.4), "Ann", caller()[1], None)
    assert (found.kind, found.score, found.weight) == ("open", None, None)
    assert found.message.startswith("Insufficient speech: 1.4 s")


def test_the_strongest_judgement_of_the_channel_stands_beside():
    said = [judged("one", "channel 1", 0.1), judged("two", "channel 2", 0.9), judged("whole", "", 0.5)]
    assert beside.synthetic(said, 1) is said[2]
    assert beside.synthetic(said, 2) is said[1]
    assert beside.synthetic([replace(said[0], proposition="scam-message")], 1) is None
