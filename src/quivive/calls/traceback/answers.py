"""What does an answer say, as text that can be signed? Query, hop and hand-off to plain fields and back.

Canonical JSON without fractions: times are UTC to the millisecond, spans are whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import UTC, datetime
from typing import Any, get_args

from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.hops import Hop, Query, Role, State
from quivive.errors import Unreadable, UsageError

LONGEST = 500
"""Characters of one field."""
_TIMES = ("start",)
_OF_FILE = ("provider", "deadline", "clock")
TEXTS = ("upstream", "downstream", "customer", "calling", "called", "call_id", "attest_seen", "attest_sent",
         "spc", "record", "ingress", "egress", "action", "why")  # fmt: skip


def written(at: float) -> str:
    """Unix seconds as they stand in a file."""
    try:
        moment = datetime.fromtimestamp(round(at * 1000) / 1000, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise UsageError(f"{at} is no time.") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Unix seconds of a time in a file. Raises Unreadable."""
    try:
        return chain.moment(text).timestamp()
    except (TypeError, ValueError) as error:
        raise Unreadable(f"{str(text)[:40]!r} is no time of a traceback file.") from error


def for_people(at: float) -> str:
    """Unix seconds as a page or a sentence has them, in UTC."""
    return written(at)[:19].replace("T", " ") + " UTC"


def of_query(query: Query) -> dict[str, Any]:
    """What is sealed into the question."""
    return {
        "called": _text("called", query.called),
        "calling": _text("calling", query.calling),
        "at": written(query.at),
        "tolerance_ms": round(query.tolerance * 1000),
        "call_id": _text("call_id", query.call_id),
        "spoken_ms": None if query.seconds is None else round(query.seconds * 1000),
    }


def to_query(fields: Mapping[str, Any]) -> Query:
    """Back again. Raises Unreadable."""
    called = _read_text(fields, "called")
    tolerance, spoken = fields.get("tolerance_ms"), fields.get("spoken_ms")
    if called is None or type(tolerance) is not int or tolerance < 0:
        raise Unreadable("The question names no called number or no tolerance.")
    if spoken is not None and type(spoken) is not int:
        raise Unreadable("How long they spoke is no number.")
    at, other = seconds(fields.get("at", "")), (_read_text(fields, "calling"), _read_text(fields, "call_id"))
    seconds_spoken = None if spoken is None else spoken / 1000
    return Query(called, other[0], at, tolerance / 1000, other[1], seconds_spoken)


def handed(query: Query, giver: str, salt: str, note: str | None = None) -> dict[str, Any]:
    """What the next provider is asked: the call as who hands over saw it, and from whom it comes."""
    return {**of_query(query), "from": giver, "note": _text("note", note), "salt": salt}


def of_hop(hop: Hop) -> dict[str, Any]:
    """An answer's fields; every one is there, so that their number says nothing. Raises UsageError."""
    if hop.state not in get_args(State) or hop.role not in (*get_args(Role), None):
        raise UsageError(
            f"state is one of {', '.join(get_args(State))}; role of {', '.join(get_args(Role))}."
        )
    texts = {name: _text(name, getattr(hop, name)) for name in TEXTS}
    return {
        **texts,
        "state": hop.state,
        "role": hop.role,
        "start": None if hop.start is None else written(hop.start),
        "clock_ms": None if hop.clock is None else round(hop.clock * 1000),
        "candidates": int(hop.candidates),
    }


def to_hop(fields: Mapping[str, Any], provider: str, deadline: float | None) -> Hop:
    """Back again. Raises Unreadable where a field is not what it should be."""
    state, role, clock, start = (fields.get(name) for name in ("state", "role", "clock_ms", "start"))
    if state not in get_args(State) or role not in (*get_args(Role), None):
        raise Unreadable("The answer has no state, or a role that is none.")
    if (clock is not None and type(clock) is not int) or type(fields.get("candidates")) is not int:
        raise Unreadable("The answer's clock or its count of candidates is no number.")
    texts = {name: _read_text(fields, name) for name in TEXTS}
    texts["why"] = texts["why"] or ""
    return Hop(
        provider,
        state,  # type: ignore[arg-type]
        role,
        start=None if start is None else seconds(start),
        clock=None if clock is None else clock / 1000,
        deadline=deadline,
        candidates=fields["candidates"],
        **texts,  # type: ignore[arg-type]
    )


def from_json(value: Any, provider: str) -> Hop:
    """An answer given as a JSON object with the names of `Hop`; `start` as Unix seconds or ISO 8601.

    Raises UsageError naming the field.
    """
    known = {each.name for each in fields_of(Hop)} - {"provider", "deadline"}
    if not isinstance(value, dict):
        raise UsageError("An answer is a JSON object.")
    if unknown := sorted(set(map(str, value)) - known - {"provider", "deadline"}):
        names = ", ".join(sorted(known))
        raise UsageError(f"An answer has no field '{unknown[0][:40]}'; it may have {names}.")
    given = {name: each for name, each in value.items() if name in known and each is not None}
    for name in ("start", "clock"):
        if name in given:
            given[name] = _number(name, given[name])
    if type(given.get("candidates", 0)) is not int:
        raise UsageError("candidates is a whole number.")
    return Hop(provider, **{"state": "found", **given})


def _number(name: str, value: Any) -> float:
    try:
        if name == "start" and isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        number = float(value)
        if abs(number) < 2**40:
            return number
    except (TypeError, ValueError):
        pass
    raise UsageError(f"{name} is not a time that can be read.")


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise UsageError(f"{name} is a line of at most {LONGEST} characters, or nothing.")
    return value


def _read_text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST):
        raise Unreadable(f"The field {name} is no text of at most {LONGEST} characters.")
    return value
