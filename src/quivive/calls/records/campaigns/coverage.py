"""What do these records hold: which columns, which time, and do they show incoming calls?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quivive.calls.records.campaigns.source import ANSWERED, Source

_COUNTED = ("calling", "called", "seconds", "ring", "trunk", "spc", "certificate", "origid", "imei", "cell")
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Coverage:
    """How many `calls`, from `first` to `last` (Unix microseconds), and in how many each column is `filled`.

    'answered' is filled where the records say it or give the length of the call.
    """

    calls: int
    first: int
    last: int
    filled: Mapping[str, int]

    @property
    def days(self) -> int:
        """Days that the records cover, rounded up."""
        return max(1, -(-(self.last - self.first) // _DAY))

    def has(self, *columns: str) -> bool:
        """Whether every one of these columns is filled somewhere."""
        return all(self.filled[column] for column in columns)


def coverage(source: Source) -> Coverage:
    """Count what is there."""
    counts = ", ".join(f"count({each}) as {each}" for each in _COUNTED)
    row = source.rows(
        f"select count(*) as calls, min(start) as first, max(start) as last, count({ANSWERED}) as answered, "
        f"{counts} from {{calls}}"
    )[0]
    filled = {each: row[each] for each in ("answered", *_COUNTED)}
    return Coverage(row["calls"], row["first"] or 0, row["last"] or 0, filled)
