"""Who shows callers numbers that begin like the number called, a new one for each call?

FCC, 'Caller ID spoofing': neighbours' numbers are answered more often. People also call their neighbours; so
only calls between neighbours are weighed, by who signs or hands them over: real ones are of few exchanges,
are answered, and are conversations. The numbers shown belong to people, who are called as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.mixture import Usual, is_mixed
from quivive.calls.records.campaigns.near import HOUR, LEVELS, Suspects, suspects
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, PARTIES, STRAYS, flags
from quivive.calls.records.campaigns.rotation import key_of
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, table

KIND = "neighbour-spoofing"
NEEDS = ("calling", "called", "answered", "seconds")
_STAGES = (
    (False, False, True), (False, True, False), (True, True, False), (True, False, False),
    (False, False, False),
)  # fmt: skip
"""Whether hour by hour, whether strays alone, and whether no other callers may be among them."""
_COUNTED = ("calls", "answered", "brief", "long", "one_ring")


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of calls between neighbours that are no neighbours' calls."""
    limits = scene.of(KIND)
    suspect = suspects(scene.source, scene.of("sight"), limits)
    if not suspect.groups:
        return
    calls = _calls(scene, suspect)
    found: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
    explained: set[int] = set()
    for hourly, stray, strict in _STAGES:
        for level in LEVELS:
            wanted = {g.values for g in suspect.groups
                      if (g.hourly, g.stray, g.level) == (hourly, stray, level)}  # fmt: skip
            seen = [row for row in calls if row["stray"]] if stray else calls
            for values, rows in sorted(_grouped(level, seen, hourly, wanted).items()):
                rows = [row for row in rows if row["calling"] not in explained]
                rows = _machine(rows, limits, suspect.usual, strict)
                if _is_made_up(rows, limits):
                    explained.update(each["calling"] for each in rows)
                    found[tuple(zip(level, values, strict=False))] += rows
    for place, rows in found.items():
        yield _draft(dict(place), rows, _figures(rows))


def _calls(scene: Scene, suspect: Suspects) -> list[dict[str, Any]]:
    """Calls between neighbours of the suspect cells, by caller, way and hour."""
    named = ", ".join(f"ways.{name} as {name}" for name in SIGNERS)
    return scene.source.rows(
        f"with callers as (select calls.calling as calling, calls.way as way, picked.hour as hour, "
        f"{flags(scene.of('sight'))}, min(calls.start) as first, max(calls.start) as last, "
        f"count(distinct calls.called) as called from {CALLS} calls join picked on calls.way = picked.way "
        f"and calls.start - calls.start % {HOUR} = picked.hour where {NEAR} "
        f"group by calls.calling, calls.way, picked.hour having count(1) <= {scene.of(KIND)['each']}) "
        f"select callers.*, {named}, strays.way is not null as stray from callers "
        f"join {PARTIES} parties on callers.calling = parties.calling and callers.way = parties.way "
        f"and parties.calls <= {scene.of('sight')['few']} "
        f"join {WAYS} ways on callers.way = ways.way left join {STRAYS} strays "
        f"on callers.calling - callers.calling % {BLOCK} = strays.block and callers.way = strays.way "
        f"order by first, callers.calling, hour, {', '.join(f'ways.{name} nulls first' for name in SIGNERS)}",
        picked=table({"way": "bigint", "hour": "bigint"}, sorted(suspect.cells)),
    )


def _grouped(level: Sequence[str], rows: Sequence[dict[str, Any]], hourly: bool, wanted: Collection[Any]
             ) -> dict[tuple[Any, ...], list[dict[str, Any]]]:  # fmt: skip
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows if wanted else ():
        if (values := _values(level, row, hourly)) in wanted:
            groups.setdefault(values, []).append(row)
    return groups


def _values(level: Sequence[str], row: Mapping[str, Any], hourly: bool) -> tuple[Any, ...]:
    return (*(row[name] or "" for name in level), row["hour"] if hourly else 0)


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    row = {name: sum(each[name] for each in rows) for name in (*_COUNTED, "called")}
    numbers = {each["calling"] for each in rows}
    row["numbers"] = len(numbers)
    row["exchanges"] = len({number // BLOCK for number in numbers})
    return row


def _machine(rows: Sequence[dict[str, Any]], limits: Mapping[str, int], ends: Usual, strict: bool
             ) -> list[dict[str, Any]]:  # fmt: skip
    """The rows that are a machine's: all, where nobody else is among them."""
    row = _figures(rows)
    if unwelcome(row, limits):
        return list(rows)
    if strict or not is_mixed(row, limits, ends):
        return []
    share = ends.mixture(row).share
    return [each for each in rows if ends.likely(each, share)]


def _is_made_up(rows: Sequence[Mapping[str, Any]], limits: Mapping[str, int]) -> bool:
    row = _figures(rows)
    return (
        row["calls"] >= limits["calls"]
        and row["exchanges"] >= limits["exchanges"]
        and row["numbers"] * 100 >= row["calls"] * limits["numbers_percent"]
    )


def _draft(place: Mapping[str, str], rows: Sequence[Mapping[str, Any]], row: Mapping[str, int]) -> Draft:
    key = key_of(place) or "all calls between neighbours"
    why = (
        f"{plural(row['calls'], 'call')} with {key} showed {plural(row['numbers'], 'number')} "
        "that begin like the "
        f"number called, in {plural(row['exchanges'], 'exchange')}; "
        f"{percent(row['answered'], row['calls'])} % were answered, {plural(row['long'], 'call')} lasted two "
        "minutes or more."
    )
    figures = {**row, "answered_percent": percent(row["answered"], row["calls"])}
    numbers = tuple(sorted({each["calling"] for each in rows}))
    firsts = [each["first"] for each in rows]
    last = max(each["last"] for each in rows)
    return Draft(KIND, key, numbers, row["calls"], min(firsts), last, why, figures,
                 "near", place)  # fmt: skip


DETECTOR = Detector(KIND, NEEDS, find)
