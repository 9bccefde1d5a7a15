"""Which numbers ring many people once, so that they call back and pay for it?

GSMA and i3forum ('Fraud classification', release 3.3, 2019) describe it: calls from abroad or from dear or
unallocated numbers, ended after one ring, to many; a few per cent call back. The numbers often lie in one
range, each used a few times, so ranges are looked at as well as single numbers.

Where the records do not say how long it rang, calls that nobody answered stand for those that rang once; then
only what people call back counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.numbering import country, country_code, trait
from quivive.calls.records.campaigns.profile import RANGE, flags
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, numbers, table

KIND = "wangiri"
NEEDS = ("calling", "called", "answered")

_BACK = f"""
with rung as (
  select picked.grp as grp, calls.calling as bait, calls.called as victim, min(calls.start) as rang
  from {CALLS} calls
  join picked on calls.calling = picked.number group by picked.grp, calls.calling, calls.called),
back as (
  select rung.grp as grp, count(*) as back, count(distinct calls.calling) as people
  from {CALLS} calls join rung
    on calls.called = rung.bait and calls.calling = rung.victim and calls.start > rung.rang
  group by rung.grp),
sums as (
  select grp, count(distinct victim) as called, min(victim) as lowest, max(victim) as highest
  from rung group by grp)
select sums.grp as grp, called, lowest, highest, coalesce(back, 0) as back, coalesce(people, 0) as people
from sums left join back on sums.grp = back.grp order by sums.grp
"""


def candidates(scene: Scene) -> Collection[int]:
    """Busy numbers most of whose calls ring once."""
    limits = scene.of(KIND)
    return [row["calling"] for row in scene.profile.callers if _rings_once(_heard(row, scene), limits)]


def find(scene: Scene) -> Iterator[Draft]:
    """Ranges and single numbers that ring many once and are dear, or foreign and called back."""
    limits = scene.of(KIND)
    groups = _groups(scene)
    if not groups:
        return
    rows = [(place, row["calling"]) for place, group in enumerate(groups) for row in group]
    facts = scene.source.rows(_BACK, picked=table({"grp": "bigint", "number": "bigint"}, rows))
    for group, fact in zip(groups, facts, strict=True):
        row = {name: sum(each[name] for each in group) for name in ("calls", "one_ring")} | fact
        if _is_bait([each["calling"] for each in group], row, limits, scene.coverage.has("ring")):
            yield _draft(group, row, scene.coverage.has("ring"))


def _groups(scene: Scene) -> list[list[dict[str, Any]]]:
    """The numbers of each suspect range, and the busy numbers that lie in none."""
    suspect = ringing_ranges(scene)
    ranges: dict[int, list[dict[str, Any]]] = {start: [] for start in suspect}
    for row in _members(scene, suspect):
        heard = _heard(row, scene)
        if heard["one_ring"] * 2 >= heard["calls"]:
            ranges[row["calling"] - row["calling"] % RANGE].append(heard)
    single = (number for number in candidates(scene) if number - number % RANGE not in ranges)
    alone = scene.deeds(sorted(single)).values()
    return [group for group in ranges.values() if group] + [[_heard(vars(did), scene)] for did in alone]


def ringing_ranges(scene: Scene) -> list[int]:
    """Ranges most of whose light numbers' calls ring once."""
    limits = scene.of(KIND)
    rows = (row for row in scene.profile.groups if row["level"] == "range")
    return sorted(row["range"] for row in rows if _rings_once(_heard(row, scene), limits))


def _members(scene: Scene, ranges: Sequence[int]) -> list[dict[str, Any]]:
    """The numbers that call from ranges, by their first call."""
    if not ranges:
        return []
    return scene.source.rows(
        f"select calling, {flags(scene.of('sight'))}, min(start) as first, max(start) as last "
        f"from {CALLS} calls join picked on calling - calling % {RANGE} = picked.number "
        "group by calling order by first, calling",
        picked=numbers(ranges),
    )


def _heard(row: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """A row whose unanswered calls count as rung once, where the records do not tell for how long."""
    if scene.coverage.has("ring"):
        return dict(row)
    return {**row, "one_ring": row["calls"] - row["answered"]}


def _rings_once(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    return bool(
        row["calls"] >= limits["called"]
        and row["one_ring"] * 100 >= row["calls"] * limits["one_ring_percent"]
    )


def _is_bait(numbers: Sequence[int], row: Mapping[str, Any], limits: Mapping[str, int], rings: bool) -> bool:
    many = (
        row["called"] >= limits["called"] and row["called"] * 100 >= row["calls"] * limits["distinct_percent"]
    )
    if not many or not _rings_once(row, limits):
        return False
    codes = {country_code(row["lowest"]), country_code(row["highest"])}
    foreign = country_code(numbers[0]) not in codes
    called_back = row["people"] >= limits["called_back"] and (
        row["people"] * 1000 >= row["called"] * limits["called_back_permille"]
    )
    each = rings and row["calls"] >= limits["each"] * len(numbers)
    return (foreign and (called_back or each)) or (bool(trait(numbers[0])) and (called_back or each))


def _draft(group: Sequence[dict[str, Any]], row: dict[str, Any], rings: bool) -> Draft:
    numbers = tuple(sorted(each["calling"] for each in group))
    key = f"calling={numbers[0]}" if len(numbers) == 1 else f"range={numbers[0] // RANGE}xxx"
    return Draft(KIND, key, numbers, row["calls"], min(each["first"] for each in group),
                 max(each["last"] for each in group), _why(numbers, row, rings), _figures(numbers, row),
                 "one-ring")  # fmt: skip


def _why(numbers: Sequence[int], row: dict[str, Any], rings: bool) -> str:
    what = trait(numbers[0])
    kind = {
        "premium": "premium-rate ", "worldwide": "satellite or worldwide ", "unallocated": "unallocated ",
        "": "",
    }[what]  # fmt: skip
    subject = (
        f"{'An' if what == 'unallocated' else 'A'} {kind}number"
        if len(numbers) == 1
        else f"{len(numbers)} {kind}numbers of one range"
    )
    ended = "ended unanswered after one or two rings" if rings else "were not answered"
    back = f"{plural(row['people'], 'person', 'people')} called back, {plural(row['back'], 'time')}"
    return (
        f"{subject} of {country(numbers[0])} made {plural(row['calls'], 'call')} to "
        f"{plural(row['called'], 'number')}; {percent(row['one_ring'], row['calls'])} % {ended}. {back}."
    )


def _figures(numbers: Sequence[int], row: dict[str, Any]) -> dict[str, int]:
    return {
        "numbers": len(numbers),
        "calls": row["calls"],
        "called": row["called"],
        "one_ring_percent": percent(row["one_ring"], row["calls"]),
        "called_back": row["people"],
        "calls_back": row["back"],
    }


DETECTOR = Detector(KIND, NEEDS, find)
