"""How does a traceback file grow: the question, each provider's answer, silences, the closing?

The file passes from hand to hand; whoever adds an entry checks all that is there and signs on top of it.
Answers are sealed for who asked; a hand-off is sealed for the next provider where its key is known.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.calls.traceback import answers, sealed, signing
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.hops import Hop, Query
from quivive.calls.traceback.signing import Party, Signer
from quivive.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

HOURS = 24.0
"""In which an answer is due unless told: industry tracebacks give one day."""


@dataclass(frozen=True)
class Author:
    """Who adds an entry: its name, how to reach it, its signing key, and when (Unix seconds)."""

    name: str
    signer: Signer
    at: float
    contact: str | None = None


@dataclass(frozen=True)
class HandOff:
    """Who is asked next, about which call as this side saw it, and by when (Unix seconds)."""

    to: Party
    query: Query
    deadline: float
    note: str | None = None


@dataclass(frozen=True)
class Asked:
    """A hand-off that waits for an answer: the entry it stands in, its place there, and who is asked."""

    entry: int
    place: int
    to: str
    deadline: float


def question(
    case: str, query: Query, author: Author, seal: str, ask: Sequence[HandOff], basis: str | None = None
) -> bytes:
    """A new file: what was reported, sealed for the asker's own key `seal`, and the first hand-off."""
    header = {
        "format": chain.FORMAT,
        "algorithms": chain.ALGORITHMS,
        "id": chain.text64(secrets.token_bytes(16)),
        "case": case,
        "basis": basis,
        "seal": seal,
    }
    entry = _entry("question", author, header, "", None, answers.of_query(query), ask)
    return _line({**entry, "header": header}, author.signer)


def answer(data: bytes, asked: Asked, hop: Hop, author: Author, ask: Sequence[HandOff] = ()) -> bytes:
    """The file with one more answer. Raises UsageError where the file was changed before."""
    return _added(data, "answer", author, asked.entry, asked, answers.of_hop(hop), ask)


def silence(data: bytes, asked: Asked, why: str, author: Author, ask: Sequence[HandOff] = ()) -> bytes:
    """The file with the asker's word that nobody answered; whom it asks instead may be named."""
    return _added(data, "silence", author, asked.entry, asked, {"state": "silent", "why": why}, ask)


def further(data: bytes, entry: int, author: Author, ask: Sequence[HandOff]) -> bytes:
    """The file with another question of the asker, added to any entry."""
    return _added(data, "question", author, entry, None, {}, ask)


def close(data: bytes, author: Author) -> bytes:
    """The file with the closing entry, which lists the hashes of all before it: nothing can go missing."""
    found = sound(data)
    entry = _next(found, len(found.entries) - 1, "close", author, None, None, ())
    return data + _line({**entry, "covers": list(found.hashes)}, author.signer)


def sound(data: bytes) -> chain.Checked:
    """The file's entries. Raises UsageError with what was changed: nothing is built on a changed file."""
    found = chain.check(data)
    if found.faults:
        said = "; ".join(map(str, found.faults[:5]))
        raise UsageError(f"This traceback is not as it was signed. {said}.")
    return found


def waiting(found: chain.Checked, name: str | None = None) -> list[Asked]:
    """Hand-offs without an answer, those to `name` only where it is given."""
    return [
        Asked(entry, place, handed["to"], answers.seconds(handed["deadline"]))
        for entry, place, handed in chain.unanswered(found)
        if name is None or handed["to"] == name
    ]


def read_hand_off(found: chain.Checked, asked: Asked, key: X25519PrivateKey | None) -> Mapping[str, Any]:
    """What a provider is asked. Raises UsageError where it is sealed and no key is given, Unreadable."""
    entry = _there(found, asked.entry)
    handed = entry["next"][asked.place]
    if handed["clear"] is not None:
        content = handed["clear"]
    elif key is None:
        raise UsageError("The question is sealed for this provider's key: give its folder of keys (--keys).")
    else:
        where = sealed.place(file_id(found), entry["previous"], handed["to"], "hand-off")
        content = sealed.unseal(handed["sealed"], key, where)
    if chain.digest("hand-off", content) != handed["digest"]:
        raise Unreadable("What was handed over is not what its sender signed.")
    answers.to_query(content)
    return dict(content)


