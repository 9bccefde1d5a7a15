"""Who uses up many caller numbers, each a few times, for calls that nobody waits for?

A signer or a trunk that changes its number before the number is known as a nuisance ('snowshoeing'). So calls
are grouped by who signs them (certificate, SPC, origid), by trunk, and by numbers that follow one another,
and each group is weighed as one dialer would be; calls to neighbours are left to another detector. A
company's range of extensions is answered, and talks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from quivive.calls.records.campaigns.draft import Draft, percent, plural, within
from quivive.calls.records.campaigns.machine import chosen, told, unwelcome
from quivive.calls.records.campaigns.members import Members
from quivive.calls.records.campaigns.mixture import Array, counted
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, RANGE, STRAYS, flags
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, numbers, table
from quivive.calls.records.campaigns.wangiri import ringing_ranges

KIND = "number-rotation"
NEEDS = ("calling", "called", "answered", "seconds")
LEVELS = ("block", "origid", "signer", "certificate", "spc", "trunk", "range")
"""Groups, the narrowest first, but who signs before what the numbers look like; what one group explains is
not told again under another."""
_STARTS = {"range": RANGE, "block": BLOCK, "exchange": BLOCK}
"""Levels of numbers that begin alike, and of how many such numbers there can be."""
_ORDERED = 50
"""Per cent of steps from which on a sentence says that the numbers follow one another."""
_EXPLAINED = 60
"""Per cent of a group's numbers that campaigns told already have."""
_STRAY = " Other numbers that begin like these hardly come by that trunk."


@dataclass(frozen=True)
class _Group:
    """A group of the profile, its numbers (their rows among the members), and their figures."""

    row: Mapping[str, Any]
    members: Members
    rows: Array
    figures: dict[str, int]
    """Of these numbers; `among` are the calls that they were chosen from, of which `share` per cent are a
    machine's (100: all, and nothing was chosen)."""

    @property
    def level(self) -> str:
        """What the numbers share."""
        return str(self.row["level"])


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of numbers that are one dialer together, the clearest first."""
    groups = _with_reached(scene, _joined(_groups(scene)))
    explained = np.zeros(len(groups[0].members.number) if groups else 0, bool)  # by number
    for group in groups:
        shown = np.unique(group.members.number[group.rows])
        anew = int((~explained[shown]).sum())
        if _is_rotation(group, scene) and anew * 100 >= len(shown) * (100 - _EXPLAINED):
            explained[shown] = True
            yield _draft(group)


def _groups(scene: Scene) -> list[_Group]:
    """The suspect groups, the clearest first, with their numbers; each place once."""
    suspects = sorted(_suspects(scene), key=lambda row: _order(row, scene))
    if not suspects:
        return []
    members = _parties(scene, suspects)
    levels = {row["level"] for row in suspects}
    rows_of = {level: members.groups(SIGNERS if level == "signer" else (level,)) for level in levels}
    none = np.zeros(0, int)
    groups, weighed = [], set[tuple[str, Any]]()
    for row in suspects:
        level, value = row["level"], _value(row)
        rows = rows_of[level].get(value, none)
        light = members.columns["calls"][rows] <= row["most"]
        rows = rows[light & (members.columns["stray"][rows] | (not row["stray"]))]
        figures = members.figures(rows) | {"most": row["most"]}
        if (level, value) not in weighed and _is_suspect(figures, scene):
            weighed.add((level, value))  # what its light numbers show, those with few calls need not again
            theirs, share = _machine(members, rows, scene)
            figures = members.figures(theirs) | {
                "in_step": in_step(members.columns["calling"][theirs]),
                "among": figures["calls"], "share": share,
            }  # fmt: skip
            groups.append(_Group(row, members, theirs, figures))
    return groups


def _joined(groups: Sequence[_Group]) -> list[_Group]:
    """The groups; ranges of one exchange, of which a campaign uses several, are one."""
    found: dict[Any, _Group] = {}
    for place, group in enumerate(groups):
        start = group.row["range"] - group.row["range"] % BLOCK if group.level == "range" else None
        other = found.get(start) if start else None
        if other:
            rows = np.sort(np.concatenate([other.rows, group.rows]))  # by their first calls
            figures = group.members.figures(rows) | {
                "in_step": in_step(group.members.columns["calling"][rows]), "share": 100,
                "among": other.figures["among"] + group.figures["among"],
            }  # fmt: skip
            group = _Group(
                {**group.row, "level": "exchange", "exchange": start}, group.members, rows, figures
            )
        found[start or ("group", place)] = group
    return list(found.values())


def _suspects(scene: Scene) -> list[Mapping[str, Any]]:
    return [row for row in scene.profile.groups if _is_suspect(row, scene)]


def _order(row: Mapping[str, Any], scene: Scene) -> tuple[Any, ...]:
    """Groups without other people first, then strays, then groups with other people among them."""
    stage = 1 if row["stray"] else 0 if unwelcome(row, scene.of(KIND)) else 2
    return stage, row["level"] == "range", -row["most"], LEVELS.index(row["level"]), str(_value(row))


def _value(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the members of a group share."""
    return tuple(row[name] or "" for name in SIGNERS) if row["level"] == "signer" else (row[row["level"]],)


