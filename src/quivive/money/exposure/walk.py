"""Through which hands did money pass, and whose were they, a hop at a time?

The walk knows nothing of chains: `expand` gives, for all places where money stands, the hands it came from
(or went to) with their parts of it. Mass is a float64 matrix, a row a payment, columns that are split alike
(amount, fiat value, amount for which a rate was given). What a haircut adds up to is kept by every hop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.exposure.nouns import Limits

Ints = NDArray[np.int64]
Mass = NDArray[np.float64]


class End(IntEnum):
    """Why money is not followed further."""

    GO = 0
    MINED = 1
    BEFORE = 2
    UNSPENT = 3
    COINJOIN = 4
    OWN = 5
    FEES = 6
    HOPS = 7
    SMALL = 8
    MANY = 9
    BUSY = 10


ROW_OF = {
    End.MINED: "mined", End.BEFORE: "before the ledger", End.UNSPENT: "unattributed", End.COINJOIN:
    "coinjoin", End.OWN: "own", End.FEES: "fees", End.HOPS: "cut off", End.SMALL: "cut off", End.MANY:
    "cut off", End.BUSY: "cut off",
}  # fmt: skip
CUT = {End.HOPS: "hops", End.SMALL: "too small a share", End.MANY: "too many payments",
       End.BUSY: "an account with too many payments"}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One hop of all places at once; arrays of one length n.

    `origin` is the place (row of the frontier) that an entry belongs to, `address` the hands (-1: none
    known),
    `tx` the transaction by which they moved the money, `place` where to look further, `end` an `End`.
    """

    origin: Ints
    mass: Mass
    address: Ints
    tx: Ints
    place: Ints
    end: Ints
    lies: NDArray[np.bool_] | None = None
    """Entries whose money made no hop: it lies where the one before brought it."""


Expand = Callable[[Ints, Mass], Step]
"""(places, mass) → the next hop."""
Cost = Callable[[Ints], Ints]
"""places → entries that expanding each would give."""
Lookup = Callable[[Ints], Ints]
"""addresses → code of their category, -1 for none."""


@dataclass
class Reached:
    """Where the money of one side was found to come from: arrays of one length, a row for each end of a way.

    `code` is a category (-1: none, then `end` says why it ended). `trail` leads through `trail_tx` and
    `trail_up` (-1: done) to the subject's transaction.
    """

    code: list[Ints] = field(default_factory=list)
    end: list[Ints] = field(default_factory=list)
    hops: list[Ints] = field(default_factory=list)
    address: list[Ints] = field(default_factory=list)
    tx: list[Ints] = field(default_factory=list)
    trail: list[Ints] = field(default_factory=list)
    mass: list[Mass] = field(default_factory=list)
    trail_tx: list[Ints] = field(default_factory=list)
    trail_up: list[Ints] = field(default_factory=list)
    layers: list[tuple[Ints, Ints, Ints, int]] = field(default_factory=list)
    """A hop: origin, index in the next frontier (-1: ended), code, size of its frontier."""

    def column(self, name: str) -> NDArray[Any]:
        """One of the lists as one array."""
        parts = getattr(self, name)
        if parts:
            return np.concatenate(parts)
        return np.zeros((0, 3)) if name == "mass" else np.zeros(0, np.int64)

    def way(self, tx: int, trail: int) -> list[int]:
        """Transactions from a tagged address to the subject's."""
        up, txs = self.column("trail_up"), self.column("trail_tx")
        found = [tx]
        while trail >= 0:
            found.append(int(txs[trail]))
            trail = int(up[trail])
        return found


def walk(
    first: Step, size: int, expand: Expand, cost: Cost, lookup: Lookup, own: Ints, limits: Limits
) -> Reached:
    """Follow `first`, the hop from the subject's `size` payments, until tags, ends or limits.

    `own` are the subject's addresses, sorted. Poison reads the layers later (`touched`).
    """
    reached, step = Reached(), first
    total, left = float(first.mass[:, 0].sum()), limits.branches - len(first.origin)
    trail, trails = np.full(size, -1, np.int64), 0
    for hops in range(1, limits.hops + 1):
        code, end = _ends(step, lookup, own)
        going = (code < 0) & (end == End.GO)
        if hops == limits.hops:
            end[going] = End.HOPS
            going[:] = False
        places, index = np.unique(step.place[going], return_inverse=True)
        mass = _summed(index, step.mass[going], len(places))
        keep, why = _worth(places, mass, total * limits.min_share, cost, left)
        onward = np.full(len(step.origin), -1, np.int64)
        onward[going] = np.where(keep, np.cumsum(keep) - 1, -1)[index]
        end[going] = why[index]
        _settle(reached, step, (onward < 0), code, end, hops, trail)
        reached.layers.append((step.origin, onward, code, len(trail)))
        if not keep.any():
            return reached
        best = _largest(onward, step.mass[:, 0], int(keep.sum()))
        reached.trail_tx.append(step.tx[best])
        reached.trail_up.append(trail[step.origin[best]])
        trail = np.arange(trails, trails + len(best))
        trails += len(best)
        left -= int(cost(places[keep]).sum())
        step = expand(places[keep], mass[keep])
    return reached


def touched(reached: Reached, categories: int) -> NDArray[np.bool_]:
    """Poison: bool[payments, categories], whether any of a payment came by a category, however little."""
    below = np.zeros((0, categories), bool)
    for origin, onward, code, size in reversed(reached.layers):
        here = np.zeros((size, categories), bool)
        named = code >= 0
        here[origin[named], code[named]] = True
        on = onward >= 0
        np.logical_or.at(here, origin[on], below[onward[on]])
        below = here
    return below


def _ends(step: Step, lookup: Lookup, own: Ints) -> tuple[Ints, Ints]:
    end = step.end.copy()
    code = np.full(len(end), -1, np.int64)
    known = step.address >= 0
    code[known] = lookup(step.address[known])
    mine = np.isin(step.address, own) & known
    code[mine], end[mine] = -1, End.OWN
    return code, end


def _worth(places: Ints, mass: Mass, least: float, cost: Cost, left: int) -> tuple[NDArray[np.bool_], Ints]:
    """Which places to go on from, the largest first; and why not from the others."""
    why = np.full(len(places), int(End.GO), np.int64)
    why[mass[:, 0] < least] = End.SMALL
    order = np.lexsort((places, -mass[:, 0]))
    order = order[why[order] == End.GO]
    why[order[np.cumsum(cost(places[order])) > left]] = End.MANY
    return why == End.GO, why


def _settle(reached: Reached, step: Step, done: NDArray[np.bool_], code: Ints, end: Ints, hops: int,
            trail: Ints) -> None:  # fmt: skip
    reached.code.append(code[done])
    reached.end.append(end[done])
    made = np.full(len(done), hops, np.int64) - (0 if step.lies is None else step.lies)
    reached.hops.append(made[done])
    reached.address.append(step.address[done])
    reached.tx.append(step.tx[done])
    reached.trail.append(trail[step.origin[done]])
    reached.mass.append(step.mass[done])


def _summed(index: Ints, mass: Mass, size: int) -> Mass:
    columns = [np.bincount(index, mass[:, k], size) for k in range(mass.shape[1])]
    return np.stack(columns, axis=1) if size else np.zeros((0, mass.shape[1]))


def _largest(onward: Ints, amount: Mass, size: int) -> Ints:
    """For each place of the next frontier, the entry that brought most (of equals, the first)."""
    order = np.lexsort((-np.arange(len(onward)), amount, onward))
    order = order[onward[order] >= 0]
    best = np.empty(size, np.int64)
    best[onward[order]] = order
    return best
