"""Who uses up many caller numbers, each a few times, for calls that nobody waits for?

A signer or a trunk that changes its number before the number is known as a nuisance ('snowshoeing'). So calls
are grouped by who signs them (certificate, SPC, origid), by trunk, and by numbers that follow one another,
and each group is weighed as one dialer would be. A company's range of extensions is answered, and talks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.detail import inbound, key_columns, members
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import told, unwelcome
from quivive.calls.records.campaigns.profile import BLOCK
from quivive.calls.records.campaigns.scene import Scene
from quivive.calls.records.campaigns.source import table

KIND = "number-rotation"
NEEDS = ("calling", "called", "answered", "seconds")
LEVELS = ("block", "origid", "signer", "certificate", "spc", "trunk")
"""Groups, the narrowest first: what a narrow one explains is not told again under a wide one."""
_EXPLAINED = 60
"""Per cent of a group's numbers that campaigns told already have."""


def find(scene: Scene) -> Iterator[Draft]:
    """Groups of numbers that are one dialer together."""
    explained: set[int] = set()
    tiers = (scene.of("sight")["light"], scene.of("sight")["few"])
    for level, most in ((level, most) for most in tiers for level in LEVELS):
        groups = [row for row in scene.profile.of(level) if row["most"] == most and _is_suspect(row, scene)]
        groups.sort(key=lambda row: tuple(str(row[key] or "") for key in key_columns(level)))
        found = []
        lists = members(scene.source, scene.of("sight"), level, groups)
        for group, rows in zip(groups, lists, strict=True):
            fresh = [row for row in rows if row["calling"] not in explained]
            if len(fresh) * 100 >= len(rows) * (100 - _EXPLAINED):
                found.append((group, rows))
        for draft in _judged(scene, level, found):
            explained.update(draft.numbers)
            yield draft


def _is_suspect(row: Mapping[str, Any], scene: Scene) -> bool:
    limits = scene.of(KIND)
    return (
        row["numbers"] >= limits["numbers"]
        and row["calls"] >= limits["calls"]
        and (unwelcome(row, limits) or _is_mixed(row, scene))
        and row["one_ring"] * 100 <= row["calls"] * limits["one_ring_percent"]
    )


def _is_mixed(row: Mapping[str, Any], scene: Scene) -> bool:
    """Whether many numbers with few calls are answered so seldom that other people's calls do not explain it."""
    limits = scene.of(KIND)
    return bool(
        row["most"] == scene.of("sight")["few"]
        and row["numbers"] >= limits["mixed_numbers"]
        and (row["answered"] + 4) * 100 <= (row["calls"] + 4) * limits["mixed_answered_percent"]
    )


def _judged(scene: Scene, level: str, found: Sequence[tuple[Mapping[str, Any], list[dict[str, Any]]]]
            ) -> Iterator[Draft]:  # fmt: skip
    limits = scene.of(KIND)
    groups = [(group, _weighed(group, rows, limits)) for group, rows in found]
    if not groups:
        return
    received = inbound(scene.source, {row["calling"] for _, rows in groups for row in rows})
    reached = _reached(scene, level, groups)
    for number, (group, rows) in enumerate(groups):
        row = {name: sum(each[name] for each in rows) for name in ("calls", "answered", "brief", "long")}
        row["inbound"] = sum(received.get(each["calling"], {}).get("inbound", 0) for each in rows)
        row |= reached.get(number, {"called": 0, "near": 0})
        row["in_step"] = in_step(rows)
        many = row["called"] * 100 >= row["calls"] * limits["distinct_percent"]
        ordered = level != "block" or row["in_step"] >= limits["in_step_percent"]
        if many and ordered and row["near"] * 2 < row["calls"]:
            yield _draft(level, group, rows, row)


def _weighed(group: Mapping[str, Any], rows: Sequence[dict[str, Any]], limits: Mapping[str, int]
             ) -> list[dict[str, Any]]:  # fmt: skip
    """The light numbers of a group; where people are among them, without those who had a conversation."""
    light = [row for row in rows if row["calls"] <= group["most"]]
    return light if unwelcome(group, limits) else [row for row in light if not row["long"]]


def _reached(scene: Scene, level: str, groups: Sequence[tuple[Mapping[str, Any], list[dict[str, Any]]]]
             ) -> dict[int, dict[str, int]]:  # fmt: skip
    """How many different numbers each group's numbers called, and how many calls went to their neighbours."""
    rows = [(place, row["calling"]) for place, (_, members) in enumerate(groups) for row in members]
    found = scene.source.rows(
        "select picked.grp as grp, count(distinct calls.called) as called, count(case when "
        f"calls.calling - calls.calling % {BLOCK} = calls.called - calls.called % {BLOCK} then 1 end) as near "
        "from {calls} join picked on calls.calling = picked.number group by picked.grp order by picked.grp",
        picked=table({"grp": "bigint", "number": "bigint"}, rows),
    )
    return {row.pop("grp"): row for row in found}


def in_step(rows: Sequence[Mapping[str, Any]]) -> int:
    """Per cent of numbers that follow the one used before by the step that is most common (0: no order).

    `rows` are in the order of their first calls.
    """
    steps = Counter(
        after["calling"] - before["calling"] for before, after in zip(rows, rows[1:], strict=False)
    )
    if not steps:
        return 0
    _, times = min(steps.items(), key=lambda item: (-item[1], item[0]))
    return percent(times, len(rows) - 1)


def _draft(level: str, group: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]
           ) -> Draft:  # fmt: skip
    numbers = tuple(sorted(each["calling"] for each in rows))
    place = (
        {} if level == "block" else {key: group[key] or "" for key in key_columns(level)}
    )
    key = f"range={group['calling'] // BLOCK}xxxx" if level == "block" else key_of(place)
    ordered = (
        f" The numbers follow one another in {row['in_step']} % of the steps." if row["in_step"] >= 50 else ""
    )
    by = f"Numbers that begin with {group['calling'] // BLOCK}" if level == "block" else f"Calls with {key}"
    why = (
        f"{by} showed {plural(len(rows), 'number')} in {plural(row['calls'], 'call')} to "
        f"{plural(row['called'], 'number')}, {row['calls'] / len(rows):.1f} calls each; {told(row)}.{ordered} "
        f"{plural(row['inbound'], 'call')} came back to these numbers."
    )
    figures = {
        "numbers": len(rows), "calls": row["calls"], "called": row["called"],
        "answered_percent": percent(row["answered"], row["calls"]),
        "brief_percent": percent(row["brief"], row["answered"]), "inbound": row["inbound"],
        "in_step_percent": row["in_step"],
    }  # fmt: skip
    firsts = [each["first"] for each in rows]
    return Draft(KIND, key, numbers, row["calls"], min(firsts), max(each["last"] for each in rows), why, figures,
                 "brief", place)  # fmt: skip


def key_of(place: Mapping[str, str]) -> str:
    """'spc=709J, trunk=peer-1'."""
    return ", ".join(f"{name}={value or 'none'}" for name, value in place.items())
