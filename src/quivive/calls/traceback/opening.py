"""What does the whole say, once who asked has opened it?

Entries become a Traceback. No hop and no gap is skipped; an entry that is not as it was signed counts as no
answer, and is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from quivive.calls.traceback import answers, sealed
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.file import Asked, file_id
from quivive.calls.traceback.hops import Gap, Hop, Query, Traceback
from quivive.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FROM_HERE = "who asked"


@dataclass(frozen=True)
class Opened:
    """Salted fields of each entry, in the order of the file; None with the reason where one did not open."""

    fields: tuple[Mapping[str, Any] | None, ...]
    problems: tuple[str | None, ...]


@dataclass(frozen=True)
class Whole:
    """The opened file as its reader needs it."""

    case: str
    basis: str | None
    asker: str
    traceback: Traceback
    asked_by: tuple[int | None, ...]
    """For each hop the place of the hop that led to it; None: who asked began there."""
    overdue: tuple[str, ...]
    """Sentences: who has not answered although the time is over."""
    notes: tuple[str, ...]
    changed: bool
    """Whether anything in the file is not as it was signed; the notes say what."""


def open_all(found: chain.Checked, key: X25519PrivateKey) -> Opened:
    """Every sealed answer. Raises UsageError where the question does not open: another's file."""
    pairs = [_open(found, number, key) for number in range(len(found.entries))]
    if pairs[0][0] is None:
        raise UsageError(f"This traceback is not for this key. {pairs[0][1]}")
    return Opened(tuple(each for each, _ in pairs), tuple(why for _, why in pairs))


def _open(
    found: chain.Checked, number: int, key: X25519PrivateKey
) -> tuple[Mapping[str, Any] | None, str | None]:
    entry = found.entries[number]
    if entry is None or entry["answer"] is None:
        return None, None
    where = sealed.place(file_id(found), entry["previous"], entry["who"]["name"], "answer")
    try:
        opened = sealed.unseal(entry["answer"]["sealed"], key, where)
        _as_signed(opened, entry)
    except Unreadable as error:
        return None, str(error)
    return opened, None