def join(files: Sequence[bytes]) -> bytes:
    """Branches of one file (a provider asked two others) as one; every entry once, parents first.

    Raises UsageError where one was changed or closed, or they are not of one question.
    """
    lines: dict[bytes, tuple[int, str]] = {}
    first = {data.split(b"\n", 1)[0] for data in files}
    if len(first) != 1:
        raise UsageError("These are not branches of one traceback: their first entries differ.")
    for data in files:
        for line, entry in zip(data.split(b"\n"), sound(data).entries, strict=False):
            assert entry is not None
            if entry["kind"] == "close" and len(set(files)) > 1:
                raise UsageError("A traceback that was closed is not joined to another.")
            lines[line] = entry["number"], entry["time"]
    joined = b"".join(line + b"\n" for line in sorted(lines, key=lambda each: (*lines[each], each)))
    sound(joined)
    return joined


def file_id(found: chain.Checked) -> str:
    """The random number of the file."""
    return str(_there(found, 0)["header"]["id"])


def read(path: Any) -> bytes:
    """The bytes of a traceback file; raises NotFound, UsageError."""
    return signing.read_bytes(path, chain.MOST_BYTES)


def _there(found: chain.Checked, number: int) -> dict[str, Any]:
    entry = found.entries[number] if 0 <= number < len(found.entries) else None
    if entry is None:
        raise UsageError(f"There is no entry {number} in this traceback.")
    return entry


def _added(
    data: bytes,
    kind: str,
    author: Author,
    parent: int,
    asked: Asked | None,
    said: Mapping[str, Any],
    ask: Sequence[HandOff],
) -> bytes:
    found = sound(data)
    if found.closed:
        raise UsageError("This traceback was closed; nothing is added to it.")
    if len(found.entries) >= chain.MOST_ENTRIES - 1:
        raise UsageError(f"A traceback has at most {chain.MOST_ENTRIES} entries.")
    return data + _line(_next(found, parent, kind, author, asked, said, ask), author.signer)


def _next(
    found: chain.Checked,
    parent: int,
    kind: str,
    author: Author,
    asked: Asked | None,
    said: Mapping[str, Any] | None,
    ask: Sequence[HandOff],
) -> dict[str, Any]:
    before, header = _there(found, parent), _there(found, 0)["header"]
    place: dict[str, Any] | None = None
    if asked is not None:
        place = {"place": asked.place, "digest": before["next"][asked.place]["digest"]}
    entry = _entry(kind, author, header, str(found.hashes[parent]), place, said, ask)
    return {**entry, "number": before["number"] + 1}


def _entry(
    kind: str,
    author: Author,
    header: Mapping[str, Any],
    previous: str,
    asked: Mapping[str, Any] | None,
    said: Mapping[str, Any] | None,
    ask: Sequence[HandOff],
) -> dict[str, Any]:
    contents = [answers.handed(each.query, author.name, sealed.salt(), each.note) for each in ask]
    handed = [
        _handed(each, content, str(header["id"]), previous)
        for each, content in zip(ask, contents, strict=True)
    ]
    return {
        "answer": None if said is None else _sealed({**said, "next": contents}, author, header, previous),
        "asked": asked,
        "covers": None,
        "header": None,
        "kind": kind,
        "next": handed,
        "number": 0,
        "previous": previous,
        "time": answers.written(author.at),
        "who": {"contact": author.contact, "name": author.name},
    }


def _sealed(
    said: Mapping[str, Any], author: Author, header: Mapping[str, Any], previous: str
) -> dict[str, Any]:
    opened, digests = sealed.salted(said)
    where = sealed.place(str(header["id"]), previous, author.name, "answer")
    return {"digests": digests, "sealed": sealed.seal(opened, str(header["seal"]), where)}


def _handed(each: HandOff, content: dict[str, Any], file: str, previous: str) -> dict[str, Any]:
    key = each.to.seal
    where = sealed.place(file, previous, each.to.name, "hand-off")
    return {
        "clear": None if key else content,
        "deadline": answers.written(each.deadline),
        "digest": chain.digest("hand-off", content),
        "sealed": sealed.seal(content, key, where) if key else None,
        "signer": each.to.signer,
        "to": each.to.name,
    }


def _line(entry: Mapping[str, Any], signer: Signer) -> bytes:
    whole = signing.sign(entry, signer)
    line = chain.canonical(whole)
    try:
        chain.read_line(line)
    except chain.Wrong as wrong:
        raise UsageError(f"This entry cannot be written: {wrong.text}.") from wrong
    return line + b"\n"
