"""Voices link cases where a purpose is stated; foreign and damaged values link nothing."""

import base64

import pytest

from quivive.errors import UsageError
from quivive.voices.speakers import linking
from quivive.voices.speakers.compare import likeness
from voices.speakers.people import caller, somebody_else


@pytest.fixture(autouse=True)
def _a_model_that_may_link(monkeypatch):
    """As if ours told people apart well enough: what is tested is how values are made and matched."""
    measured = {caller()[0].model: {"size": 192, "link": 0.6}}
    monkeypatch.setattr(linking, "card", lambda model: measured.get(model, {}))
    monkeypatch.setattr(linking, "known", lambda: tuple(measured))


def test_without_a_purpose_no_voice_becomes_an_observable():
    with pytest.raises(UsageError, match="purpose"):
        linking.observable(caller()[0], "  ")


def test_an_observable_voice_is_matched_by_nearness():
    found = linking.observable(caller()[0], "linking calls of investigation 12", "call.wav")
    assert (found.type, found.match, found.item) == ("voice", "near", "call.wav")
    assert linking.linked(found.value, found.value)


def test_one_octet_a_number_loses_nothing_that_matters():
    first, second = caller()
    near = linking.nearness(linking.value(first), linking.value(second))
    assert near == pytest.approx(likeness(first, second), abs=0.02)


def test_another_voice_is_not_linked():
    assert not linking.linked(linking.value(caller()[0]), linking.value(somebody_else()))


def test_two_recordings_are_linked_from_the_measured_likeness_on():
    first, second = caller()
    assert linking.linked(linking.value(first), linking.value(second)) == (likeness(first, second) >= 0.6)


def test_numbers_of_another_model_are_not_compared():
    value = linking.value(caller()[0])
    assert linking.nearness(value, "0" * 12 + value[12:]) is None


@pytest.mark.parametrize("value", ["", ":", "voice", "x:!!!", "x:AAAA", "\0", "é:é", "x:" + "A" * 10_000])
def test_what_is_no_voice_links_nothing(value):
    assert linking.nearness(value, value) is None
    assert not linking.linked(value, linking.value(caller()[0]))


def test_a_value_of_nothing_links_nothing():
    mark = linking.value(caller()[0]).partition(":")[0]
    empty = f"{mark}:{base64.b64encode(bytes(192)).decode()}"
    assert linking.nearness(empty, empty) is None


def test_a_model_that_tells_people_apart_too_badly_links_nothing(monkeypatch):
    monkeypatch.setattr(linking, "card", lambda model: {"size": 192})
    with pytest.raises(UsageError, match="too badly"):
        linking.observable(caller()[0], "investigation 12")
    value = linking.value(caller()[0])
    assert not linking.linked(value, value)
