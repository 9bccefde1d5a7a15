"""What does a detector look at?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from quivive.calls.records.campaigns.coverage import Coverage
from quivive.calls.records.campaigns.detail import Deeds, deeds, inbound
from quivive.calls.records.campaigns.draft import Draft, percent
from quivive.calls.records.campaigns.kept import HOUR, Pick, kept
from quivive.calls.records.campaigns.near import Suspects, suspects
from quivive.calls.records.campaigns.profile import NEAR, SIGNERS, Profile, flags
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
    """A sight, and the calls of all candidates, which are fetched together, once."""

    def __init__(self, sight: Sight, detectors: Iterable[Detector]) -> None:
        self.sight = sight
        self._detectors = tuple(detectors)
        self.source, self.coverage, self.profile = sight.source, sight.coverage, sight.profile

    def of(self, kind: str) -> Mapping[str, int]:
        """The thresholds of a kind."""
        return self.sight.thresholds.of(kind)

    @cached_property
    def kept(self) -> Source:
        """The calls of all candidates."""
        return kept(self.source, [pick for detector in self._detectors for pick in detector.picks(self)])

    @cached_property
    def received(self) -> dict[int, int]:
        """How many calls the numbers received that detectors ask about; who received none is left out."""
        numbers = {each for detector in self._detectors for each in detector.asked(self)}
        return inbound(self.source, numbers | self._ordinary)

    @cached_property
    def near(self) -> pa.Table:
        """Calls between neighbours by who signed and handed over ('' for nobody named), and hour.

        Only of numbers with a few of them: who calls neighbours every now and then has some.
        """
        keys, names = ", ".join(SIGNERS), ("calls", "answered", "brief", "long", "one_ring")
        sums = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in names)
        named = ", ".join(f"coalesce({name}, '') as {name}" for name in SIGNERS)
        few = self.of("neighbour-spoofing")["each"]
        return self.source.ask(
            f"with numbers as (select calling, {keys}, min(start) as first, {flags(self.of('sight'))} "
            f"from {{calls}} where {NEAR} group by calling, {keys} having count(1) <= {few}) "
            f"select {named}, first - first % {HOUR} as hour, {sums} from numbers "
            f"group by {keys}, first - first % {HOUR}"
        )

    @cached_property
    def suspects(self) -> Suspects:
        """The suspect groups of calls between neighbours."""
        return suspects(self.near, self.of("neighbour-spoofing"))

    @cached_property
    def handsets(self) -> list[dict[str, Any]]:
        """The figures of numbers that call from handsets, where there are at least some calls."""
        least = self.of("sim-box")["a_day"] * self.coverage.days
        return self.source.rows(
            f"select calling, {flags(self.of('sight'))} from {{calls}} where calling is not null "
            f"and (imei is not null or cell is not null) group by calling "
            f"having count(1) >= {least} order by calling"
        )

    @cached_property
    def deeds(self) -> dict[int, Deeds]:
        """What the candidates did that are looked at number by number."""
        return deeds(
            self.kept, self.of("sight"), {n for each in self._detectors for n in each.candidates(self)}
        )

    @cached_property
    def inbound_seen(self) -> bool:
        """Whether the records also show calls to the numbers that call."""
        called = sum(1 for number in self._ordinary if self.received.get(number))
        return (
            percent(called, len(self._ordinary)) >= self.of("sight")["inbound_seen_percent"]
            if called
            else False
        )

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


@dataclass(frozen=True)
class Detector:
    """What looks for one kind: the calls it picks, the numbers whose received calls it asks about, those
    whose deeds it weighs, and the search itself."""

    kind: str
    needs: Sequence[str]
    find: Callable[[Scene], Iterator[Draft]]
    picks: Callable[[Scene], Iterable[Pick]]
    asked: Callable[[Scene], Iterable[int]] = lambda scene: ()
    candidates: Callable[[Scene], Iterable[int]] = lambda scene: ()
