"""Who uses up many caller numbers, each a few times, for calls that nobody waits for?

A signer or a trunk that changes its number before the number is known as a nuisance ('snowshoeing'). So calls
are grouped by who signs them (certificate, SPC, origid), by trunk, and by numbers that follow one another,
and each group is weighed as one dialer would be; calls to neighbours are left to another detector. A
company's range of extensions is answered, and talks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Any

from quivive.calls.records.campaigns.detail import key_columns
from quivive.calls.records.campaigns.draft import Draft, percent, plural, within
from quivive.calls.records.campaigns.kept import Pick
from quivive.calls.records.campaigns.machine import told, unwelcome
from quivive.calls.records.campaigns.profile import BLOCK, NEAR, SIGNERS, flags
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import table

KIND = "number-rotation"
NEEDS = ("calling", "called", "answered", "seconds")
LEVELS = ("block", "origid", "signer", "certificate", "spc", "trunk")
"""Groups, the narrowest first: what a narrow one explains is not told again under a wide one."""
_ORDERED = 50
"""Per cent of steps from which on a sentence says that the numbers follow one another."""
_EXPLAINED = 60
"""Per cent of a group's numbers that campaigns told already have."""


@dataclass(frozen=True)
class _Group:
    """A group of the profile, the numbers (under one signer each) that it consists of, and their figures."""

    level: str
    row: Mapping[str, Any]
    numbers: Sequence[Mapping[str, Any]]
    figures: dict[str, int]


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of numbers that are one dialer together, the narrowest first."""
    found, explained = [], set[int]()
    for group in _with_reached(scene, _groups(scene)):
        numbers = {each["calling"] for each in group.numbers}
        if _is_rotation(group, scene) and len(numbers - explained) * 100 >= len(numbers) * (100 - _EXPLAINED):
            explained |= numbers
            found.append(group)
    yield from map(_draft, found)


def _groups(scene: Scene) -> list[_Group]:
    """The suspect groups in the order of tiers and levels, with their numbers."""
    suspects = _suspects(scene)
    suspects.sort(key=lambda row: (-row["most"], LEVELS.index(row["level"]), str(_value(row["level"], row))))
    parties = _parties(scene, suspects) if suspects else []
    kinds: dict[str, dict[Any, list[dict[str, Any]]]] = {level: defaultdict(list) for level in LEVELS}
    wanted = {(row["level"], _value(row["level"], row)) for row in suspects}
    levels = [level for level in LEVELS if any(row["level"] == level for row in suspects)]
    for party in parties:
        for level in levels:
            if (value := (level, _value(level, party))) in wanted:
                kinds[level][value[1]].append(party)
    groups, weighed = [], set[tuple[str, Any]]()
    for row in suspects:
        light = [
            each for each in kinds[row["level"]][_value(row["level"], row)] if each["calls"] <= row["most"]
        ]
        figures = _figures(light) | {"most": row["most"]}
        place = (row["level"], _value(row["level"], row))
        if place not in weighed and _is_suspect(figures, scene):
            weighed.add(place)  # what its light numbers show, those with few calls need not show again
            numbers = _weighed(figures, light, scene.of(KIND))
            figures = _figures(numbers) | {"in_step": in_step(numbers)}
            groups.append(_Group(row["level"], row, numbers, figures))
    return groups


def _suspects(scene: Scene) -> list[Mapping[str, Any]]:
    return [row for row in scene.profile.groups if row["level"] in LEVELS and _is_suspect(row, scene)]


def _value(level: str, row: Mapping[str, Any]) -> Any:
    """What the members of a group share."""
    if level == "block":
        return row["calling"] - row["calling"] % BLOCK
    return tuple(row[name] or "" for name in SIGNERS) if level == "signer" else row[level]


def _parties(scene: Scene, suspects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All numbers of all suspect groups, once, by their first call."""
    keys = ", ".join(f"calls.{name}" for name in ("calling", *SIGNERS))
    among = " or ".join(
        f"calls.{name} in (select value from picked where level = '{name}')" for name in SIGNERS
    )
    block = f"calls.calling - calls.calling % {BLOCK} in (select number from picked where level = 'block')"
    return scene.kept.rows(
        f"select {keys}, {flags(scene.of('sight'))}, min(calls.start) as first, max(calls.start) as last "
        f"from {{calls}} where calls.calling is not null and not ({NEAR}) and ({block} or {among}) "
        f"group by {keys} "
        f"having count(1) <= {scene.of('sight')['light']} "
        f"order by first, calling, {', '.join(f'{name} nulls first' for name in SIGNERS)}",
        picked=table({"level": "varchar", "value": "varchar", "number": "bigint"},
                     sorted({astuple(_pick(row)) for row in suspects}, key=str)),
    )  # fmt: skip


def _pick(row: Mapping[str, Any]) -> Pick:
    """The column and the value by which the calls of a group are fetched; a signer's by its rarest column."""
    if row["level"] == "block":
        return Pick("block", number=row["calling"])
    rarest = next((name for name in ("origid", "trunk", "certificate", "spc") if row[name]), "trunk")
    level = rarest if row["level"] == "signer" else row["level"]
    return Pick(level, row[level])


