"""Who paid into, or was paid from, the accounts of an account chain, and how much of the money was theirs?

An account is a pool. Backward, what it sends is made of all that it had received before, in proportion; what
it had sent beyond that came from where the ledger does not see. Forward, what it receives goes into all that
it sends later and into what then remains, in proportion. One asset at a time; transfers are numbered in chain
order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    """From transfers to what their senders had received before them."""
    holder = at(book.sender, places)
    busy = _count(book.received_off, holder) + _count(book.sent_off, holder) > degree
    origin, numbers, value = _pool(book, places, holder, asset, busy, "received", before=True)
    received = np.bincount(origin, value, len(places))
    given, _, spent = _pool(book, places, holder, asset, busy, "sent", before=True)
    unseen = np.maximum(np.bincount(given, spent, len(places)) - received, 0.0)
    return _split(book, places, mass, busy, (origin, numbers, value), unseen, End.BEFORE)


def forward(book: Transfers, places: Ints, mass: Mass, asset: int, degree: int) -> Step:
    """From transfers to what their receivers sent after them."""
    holder = at(book.receiver, places)
    busy = _count(book.received_off, holder) + _count(book.sent_off, holder) > degree
    origin, numbers, value = _pool(book, places, holder, asset, busy, "sent", before=False)
    received, _, got = _pool(book, places, holder, asset, busy, "received", before=None)
    given, _, spent = _pool(book, places, holder, asset, busy, "sent", before=None)
    size = len(places)
    left = np.maximum(np.bincount(received, got, size) - np.bincount(given, spent, size), 0.0)
    return _split(book, places, mass, busy, (origin, numbers, value), left, End.UNSPENT)


def received_before(book: Transfers, places: Ints) -> Ints:
    """At most how many entries `backward` gives for each."""
    return _count(book.received_off, at(book.sender, places)) + 1


def sent_after(book: Transfers, places: Ints) -> Ints:
    """At most how many entries `forward` gives for each."""
    return _count(book.sent_off, at(book.receiver, places)) + 1


def _split(book: Transfers, places: Ints, mass: Mass, busy: NDArray[np.bool_], parts: tuple[Ints, Ints, Mass],
           rest: Mass, rest_end: End) -> Step:  # fmt: skip
    """Each place's mass over its parts and the rest; what has neither, or is too busy, stays whole."""
    origin, numbers, value = parts
    sums = np.bincount(origin, value, len(places)) + rest
    kept = np.flatnonzero((rest > 0) | (sums <= 0) | busy)
    share = np.where(sums[kept] > 0, rest[kept] / np.where(sums[kept] > 0, sums[kept], 1.0), 1.0)
    ends = np.where(busy[kept], int(End.BUSY), int(rest_end))
    origins = np.concatenate((origin, kept))
    weight = np.concatenate((value / sums[origin], share))
    step = (senders if rest_end is End.BEFORE else receivers)(book, numbers, mass[origin])
    none = np.full(len(kept), -1, np.int64)
    return Step(
        origins, mass[origins] * weight[:, None], np.concatenate((step.address, none)),
        np.concatenate((step.tx, at(book.tx, places[kept]))), np.concatenate((numbers, none)),
        np.concatenate((step.end, ends)),
    )  # fmt: skip


def _pool(book: Transfers, places: Ints, holder: Ints, asset: int, busy: NDArray[np.bool_], side: str,
          before: bool | None) -> tuple[Ints, Ints, Mass]:  # fmt: skip
    """Each holder's transfers of one side and asset: origin, number, value. None is all, True until the place
    (its own transfer counts as sent), False after it."""
    offsets, numbers = getattr(book, f"{side}_off"), getattr(book, side)
    origin, found = _members(offsets, numbers, np.where(busy, -1, holder))
    if before is not None:
        limit = places[origin]
        right = (found <= limit if side == "sent" else found < limit) if before else found > limit
        origin, found = origin[right], found[right]
    right = at(book.asset, found) == asset
    origin, found = origin[right], found[right]
    value = at(book.value, found)
    return origin[value > 0], found[value > 0], value[value > 0]


def _members(offsets: Any, numbers: Any, addresses: Ints) -> tuple[Ints, Ints]:
    starts = at(offsets, np.maximum(addresses, 0))
    origin, rows = ragged(starts, _count(offsets, addresses))
    return origin, at(numbers, rows)


def _count(offsets: Any, addresses: Ints) -> Ints:
    safe = np.maximum(addresses, 0)
    count: Ints = np.where(addresses < 0, 0, at(offsets, safe + 1) - at(offsets, safe))
    return count
