"""Who shows callers numbers that begin like the number called, a new one for each call?

FCC, 'Caller ID spoofing': neighbours' numbers are answered more often. People also call their neighbours; so
only calls between neighbours are weighed, by who signs or hands them over: real ones are of few exchanges,
are answered, and are conversations. The numbers shown belong to people, who are called as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import chosen, unwelcome
from quivive.calls.records.campaigns.members import Members
from quivive.calls.records.campaigns.mixture import Array, Usual
from quivive.calls.records.campaigns.near import LEVELS, NUMBERS, Suspects, suspects
from quivive.calls.records.campaigns.profile import BLOCK
from quivive.calls.records.campaigns.rotation import key_of, shared
from quivive.calls.records.campaigns.scene import Detector, Scene

KIND = "neighbour-spoofing"
NEEDS = ("calling", "called", "answered", "seconds")
_STAGES = (
    (False, False, True), (False, True, False), (True, True, False), (True, False, False),
    (False, False, False),
)  # fmt: skip
"""Whether hour by hour, whether strays alone, and whether no other callers may be among them."""


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of calls between neighbours that are no neighbours' calls."""
    limits = scene.of(KIND)
    suspect = suspects(scene.source, scene.of("sight"), limits)
    if not suspect.groups:
        return
    members = _members(scene, suspect)
    found: dict[tuple[tuple[str, str], ...], list[tuple[Array, Array]]] = defaultdict(list)
    explained = np.zeros(len(members.number), bool)  # by number
    for hourly, stray, strict in _STAGES:
        for level in LEVELS:
            wanted = {group.values for group in suspect.groups
                      if (group.hourly, group.stray, group.level) == (hourly, stray, level)}  # fmt: skip
            groups = members.groups((*level, "hour" if hourly else "day")) if wanted else {}
            for values in sorted(wanted):
                rows = groups.get(values, np.zeros(0, int))
                rows = rows[~explained[members.number[rows]] & (members.columns["stray"][rows] | (not stray))]
                theirs = _machine(members, rows, limits, suspect.usual, strict)
                if _is_made_up(members, theirs, limits):
                    explained[members.number[theirs]] = True
                    found[tuple(zip(level, values, strict=False))].append((rows, theirs))
    for place, parts in found.items():
        among = members.counts[np.concatenate([rows for rows, _ in parts])]
        theirs = np.concatenate([rows for _, rows in parts])
        whole = all(len(rows) == len(own) for rows, own in parts)
        share = 100 if whole else int(suspect.usual.share(among) * 100)
        yield _draft(dict(place), members, theirs, {"among": int(among.sum()), "share": share})


def _members(scene: Scene, suspect: Suspects) -> Members:
    """The numbers of the suspect cells that call neighbours, by their first such call."""
    return Members(scene.source.ask(
        f"select numbers.*, cast(0 as bigint) as day from {NUMBERS} numbers "
        "join picked on numbers.way = picked.way and numbers.hour = picked.hour "
        "order by first, calling, numbers.way",
        picked=suspect.cells,
    ), scene.source)  # fmt: skip


def _machine(members: Members, rows: Array, limits: Mapping[str, int], ends: Usual, strict: bool) -> Array:
    """The rows that are a machine's: all, where nobody else is among them."""
    if not len(rows) or unwelcome(members.figures(rows), limits):
        return rows
    counts = members.counts[rows]
    if strict or not ends.mixed(counts.sum(0, keepdims=True), limits)[0]:
        return rows[:0]
    return rows[ends.likely(counts)]


def _exchanges(members: Members, rows: Array) -> int:
    return len(np.unique(members.columns["calling"][rows] // BLOCK))


def _is_made_up(members: Members, rows: Array, limits: Mapping[str, int]) -> bool:
    calls = int(members.columns["calls"][rows].sum())
    return (
        calls >= limits["calls"]
        and _exchanges(members, rows) >= limits["exchanges"]
        and len(members.numbers(rows)) * 100 >= calls * limits["numbers_percent"]
    )


def _draft(place: Mapping[str, str], members: Members, rows: Array, choice: Mapping[str, int]) -> Draft:
    """`choice`: `among` how many calls these were chosen, of which `share` per cent are a machine's."""
    row: dict[str, Any] = members.figures(rows)
    numbers = members.numbers(rows)
    row |= {"numbers": len(numbers), "exchanges": _exchanges(members, rows)}
    key = key_of(place) or "all calls between neighbours"
    why = (
        f"{plural(row['calls'], 'call')} with {key} showed {plural(row['numbers'], 'number')} "
        "that begin like the "
        f"number called, in {plural(row['exchanges'], 'exchange')}; "
        f"{percent(row['answered'], row['calls'])} % were answered, {plural(row['long'], 'call')} lasted two "
        f"minutes or more.{chosen(choice)}{shared(members.alike(rows, place))}"
    )
    answered = percent(row["answered"], row["calls"])
    figures = {
        **row,
        "answered_percent": answered,
        "among": choice["among"],
        "share_percent": choice["share"],
    }
    first, last = members.span(rows)
    return Draft(KIND, key, tuple(numbers), row["calls"], first, last, why, figures, "near", place)


DETECTOR = Detector(KIND, NEEDS, find)
