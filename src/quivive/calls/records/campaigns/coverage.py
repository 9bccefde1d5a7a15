"""What do these records hold: which columns, which time, and do they show incoming calls?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quivive.calls.records.campaigns.source import ANSWERED, Source

_COUNTED = ("calling", "called", "seconds", "ring", "trunk", "spc", "certificate", "origid", "imei", "cell")
_DAY = 86_400_000_000
_FIRST = 10_000


@dataclass(frozen=True)
class Coverage:
    """How many `calls`, from `first` to `last` (Unix microseconds), and which columns are `filled`.

    'answered' is filled where the records say it or give the length of the call.
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
    """Count what is there; columns that the first calls fill are not looked at again."""
    whole = source.rows(
        "select count(*) as calls, min(start) as first, max(start) as last, count(calling) as shown, "
        "count(case when calling between 10000000000 and 19999999999 then 1 end) as american from {calls}"
    )[0]
    columns = {"answered": ANSWERED, **{name: name for name in _COUNTED}}
    filled = _filled(source, columns, f"(select * from {{calls}} limit {_FIRST}) calls")
    rest = {name: sql for name, sql in columns.items() if not filled[name]}
    if rest and whole["calls"] > _FIRST:
        filled |= _filled(source, rest, "{calls}")
    american = whole["shown"] > 0 and whole["american"] * 10 >= whole["shown"] * 9
    return Coverage(whole["calls"], whole["first"] or 0, whole["last"] or 0, filled, american)


def _filled(source: Source, columns: Mapping[str, str], calls: str) -> dict[str, bool]:
    counts = ", ".join(f"count({sql}) as {name}" for name, sql in columns.items())
    return {name: bool(count) for name, count in source.rows(f"select {counts} from {calls}")[0].items()}
