"""Who shows callers numbers that begin like the number called, a new one for each call?

FCC, 'Caller ID spoofing': neighbours' numbers are answered more often. People also call their neighbours; so
only calls between neighbours are weighed, by who signs or hands them over: real ones are of few exchanges,
are answered, and are conversations. The numbers shown belong to people, who are called as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.kept import HOUR, Pick
from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.near import LEVELS, is_mixed
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, SIGNERS, flags
from quivive.calls.records.campaigns.rotation import key_of
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import table

if TYPE_CHECKING:
    import pyarrow as pa

KIND = "neighbour-spoofing"
NEEDS = ("calling", "called", "answered", "seconds")
_STAGES = ((False, True), (True, False), (False, False))
"""All the time without other callers among them; hour by hour, with some; all the time, with some."""
_COUNTED = ("calls", "answered", "brief", "long", "one_ring")


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of calls between neighbours that are no neighbours' calls."""
    limits = scene.of(KIND)
    suspect, within = scene.suspects.groups, scene.suspects.cells
    if not suspect:
        return
    calls = _calls_of(scene, within)
    found: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
    explained: set[int] = set()
    for span, strict in _STAGES:
        for level in LEVELS:
            wanted = {values for each_span, each, values in suspect if (each_span, each) == (span, level)}
            for values, rows in sorted(_grouped(level, calls, span, wanted).items()):
                rows = [row for row in rows if row["calling"] not in explained]
                if _is_made_up(_figures(rows), limits, strict):
                    if not unwelcome(_figures(rows), limits):
                        rows = [row for row in rows if not row["long"]]  # people among them
                    explained.update(each["calling"] for each in rows)
                    found[tuple(zip(level, values, strict=False))] += rows
    for place, rows in found.items():
        yield _draft(dict(place), rows, _figures(rows))


def _calls_of(scene: Scene, cells: pa.Table) -> list[dict[str, Any]]:
    """Calls between neighbours of some cells, by caller."""
    rows = [(cell["hour"], *(cell[name] for name in SIGNERS)) for cell in cells.to_pylist()]
    columns = {"hour": "bigint"} | {f"k{name}": "varchar" for name in SIGNERS}
    same = " and ".join(f"coalesce(calls.{name}, '') = picked.k{name}" for name in SIGNERS)
    keys = ", ".join(f"calls.{name}" for name in ("calling", *SIGNERS))
    return scene.kept.rows(
        f"select {keys}, picked.hour as hour, {flags(scene.of('sight'))}, min(calls.start) as first, "
        "max(calls.start) as last, count(distinct calls.called) as called from {calls} join picked on "
        f"{same} and calls.start - calls.start % {HOUR} = picked.hour where {NEAR} "
        f"group by {keys}, picked.hour having count(1) <= {scene.of(KIND)['each']} "
        "order by first, calling, hour",
        picked=table(columns, rows),
    )


def _grouped(level: Sequence[str], rows: Sequence[dict[str, Any]], span: bool, wanted: Collection[Any]
             ) -> dict[tuple[Any, ...], list[dict[str, Any]]]:  # fmt: skip
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows if wanted else ():
        if (values := _values(level, row, span)) in wanted:
            groups.setdefault(values, []).append(row)
    return groups


def _values(level: Sequence[str], row: Mapping[str, Any], span: bool) -> tuple[Any, ...]:
    return (*(row[name] or "" for name in level), row["hour"] if span else 0)


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    row = {name: sum(each[name] for each in rows) for name in (*_COUNTED, "called")}
    numbers = {each["calling"] for each in rows}
    row["numbers"] = len(numbers)
    row["exchanges"] = len({number // BLOCK for number in numbers})
    return row


def _is_made_up(row: Mapping[str, int], limits: Mapping[str, int], strict: bool) -> bool:
    return (
        row["calls"] >= limits["calls"]
        and row["exchanges"] >= limits["exchanges"]
        and row["numbers"] * 100 >= row["calls"] * limits["numbers_percent"]
        and (unwelcome(row, limits) or (not strict and is_mixed(row, limits)))
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


def _picks(scene: Scene) -> Iterator[Pick]:
    """By trunk and hour, which is more than the groups and less than all."""
    for row in scene.suspects.cells.select(["trunk", "hour"]).to_pylist():
        yield Pick("near", row["trunk"], row["hour"])


DETECTOR = Detector(KIND, NEEDS, find, _picks)
