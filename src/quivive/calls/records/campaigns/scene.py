"""What does a detector look at?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from quivive.calls.records.campaigns.coverage import Coverage
from quivive.calls.records.campaigns.detail import Deeds, deeds, inbound
from quivive.calls.records.campaigns.draft import Draft, percent
from quivive.calls.records.campaigns.profile import Profile
from quivive.calls.records.campaigns.source import CALLS, Source
from quivive.calls.records.campaigns.thresholds import Thresholds

_ENOUGH, _ASKED = 50, 500
"""So many numbers, by ascending number, stand for all when it is asked whether numbers are also called."""


@dataclass(frozen=True)
class Scene:
    """The records, what they hold, and their profile."""

    source: Source
    coverage: Coverage
    profile: Profile
    thresholds: Thresholds

    def of(self, kind: str) -> Mapping[str, int]:
        """The thresholds of a kind."""
        return self.thresholds.of(kind)

    def deeds(self, numbers: Collection[int]) -> dict[int, Deeds]:
        """What numbers did."""
        return deeds(self.source, self.of("sight"), numbers)

    def received(self, numbers: Collection[int]) -> dict[int, int]:
        """How many calls numbers received; who received none is left out."""
        return inbound(self.source, numbers)

    @cached_property
    def inbound_seen(self) -> bool:
        """Whether the records also show calls to the numbers that call."""
        ordinary = self._ordinary
        called = len(self.received(ordinary))
        return called > 0 and percent(called, len(ordinary)) >= self.of("sight")["inbound_seen_percent"]

    @property
    def _ordinary(self) -> frozenset[int]:
        """Numbers that have conversations: busy ones where there are enough, else any."""
        talking = [row["calling"] for row in self.profile.callers if row["long"] * 10 >= row["calls"]]
        if len(talking) < _ENOUGH:
            talking = self.source.ask(
                f"select distinct calling from {CALLS} where calling is not null "
                f"and seconds >= {self.of('sight')['long_seconds']} order by calling limit {_ASKED}"
            )["calling"].to_pylist()
        return frozenset(sorted(talking)[:_ASKED])


@dataclass(frozen=True)
class Detector:
    """What looks for one kind: the columns that it needs, and the search."""

    kind: str
    needs: Sequence[str]
    find: Callable[[Scene], Iterator[Draft]]
