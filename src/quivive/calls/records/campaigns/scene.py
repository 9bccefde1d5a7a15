"""What does a detector look at?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from quivive.calls.records.campaigns.coverage import Coverage
from quivive.calls.records.campaigns.detail import Deeds, deeds
from quivive.calls.records.campaigns.draft import percent
from quivive.calls.records.campaigns.profile import Profile
from quivive.calls.records.campaigns.source import Source
from quivive.calls.records.campaigns.thresholds import Thresholds

_ENOUGH, _ASKED = 50, 500
"""So many numbers, by ascending number, stand for all when it is asked whether numbers are also called."""


@dataclass(frozen=True)
class Sight:
    """The records, their profile, and what numbers must never call."""

    source: Source
    coverage: Coverage
    profile: Profile
    thresholds: Thresholds


class Scene:
    """A sight, with the deeds of the candidates of all detectors, which are looked up together, once."""

    def __init__(self, sight: Sight, candidates: Iterable[Callable[[Sight], Collection[int]]]) -> None:
        self.sight = sight
        self._candidates = tuple(candidates)
        self.source, self.coverage, self.profile = sight.source, sight.coverage, sight.profile

    def of(self, kind: str) -> Mapping[str, int]:
        """The thresholds of a kind."""
        return self.sight.thresholds.of(kind)

    @cached_property
    def deeds(self) -> dict[int, Deeds]:
        """What the candidates and some other busy numbers did."""
        numbers = {each for candidates in self._candidates for each in candidates(self.sight)}
        return deeds(self.source, self.of("sight"), numbers | self._ordinary)

    @cached_property
    def inbound_seen(self) -> bool:
        """Whether the records also show calls to the numbers that call."""
        known = [self.deeds[number] for number in self._ordinary]
        called = sum(1 for each in known if each.inbound)
        return percent(called, len(known)) >= self.of("sight")["inbound_seen_percent"] if known else False

    @cached_property
    def _ordinary(self) -> frozenset[int]:
        """Numbers that have conversations: busy ones where there are enough, else any."""
        talking = [row["calling"] for row in self.profile.callers if row["long"] * 10 >= row["calls"]]
        if len(talking) < _ENOUGH:
            talking = self.source.ask(
                "select distinct calling from {calls} where calling is not null "
                f"and seconds >= {self.of('sight')['long_seconds']} order by calling limit {_ASKED}"
            )["calling"].to_pylist()
        return frozenset(sorted(talking)[:_ASKED])
