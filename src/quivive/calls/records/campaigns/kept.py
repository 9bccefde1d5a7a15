"""Which calls do the detectors need one by one?

They are fetched once, in one reading of the records: all calls of the candidates, under the columns that
detectors look at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from quivive.calls.records.campaigns.profile import BLOCK, NEAR, RANGE, SIGNERS
from quivive.calls.records.campaigns.source import Source, table
from quivive.engines import Relation

HOUR = 3_600_000_000
_COLUMNS = ("record", "start", "seconds", "ring", "answered", "calling", "called", *SIGNERS, "imei", "cell")


@dataclass(frozen=True)
class Pick:
    """Calls to fetch. `level`: 'number' (calls of a number), 'range' (to and from numbers that begin alike),
    'block' (from them), a name of SIGNERS, or 'near' (between neighbours, by trunk and hour)."""

    level: str
    value: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Kept:
    """The fetched calls, as records."""

    calls: pa.Table

    @property
    def sql(self) -> str:
        """All of them."""
        return "select * from kept"

    @property
    def relations(self) -> Mapping[str, Relation]:
        """The table."""
        return {"kept": self.calls}


_WAYS = {
    "number": "calling in ({number})",
    "range": f"calling - calling % {RANGE} in ({{number}}) or called - called % {RANGE} in ({{number}})",
    "block": f"calling - calling % {BLOCK} in ({{number}})",
    "near": f"({NEAR} and (coalesce(trunk, ''), start - start % {HOUR}) in ({{both}}))",
    **{name: f"{name} in ({{value}})" for name in SIGNERS},
}


def kept(source: Source, picks: Collection[Pick]) -> Source:
    """The calls that are picked, by any of the picks."""
    rows = sorted({(pick.level, pick.value, pick.number) for pick in picks}, key=str)
    ways = [
        way.format(
            number=f"select number from picked where level = '{level}'",
            value=f"select value from picked where level = '{level}'",
            both=f"select value, number from picked where level = '{level}'",
        )
        for level, way in _WAYS.items()
        if any(row[0] == level for row in rows)
    ]
    picked = table({"level": "varchar", "value": "varchar", "number": "bigint"}, rows)
    calls = source.ask(
        f"select {', '.join(_COLUMNS)} from {{calls}} where {' or '.join(ways) or 'false'}", picked=picked
    )
    return Source(Kept(calls), source.engine)
