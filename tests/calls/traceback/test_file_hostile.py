"""Whatever bytes are handed in as a traceback, they are judged in bounded time and nothing breaks."""

from __future__ import annotations

import json
import random
import time
from contextlib import suppress

import pytest

from calls.traceback.traced import SAID, START, answered, begun, closed, keys, lines, rewritten, through_three
from quivive.calls.traceback import export, file, opening, sealed
from quivive.calls.traceback import verify_traceback as chain
from quivive.errors import Error, Unreadable, UsageError

HOSTILE = {
    "nothing": b"",
    "an empty line": b"\n",
    "no JSON": b"quivive\n",
    "no object": b"[]\n",
    "an empty object": b"{}\n",
    "deep nesting": b"[" * 400_000 + b"\n",
    "deep objects": b'{"a":' * 60_000 + b"1" + b"}" * 60_000 + b"\n",
    "a long number": b'{"number":' + b"9" * 400_000 + b"}\n",
    "a fraction": b'{"number":1.5}\n',
    "not a number": b'{"number":NaN}\n',
    "half a character": b'{"who":"\\ud800"}\n',
    "no UTF-8": b'{"who":"\xff"}\n',
    "a line without end": b'{"a":"' + b"x" * 2**20 + b'"}\n',
    "many lines": b"{}\n" * 1_000_000,
    "many short lines": b"\n" * 400,
    "zeros": bytes(2**20),
    "too much": b"a" * (2**24 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_named_in_bounded_time(name: str) -> None:
    began = time.process_time()
    assert chain.check(HOSTILE[name]).faults
    with pytest.raises(UsageError):
        file.sound(HOSTILE[name])
    with pytest.raises(UsageError):
        opening.whole(HOSTILE[name], keys("police").sealing, START)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["traceback.jsonl", "opened.json", "manifest.json"])
def test_hostile_files_of_an_export_are_named(name: str, place: str) -> None:
    made = export.export(through_three(), keys("police").sealing, _police())
    found, faults, _ = chain.check_export({**made, place: HOSTILE[name]})
    assert found.faults or faults


def _police() -> file.Author:
    return file.Author("police", keys("police").signer, START)


WRONG = [
    None,
    True,
    0,
    -1,
    2**53,
    "",
    "x",
    [],
    [[]],
    {},
    {"a": 1},
    {"name": None},
    "\u202e",
    "9999-99-99T99:99:99.999Z",
]


@pytest.mark.parametrize("field", [*chain.FIELDS, "digests", "signature"])
def test_a_field_of_any_other_form_is_named_at_its_entry(field: str) -> None:
    held = lines(through_three())
    there = chain.read_line(held[2].rstrip(b"\n"))[field]
    for value in (each for each in WRONG if each != there):
        entry = {**chain.read_line(held[2].rstrip(b"\n")), field: value}
        data = b"".join([held[0], held[1], chain.canonical(entry) + b"\n", held[3]])
        faults = chain.check(data).faults
        assert 2 in {fault.entry for fault in faults}, value
        assert all(str(fault) for fault in faults)


def test_a_field_that_is_missing_or_unknown_is_named() -> None:
    held = lines(through_three())
    entry = chain.read_line(held[1].rstrip(b"\n"))
    for changed in ({k: v for k, v in entry.items() if k != "time"}, {**entry, "more": 1}):
        data = held[0] + chain.canonical(changed) + b"\n" + b"".join(held[2:])
        assert any(fault.entry == 1 and "field" in fault.text for fault in chain.check(data).faults)


def test_a_repeated_key_or_another_spelling_is_not_taken() -> None:
    held = lines(begun())[0]
    for other in (
        held.replace(b'{"answer"', b'{"kind":"close","answer"', 1),
        held.replace(b'"kind":"question"', b'"kind": "question"', 1),
        held.replace(b'"question"', b'"qu\\u0065stion"', 1),
    ):
        assert other != held
        assert chain.check(other).faults


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_never_raise_anything_but_our_errors(seed: int) -> None:
    draw = random.Random(seed)
    data = bytearray(closed())
    for _ in range(draw.randrange(1, 30)):
        at = draw.randrange(len(data))
        kind = draw.randrange(3)
        if kind == 0:
            data[at] = draw.randrange(256)
        elif kind == 1:
            del data[at : at + draw.randrange(1, 200)]
        else:
            data[at:at] = data[max(0, at - 50) : at]
    found = chain.check(bytes(data))
    assert found.faults
    chain.unanswered(found)
    chain.report(found, [], [])
    with suppress(Error):
        assert opening.whole(bytes(data), keys("police").sealing, START)[0].changed


def test_sealed_text_with_anything_inside_is_an_unusable_answer_not_a_crash() -> None:
    mine = lines(through_three())
    header = chain.read_line(mine[0].rstrip(b"\n"))["header"]
    entry = chain.read_line(mine[1].rstrip(b"\n"))
    where = sealed.place(header["id"], entry["previous"], "alpha", "answer")
    for inside in (
        {},
        {"next": 1},
        {"next": {"salt": 1, "value": None}},
        {"state": []},
        {"a": {"salt": {}, "value": []}},
    ):
        answer = {**entry["answer"], "sealed": sealed.seal(inside, header["seal"], where)}
        data = mine[0] + rewritten(mine[1], keys("alpha").signer, answer=answer)
        whole, _ = opening.whole(data, keys("police").sealing, START)
        assert whole.traceback.hops[0].state == "silent"
        assert whole.traceback.gaps


def test_signed_fields_of_any_form_are_an_unusable_answer_not_a_crash() -> None:
    mine = lines(begun())
    answer = lines(answered(mine[0], "alpha", hop=SAID["alpha"]))[1]
    entry = chain.read_line(answer.rstrip(b"\n"))
    header = chain.read_line(mine[0].rstrip(b"\n"))["header"]
    where = sealed.place(header["id"], entry["previous"], "alpha", "answer")
    good = {"state": "found", "role": None, "start": None, "clock_ms": None, "candidates": 0, "next": []}
    for name in good:
        for value in (7, "x", [], {}, [[]], {"to": 1}, "9" * 600):
            opened, digests = sealed.salted({**good, name: value})
            held = {"digests": digests, "sealed": sealed.seal(opened, header["seal"], where)}
            data = mine[0] + rewritten(answer, keys("alpha").signer, answer=held)
            whole, _ = opening.whole(data, keys("police").sealing, START)
            if (name, value) not in [("candidates", 7), ("clock_ms", 7), ("next", [])]:
                assert whole.traceback.hops[0].state == "silent", (name, value)


def test_what_opens_but_is_no_json_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    key = X25519PrivateKey.generate()
    where = sealed.place("f", "", "alpha", "answer")
    public = X25519PublicKey.from_public_bytes(key.public_key().public_bytes_raw())
    for inside in (b"", b"[]", b"[" * 100_000, b"\xff", b'{"a":1e9}'):
        made = chain.text64(sealed._suite().encrypt(inside, public, info=sealed._info(where)))
        with pytest.raises(Unreadable):
            sealed.unseal(made, key, where)
    for broken in ("", "A", "AAAA", "A" * 100, "=" * 10):
        with pytest.raises(Unreadable):
            sealed.unseal(broken, key, where)


def test_a_key_that_is_none_cannot_be_sealed_for() -> None:
    for key in ("", "AAAA", "A" * 43, "!" * 43):
        with pytest.raises(UsageError):
            sealed.seal({}, key, sealed.place("f", "", "alpha", "answer"))


def test_an_answer_that_is_too_large_is_not_sealed() -> None:
    with pytest.raises(UsageError, match="64 KiB"):
        sealed.seal(
            {"why": "x" * 70_000}, str(keys("police").party.seal), sealed.place("f", "", "a", "answer")
        )


def test_canonical_json_is_that_of_rfc_8785() -> None:
    value = {"b": '€\u000f\n"\\/\u007f', "a": [1, -1, True, None, "\u2028"]}
    assert (
        chain.canonical(value) == '{"a":[1,-1,true,null,"\u2028"],"b":"€\\u000f\\n\\"\\\\/\u007f"}'.encode()
    )
    assert json.loads(chain.canonical(value)) == value
