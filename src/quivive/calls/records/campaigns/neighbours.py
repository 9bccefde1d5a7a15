"""Who shows callers numbers that begin like the number called, a new one for each call?

FCC, 'Caller ID spoofing': neighbours' numbers are answered more often. People also call their neighbours; so
only calls between neighbours are weighed, by who signs or hands them over: real ones are of few exchanges,
come from numbers that are called in turn, and are conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.detail import inbound
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, SIGNERS, flags
from quivive.calls.records.campaigns.rotation import key_of
from quivive.calls.records.campaigns.scene import Scene

KIND = "neighbour-spoofing"
NEEDS = ("calling", "called", "answered", "seconds")
_HOUR = 3_600_000_000
LEVELS = (("origid",), SIGNERS, ("certificate",), ("spc",), ("trunk",), ())
"""Groups, the narrowest first; the last is all calls, for records that do not say who signed."""
_COUNTED = ("calls", "answered", "brief", "long", "one_ring")


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of calls between neighbours that are no neighbours' calls."""
    calls = _near_calls(scene)
    received = inbound(scene.source, {row["calling"] for row in calls}) if calls else {}
    explained: set[int] = set()
    for span in (None, _HOUR):
        for level in LEVELS:
            for place, rows in _grouped(level, calls, span):
                rows = [row for row in rows if row["calling"] not in explained]
                row = _figures(rows, received)
                if _is_made_up(row, scene.of(KIND)):
                    explained.update(each["calling"] for each in rows)
                    yield _draft(place, rows, row)


def _near_calls(scene: Scene) -> list[dict[str, Any]]:
    """Calls between neighbours, by caller, who handed over, and exchange."""
    keys = ("calling", *SIGNERS)
    return scene.source.rows(
        f"select {', '.join(keys)}, {flags(scene.of('sight'))}, count(distinct called) as called, "
        f"min(start) as first, max(start) as last from {{calls}} where {NEAR} group by {', '.join(keys)} "
        f"order by calling, {', '.join(f'{key} nulls first' for key in SIGNERS)}"
    )


def _grouped(level: Sequence[str], calls: Sequence[dict[str, Any]], span: int | None
             ) -> list[tuple[dict[str, str], list[dict[str, Any]]]]:  # fmt: skip
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in calls:
        values = tuple(row[key] for key in level)
        if len(level) != 1 or values[0] is not None:
            groups.setdefault((*values, row["first"] // span if span else 0), []).append(row)
    named = (({k: v or "" for k, v in zip(level, values, strict=False)}, rows)
             for values, rows in groups.items())  # fmt: skip
    return sorted(named, key=lambda each: (key_of(each[0]), each[1][0]["first"]))


def _figures(rows: Sequence[Mapping[str, Any]], received: Mapping[int, Mapping[str, int]]) -> dict[str, int]:
    row = {name: sum(each[name] for each in rows) for name in (*_COUNTED, "called")}
    numbers = {each["calling"] for each in rows}
    row["numbers"] = len(numbers)
    row["exchanges"] = len({number // BLOCK for number in numbers})
    row["inbound"] = sum(received.get(number, {}).get("inbound", 0) for number in numbers)
    return row


def _is_made_up(row: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    return (
        row["calls"] >= limits["calls"]
        and row["exchanges"] >= limits["exchanges"]
        and row["numbers"] * 100 >= row["calls"] * limits["numbers_percent"]
        and unwelcome(row, limits)
    )


def _draft(place: Mapping[str, str], rows: Sequence[Mapping[str, Any]], row: Mapping[str, int]) -> Draft:
    key = key_of(place) or "all calls between neighbours"
    why = (
        f"{plural(row['calls'], 'call')} with {key} showed {plural(row['numbers'], 'number')} that begin like the "
        f"number called, in {plural(row['exchanges'], 'exchange')}; "
        f"{percent(row['answered'], row['calls'])} % were answered, {plural(row['long'], 'call')} lasted two "
        f"minutes or more. {plural(row['inbound'], 'call')} came back to these numbers."
    )
    figures = {**row, "answered_percent": percent(row["answered"], row["calls"])}
    numbers = tuple(sorted({each["calling"] for each in rows}))
    firsts = [each["first"] for each in rows]
    return Draft(KIND, key, numbers, row["calls"], min(firsts), max(each["last"] for each in rows), why, figures,
                 "near", place)  # fmt: skip
