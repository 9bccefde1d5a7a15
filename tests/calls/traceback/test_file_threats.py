"""What a dishonest provider can try with a traceback, and how it is named."""

from __future__ import annotations

import pytest

from calls.certificates.make import authority, issue
from calls.traceback.traced import (
    QUERY,
    SAID,
    START,
    answered,
    asked,
    author,
    begun,
    closed,
    hand_off,
    keys,
    lines,
    named,
    rewritten,
    through_three,
    told,
)  # fmt: skip
from quivive.calls.certificates import trust
from quivive.calls.traceback import checking, file, sealed, signing
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.hops import Hop
from quivive.calls.traceback.signing import Party, Signer
from quivive.errors import UsageError


@pytest.mark.parametrize("entry", [0, 1, 2, 3])
def test_a_changed_field_is_named_at_its_entry_and_nowhere_else(entry: int) -> None:
    held = lines(through_three())
    changed = chain.read_line(held[entry].rstrip(b"\n"))
    changed["who"] = {"contact": None, "name": "somebody else"}
    held[entry] = chain.canonical(changed) + b"\n"
    found = named(b"".join(held))
    assert set(found) == {entry}
    assert "who" in found[entry]


def test_a_changed_entry_that_its_author_signs_again_breaks_the_next() -> None:
    held = lines(through_three())
    held[1] = rewritten(held[1], keys("alpha").signer, time="2026-01-01T00:00:00.000Z")
    assert 1 in named(b"".join(held))


@pytest.mark.parametrize("entry", [1, 2])
def test_an_entry_that_was_dropped_is_missed(entry: int) -> None:
    held = lines(through_three())
    del held[entry]
    found = chain.check(b"".join(held))
    assert any("one is missing" in fault.text for fault in found.faults)


def test_a_provider_that_drops_the_answer_before_and_signs_its_own_again_was_not_asked() -> None:
    held = lines(through_three())
    previous = chain.entry_hash(chain.read_line(held[1].rstrip(b"\n")))
    held[3] = rewritten(held[3], keys("gamma").signer, previous=previous, number=2)
    del held[2]
    found = chain.check(b"".join(held))
    assert [(fault.entry, fault.field) for fault in found.faults] == [(2, "asked")]
    assert [handed["to"] for _, _, handed in chain.unanswered(found)][:1] == ["beta"]


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 3), (1, 3)])
def test_a_changed_order_is_named(one: int, other: int) -> None:
    held = lines(through_three())
    held[one], held[other] = held[other], held[one]
    found = chain.check(b"".join(held))
    assert any("order was changed" in fault.text for fault in found.faults)


def test_an_answer_that_is_replaced_by_another_key_is_named() -> None:
    data = answered(begun(), "alpha", "beta")
    forged = answered(data, "beta", hop=Hop("beta", "not-found"), signer=keys("gamma").signer)
    assert named(forged) == {2: {"signer"}}
    whole = told(forged)
    assert whole.changed
    assert whole.traceback.hops[1].state == "silent"
    assert "not as it was signed" in whole.traceback.hops[1].why


def test_where_no_key_was_known_the_replaced_answer_shows_by_its_receipt(tmp_path) -> None:  # type: ignore[no-untyped-def]
    first = begun()
    data = file.answer(first, asked(first, "alpha"), SAID["alpha"], author("alpha"),  # type: ignore[arg-type]
                       [hand_off("beta", Party("beta"))])  # fmt: skip
    true = answered(data, "beta")
    forged = answered(data, "beta", signer=keys("gamma").signer)
    receipt = str(chain.check(true).hashes[2])
    for name, held in (("true", true), ("forged", forged)):
        (tmp_path / name).write_bytes(held)
    assert checking.verify(tmp_path / "true", receipts=[receipt]).changed == ()
    assert "receipt" in checking.verify(tmp_path / "forged", receipts=[receipt]).changed[0]


def test_a_true_answer_stands_although_a_stranger_adds_another() -> None:
    data = answered(begun(), "alpha", "beta")
    both = file.join([answered(data, "beta", "gamma")])
    strange = lines(answered(data, "beta", hop=Hop("beta", "not-found"), signer=keys("gamma").signer))[-1]
    whole = told(both + strange)
    assert whole.changed
    assert (whole.traceback.hops[1].state, whole.traceback.hops[1].upstream) == ("found", "gamma")


