"""Who paid into, or was paid from, the accounts of an account chain, and how much of the money was theirs?

By haircut, as `money.account_taint` has it: an account is a pool of each asset; what goes out has the shares
that the pool has then. What a pool must have held before its first known transfer, so that it never falls
below zero, came from where the ledger does not see. One asset at a time; transfers are numbered in chain
order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quivive.money.exposure.utxo import at, ragged
from quivive.money.exposure.walk import End, Ints, Mass, Step


@dataclass(frozen=True)
class Transfers:
    """Transfers by number, and the numbers that each address sent and received (rising), as in `Postings`.

    `value` gives float64 in the smallest unit, `fee` whether a transfer is a fee. `asset` -1 is the chain's
    coin.
    """

    sent_off: Any
    sent: Any
    received_off: Any
    received: Any
    tx: Any
    asset: Any
    sender: Any
    receiver: Any
    value: Any
    fee: Any


def subject(book: Transfers, own: Ints, asset: int) -> tuple[Ints, Ints]:
    """Transfers of one asset that came in to these addresses and that went out, without those among them."""
    incoming, outgoing = _moved(book, own)
    both = np.intersect1d(incoming, outgoing)
    found = []
    for numbers in (incoming, outgoing):
        numbers = np.setdiff1d(numbers, both)
        numbers = numbers[at(book.asset, numbers) == asset]
        found.append(numbers[at(book.value, numbers) > 0])
    return found[0], found[1]


def of_addresses(book: Transfers, own: Ints) -> Ints:
    """All transfers that these addresses sent or received, in chain order."""
    return np.union1d(*_moved(book, own)).astype(np.int64)


def _moved(book: Transfers, own: Ints) -> tuple[Ints, Ints]:
    incoming = np.unique(_members(book.received_off, book.received, own)[1])
    return incoming, np.unique(_members(book.sent_off, book.sent, own)[1])


def senders(book: Transfers, numbers: Ints, mass: Mass) -> Step:
    """The hands that made these transfers: the first hop backward."""
    sender = at(book.sender, numbers)
    end = np.where(sender < 0, int(End.MINED), int(End.GO))
    return Step(np.arange(len(numbers)), mass, sender, at(book.tx, numbers), numbers, end)


def receivers(book: Transfers, numbers: Ints, mass: Mass) -> Step:
    """The hands that took these transfers: the first hop forward."""
    receiver = at(book.receiver, numbers)
    lost = (receiver < 0) | at(book.fee, numbers)
    end = np.where(lost, int(End.FEES), int(End.GO))
    return Step(
        np.arange(len(numbers)), mass, np.where(lost, -1, receiver), at(book.tx, numbers), numbers, end
    )


def backward(book: Transfers, places: Ints, mass: Mass, asset: int, degree: int) -> Step:
    """From transfers to what their senders' pools were made of then.

    Of the receipts before, each is the part of the pool that it was when it came in, less by every later one.
    """
    holder = at(book.sender, places)
    busy = _busy(book, holder, degree)
    pools = _pools(book, np.where(busy, -1, holder), asset, receipts=True)
    first, last = pools.range_of(holder, np.zeros_like(places), places)
    origin, rows = ragged(first, last - first)
    weight = pools.part[rows] * pools.left(rows + 1, last[origin])
    return _split(
        book, places, mass, busy, (origin, pools.number[rows], weight), pools.left(first, last), True
    )


def forward(book: Transfers, places: Ints, mass: Mass, asset: int, degree: int) -> Step:
    """From transfers to what took their money out of their receivers' pools later, and what is left there."""
    holder = at(book.receiver, places)
    busy = _busy(book, holder, degree)
    pools = _pools(book, np.where(busy, -1, holder), asset, receipts=False)
    first, last = pools.range_of(holder, places + 1, np.full_like(places, _LAST))
    origin, rows = ragged(first, last - first)
    weight = pools.part[rows] * pools.left(first[origin], rows)
    return _split(
        book, places, mass, busy, (origin, pools.number[rows], weight), pools.left(first, last), False
    )


def received_before(book: Transfers, places: Ints) -> Ints:
    """At most how many entries `backward` gives for each."""
    return _count(book.received_off, at(book.sender, places)) + 1


def sent_after(book: Transfers, places: Ints) -> Ints:
    """At most how many entries `forward` gives for each."""
    return _count(book.sent_off, at(book.receiver, places)) + 1


