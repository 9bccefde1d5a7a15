"""What do these records hold: which columns, which time, and of whose numbers?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quivive.calls.records.campaigns.source import CALLS, WAYS, Source

_COUNTED = ("calling", "called", "answered", "seconds", "ring")
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Coverage:
    """How many `calls`, from `first` to `last` (Unix microseconds), and which columns are `filled`.

    'answered' is filled where the records say it or give the length of the call, 'mobile' where they name a
    handset or cell.
    """

    calls: int
    first: int
    last: int
    filled: Mapping[str, bool]
    american: bool
    """Whether nine of ten callers' numbers are of North America's plan, which does not tell mobiles."""

    @property
    def days(self) -> int:
        """Days that the records cover, rounded up."""
        return max(1, -(-(self.last - self.first) // _DAY))

    def has(self, *columns: str) -> bool:
        """Whether every one of these columns is filled somewhere."""
        return all(self.filled[column] for column in columns)


def coverage(source: Source) -> Coverage:
    """Count what is there."""
    counts = ", ".join(f"count({name}) as {name}" for name in _COUNTED)
    whole = source.rows(
        f"select count(*) as calls, min(start) as first, max(start) as last, {counts}, "
        "count(case when calling between 10000000000 and 19999999999 then 1 end) as american "
        f"from {CALLS}"
    )[0]
    trunks = source.rows(f"select count(trunk) as trunk from {WAYS}")[0]["trunk"]
    mobile = source.whole("select 1 as one from {calls} where imei is not null or cell is not null limit 1")
    filled = {name: bool(whole[name]) for name in _COUNTED} | {"trunk": trunks > 0, "mobile": bool(mobile)}
    american = whole["calling"] > 0 and whole["american"] * 10 >= whole["calling"] * 9
    return Coverage(whole["calls"], whole["first"] or 0, whole["last"] or 0, filled, american)
