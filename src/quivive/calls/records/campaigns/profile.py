"""What did every number, and every group of numbers that somebody signs or hands over, do on the whole?

One pass over the records: each detector picks its candidates from these figures and looks at those alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from quivive.calls.records.campaigns.source import ANSWERED, Source

SIGNERS = ("trunk", "spc", "certificate", "origid")
"""Columns that name who handed a call over or signed it, each a group of its own."""
BLOCK, RANGE = 10_000, 1_000
"""Numbers that begin alike: all but the last four digits (an exchange), all but the last three."""

_SELDOM = "<numbers> >= 2 and <calls> >= 15 and <answered> * 100 <= <calls> * {percent}"
"""Which groups can matter to a detector."""
NEAR = f"calling <> called and calling - calling % {BLOCK} = called - called % {BLOCK}"
"""Whether caller and called number begin alike (NPA-NXX in North America)."""

_FIGURES = ("calls", "answered", "brief", "long", "one_ring")
_PLACES = ("calling", *SIGNERS)


@dataclass(frozen=True)
class Profile:
    """Figures of busy `callers`, and of `groups` by the column they share of numbers with at
    most `most` calls."""

    callers: tuple[Mapping[str, Any], ...]
    groups: tuple[Mapping[str, Any], ...]

    def of(self, level: str) -> Iterable[Mapping[str, Any]]:
        """The groups of one level: a name of SIGNERS, 'signer' (all of them), 'block' or 'range'."""
        return (row for row in self.groups if row["level"] == level)


def flags(sight: Mapping[str, int]) -> str:
    """The figures of a set of calls, as expressions that count; `sight` gives the limits in seconds."""
    counted = {
        "calls": "1",
        "answered": f"case when {ANSWERED} then 1 end",
        "brief": f"case when {ANSWERED} and seconds < {sight['brief_seconds']} then 1 end",
        "long": f"case when {ANSWERED} and seconds >= {sight['long_seconds']} then 1 end",
        "one_ring": f"case when not {ANSWERED} and ring <= {sight['one_ring_seconds']} then 1 end",
    }
    return ", ".join(f"count({value}) as {name}" for name, value in counted.items())


def profile(source: Source, sight: Mapping[str, int]) -> Profile:
    """The figures of all calls that show a number."""
    rows = source.rows(_sql(sight))
    callers = tuple(row for row in rows if row["level"] == "caller")
    return Profile(callers, tuple(row for row in rows if row["level"] != "caller"))


def _sql(sight: Mapping[str, int]) -> str:
    """Each level is summed up from the next finer one: the records themselves are grouped once."""
    grain = (
        f"select {', '.join(_PLACES)}, 1 as numbers, {flags(sight)} from {{calls}} "
        f"where calling is not null group by {', '.join(_PLACES)}"
    )
    own = {name: name for name in SIGNERS}
    steps = {
        "parties": grain,
        "signers": _two_tiers(own, sight),
        "ranges": _two_tiers({"calling": f"calling - calling % {RANGE}"}, sight),
    }
    levels = [
        _level(
            "caller",
            "parties",
            {"calling": "calling"},
            0,
            f"sum(calls) >= {sight['busy']}",
        ),
        *(
            _level(name, source, keys, most, _SELDOM.format(percent=sight["answered_percent"]), column)
            for name, source, keys in (
                *((name, "signers", {name: name}) for name in SIGNERS),
                ("signer", "signers", own),
                ("range", "ranges", {"calling": "calling"}),
                ("block", "ranges", {"calling": f"calling - calling % {BLOCK}"}),
            )
            for most, column in ((sight["light"], "{}"), (sight["few"], "few_{}"))
        ),
    ]
    named = ", ".join(f"{name} as ({step})" for name, step in steps.items())
    return f"with {named} {' union all '.join(levels)}"


def _two_tiers(keys: Mapping[str, str], sight: Mapping[str, int]) -> str:
    """The figures of light numbers, and beside them of those with few calls."""
    names = ", ".join(f"{value} as {name}" for name, value in keys.items())
    sums = ", ".join(
        f"sum({each}) as {each}, sum(case when calls <= {sight['few']} then {each} else 0 end) as few_{each}"
        for each in ("numbers", *_FIGURES)
    )
    light = f"where calls <= {sight['light']}"
    return f"select {names}, {sums} from parties {light} group by {', '.join(keys.values())}"


def _level(
    level: str, source: str, keys: Mapping[str, str], most: int, having: str, column: str = "{}"
) -> str:
    """`most` calls of each number that counts; 0: any. `column` spells a figure of the tier."""
    places = ", ".join(f"{keys.get(place) or _null(place)} as {place}" for place in _PLACES)
    sums = ", ".join(
        f"cast(sum({column.format(each)}) as bigint) as {each}" for each in ("numbers", *_FIGURES)
    )
    spread = "case when min(trunk) <> max(trunk) then 1 else 0 end" if source == "parties" else "0"
    where = f"where {level} is not null " if level in SIGNERS else ""
    kept = having
    for each in ("numbers", *_FIGURES):
        kept = kept.replace(f"<{each}>", f"sum({column.format(each)})")
    return (
        f"select '{level}' as level, {most} as most, {places}, {sums}, {spread} as spread from {source} "
        f"{where}group by {', '.join(keys.values())} having {kept}"
    )


def _null(place: str) -> str:
    return f"cast(null as {'bigint' if place == 'calling' else 'string'})"
