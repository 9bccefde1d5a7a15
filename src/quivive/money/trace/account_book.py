"""Which transfers of an account chain does a trace read: of an account, of a transaction?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger

COIN = -1
"""The chain's own coin as an asset."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One transfer, by numbers: of itself in chain order, of its transaction, of addresses and of the token.

    -1 is nobody, or the chain's own coin. `value` 0 stands for an amount too large for the ledger as well.
    """

    number: int
    tx: int
    position: int
    kind: str
    asset: int
    sender: int
    receiver: int
    value: int


class Book(Protocol):
    """What a walk over accounts asks."""

    def uses(self, address: int, /) -> int:
        """How many transfers of any asset the address sent and received."""
        ...

    def transfers_of(self, address: int, asset: int, /) -> Sequence[Hop]:
        """All transfers of one asset that the address sent or received, in chain order."""
        ...

    def transfers_in(self, tx: int, /) -> Sequence[Hop]:
        """All transfers of one transaction, in their order."""
        ...

    def hop(self, number: int, /) -> Hop:
        """The transfer of that number."""
        ...


class ListedBook:
    """Transfers in memory, in chain order; each one's number is its place in the list."""

    def __init__(self, hops: Iterable[Hop]) -> None:
        self._hops = list(hops)
        self._of: dict[int, list[Hop]] = {}
        self._in: dict[int, list[Hop]] = {}
        for hop in self._hops:
            self._in.setdefault(hop.tx, []).append(hop)
            for address in {hop.sender, hop.receiver}:
                self._of.setdefault(address, []).append(hop)

    def uses(self, address: int) -> int:
        """Transfers of any asset, sent and received."""
        return len(self._of.get(address, ()))

    def transfers_of(self, address: int, asset: int) -> list[Hop]:
        """Transfers of one asset, in chain order."""
        return [hop for hop in self._of.get(address, ()) if hop.asset == asset]

    def transfers_in(self, tx: int) -> list[Hop]:
        """Transfers of one transaction."""
        return self._in.get(tx, [])

    def hop(self, number: int) -> Hop:
        """The transfer of that number."""
        return self._hops[number]


class LedgerBook:
    """The transfers of a ledger, read where the trace goes."""

    def __init__(self, ledger: Ledger) -> None:
        self._postings = ledger.postings()
        self._column = cache(lambda name: ledger.column("transfers", name))
        self._count = ledger.counts["transfers"]

    def uses(self, address: int) -> int:
        """Transfers of any asset, sent and received; counted without reading them."""
        book = self._postings
        return sum(
            int(offsets[address + 1] - offsets[address]) for offsets in (book.sent_off, book.received_off)
        )

    def transfers_of(self, address: int, asset: int) -> list[Hop]:
        """Transfers of one asset, in chain order."""
        book = self._postings
        numbers = sorted({*book.sent_by(address).tolist(), *book.received_by(address).tolist()})
        return [hop for hop in self._read(numbers) if hop.asset == asset]

    def received_by(self, address: int) -> list[Hop]:
        """Transfers of any asset that the address received, in chain order."""
        return self._read(self._postings.received_by(address).tolist())

    def transfers_in(self, tx: int) -> list[Hop]:
        """Transfers of one transaction; they lie beside each other."""
        first, last = self._first(tx), self._first(tx + 1)
        return self._read(list(range(first, last)))

    def hop(self, number: int) -> Hop:
        """The transfer of that number."""
        return self._read([number])[0]

    def _first(self, tx: int) -> int:
        """Number of the first transfer of this transaction or a later one."""
        low, high, txs = 0, self._count, self._column("tx")
        while low < high:
            middle = (low + high) // 2
            if txs.take([middle])[0] < tx:
                low = middle + 1
            else:
                high = middle
        return low

    def _read(self, numbers: Sequence[int]) -> list[Hop]:
        names = ("tx", "position", "kind", "asset", "sender", "receiver", "value")
        columns = [self._column(name).take(numbers) for name in names]
        rows = zip(numbers, *columns, strict=True)
        return [
            Hop(number, tx, position, kind, asset, sender, receiver, int(value or 0))
            for number, tx, position, kind, asset, sender, receiver, value in rows
        ]
