"""What do the shapes read: transactions of a UTXO chain as plain arrays, all of a ledger or a part of it?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quivive.money.exposure.walk import Ints, Mass

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """A shape, where it was seen: `txs` are numbers of the view, in the order of the money."""

    kind: str
    why: str
    txs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class View:
    """T transactions, in memory; numbers are the view's own.

    `in_prev` -1: the output spent is outside the view; `in_addr`, `in_val` tell what is known of it (-1:
    nothing). `spender` -1: not spent within the view. `times` are Unix seconds, -1 not known. `coinjoin`
    bool[T].
    """

    in_off: Ints
    in_prev: Ints
    in_addr: Ints
    in_val: Ints
    out_off: Ints
    out_addr: Ints
    out_val: Ints
    spender: Ints
    times: Ints
    coinjoin: Flags

    @property
    def size(self) -> int:
        """How many transactions."""
        return len(self.in_off) - 1

    @cached_property
    def inputs(self) -> Ints:
        """Inputs of each transaction."""
        return np.diff(self.in_off)

    @cached_property
    def outputs(self) -> Ints:
        """Outputs of each transaction."""
        return np.diff(self.out_off)

    @cached_property
    def spent_by(self) -> Ints:
        """The transaction of each input."""
        return np.repeat(np.arange(self.size), self.inputs)

    @cached_property
    def made_by(self) -> Ints:
        """The transaction of each output."""
        return np.repeat(np.arange(self.size), self.outputs)

    @cached_property
    def largest(self) -> Ints:
        """The largest output of each transaction (of equals the first), -1 where there is none."""
        order = np.lexsort((-np.arange(len(self.out_val)), self.out_val, self.made_by))
        found = np.full(self.size, -1, np.int64)
        found[self.made_by[order]] = order
        return found

    @cached_property
    def largest_share(self) -> Mass:
        """The part of all outputs that the largest one has; 0 where nothing was paid."""
        sums = np.bincount(self.made_by, self.out_val, self.size)
        most = np.where(self.largest >= 0, self.out_val[self.largest] if len(self.out_val) else 0, 0)
        return np.divide(most, sums, out=np.zeros(self.size), where=sums > 0)

    @cached_property
    def onward(self) -> Ints:
        """The transaction that spends each one's largest output, -1 for none."""
        found = np.full(self.size, -1, np.int64)
        paying = self.largest >= 0
        found[paying] = self.spender[self.largest[paying]]
        return found

    def different(self, addresses: Ints, txs: Ints) -> Ints:
        """How many different known addresses each transaction has among these (one an entry)."""
        known = addresses >= 0
        pairs = np.unique(np.stack((txs[known], addresses[known])), axis=1)
        return np.bincount(pairs[0], minlength=self.size)


def having(size: int, txs: Ints, fits: Flags) -> Flags:
    """Which of so many transactions have an entry that fits; `txs` says whose each entry is."""
    return np.bincount(txs[fits], minlength=size) > 0


def runs(fits: Flags, onward: Ints, least: int) -> list[list[int]]:
    """Longest ways along `onward` through transactions that fit, of at least that many.

    Each transaction that fits goes on to one; where two go on to the same, the ways are told one after the
    other and what they share belongs to the longer.
    """
    follow = np.where(fits & (onward >= 0), onward, -1)
    follow = np.where((follow >= 0) & fits[follow], follow, -1)
    led = np.zeros(len(fits), bool)
    led[follow[follow >= 0]] = True
    used: set[int] = set()
    found = []
    ways = [_way(head, follow) for head in np.flatnonzero(fits & ~led).tolist()]
    for way in sorted(ways, key=lambda w: (-len(w), w[0])):
        fresh = [tx for tx in way if tx not in used]
        if len(fresh) >= least:
            found.append(fresh)
        used.update(fresh)
    return sorted(found)


def _way(head: int, follow: Ints) -> list[int]:
    way = [head]
    while (after := int(follow[way[-1]])) >= 0:
        way.append(after)
    return way