def test_two_answers_with_the_right_key_are_ambiguous() -> None:
    data = answered(begun(), "alpha", "beta")
    joined = file.join([answered(data, "beta"), answered(data, "beta", hop=Hop("beta", "not-found"))])
    hop = told(joined).traceback.hops[1]
    assert (hop.state, hop.candidates) == ("ambiguous", 2)


def test_an_end_that_was_cut_off_leaves_the_question_open() -> None:
    cut = b"".join(lines(through_three())[:-1])
    found = chain.check(cut)
    assert found.faults == []  # nothing signed is missing, and that is why the question has to be named:
    assert [(entry, handed["to"]) for entry, _, handed in chain.unanswered(found)] == [(2, "gamma")]
    assert [gap.missing for gap in told(cut).traceback.gaps] == ["gamma"]


def test_after_the_closing_nothing_can_be_taken_off_or_put_on() -> None:
    held = lines(closed())
    without = b"".join([*held[:3], held[4]])
    assert chain.check(without).faults
    assert not chain.check(b"".join(held[:-1])).closed
    close = chain.read_line(held[4].rstrip(b"\n"))
    fewer = rewritten(held[4], keys("police").signer, covers=close["covers"][:-1])
    assert any("at the closing" in fault.text for fault in chain.check(b"".join([*held[:4], fewer])).faults)
    added = rewritten(held[4], keys("police").signer, previous=chain.entry_hash(close), number=5)
    assert any("after the file was closed" in fault.text for fault in chain.check(closed() + added).faults)


def test_an_answer_from_another_case_is_refused_and_does_not_open() -> None:
    other = answered(begun(case="case 2"), "alpha")
    data = begun()
    assert chain.check(data + lines(other)[1]).faults
    stolen = chain.read_line(lines(other)[1].rstrip(b"\n"))["answer"]
    mine = lines(answered(data, "alpha"))
    moved = rewritten(mine[1], keys("alpha").signer, answer=stolen)
    whole = told(mine[0] + moved)
    assert whole.traceback.hops[0].state == "silent"
    assert "another place" in whole.traceback.hops[0].why


def test_an_answer_sealed_by_one_cannot_be_given_out_by_another_as_its_own() -> None:
    """Sealed text is bound to name and place: gamma cannot hand in what beta sealed."""
    split = answered(begun(), "alpha", "beta", "gamma", hop=Hop("alpha", "ambiguous"))
    one = lines(answered(split, "beta"))
    other = lines(answered(split, "gamma"))
    stolen = chain.read_line(one[2].rstrip(b"\n"))["answer"]
    whole = told(b"".join(other[:2]) + rewritten(other[2], keys("gamma").signer, answer=stolen))
    assert whole.traceback.hops[2].state == "silent"


def test_what_is_sealed_has_to_be_what_was_signed_beside_it() -> None:
    """Alpha signs digests of one answer and seals another."""
    mine = lines(answered(begun(), "alpha"))
    entry = chain.read_line(mine[1].rstrip(b"\n"))
    opened, _ = sealed.salted({"state": "not-found", "next": []})
    header = chain.read_line(mine[0].rstrip(b"\n"))["header"]
    where = sealed.place(header["id"], entry["previous"], "alpha", "answer")
    other = {**entry["answer"], "sealed": sealed.seal(opened, header["seal"], where)}
    whole = told(mine[0] + rewritten(mine[1], keys("alpha").signer, answer=other))
    assert "not what was signed beside it" in whole.traceback.hops[0].why


def test_who_asked_cannot_be_told_of_another_hand_off_than_was_made() -> None:
    data = answered(begun(), "alpha", "beta")
    mine = lines(data)
    entry = chain.read_line(mine[1].rstrip(b"\n"))
    elsewhere = chain.read_line(lines(answered(begun(), "alpha", "beta"))[1].rstrip(b"\n"))["next"]
    whole = told(mine[0] + rewritten(mine[1], keys("alpha").signer, next=elsewhere))
    assert entry["next"] != elsewhere
    assert "other hand-offs" in whole.traceback.hops[0].why


