"""What exactly did some numbers do, and who called them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from quivive.calls.records.campaigns.profile import flags
from quivive.calls.records.campaigns.source import CALLS, Source, numbers

EXACT = "min(calls.start) as first, max(calls.start) as last, count(distinct calls.called) as called"


@dataclass(frozen=True)
class Deeds:
    """What a number did: `called` are different numbers called."""

    calling: int
    calls: int
    answered: int
    brief: int
    long: int
    one_ring: int
    called: int
    first: int
    last: int


def deeds(source: Source, sight: Mapping[str, int], wanted: Collection[int]) -> dict[int, Deeds]:
    """The deeds of numbers, in ascending order."""
    if not wanted:
        return {}
    out = source.rows(
        f"select calls.calling as calling, {flags(sight)}, {EXACT} from {CALLS} calls "
        "join picked on calls.calling = picked.number group by calls.calling order by calls.calling",
        picked=numbers(wanted),
    )
    return {row["calling"]: Deeds(**row) for row in out}


def inbound(source: Source, wanted: Collection[int]) -> dict[int, int]:
    """Calls that numbers received; numbers that received none are left out."""
    if not wanted:
        return {}
    rows = source.rows(
        f"select calls.called as called, count(*) as inbound from {CALLS} calls "
        "join picked on calls.called = picked.number group by calls.called",
        picked=numbers(wanted),
    )
    return {row["called"]: row["inbound"] for row in rows}
