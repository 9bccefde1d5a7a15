"""Which calls between neighbours are too seldom answered, and too short, to be neighbours' calls?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.mixture import Usual, is_mixed, usual
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, PARTIES, STRAYS, flags, sums
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, Source

_COUNTED = ("calls", "answered", "brief", "long")
HOUR = 3_600_000_000
VIEWS = ((False, False), (False, True), (True, True), (True, False))
"""Whether hour by hour, for a short burst is lost among the other calls of a day; whether strays alone."""
LEVELS: tuple[tuple[str, ...], ...] = (("origid",), SIGNERS, ("certificate",), ("spc",), ("trunk",), ())
"""Groups, the narrowest first; the last is all calls, for records that do not say who signed."""


@dataclass(frozen=True)
class Group:
    """Calls between neighbours under one signer or trunk: `values` of the columns of `level`.

    `hourly`: of one hour, the last of `values` (else 0); `stray`: only of numbers that come astray.
    """

    hourly: bool
    stray: bool
    level: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Suspects:
    """The suspect groups, and the cells (way and hour) that lie in one of them."""

    groups: frozenset[Group]
    cells: frozenset[tuple[int, int]]
    usual: Usual
    """How calls between neighbours end."""


def suspects(source: Source, sight: Mapping[str, int], limits: Mapping[str, int]) -> Suspects:
    """The suspect groups, and the cells that lie in one of them."""
    cells = _cells(source, sight, limits)
    ends = usual({name: pc.sum(cells[name]).as_py() or 0 for name in _COUNTED})
    groups: set[Group] = set()
    within: set[tuple[int, int]] = set()
    for hourly, stray in VIEWS:
        seen = cells.filter(pc.field("stray")) if stray else cells
        for level in LEVELS:
            rows = _suspect(seen, level, hourly, limits, ends)
            keys = [*level, "hour" if hourly else "all"]
            groups |= {Group(hourly, stray, level, tuple(row[key] for key in keys)) for row in rows}
            if rows:
                chosen = pa.table({key: pa.array([r[key] for r in rows], seen[key].type) for key in keys})
                inside = seen.join(chosen, keys, join_type="left semi")
                within |= set(zip(inside["way"].to_pylist(), inside["hour"].to_pylist(), strict=True))
    return Suspects(frozenset(groups), frozenset(within), ends)


def _cells(source: Source, sight: Mapping[str, int], limits: Mapping[str, int]) -> pa.Table:
    """Calls between neighbours by way ('' for nobody named), hour and whether they come astray.

    Only of numbers that make few calls: others call a neighbour now and then.
    """
    named = ", ".join(f"coalesce({name}, '') as {name}" for name in SIGNERS)
    cells = source.ask(
        f"with callers as (select calling, way, min(start) as first, {flags(sight)} "
        f"from {CALLS} where {NEAR} group by calling, way having count(1) <= {limits['each']}), "
        f"numbers as (select callers.* from callers join {PARTIES} parties on callers.calling = "
        f"parties.calling and callers.way = parties.way and parties.calls <= {sight['few']}), "
        f"cells as (select numbers.way as way, first - first % {HOUR} as hour, "
        f"strays.way is not null as stray, {sums()} from numbers "
        f"left join {STRAYS} strays on calling - calling % {BLOCK} = strays.block "
        f"and numbers.way = strays.way group by numbers.way, first - first % {HOUR}, strays.way is not null) "
        f"select cells.*, {named} from cells join {WAYS} ways on cells.way = ways.way"
    )
    return cells.append_column("all", pa.array([0] * len(cells), pa.int64()))


def _suspect(
    cells: pa.Table, level: tuple[str, ...], hourly: bool, limits: Mapping[str, int], ends: Usual
) -> list[dict[str, Any]]:
    keys = [*level, "hour" if hourly else "all"]
    groups = cells.group_by(keys).aggregate([(name, "sum") for name in _COUNTED])
    groups = groups.filter(pc.greater_equal(groups["calls_sum"], limits["calls"]))
    return [
        row
        for row in groups.to_pylist()
        if (len(level) != 1 or row[level[0]])
        and is_suspect({name: row[f"{name}_sum"] for name in _COUNTED}, limits, ends)
    ]


def is_suspect(row: Mapping[str, Any], limits: Mapping[str, int], ends: Usual) -> bool:
    """Whether a machine made these calls, or enough of them that some can be named."""
    return bool(row["calls"] >= limits["calls"] and (unwelcome(row, limits) or is_mixed(row, limits, ends)))