def test_a_question_under_another_name_is_not_taken_for_the_authority() -> None:
    """Alpha begins a file of its own in the name of the police: its keys are not theirs."""
    query = [hand_off("beta")]
    forged = file.question("case 1", QUERY, author("police", signer=keys("alpha").signer),
                           str(keys("alpha").party.seal), query)  # fmt: skip
    first = chain.check(forged).entries[0]
    assert first
    assert first["header"]["seal"] != keys("police").party.seal
    assert chain.thumbprint(first) != keys("police").party.signer


def certified(days: tuple[float, float] = (-3650, 36500)) -> Signer:
    root = authority(days=(-3650, 36500))
    made = issue(root, spc="709J", days=days)
    return Signer(made.key, (made.der,))  # type: ignore[arg-type]


def test_an_answer_signed_with_an_sti_certificate_is_judged_by_its_roots(tmp_path) -> None:  # type: ignore[no-untyped-def]
    root = authority(days=(-3650, 36500))
    made = issue(root, spc="709J", days=(-3650, 36500))
    signer = signing.signer(made.key_pem, made.pem)
    ask = [hand_off("alpha", Party("alpha", keys("alpha").party.seal))]
    data = file.question("case 1", QUERY, author("police"), str(keys("police").party.seal), ask)
    path = tmp_path / "file.jsonl"
    path.write_bytes(answered(data, "alpha", signer=signer))
    assert "CN=SHAKEN 709J" in checking.verify(path).keys[1]
    assert checking.verify(path, trust.read(root.pem)).changed == ()
    (said,) = checking.verify(path, trust.read(authority("Another Root").pem)).changed
    assert "certificate-unknown-issuer" in said


def test_an_expired_certificate_is_named() -> None:
    ask = [hand_off("alpha", Party("alpha", keys("alpha").party.seal))]
    data = file.question("case 1", QUERY, author("police"), str(keys("police").party.seal), ask)
    data = answered(data, "alpha", signer=certified((-3650, -3000)))
    (fault,) = chain.check(data).faults
    assert (fault.entry, fault.field) == (1, "signer")
    assert "not valid at the time" in fault.text


def test_who_dates_an_entry_back_to_when_its_certificate_held_is_named() -> None:
    ask = [hand_off("alpha", Party("alpha", keys("alpha").party.seal))]
    data = file.question("case 1", QUERY, author("police"), str(keys("police").party.seal), ask)
    data = answered(data, "alpha", signer=certified((-3650, -3000)), at=START - 3100 * 86400)
    assert {(fault.entry, fault.field) for fault in chain.check(data).faults} == {(1, "time")}


def test_a_certificate_of_another_key_is_named() -> None:
    data = answered(begun(), "alpha")
    entry = chain.read_line(lines(data)[1].rstrip(b"\n"))
    other = Signer(keys("alpha").signer.key, certified().certificates)
    assert (1, "signer") in {
        (f.entry, f.field)
        for f in chain.check(lines(data)[0] + rewritten(lines(data)[1], other, who=entry["who"])).faults
    }


def test_an_entry_from_the_future_is_named() -> None:
    data = answered(begun(), "alpha", at=START + 10 * 86400)
    assert named(data) == {1: {"time"}}


def test_the_other_form_of_a_signature_is_not_taken() -> None:
    """Whoever has (r, s) can write (r, -s): another hash for the same entry, so one form is refused."""
    held = lines(answered(begun(), "alpha"))
    entry = chain.read_line(held[1].rstrip(b"\n"))
    pair = chain.bytes64(entry["signature"])
    flipped = chain.ORDER - int.from_bytes(pair[32:], "big")
    entry["signature"] = chain.text64(pair[:32] + flipped.to_bytes(32, "big"))
    assert named(held[0] + chain.canonical(entry) + b"\n") == {1: {"signature"}}


def test_nothing_is_added_to_a_changed_file() -> None:
    data = answered(begun(), "alpha", "beta")
    found = asked(data, "beta")
    changed = data.replace(b'"name":"alpha"', b'"name":"alpho"')
    with pytest.raises(UsageError, match="entry 1"):
        file.answer(changed, found, SAID["beta"], author("beta"))  # type: ignore[arg-type]