def _is_rotation(group: _Group, scene: Scene) -> bool:
    limits, row = scene.of(KIND), group.figures
    return (
        bool(row["calls"])
        and row["called"] * 100 >= row["calls"] * limits["distinct_percent"]
        and (group.level != "block" or row["in_step"] >= limits["in_step_percent"])
    )


def _is_suspect(row: Mapping[str, Any], scene: Scene) -> bool:
    limits = scene.of(KIND)
    return (
        row["numbers"] >= limits["numbers"]
        and row["calls"] >= limits["calls"]
        and (unwelcome(row, limits) or _is_mixed(row, scene))
        and row["one_ring"] * 100 <= row["calls"] * limits["one_ring_percent"]
    )


def _is_mixed(row: Mapping[str, Any], scene: Scene) -> bool:
    """Whether many numbers are answered so seldom that other people's calls do not explain it."""
    limits = scene.of(KIND)
    return bool(
        row["numbers"] >= limits["mixed_numbers"]
        and (row["answered"] + 4) * 100 <= (row["calls"] + 4) * limits["mixed_answered_percent"]
        and row["long"] * 100 <= row["answered"] * limits["mixed_long_percent"]
    )


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    names = ("calls", "answered", "brief", "long", "one_ring")
    return {"numbers": len(rows)} | {name: sum(each[name] for each in rows) for name in names}


def _weighed(figures: Mapping[str, Any], light: Sequence[dict[str, Any]], limits: Mapping[str, int]
             ) -> list[dict[str, Any]]:  # fmt: skip
    """The numbers of a group; where people are among them, without those who had a conversation."""
    return list(light) if unwelcome(figures, limits) else [row for row in light if not row["long"]]


def _with_reached(scene: Scene, groups: Sequence[_Group]) -> Sequence[_Group]:
    """With how many different numbers each group called."""
    numbers = [(place, number) for place, group in enumerate(groups)
               for number in {each["calling"] for each in group.numbers}]  # fmt: skip
    places = [(place, *(_place(group).get(name) for name in SIGNERS)) for place, group in enumerate(groups)]
    found = scene.kept.rows(
        "select picked.grp as grp, count(distinct calls.called) as called from {calls} "
        "join picked on calls.calling = picked.number join places on picked.grp = places.grp "
        f"where not ({NEAR}) and {within('places')} group by picked.grp",
        picked=table({"grp": "bigint", "number": "bigint"}, numbers),
        places=table({"grp": "bigint"} | dict.fromkeys(SIGNERS, "varchar"), places),
    ) if numbers else []  # fmt: skip
    for group in groups:
        group.figures["called"] = 0
    for row in found:
        groups[row["grp"]].figures["called"] = row["called"]
    return groups


def in_step(rows: Sequence[Mapping[str, Any]]) -> int:
    """Per cent of numbers that follow the one used before by the step that is most common (0: no order).

    `rows` are in the order of their first calls.
    """
    numbers = list(dict.fromkeys(row["calling"] for row in rows))
    steps = Counter(after - before for before, after in pairwise(numbers))
    if not steps:
        return 0
    _, times = min(steps.items(), key=lambda item: (-item[1], item[0]))
    return percent(times, len(numbers) - 1)


def _draft(group: _Group) -> Draft:
    row, level = group.figures, group.level
    numbers = tuple(sorted({each["calling"] for each in group.numbers}))
    place = _place(group)
    start = str(group.row["calling"] // BLOCK) if level == "block" else ""
    key = f"range={start}xxxx" if start else key_of(place)
    in_order = row["in_step"] >= _ORDERED
    ordered = f" The numbers follow one another in {row['in_step']} % of the steps." if in_order else ""
    why = (
        f"{f'Numbers that begin with {start}' if start else f'Calls with {key}'} showed "
        f"{plural(len(numbers), 'number')} in {plural(row['calls'], 'call')} to "
        f"{plural(row['called'], 'number')}; "
        f"{told(row)}.{ordered}"
    )
    figures = {
        "numbers": len(numbers), "calls": row["calls"], "called": row["called"],
        "answered_percent": percent(row["answered"], row["calls"]),
        "brief_percent": percent(row["brief"], row["answered"]),
        "in_step_percent": row["in_step"],
    }  # fmt: skip
    first, last = min(each["first"] for each in group.numbers), max(each["last"] for each in group.numbers)
    return Draft(KIND, key, numbers, row["calls"], first, last, why, figures, "brief-far", place)


def _place(group: _Group) -> dict[str, str]:
    """What the calls of a group have in common beside the first digits of the caller's number."""
    if group.level == "block":
        return {}
    return {key: group.row[key] or "" for key in key_columns(group.level)}


def key_of(place: Mapping[str, str]) -> str:
    """'spc=709J, trunk=peer-1'."""
    return ", ".join(f"{name}={value or 'none'}" for name, value in place.items())


DETECTOR = Detector(KIND, NEEDS, find, lambda scene: map(_pick, _suspects(scene)))