def _parties(scene: Scene, suspects: Sequence[Mapping[str, Any]]) -> Members:
    """All numbers of all suspect groups on each way, once, by their first call."""
    among = " or ".join(f"{name} in (select value from picked where level = '{name}')" for name in SIGNERS)
    picked = sorted({_picked(row) for row in suspects}, key=str)
    return Members(scene.source.ask(
        f"with parties as (select calling, calling - calling % {BLOCK} as block, "
        f"calling - calling % {RANGE} as range, way, "
        f"{flags(scene.of('sight'))}, min(start) as first, max(start) as last from {CALLS} "
        f"where calling is not null and not ({NEAR}) "
        f"and (calling - calling % {BLOCK} in (select number from picked where level = 'block') "
        f"or calling - calling % {RANGE} in (select number from picked where level = 'range') "
        f"or way in (select way from {WAYS} where {among})) "
        f"and calling - calling % {RANGE} not in (select number from ringing) "
        f"group by calling, way having count(1) <= {scene.of('sight')['light']}) "
        "select parties.*, strays.way is not null as stray from parties "
        f"left join {STRAYS} strays on parties.block = strays.block and parties.way = strays.way "
        "order by first, calling, way",
        picked=table({"level": "varchar", "value": "varchar", "number": "bigint"}, picked),
        ringing=numbers(ringing_ranges(scene) if scene.coverage.has("ring") else ()),
    ), scene.source)  # fmt: skip


def _picked(row: Mapping[str, Any]) -> tuple[str, str | None, int | None]:
    """The column and the value by which the calls of a group are found; a signer's by its rarest column."""
    level: str = row["level"]
    if level in _STARTS:
        return level, None, row[level]
    if level == "signer":
        level = next((name for name in ("origid", "trunk", "certificate", "spc") if row[name]), "trunk")
    return level, row[level], None


def _is_rotation(group: _Group, scene: Scene) -> bool:
    limits, row = scene.of(KIND), group.figures
    return (
        bool(row["calls"])
        and row["called"] * 100 >= row["calls"] * limits["distinct_percent"]
        and (group.level != "block" or row["in_step"] >= limits["in_step_percent"])
    )


def _is_suspect(row: Mapping[str, Any], scene: Scene) -> bool:
    limits = scene.of(KIND)
    few = row["most"] == scene.of("sight")["few"]  # numbers with more calls are companies', which differ
    return (
        row["numbers"] >= limits["numbers"]
        and row["calls"] >= limits["calls"]
        and row["one_ring"] * 100 <= row["calls"] * limits["one_ring_percent"]
        and (unwelcome(row, limits) or (few and bool(scene.profile.usual.mixed(counted(row), limits)[0])))
    )


