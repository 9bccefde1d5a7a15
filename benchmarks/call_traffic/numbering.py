"""Which numbers exist, and who holds them? A made-up plan of +1 numbers, and foreign ones.

A person is an integer below `Plan.people` (a power of two). 4,096 persons share an exchange (area code and
office code, 10,000 lines), so that 41 % of lines are theirs: the rest are organisations, SIMs and empty
lines. Large callers' blocks lie among the lines of organisations, so that two of these may share a line;
a person's line is nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

PER_EXCHANGE = 4096
COUNTRIES = (
    (44, 10),
    (49, 11),
    (52, 10),
    (91, 10),
    (63, 10),
    (33, 9),
    (502, 8),
    (503, 8),
    (234, 10),
    (86, 11),
)
"""Country code and digits after it, for ordinary calls abroad: neighbours, and where families are from."""
DEAR = ((222, 8), (232, 8), (216, 8), (371, 8), (269, 7), (675, 8), (682, 5), (53, 8), (252, 8), (370, 8))
"""Where one-ring calls come from: named in warnings of the FCC and of press (Mauritania, Sierra Leone,
Latvia, Lithuania …) or dear islands. Ordinary calls come from there, too."""


LISTED_FROM = 6900
"""Lines of an exchange from here to 7,000 only take calls."""


class Party(NamedTuple):
    """One end of calls, by row: the number (0 withheld), the operator, the person or -1."""

    number: Array
    operator: Array
    person: Array


def mixed(values: Array, salt: int) -> Array:
    """64 bits that look random and are always the same for a value (splitmix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % (1 << 64))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def share(values: Array, salt: int) -> Array:
    """A float in [0, 1) that is always the same for a value."""
    return (mixed(values, salt) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


@dataclass(frozen=True)
class Plan:
    """The exchanges (six digits each), in their order areas lie together; `holders` are their operators;
    `shares` of operators add up to 1 at the last, for numbers that were ported."""

    exchanges: Array
    holders: Array
    shares: Array
    ported: float = 0.25
    """Part of persons that took their number to another operator (about a quarter where porting is old)."""

    @property
    def people(self) -> int:
        """How many persons there are."""
        return len(self.exchanges) * PER_EXCHANGE

    def person(self, people: Array) -> Party:
        """The number and operator of persons."""
        exchange, low = people >> 12, people & (PER_EXCHANGE - 1)
        moved = share(people, 11) < self.ported
        other = np.searchsorted(self.shares, share(people, 12), side="right")
        return Party(self.line(exchange, low), np.where(moved, other, self.holders[exchange]), people)

    def line(self, exchange: Array, low: Array) -> Array:
        """A line of an exchange: below 4,096 a person's, then organisations and SIMs, from 7,000 empty."""
        shuffled = (low * 1021 + exchange * 131) % PER_EXCHANGE
        line = np.where(low < PER_EXCHANGE, shuffled, low) + 2000
        return np.asarray((self.exchanges[exchange].astype(np.int64) + 1_000_000) * 10_000 + line % 10_000)

    def unheld(self, rng: np.random.Generator, size: int) -> Array:
        """Numbers that nobody has."""
        return self.line(rng.integers(0, len(self.exchanges), size), rng.integers(7000, 10_000, size))

    def area(self, exchange: int, reach: int) -> Array:
        """Persons' exchanges within `reach` of one, for callers that serve a place."""
        lowest = min(max(0, exchange - reach), len(self.exchanges) - 1)
        return np.arange(lowest, min(len(self.exchanges), exchange + reach + 1))


def plan(rng: np.random.Generator, people: int, shares: Array) -> Plan:
    """At least so many people; an exchange belongs to operator `i` with probability `shares[i]`."""
    count = 1 << max(3, int(np.ceil(np.log2(max(people, 1) / PER_EXCHANGE))))
    areas = rng.choice([a for a in range(201, 990) if a % 100 != 11 and a // 10 % 10 != 9 and a // 100 != 8],
                       max(2, count // 24), replace=False)  # fmt: skip
    offices = [o for o in range(200, 1000) if o % 100 != 11 and o != 555]
    picked = [
        np.sort(rng.choice(offices, min(len(offices), -(-count // len(areas))), replace=False)) for _ in areas
    ]
    exchanges = np.concatenate(
        [area * 1000 + each for area, each in zip(np.sort(areas), picked, strict=True)]
    )
    rising = np.minimum(np.cumsum(shares), 1.0)
    rising[-1] = 1.0
    return Plan(exchanges[:count], rng.choice(len(shares), count, p=shares), rising)


def toll_free(rng: np.random.Generator, size: int) -> Array:
    """Numbers that cost the caller nothing."""
    prefix = rng.choice([800, 833, 844, 855, 866, 877, 888], size)
    return np.asarray(10_000_000_000 + prefix * 10_000_000 + rng.integers(2_000_000, 9_999_999, size))


def abroad(values: Array, salt: int, countries: tuple[tuple[int, int], ...] = COUNTRIES) -> Array:
    """A foreign number, always the same for a value."""
    codes, digits = np.array(countries).T
    which = (mixed(values, salt) % np.uint64(len(codes))).astype(np.int64)
    size = 10 ** digits[which].astype(np.int64)
    line = size // 5 + (mixed(values, salt + 1) % np.uint64(1 << 62)).astype(np.int64) % (size * 7 // 10)
    return np.asarray(codes[which] * size + line)
