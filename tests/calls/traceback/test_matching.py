"""Which of a provider's records is the reported call?"""

from __future__ import annotations

from dataclasses import replace

from calls.traceback.ways import CALLED, NOON, REPORT, call, provider, unanswered
from quivive.calls.traceback.matching import reported
from quivive.calls.traceback.record import merged


def test_the_only_call_in_the_window_is_it_though_the_clock_is_off():
    found = reported(REPORT, provider("a", call("r1", -95), call("r2", 400)))
    assert [record.reference for record in found.records] == ["r1"]
    assert found.sure


def test_the_same_pair_again_is_ambiguous_with_the_number_of_calls():
    found = reported(REPORT, provider("a", call("r1", 0), call("r2", 70), call("r3", -60)))
    assert not found.sure
    assert len(found.records) == 3


def test_the_length_of_the_talk_tells_two_calls_of_a_pair_apart():
    found = reported(
        replace(REPORT, seconds=300.0), provider("a", call("r1", 0), call("r2", 70, seconds=308.0))
    )
    assert [record.reference for record in found.records] == ["r2"]


def test_a_call_from_another_number_is_not_taken_for_it():
    found = reported(REPORT, provider("a", call("r1", 0, calling="13105550199")))
    assert found.records == ()
    assert "none from the reported number" in found.why


def test_a_record_without_caller_can_be_it():
    assert reported(REPORT, provider("a", call("r1", 0, calling=None))).sure


def test_of_withheld_and_shown_callers_the_withheld_one_is_meant():
    query = replace(REPORT, calling="anonymous")
    found = reported(query, provider("a", call("r1", 0), call("r2", 5, calling="Restricted")))
    assert [record.reference for record in found.records] == ["r2"]


def test_an_attempt_that_the_network_could_not_deliver_is_left_out():
    found = reported(REPORT, provider("a", unanswered("r1", 0, code=503), unanswered("r2", 4)))
    assert [record.reference for record in found.records] == ["r2"]


def test_the_call_id_tells_if_it_is_known():
    query = replace(REPORT, call_id="x@example.org")
    found = reported(query, provider("a", call("r1", 0), call("r2", 9, call_id="x@example.org")))
    assert [record.reference for record in found.records] == ["r2"]


def test_two_legs_of_a_switch_are_one_record():
    rows = merged([call("in", 0, "trunk-a", None), call("out", 0.4, None, "trunk-b")])
    assert [(row.reference, row.trunk, row.egress) for row in rows] == [("in and out", "trunk-a", "trunk-b")]


def test_attempts_under_one_call_id_are_one_call():
    rows = merged(
        [unanswered("r1", 0, "a", "b", code=503, call_id="x"), call("r2", 0, "a", "c", call_id="x")]
    )
    assert [row.reference for row in rows] == ["r2"]


def test_a_call_to_another_number_is_never_it():
    found = reported(REPORT, provider("a", call("r1", 0, called="12025550103")))
    assert found.records == ()
    assert reported(REPORT, provider("a", call("r1", NOON, called=CALLED))).records == ()


def test_attempts_that_nothing_tells_apart_are_one_call_under_both_references():
    rows = merged(
        [unanswered("r1", 0, "a", code=None, call_id="x"), unanswered("r2", 3, "a", code=None, call_id="x")]
    )
    assert [row.reference for row in rows] == ["r1 and r2"]