def _machine(members: Members, rows: Array, scene: Scene) -> tuple[Array, int]:
    """The rows that are a machine's, and of how many in a hundred calls: all, where nobody else is there."""
    if unwelcome(members.figures(rows), scene.of(KIND)):
        return rows, 100
    counts, usual = members.counts[rows], scene.profile.usual
    return rows[usual.likely(counts)], int(usual.share(counts) * 100)


def _with_reached(scene: Scene, groups: Sequence[_Group]) -> Sequence[_Group]:
    """With how many different numbers each group called."""
    shown = [group.members.numbers(group.rows) for group in groups]
    places = [(place, *(_place(group).get(name) for name in SIGNERS)) for place, group in enumerate(groups)]
    found = scene.source.rows(
        f"select picked.grp as grp, count(distinct calls.called) as called from {CALLS} calls "
        f"join picked on calls.calling = picked.number join {WAYS} ways on calls.way = ways.way "
        f"join places on picked.grp = places.grp where not ({NEAR}) and {within('places')} "
        "group by picked.grp",
        picked=pa.table({
            "grp": np.repeat(np.arange(len(shown)), [len(each) for each in shown]),
            "number": np.array([number for each in shown for number in each], np.int64),
        }),
        places=table({"grp": "bigint"} | dict.fromkeys(SIGNERS, "varchar"), places),
    ) if any(shown) else []  # fmt: skip
    for group in groups:
        group.figures["called"] = 0
    for row in found:
        groups[row["grp"]].figures["called"] = row["called"]
    return groups


def in_step(calling: Array) -> int:
    """Per cent of numbers that follow the one used before by the step that is most common (0: no order).

    `calling` is in the order of first calls.
    """
    numbers = calling[np.sort(np.unique(calling, return_index=True)[1])]
    if len(numbers) < 2:
        return 0
    return percent(int(np.unique(np.diff(numbers), return_counts=True)[1].max()), len(numbers) - 1)


def _draft(group: _Group) -> Draft:
    row, level = group.figures, group.level
    shown = group.members.numbers(group.rows)
    place = _place(group)
    start = str(group.row[level] // _STARTS[level]) if level in _STARTS else ""
    key = f"range={start}{str(_STARTS[level])[1:].replace('0', 'x')}" if start else key_of(place)
    in_order = row["in_step"] >= _ORDERED
    ordered = f" The numbers follow one another in {row['in_step']} % of the steps." if in_order else ""
    why = (
        f"{f'Numbers that begin with {start}' if start else f'Calls with {key}'} showed "
        f"{plural(len(shown), 'number')} in {plural(row['calls'], 'call')} to "
        f"{plural(row['called'], 'number')}; "
        f"{told(row)}.{ordered}{_STRAY if group.row['stray'] else ''}{chosen(row)}"
        f"{shared(group.members.alike(group.rows, place))}"
    )
    figures = {
        "numbers": len(shown), "calls": row["calls"], "called": row["called"],
        "answered_percent": percent(row["answered"], row["calls"]),
        "brief_percent": percent(row["brief"], row["answered"]),
        "in_step_percent": row["in_step"], "among": row["among"], "share_percent": row["share"],
    }  # fmt: skip
    first, last = group.members.span(group.rows)
    return Draft(KIND, key, tuple(shown), row["calls"], first, last, why, figures, "brief-far", place)


def _place(group: _Group) -> dict[str, str]:
    """What the calls of a group have in common beside the first digits of the caller's number."""
    if group.level in _STARTS:
        return {}
    return {key: group.row[key] or "" for key in (SIGNERS if group.level == "signer" else (group.level,))}


def shared(names: Mapping[str, str]) -> str:
    """A sentence of what all calls have in common beside the key."""
    return f" All have {key_of(names)}." if names else ""


def key_of(place: Mapping[str, str]) -> str:
    """'spc=709J, trunk=peer-1'."""
    return ", ".join(f"{name}={value or 'none'}" for name, value in place.items())


DETECTOR = Detector(KIND, NEEDS, find)
