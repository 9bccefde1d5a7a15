"""Who shows callers numbers that begin like the number called, a new one for each call?

FCC, 'Caller ID spoofing': neighbours' numbers are answered more often. People also call their neighbours; so
only calls between neighbours are weighed, by who signs or hands them over: real ones are of few exchanges,
are answered, and are conversations. The numbers shown belong to people, who are called as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.detail import inbound
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, SIGNERS, flags
from quivive.calls.records.campaigns.rotation import key_of
from quivive.calls.records.campaigns.scene import Scene
from quivive.calls.records.campaigns.source import table

KIND = "neighbour-spoofing"
NEEDS = ("calling", "called", "answered", "seconds")
_HOUR = 3_600_000_000
_SPANS = (False, True)
"""All the time, then hour by hour: a short burst is lost among the other calls of a day."""
LEVELS: tuple[tuple[str, ...], ...] = (("origid",), SIGNERS, ("certificate",), ("spc",), ("trunk",), ())
"""Groups, the narrowest first; the last is all calls, for records that do not say who signed."""
_COUNTED = ("calls", "answered", "brief", "long", "one_ring")


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of calls between neighbours that are no neighbours' calls."""
    limits = scene.of(KIND)
    cells = _cells(scene)
    suspect = {
        (span, level, values)
        for span in _SPANS
        for level in LEVELS
        for values, rows in _grouped(level, cells, span).items()
        if _is_suspect(rows, limits)
    }
    if not suspect:
        return
    calls = _calls_of(scene, [cell for cell in cells if _keys(cell) & suspect])
    found: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
    explained: set[int] = set()
    for span in _SPANS:
        for level in LEVELS:
            for values, rows in sorted(_grouped(level, calls, span).items(), key=lambda each: str(each[0])):
                rows = [row for row in rows if row["calling"] not in explained]
                if (span, level, values) in suspect and _is_made_up(_figures(rows), limits):
                    explained.update(each["calling"] for each in rows)
                    found[tuple(zip(level, values, strict=False))] += rows
    received = inbound(scene.source, explained) if explained else {}
    for place, rows in found.items():
        numbers = {each["calling"] for each in rows}
        called_back = sum(received.get(number, {}).get("inbound", 0) for number in numbers)
        yield _draft(dict(place), rows, _figures(rows) | {"inbound": called_back})


def _cells(scene: Scene) -> list[dict[str, Any]]:
    """Calls between neighbours by who signed and handed over, and hour."""
    keys = ", ".join(SIGNERS)
    return scene.source.rows(
        f"select {keys}, start - start % {_HOUR} as hour, {flags(scene.of('sight'))} from {{calls}} where {NEAR} "
        f"group by {keys}, start - start % {_HOUR}"
    )


def _calls_of(scene: Scene, cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Calls between neighbours of some cells, by caller."""
    rows = [(cell["hour"], *(cell[name] or "" for name in SIGNERS)) for cell in cells]
    columns = {"hour": "bigint"} | {f"k{name}": "varchar" for name in SIGNERS}
    same = " and ".join(f"coalesce(calls.{name}, '') = picked.k{name}" for name in SIGNERS)
    keys = ", ".join(f"calls.{name}" for name in ("calling", *SIGNERS))
    return scene.source.rows(
        f"select {keys}, picked.hour as hour, {flags(scene.of('sight'))}, min(calls.start) as first, "
        "max(calls.start) as last, count(distinct calls.called) as called from {calls} join picked on "
        f"{same} and calls.start - calls.start % {_HOUR} = picked.hour where {NEAR} "
        f"group by {keys}, picked.hour order by first, calling, hour",
        picked=table(columns, rows),
    )


def _grouped(level: Sequence[str], rows: Sequence[dict[str, Any]], span: bool
             ) -> dict[tuple[Any, ...], list[dict[str, Any]]]:  # fmt: skip
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if len(level) != 1 or row[level[0]] is not None:
            groups.setdefault(_values(level, row, span), []).append(row)
    return groups


def _values(level: Sequence[str], row: Mapping[str, Any], span: bool) -> tuple[Any, ...]:
    return (*(row[name] or "" for name in level), row["hour"] if span else 0)


def _keys(cell: Mapping[str, Any]) -> set[tuple[bool, tuple[str, ...], tuple[Any, ...]]]:
    """The groups that a cell belongs to."""
    return {(span, level, _values(level, cell, span)) for span in _SPANS for level in LEVELS}


def _is_suspect(rows: Sequence[Mapping[str, Any]], limits: Mapping[str, int]) -> bool:
    row = {name: sum(each[name] for each in rows) for name in ("calls", "answered", "brief", "long")}
    return row["calls"] >= limits["calls"] and (unwelcome(row, limits) or _is_mixed(row, limits))


def _is_mixed(row: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    """Whether some real neighbours are among the callers."""
    return (
        row["calls"] >= limits["mixed_calls"]
        and (row["answered"] + 4) * 100 <= (row["calls"] + 4) * limits["mixed_answered_percent"]
        and row["brief"] * 100 >= row["answered"] * limits["mixed_brief_percent"]
        and row["long"] * 100 <= row["answered"] * limits["mixed_long_percent"]
    )


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    row = {name: sum(each[name] for each in rows) for name in (*_COUNTED, "called")}
    numbers = {each["calling"] for each in rows}
    row["numbers"] = len(numbers)
    row["exchanges"] = len({number // BLOCK for number in numbers})
    return row


def _is_made_up(row: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    return (
        row["calls"] >= limits["calls"]
        and row["exchanges"] >= limits["exchanges"]
        and row["numbers"] * 100 >= row["calls"] * limits["numbers_percent"]
        and (unwelcome(row, limits) or _is_mixed(row, limits))
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