def _as_signed(opened: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """That the sealed fields are those whose digests were signed, and hand-offs those that were handed on."""
    try:
        made = {name: sealed.committed(name, held) for name, held in opened.items()}
        told = [chain.digest("hand-off", each) for each in opened["next"]["value"]]
        is_list = isinstance(opened["next"]["value"], list)
    except (KeyError, TypeError) as error:
        raise Unreadable("What was sealed is no answer.") from error
    if not is_list or made != entry["answer"]["digests"]:
        raise Unreadable("What was sealed is not what was signed beside it.")
    if told != [each["digest"] for each in entry["next"]]:
        raise Unreadable("Who asked is told of other hand-offs than those that were made.")


def whole(data: bytes, key: X25519PrivateKey, now: float) -> tuple[Whole, Opened]:
    """The file, checked and opened, as a Traceback at Unix time `now`. Raises UsageError."""
    found = chain.check(data, datetime.fromtimestamp(now, UTC))
    if not found.entries or any(fault.entry in (0, None) for fault in found.faults):
        raise UsageError(f"The question of this traceback is not as it was signed. {found.faults[0]}.")
    opened = open_all(found, key)
    first = found.entries[0]
    assert first is not None
    query = answers.to_query(_values(opened.fields[0]))
    way = _walk(found, opened, now)
    made = Traceback(query, tuple(way.hops), tuple(way.gaps), _is_complete(way.hops, way.gaps))
    header = first["header"]
    notes = tuple(_notes(found, opened))
    said = (header["case"], header["basis"], first["who"]["name"])
    return Whole(*said, made, tuple(way.asked_by), tuple(way.late), notes, bool(found.faults)), opened


def _values(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: held["value"] for name, held in (fields or {}).items()}


def _is_complete(hops: list[Hop], gaps: list[Gap]) -> bool:
    sure = all(hop.state == "found" for hop in hops)
    return bool(hops) and sure and not gaps and any(_is_origin(hop) for hop in hops)


def _is_origin(hop: Hop) -> bool:
    return hop.role == "originating" or (hop.customer is not None and hop.upstream is None)


@dataclass
class _Way:
    hops: list[Hop] = field(default_factory=list)
    asked_by: list[int | None] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


def _walk(found: chain.Checked, opened: Opened, now: float) -> _Way:
    """Hand-offs from the question on, each way to its end before the next; one hop for each."""
    way = _Way()
    waiting: list[tuple[int, int | None]] = [(0, None)]
    while waiting:
        number, asker = waiting.pop()
        entry = found.entries[number]
        following: dict[int, int | None] = {
            n: asker for n, parent in enumerate(found.parents) if parent == number and found.entries[n]
        }
        for place, handed in enumerate(entry["next"] if entry else ()):
            there = _replies(found, number, place)
            way.hops.append(_hop(found, opened, there, handed, now))
            way.asked_by.append(asker)
            way.gaps += _gaps(way.hops[-1], entry or {}, there, found)
            way.late += _late(found, there, handed, now)
            following.update(dict.fromkeys(there, len(way.hops) - 1))
        waiting += reversed(following.items())
    return way


def _replies(found: chain.Checked, number: int, place: int) -> list[int]:
    return [
        n
        for n, entry in enumerate(found.entries)
        if entry and found.parents[n] == number and entry["asked"] and entry["asked"]["place"] == place
    ]


def _hop(
    found: chain.Checked, opened: Opened, there: list[int], handed: Mapping[str, Any], now: float
) -> Hop:
    deadline = answers.seconds(handed["deadline"])
    broken = {fault.entry: fault for fault in found.faults}
    replies = [n for n in there if (e := found.entries[n]) and e["kind"] == "answer" and n not in broken]
    if len(replies) > 1:
        why = f"{len(replies)} answers are there in this provider's name; which one holds has to be asked."
        return Hop(handed["to"], "ambiguous", deadline=deadline, candidates=len(replies), why=why)
    if replies:
        try:
            if opened.fields[replies[0]] is None:
                raise Unreadable(opened.problems[replies[0]] or "It holds no answer.")
            return answers.to_hop(_values(opened.fields[replies[0]]), handed["to"], deadline)
        except Unreadable as error:
            why = f"An answer is there, signed, but it cannot be used. {error}"
            return Hop(handed["to"], "silent", deadline=deadline, why=why)
    if spoilt := [broken[n] for n in there if n in broken]:
        why = f"An answer is there that is not as it was signed: {spoilt[0]}."
        return Hop(handed["to"], "silent", deadline=deadline, why=why)
    if there:
        said = _values(opened.fields[there[0]]).get("why") or ""
        why = f"Recorded as silent by who asked. {said}".strip()
        return Hop(handed["to"], "silent", deadline=deadline, why=why)
    said = "No answer; it was due until" if now > deadline else "No answer yet; it is due until"
    why = f"{said} {answers.for_people(deadline)}."
    return Hop(handed["to"], "silent", deadline=deadline, why=why)


def _gaps(hop: Hop, asker: Mapping[str, Any], there: list[int], found: chain.Checked) -> Iterator[Gap]:
    """What nothing covers after or at this hop."""
    after = FROM_HERE if asker["kind"] in chain.BY_INVESTIGATOR else asker["who"]["name"]
    asked = [each["to"] for n in there if (e := found.entries[n]) for each in e["next"]]
    if hop.state == "silent":
        yield Gap(after, hop.provider, hop.why)
    elif hop.upstream and hop.upstream not in asked:
        why = f"{hop.provider} names {hop.upstream} as upstream, and nobody was asked there."
        yield Gap(hop.provider, hop.upstream, why)
    elif hop.state != "found" and not asked:
        words = {"ambiguous": "several calls fit", "not-found": "its records hold no such call",
                 "refused": "it will not tell"}  # fmt: skip
        yield Gap(hop.provider, None, f"Where the call came from is not known: {words[hop.state]}.")
    elif not asked and not _is_origin(hop):
        yield Gap(hop.provider, None, f"{hop.provider} names neither an upstream nor a customer.")


def _late(found: chain.Checked, there: list[int], handed: Mapping[str, Any], now: float) -> Iterator[str]:
    deadline = answers.seconds(handed["deadline"])
    times = [answers.seconds(e["time"]) for n in there if (e := found.entries[n]) and e["kind"] == "answer"]
    if not times and now > deadline:
        since, hours = answers.for_people(deadline), (now - deadline) / 3600
        yield f"{handed['to']} is overdue since {since} ({hours:.0f} hours)."
    elif times and min(times) > deadline:
        yield f"{handed['to']} answered {(min(times) - deadline) / 3600:.1f} hours late."


def _notes(found: chain.Checked, opened: Opened) -> Iterator[str]:
    yield from (f"Not as it was signed: {fault}." for fault in found.faults)
    for number, problem in enumerate(opened.problems):
        if problem:
            yield f"Entry {number} does not open: {problem}"
    for number, entry in enumerate(found.entries):
        clear = [each["to"] for each in (entry or {"next": []})["next"] if each["clear"] is not None]
        if clear:
            yield f"Entry {number} hands on in clear to {', '.join(clear)}: no sealing key was known."
    if not found.closed:
        yield "The file is not closed: answers may have been taken off its end; whoever was asked is named."


def as_json(found: Whole) -> dict[str, Any]:
    """The whole, JSON-ready; times are Unix seconds as in `hops`."""
    return {"case": found.case, "basis": found.basis, "asker": found.asker, **asdict(found.traceback),
            "overdue": list(found.overdue), "notes": list(found.notes)}  # fmt: skip


def query_at(found: chain.Checked, asked: Asked, key: X25519PrivateKey) -> Query:
    """What a hand-off asks, as who asked reads it in the sealed answer beside it. Raises UsageError."""
    told = _values(open_all(found, key).fields[asked.entry]).get("next") or []
    if asked.place >= len(told):
        raise UsageError(f"Entry {asked.entry} does not say what it asks {asked.to}.")
    return answers.to_query(told[asked.place])


def query_after(found: chain.Checked, number: int, key: X25519PrivateKey) -> Query:
    """The call as the provider of an entry saw it; as it was reported, where that entry does not say."""
    opened = open_all(found, key)
    if not 0 <= number < len(found.entries):
        raise UsageError(f"There is no entry {number} in this traceback.")
    query = answers.to_query(_values(opened.fields[0]))
    said = _values(opened.fields[number])
    if number == 0 or "state" not in said or "role" not in said:
        return query
    return as_seen(query, answers.to_hop(said, "", None))


def as_seen(query: Query, hop: Hop) -> Query:
    """The call as the next provider has to look for it: as this one saw it come in."""
    return replace(
        query,
        called=hop.called or query.called,
        calling=hop.calling or query.calling,
        at=query.at if hop.start is None else hop.start,
        call_id=hop.call_id,
    )
