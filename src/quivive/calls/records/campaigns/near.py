"""Which calls between neighbours are too seldom answered, and too short, to be neighbours' calls?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.mixture import Usual, counted, usual
from quivive.calls.records.campaigns.profile import BLOCK, FIGURES, NEAR, PARTIES, STRAYS, flags, sums
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, Source

NUMBERS = "kept_near"
"""Kept relation: numbers that make few calls, some of them to neighbours, on each way: the figures of these,
`hour` and `first` of the first and `last` of the last of them, and whether it is `stray`."""
_HOUR = 3_600_000_000
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
    """The suspect groups, the cells (`way`, `hour`) that lie in one of them, and how such calls end."""

    groups: frozenset[Group]
    cells: pa.Table
    usual: Usual


def suspects(source: Source, sight: Mapping[str, int], limits: Mapping[str, int]) -> Suspects:
    """The suspect groups, and the cells that lie in one of them; NUMBERS is kept."""
    source.keep(NUMBERS, _numbers(sight, limits))
    cells = _cells(source)
    ends = usual({name: pc.sum(cells[name]).as_py() or 0 for name in FIGURES})
    levels = LEVELS[:-1] if pc.count_distinct(cells["way"]).as_py() > 1 else LEVELS
    groups: set[Group] = set()
    within = [cells.slice(0, 0)]
    for hourly, stray in VIEWS:
        seen = cells.filter(pc.field("stray")) if stray else cells
        for level in levels:
            found = _suspect(seen, level, "hour" if hourly else "day", limits, ends)
            groups |= {Group(hourly, stray, level, tuple(row.values())) for row in found.to_pylist()}
            within.append(seen.join(found, found.column_names, join_type="left semi"))
    places = [each.select(["way", "hour"]) for each in within]
    chosen = pa.concat_tables(places, promote_options="permissive").group_by(["way", "hour"]).aggregate([])
    return Suspects(frozenset(groups), chosen, ends)


def _numbers(sight: Mapping[str, int], limits: Mapping[str, int]) -> str:
    """Who calls neighbours every now and then has more calls, or more of these."""
    return (
        f"with callers as (select calling, way, {flags(sight)}, min(start) as first, max(start) as last "
        f"from {CALLS} where {NEAR} group by calling, way having count(1) <= {limits['each']}) "
        f"select callers.*, first - first % {_HOUR} as hour, strays.way is not null as stray from callers "
        f"left join {STRAYS} strays on calling - calling % {BLOCK} = strays.block "
        f"and callers.way = strays.way where not exists (select 1 from {PARTIES} parties "
        f"where calls > {sight['few']} and parties.calling = callers.calling and parties.way = callers.way)"
    )


def _cells(source: Source) -> pa.Table:
    """The figures by way ('' for nobody named), hour, and whether they come astray; `day` is always 0."""
    named = ", ".join(f"coalesce({name}, '') as {name}" for name in SIGNERS)
    return source.ask(
        f"with cells as (select way, hour, stray, {sums()} from {NUMBERS} group by way, hour, stray) "
        f"select cells.*, cast(0 as bigint) as day, {named} from cells join {WAYS} ways "
        "on cells.way = ways.way"
    )


def _suspect(
    cells: pa.Table, level: tuple[str, ...], span: str, limits: Mapping[str, int], ends: Usual
) -> pa.Table:
    """The values of groups that a machine made, or enough of them that some can be named."""
    groups = cells.group_by([*level, span]).aggregate([(name, "sum") for name in FIGURES])
    groups = groups.filter(pc.greater_equal(groups["calls_sum"], limits["calls"]))
    if len(level) == 1:
        groups = groups.filter(pc.not_equal(groups[level[0]], ""))
    rows = groups.select([f"{name}_sum" for name in FIGURES]).rename_columns(FIGURES)
    mixed = ends.mixed(counted({name: rows[name].to_numpy() for name in FIGURES}), limits)
    kept = [bool(each) or unwelcome(row, limits) for each, row in zip(mixed, rows.to_pylist(), strict=True)]
    return groups.filter(pa.array(kept, pa.bool_())).select([*level, span])