@dataclass(frozen=True)
class _Pools:
    """Receipts, or payments, of several accounts, ordered by account and number.

    `part` is what one is of the pool after it came in (or before it went out). What is left of older (or of
    earlier) money after a range of them is the product of the rest: kept as sums of logarithms, and a count
    of those that leave nothing.
    """

    holder: Ints
    number: Ints
    part: Mass
    logs: Mass
    emptied: Ints

    def range_of(self, holder: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        """First row, and the row after the last, of each account with numbers in low:high."""
        keys = self.holder << _BITS | self.number
        first = np.searchsorted(keys, holder << _BITS | low)
        return first.astype(np.int64), np.searchsorted(keys, holder << _BITS | high).astype(np.int64)

    def left(self, first: Ints, last: Ints) -> Mass:
        """What the rows first:last leave, as a part of 1."""
        none = self.emptied[last] > self.emptied[first]
        return np.where(none, 0.0, np.exp(np.where(none, 0.0, self.logs[last] - self.logs[first])))


_BITS: Final = 40
_LAST: Final = 2**_BITS - 1
_NOISE: Final = 1e-12
"""Of the largest sum: what float arithmetic leaves of a pool that was emptied."""


def _pools(book: Transfers, holders: Ints, asset: int, receipts: bool) -> _Pools:
    each = np.unique(holders[holders >= 0])
    came, went = (_moves(book, side, each, asset) for side in ("received", "sent"))
    holder = np.concatenate((came[0], went[0]))
    number, value = np.concatenate((came[1], went[1])), np.concatenate((came[2], -went[2]))
    order = np.lexsort((number, holder))
    holder, number, value = holder[order], number[order], value[order]
    after = _balances(holder, value)
    wanted = value > 0 if receipts else value < 0
    pool = np.where(receipts, after, after - value)[wanted]
    moved = np.abs(value[wanted])
    part = np.minimum(moved / np.maximum(pool, moved), 1.0)
    part[part > 1 - _NOISE] = 1.0
    logs = np.log1p(-np.where(part < 1, part, 0.0))
    zero = np.zeros(1)
    return _Pools(each[holder[wanted]], number[wanted], part, np.concatenate((zero, np.cumsum(logs))),
                  np.concatenate((zero, np.cumsum(part >= 1))).astype(np.int64))  # fmt: skip


def _balances(holder: Ints, value: Mass) -> Mass:
    """What each pool held after each of its moves, had it held at the beginning what it must have held."""
    sums = np.concatenate((np.zeros(1), np.cumsum(value)))
    first = np.searchsorted(holder, holder)
    running = sums[1:] - sums[first]
    size = int(holder.max()) + 1 if len(holder) else 0
    lowest, highest = np.zeros(size), np.zeros(size)
    np.minimum.at(lowest, holder, running)
    np.maximum.at(highest, holder, np.abs(running))
    opening = np.where(-lowest > _NOISE * highest, -lowest, 0.0)
    return np.maximum(running + opening[holder], 0.0)


def _moves(book: Transfers, side: str, holders: Ints, asset: int) -> tuple[Ints, Ints, Mass]:
    """Transfers of one side and asset that move something: place in holders, number, value."""
    origin, found = _members(getattr(book, f"{side}_off"), getattr(book, side), holders)
    right = at(book.asset, found) == asset
    origin, found = origin[right], found[right]
    value = at(book.value, found)
    moving = (value > 0) & (at(book.sender, found) != at(book.receiver, found))
    return origin[moving], found[moving], value[moving]


def _split(book: Transfers, places: Ints, mass: Mass, busy: NDArray[np.bool_], parts: tuple[Ints, Ints, Mass],
           rest: Mass, back: bool) -> Step:  # fmt: skip
    """Each place's mass over its parts and the rest; of an account too busy to look at, all is rest."""
    origin, numbers, weight = parts
    sums = np.bincount(origin, weight, len(places)) + rest
    kept = np.flatnonzero((rest > 0) | busy)
    ends = np.where(busy[kept], int(End.BUSY), int(End.BEFORE if back else End.UNSPENT))
    origins = np.concatenate((origin, kept))
    shares = np.concatenate((weight, rest[kept])) / sums[origins]
    step = (senders if back else receivers)(book, numbers, mass[origin])
    none = np.full(len(kept), -1, np.int64)
    moved = np.concatenate((step.tx, at(book.tx, places[kept])))
    lies = np.arange(len(origins)) >= len(origin)
    return _moving(Step(
        origins, mass[origins] * shares[:, None], np.concatenate((step.address, none)), moved,
        np.concatenate((numbers, none)), np.concatenate((step.end, ends)), lies,
    ))  # fmt: skip


def _moving(step: Step) -> Step:
    """Without entries that carry nothing."""
    some = step.mass[:, 0] > 0
    return Step(step.origin[some], step.mass[some], step.address[some], step.tx[some], step.place[some],
                step.end[some], step.lies[some] if step.lies is not None else None)  # fmt: skip


def _busy(book: Transfers, holders: Ints, degree: int) -> NDArray[np.bool_]:
    return _count(book.received_off, holders) + _count(book.sent_off, holders) > degree


def _members(offsets: Any, numbers: Any, addresses: Ints) -> tuple[Ints, Ints]:
    starts = at(offsets, np.maximum(addresses, 0))
    origin, rows = ragged(starts, _count(offsets, addresses))
    return origin, at(numbers, rows)


def _count(offsets: Any, addresses: Ints) -> Ints:
    safe = np.maximum(addresses, 0)
    count: Ints = np.where(addresses < 0, 0, at(offsets, safe + 1) - at(offsets, safe))
    return count
