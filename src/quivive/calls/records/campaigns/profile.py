"""What did every number, and every group of numbers that somebody signs or hands over, do on the whole?

The records are grouped once, by number and way; everything else is summed up from there. Each detector picks
its candidates from these figures and looks at the calls of those alone.

Among the numbers of a group some are *stray*: numbers of their block hardly ever come by that trunk. Most are
ported; who shows other people's numbers has nothing else, so that they stand out among the strays of a trunk
where they are lost among all that it carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from quivive.calls.records.campaigns.mixture import Usual, usual
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, Source

PARTIES, BUSY, CELLS, STRAYS = "kept_parties", "kept_busy", "kept_cells", "kept_strays"
"""Kept relations: the figures of each number on each way, and of each that is busy; those of each block's
numbers with light use on each way, and the blocks that come astray on a way."""
BLOCK, RANGE = 10_000, 1_000
"""Numbers that begin alike: all but the last four digits (an exchange), all but the last three."""
NEAR = f"calling <> called and calling - calling % {BLOCK} = called - called % {BLOCK}"
"""Whether caller and called number begin alike (NPA-NXX in North America)."""
FIGURES = ("calls", "answered", "brief", "long", "one_ring")
"""What is counted of calls; see `flags`."""

_SELDOM = "sum(calls) >= 15 and sum(answered) * 100 <= sum(calls) * {percent}"
"""Which groups can matter to a detector."""
_HAND = "coalesce(trunk, spc, '')"


@dataclass(frozen=True)
class Profile:
    """Figures of busy `callers`, and of `groups` by what they share, of numbers with at most `most` calls;
    where `stray`, of those that come astray."""

    callers: tuple[Mapping[str, Any], ...]
    groups: tuple[Mapping[str, Any], ...]
    usual: Usual
    """How calls of numbers with few calls end."""


def flags(sight: Mapping[str, int]) -> str:
    """The figures of a set of calls, as expressions that count; `sight` gives the limits in seconds."""
    counted = {
        "calls": "1",
        "answered": "case when answered then 1 end",
        "brief": f"case when answered and seconds < {sight['brief_seconds']} then 1 end",
        "long": f"case when answered and seconds >= {sight['long_seconds']} then 1 end",
        "one_ring": f"case when not answered and ring <= {sight['one_ring_seconds']} then 1 end",
    }
    return ", ".join(f"cast(count({value}) as integer) as {name}" for name, value in counted.items())


def sums(names: Iterable[str] = FIGURES) -> str:
    """Figures added up."""
    return ", ".join(f"cast(coalesce(sum({name}), 0) as bigint) as {name}" for name in names)


def profile(source: Source, sight: Mapping[str, int]) -> Profile:
    """The figures of all calls that show a number; PARTIES and CELLS are kept."""
    source.keep(
        PARTIES,
        f"select calling, way, {flags(sight)} from {CALLS} where calling is not null group by calling, way",
    )
    source.keep(
        BUSY,
        f"select calling, count(*) as ways, {sums()} from {PARTIES} where calling in (select calling "
        f"from {PARTIES} group by calling having sum(calls) >= {sight['active']}) group by calling",
    )
    source.keep(CELLS, _cells(sight))
    source.keep(STRAYS, f"select distinct block, way from {CELLS} where stray")
    callers = source.rows(f"select * from {BUSY} where calls >= {sight['busy']}")
    few = source.rows(f"select {sums()} from {CELLS} where few")[0]
    return Profile(tuple(callers), tuple(source.rows(_groups(sight))), usual(few))


def _cells(sight: Mapping[str, int]) -> str:
    """By block and way, those with few calls apart."""
    return (
        f"with cells as (select calling - calling % {BLOCK} as block, way, calls <= {sight['few']} as few, "
        f"count(*) as numbers, {sums()} from {PARTIES} where calls <= {sight['light']} "
        f"group by calling - calling % {BLOCK}, way, calls <= {sight['few']}), "
        f"hands as (select way, {_HAND} as hand from {WAYS}), "
        "handed as (select block, hand, sum(numbers) as numbers from cells join hands "
        "on cells.way = hands.way group by block, hand), "
        "blocks as (select block, sum(numbers) as numbers from handed group by block "
        f"having sum(numbers) >= {sight['stray_numbers']}), "
        "strays as (select handed.block as block, hand from handed join blocks "
        "on handed.block = blocks.block "
        f"where handed.numbers * 100 < blocks.numbers * {sight['stray_percent']}) "
        "select cells.block as block, cells.way as way, few, numbers, "
        f"{', '.join(FIGURES)}, strays.block is not null as stray "
        "from cells join hands on cells.way = hands.way "
        "left join strays on cells.block = strays.block and hands.hand = strays.hand"
    )


def _groups(sight: Mapping[str, int]) -> str:
    tiers = [(most, few, stray)
             for most, few in ((sight["light"], "true"), (sight["few"], "few"))
             for stray in ("true", "stray")]  # fmt: skip
    having = _SELDOM.format(percent=sight["answered_percent"])
    levels = [
        f"select '{level}' as level, {most} as most, {int(stray == 'stray')} as stray, "
        f"{_places(level)}, {sums(('numbers', *FIGURES))} from {'cells' if level == 'block' else 'signers'} "
        f"where {few} and {stray} {f'and {level} is not null ' if level in SIGNERS else ''}"
        f"group by {', '.join(_keys(level))} having {having}"
        for level in (*SIGNERS, "signer", "block")
        for most, few, stray in tiers
        if level != "block" or stray == "true"
    ]
    ranges = (
        f"select calling - calling % {RANGE} as range, count(*) as numbers, {sums()} from {PARTIES} "
        f"where calls <= {sight['light']} group by calling - calling % {RANGE} having {having}"
    )
    levels.append(
        f"select 'range' as level, {sight['light']} as most, 0 as stray, {_places('range')}, numbers, "
        f"{', '.join(FIGURES)} from ranges"
    )
    return (
        f"with ranges as ({ranges}), cells as (select * from {CELLS}), "
        f"ways as (select way, few, stray, {sums(('numbers', *FIGURES))} from cells "
        "group by way, few, stray), "
        f"signers as (select ways.*, {', '.join(SIGNERS)} from ways join {WAYS} k on ways.way = k.way) "
        + " union all ".join(levels)
    )


def _keys(level: str) -> tuple[str, ...]:
    """The columns whose values make a group of a level."""
    return SIGNERS if level == "signer" else (level,)


def _places(level: str) -> str:
    kinds = {"range": "bigint", "block": "bigint"} | dict.fromkeys(SIGNERS, "string")
    return ", ".join(
        f"{name if name in _keys(level) else f'cast(null as {kind})'} as {name}"
        for name, kind in kinds.items()
    )
