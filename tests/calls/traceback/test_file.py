"""A traceback file passes from hand to hand: who can read what, and what comes of it for who asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from calls.traceback.traced import (
    QUERY,
    SAID,
    SECRET,
    START,
    answered,
    asked,
    author,
    begun,
    closed,
    hand_off,
    keys,
    through_three,
    told,
)  # fmt: skip
from quivive.calls.traceback import answers, file, opening, sealed, steps
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.hops import Gap, Hop, Query
from quivive.calls.traceback.signing import Party
from quivive.errors import Unreadable, UsageError


def test_who_asked_reads_every_hop_as_it_was_given() -> None:
    whole = told(through_three())
    assert whole.traceback.query == replace(QUERY, at=pytest.approx(QUERY.at, abs=0.001))
    assert [hop.provider for hop in whole.traceback.hops] == ["alpha", "beta", "gamma"]
    alpha, beta, gamma = whole.traceback.hops
    assert (alpha.upstream, alpha.attest_seen, alpha.role) == ("beta", "B", "terminating")
    assert alpha.start == pytest.approx(QUERY.at + 0.25, abs=0.001)
    assert (beta.clock, beta.ingress) == (-1.5, "trunk 7")
    assert (gamma.customer, gamma.action) == (SECRET, "trunk blocked")
    assert (whole.traceback.gaps, whole.traceback.complete, whole.changed) == ((), True, False)


def test_every_file_on_the_way_checks_without_a_secret() -> None:
    for data in (begun(), answered(begun(), "alpha", "beta"), through_three(), closed()):
        found = chain.check(data)
        assert (found.faults, found.signatures) == ([], True)
    assert chain.check(closed()).closed
    assert not chain.check(through_three()).closed


def test_no_answer_stands_in_the_file_in_clear() -> None:
    data = closed()
    for secret in (SECRET, "trunk 7", "12025550177", "12025550100"):
        assert secret.encode() not in data


def test_a_provider_opens_its_own_question_and_no_other() -> None:
    data = answered(begun(), "alpha", "beta")
    found, beta = chain.check(data), asked(data, "beta")
    content = file.read_hand_off(found, beta, keys("beta").sealing)
    assert (content["called"], content["from"]) == ("12025550177", "alpha")
    with pytest.raises(Unreadable, match="does not open"):
        file.read_hand_off(found, beta, keys("gamma").sealing)
    with pytest.raises(Unreadable, match="does not open"):
        file.read_hand_off(found, file.Asked(0, 0, "alpha", START), keys("beta").sealing)


@pytest.mark.parametrize("reader", ["alpha", "beta", "gamma"])
def test_no_provider_reads_an_answer_not_even_its_own(reader: str) -> None:
    found = chain.check(closed())
    for entry in found.entries[:4]:
        assert entry
        where = sealed.place(file.file_id(found), entry["previous"], entry["who"]["name"], "answer")
        with pytest.raises(Unreadable):
            sealed.unseal(entry["answer"]["sealed"], keys(reader).sealing, where)
        assert sealed.unseal(entry["answer"]["sealed"], keys("police").sealing, where)
    with pytest.raises(UsageError, match="not for this key"):
        opening.whole(closed(), keys(reader).sealing, START)


def test_lengths_and_names_of_fields_do_not_tell_what_was_answered() -> None:
    short = answered(begun(), "alpha", hop=Hop("alpha", "refused"))
    long = answered(begun(), "alpha", hop=SAID["alpha"])
    one, other = (chain.check(each).entries[1] for each in (short, long))
    assert one
    assert other
    assert set(one["answer"]["digests"]) == set(other["answer"]["digests"])
    for entry in (one, other):  # 32 bytes of the sealing key and 16 of the tag around whole blocks
        assert (len(chain.bytes64(entry["answer"]["sealed"])) - 48) % sealed.PADDED == 0
    assert one["answer"]["digests"]["calling"] != other["answer"]["digests"]["calling"]  # both None, salted


def test_a_question_to_a_provider_without_a_key_is_in_clear_and_said_so() -> None:
    assert b'"clear":{' not in answered(begun(), "alpha", "beta")
    first = begun()
    open_hand = hand_off("beta", Party("beta"))
    data = file.answer(first, asked(first, "alpha"), SAID["alpha"], author("alpha"), [open_hand])  # type: ignore[arg-type]
    assert file.read_hand_off(chain.check(data), asked(data, "beta"), None)["called"] == "12025550177"
    assert any("in clear to beta" in note for note in told(data).notes)


def test_a_sealed_question_cannot_be_read_without_keys() -> None:
    with pytest.raises(UsageError, match="--keys"):
        file.read_hand_off(chain.check(begun()), asked(begun(), "alpha"), None)


def test_an_open_question_is_a_hop_and_a_gap_with_its_deadline() -> None:
    whole = told(answered(begun(), "alpha", "beta"))
    beta = whole.traceback.hops[1]
    assert (beta.provider, beta.state, beta.deadline) == (
        "beta",
        "silent",
        pytest.approx(START + 86400, abs=1),
    )
    assert whole.traceback.gaps == (Gap("alpha", "beta", beta.why),)
    assert "No answer yet" in beta.why
    assert (whole.overdue, whole.traceback.complete) == ((), False)


def test_after_the_deadline_who_is_overdue_is_named() -> None:
    whole = told(answered(begun(), "alpha", "beta"), now=START + 26 * 3600)
    assert len(whole.overdue) == 1
    assert whole.overdue[0].startswith("beta is overdue since ")
    assert "(2 hours)" in whole.overdue[0]


def test_a_late_answer_counts_and_is_called_late() -> None:
    whole = told(answered(begun(hours=-2.0), "alpha"))
    assert whole.traceback.hops[0].state == "found"
    assert whole.overdue == ("alpha answered 2.0 hours late.",)


def test_silence_is_recorded_by_who_asked_and_the_way_goes_on_behind_it() -> None:
    data = answered(begun(), "alpha", "beta")
    data = file.silence(data, asked(data, "beta"), "Two reminders.", author("police"), [hand_off("gamma")])
    data = answered(data, "gamma")
    whole = told(data)
    assert [(hop.provider, hop.state) for hop in whole.traceback.hops] == [
        ("alpha", "found"), ("beta", "silent"), ("gamma", "found")]  # fmt: skip
    assert "Two reminders." in whole.traceback.hops[1].why
    assert [gap.missing for gap in whole.traceback.gaps] == ["beta"]
    assert not whole.traceback.complete
    assert whole.asked_by == (None, 0, 1)


def test_only_who_asked_records_silence() -> None:
    data = answered(begun(), "alpha", "beta")
    forged = file.silence(data, asked(data, "beta"), "", author("police", signer=keys("gamma").signer))
    faults = chain.check(forged).faults
    assert [(fault.entry, fault.field) for fault in faults] == [(2, "signer")]


def test_an_upstream_that_nobody_asked_is_a_gap() -> None:
    whole = told(answered(begun(), "alpha"))
    assert [(gap.after, gap.missing) for gap in whole.traceback.gaps] == [("alpha", "beta")]


@pytest.mark.parametrize("state", ["ambiguous", "not-found", "refused"])
def test_an_uncertain_end_is_a_gap(state: str) -> None:
    whole = told(answered(begun(), "alpha", hop=Hop("alpha", state)))  # type: ignore[arg-type]
    assert [(gap.after, gap.missing) for gap in whole.traceback.gaps] == [("alpha", None)]
    assert not whole.traceback.complete


def test_an_answer_that_names_no_origin_is_a_gap() -> None:
    whole = told(answered(begun(), "alpha", hop=Hop("alpha", "found", "intermediate")))
    assert [(gap.after, gap.missing) for gap in whole.traceback.gaps] == [("alpha", None)]


def test_two_branches_are_joined_and_both_ways_are_told() -> None:
    split = answered(begun(), "alpha", "beta", "gamma", hop=Hop("alpha", "ambiguous", candidates=2))
    one, other = answered(split, "beta"), answered(split, "gamma")
    whole = told(file.join([one, other]))
    assert [(hop.provider, hop.state) for hop in whole.traceback.hops] == [
        ("alpha", "ambiguous"), ("beta", "found"), ("gamma", "found")]  # fmt: skip
    assert whole.asked_by == (None, 0, 0)
    assert file.join([one, other]) == file.join([other, one, other])
    assert [each.column for each in steps.steps(whole)] == [0, 0, 1]


def test_files_of_two_questions_are_not_joined() -> None:
    with pytest.raises(UsageError, match="not branches of one"):
        file.join([begun(), begun()])


def test_a_closed_file_takes_nothing_more() -> None:
    data = file.close(answered(begun(), "alpha", "beta"), author("police"))
    with pytest.raises(UsageError, match="was closed"):
        answered(data, "beta")


def test_who_asked_may_ask_one_more_after_any_entry() -> None:
    data = answered(begun(), "alpha")
    data = file.further(data, 1, author("police"), [hand_off("beta")])
    whole = told(answered(data, "beta", hop=Hop("beta", "found", "originating")))
    assert [hop.provider for hop in whole.traceback.hops] == ["alpha", "beta"]


def test_the_next_question_is_the_call_as_this_provider_saw_it() -> None:
    hop = Hop("alpha", "found", start=QUERY.at + 3, calling="12025550111", call_id="a@example.org")
    seen = opening.as_seen(QUERY, hop)
    assert seen == Query(QUERY.called, "12025550111", QUERY.at + 3, QUERY.tolerance, "a@example.org")


def test_what_is_said_is_canonical_json_without_fractions() -> None:
    made = answers.of_hop(SAID["beta"])  # type: ignore[arg-type]
    chain.restricted(made)
    assert json.loads(chain.canonical(made)) == made
    assert answers.to_hop(made, "beta", None) == SAID["beta"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "perhaps"}, "state is one of"),
        ({"role": "middle"}, "state is one of"),
        ({"upsteam": "beta"}, "no field 'upsteam'"),
        ({"start": "yesterday"}, "start is not a time"),
        ({"start": 1e300}, "start is not a time"),
        ({"upstream": "x" * 501}, "upstream is a line of at most"),
        ({"upstream": "a\nb"}, "upstream is a line"),
        ({"upstream": ["beta"]}, "upstream is a line"),
        ({"candidates": "2"}, "candidates is a whole number"),
        ([], "is a JSON object"),
    ],
)
def test_an_answer_from_elsewhere_is_checked_field_by_field(given: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        answers.of_hop(answers.from_json(given, "alpha"))
