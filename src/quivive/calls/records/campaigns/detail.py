"""What exactly did the candidates do, and who called them?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quivive.calls.records.campaigns.profile import BLOCK, RANGE, SIGNERS, flags
from quivive.calls.records.campaigns.source import Source, table

_EXACT = "min(calls.start) as first, max(calls.start) as last, count(distinct calls.called) as called"


@dataclass(frozen=True)
class Deeds:
    """What a number did: `called` are different numbers called; `inbound` calls came from `callers` numbers."""

    calling: int
    calls: int
    answered: int
    brief: int
    long: int
    one_ring: int
    called: int
    first: int
    last: int
    inbound: int = 0
    callers: int = 0


def deeds(source: Source, sight: Mapping[str, int], numbers: Collection[int]) -> dict[int, Deeds]:
    """The deeds of numbers, in ascending order."""
    if not numbers:
        return {}
    picked = table({"number": "bigint"}, [(each,) for each in sorted(set(numbers))])
    out = source.ask(
        f"select calls.calling as calling, {flags(sight)}, {_EXACT} from {{calls}} "
        "join picked on calls.calling = picked.number group by calls.calling order by calls.calling",
        picked=picked,
    )
    received = inbound(source, numbers)
    return {row["calling"]: Deeds(**row, **received.get(row["calling"], {})) for row in out.to_pylist()}


def inbound(source: Source, numbers: Collection[int]) -> dict[int, dict[str, int]]:
    """Calls that numbers received, and from how many numbers; numbers that received none are left out."""
    picked = table({"number": "bigint"}, [(each,) for each in sorted(set(numbers))])
    rows = source.rows(
        "select calls.called as called, count(*) as inbound, count(distinct calls.calling) as callers "
        "from {calls} join picked on calls.called = picked.number group by calls.called",
        picked=picked,
    )
    return {row.pop("called"): row for row in rows}


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


def total(rows: Iterable[Mapping[str, Any]], *names: str) -> tuple[int, ...]:
    """Sums of figures over rows."""
    kept = list(rows)
    return tuple(sum(row[name] for row in kept) for name in names)
