"""By how much does one provider's clock run ahead of another's, told by the calls that both recorded?

A call passes both at one moment. For every pair of records that may be one call the difference of the two
clocks is taken; those of true pairs agree, those of chance pairs do not. Where too few calls are shared, or
two differences fit about as well, the offset stays what it was before: anything up to twice the skew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from quivive.calls.traceback.record import Record, states_agree
from quivive.calls.traceback.sources import Provider
from quivive.calls.traceback.spellings import ending

Kind = Literal["turn", "start"]
_WIDTH = 3.0
"""Seconds within which the differences of true pairs lie: whole seconds of two clocks, and signalling."""
_FEWEST = 3
_EARLY = 40.0
"""Seconds that a call may lie at a provider before it reaches the next: routes tried in vain."""
_ODD = 5.0
_MOST_PAIRS = 200_000
_MOST_ALIKE = 500
"""Calls to one number, beyond which they tell nothing of the clocks."""


@dataclass(frozen=True)
class Clock:
    """The upstream's clock minus the downstream's, in seconds, between `low` and `high` for one call.

    `known`: found by `shared` calls that both recorded; else the bounds come from the skew alone. `kind` says
    which moment of a call was compared: its start, or the end of ringing.
    """

    low: float
    high: float
    known: bool
    shared: int = 0
    kind: Kind = "start"

    @property
    def middle(self) -> float:
        """The offset itself, where it is known."""
        return (self.low + self.high) / 2

    def cost(self, down: Record, up: Record) -> int | None:
        """0: the times agree; 1: they would if routes had been tried before; None: not one call."""
        kind: Kind = "turn" if self.kind == "turn" and None not in (down.turn, up.turn) else "start"
        apart = _apart(down, up, kind)
        if apart is None:
            return 1
        if self.low <= apart <= self.high:
            return 0
        if not self.known:
            return None
        early = _EARLY if kind == "start" else _ODD
        late = _ODD if kind == "start" and self.kind == "turn" else 1.0 if kind == "start" else _ODD
        return 1 if self.low - early <= apart <= self.high + late else None


def _apart(down: Record, up: Record, kind: Kind) -> float | None:
    first, second = (down.turn, up.turn) if kind == "turn" else (down.start, up.start)
    return None if first is None or second is None else second - first


def unknown(skew: float) -> Clock:
    """What is known of two clocks before any call is compared."""
    return Clock(-2 * skew - _EARLY, 2 * skew + 1.0, False)


def between(down: Provider, up: Provider, skew: float) -> Clock:
    """The offset of two providers' clocks, by the calls in both their records."""
    pairs = list(_pairs(down, up, 2 * skew + _EARLY))
    found = [clock for kind in ("turn", "start") if (clock := _agreeing(pairs, kind, skew))]
    return max(found, key=lambda clock: (clock.shared, clock.kind == "turn"), default=unknown(skew))


def _pairs(down: Provider, up: Provider, reach: float) -> Iterable[tuple[int, int, Record, Record]]:
    """(place, place, record, record) of records that may be one call by number and outcome."""
    slack, count = max(down.slack, up.slack), 0
    places = {id(record): at for at, record in enumerate(up.records)}
    for at, first in enumerate(down.records):
        if first.start is None:
            continue
        seen = set()
        for key in _keys(first):
            there = up.by_ending.get(key, ())
            for second in there if len(there) <= _MOST_ALIKE else ():
                if second.start is None or id(second) in seen or abs(second.start - first.start) > reach:
                    continue
                seen.add(id(second))
                if states_agree(first, second, slack):
                    count += 1
                    if count > _MOST_PAIRS:
                        return
                    yield at, places[id(second)], first, second


def _keys(record: Record) -> set[str]:
    return {key for text in record.numbers if (key := ending(text))}


def _agreeing(pairs: list[tuple[int, int, Record, Record]], kind: Kind, skew: float) -> Clock | None:
    """The offset on which clearly more calls agree than on any other."""
    told = [
        (apart, a, b) for a, b, first, second in pairs if (apart := _apart(first, second, kind)) is not None
    ]
    told = sorted(each for each in told if abs(each[0]) <= 2 * skew + _EARLY)
    times = [each[0] for each in told]
    counts = [(_support(told[at : bisect_left(times, time + _WIDTH)]), time) for at, time in enumerate(times)]
    if not counts:
        return None
    most, first = max(counts, key=lambda each: each[0])
    second = max((count for count, time in counts if abs(time - first) > _WIDTH), default=0)
    if most < _FEWEST or most < 2 * second + 1:
        return None
    inside = times[bisect_left(times, first) : bisect_left(times, first + _WIDTH)]
    low, high = inside[0], inside[-1]
    margin = max(0.4, (high - low) / 4) if most >= 20 else max(1.2, (high - low) / 2)
    return Clock(low - margin, high + margin, True, most, kind)


def _support(told: list[tuple[float, int, int]]) -> int:
    """Calls that agree: none counts twice, on either side."""
    return min(len({a for _, a, _ in told}), len({b for _, _, b in told}))
