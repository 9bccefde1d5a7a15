"""What exactly did the candidates do, and who called them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quivive.calls.records.campaigns.profile import BLOCK, RANGE, SIGNERS, flags
from quivive.calls.records.campaigns.source import Source, table

_EXACT = "min(calls.start) as first, max(calls.start) as last, count(distinct calls.called) as called"


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


def deeds(source: Source, sight: Mapping[str, int], numbers: Collection[int]) -> dict[int, Deeds]:
    """The deeds of numbers, in ascending order."""
    if not numbers:
        return {}
    picked = table({"number": "bigint"}, [(each,) for each in sorted(set(numbers))])
    out = source.rows(
        f"select calls.calling as calling, {flags(sight)}, {_EXACT} from {{calls}} "
        "join picked on calls.calling = picked.number group by calls.calling order by calls.calling",
        picked=picked,
    )
    return {row["calling"]: Deeds(**row) for row in out}


def inbound(source: Source, numbers: Collection[int]) -> dict[int, int]:
    """Calls that numbers received; numbers that received none are left out."""
    if not numbers:
        return {}
    rows = source.rows(
        "select calls.called as called, count(*) as inbound from {calls} "
        "join picked on calls.called = picked.number group by calls.called",
        picked=table({"number": "bigint"}, [(each,) for each in sorted(set(numbers))]),
    )
    return {row["called"]: row["inbound"] for row in rows}


def members(source: Source, sight: Mapping[str, int], level: str, groups: Sequence[Mapping[str, Any]]
            ) -> list[list[dict[str, Any]]]:  # fmt: skip
    """The numbers of each group of a level of the profile, with figures, by their first call."""
    if not groups:
        return []
    keys = key_columns(level)
    rows = [(number, *(group[key] for key in keys)) for number, group in enumerate(groups)]
    columns = {"grp": "bigint", **{f"k{key}": "bigint" if key == "calling" else "varchar" for key in keys}}
    on = " and ".join(f"{_key(level, key)} = {_same(key)}" for key in keys)
    found = source.ask(
        f"select picked.grp as grp, calls.calling as calling, {flags(sight)}, {_EXACT} from {{calls}} "
        f"join picked on {on} where calls.calling is not null group by picked.grp, calls.calling "
        "order by picked.grp, first, calls.calling",
        picked=table(columns, [tuple("" if v is None else v for v in row) for row in rows]),
    )
    lists: list[list[dict[str, Any]]] = [[] for _ in groups]
    for row in found.to_pylist():
        lists[row["grp"]].append(row)
    return lists


def key_columns(level: str) -> tuple[str, ...]:
    """The columns whose values make a group of a level."""
    if level in ("block", "range"):
        return ("calling",)
    return SIGNERS if level == "signer" else (level,)


def _key(level: str, key: str) -> str:
    if level in ("block", "range"):
        return f"calls.calling - calls.calling % {BLOCK if level == 'block' else RANGE}"
    return f"coalesce(calls.{key}, '')" if level == "signer" else f"calls.{key}"


def _same(key: str) -> str:
    return f"picked.k{key}"
