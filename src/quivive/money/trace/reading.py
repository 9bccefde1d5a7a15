"""What does a walk read: what is spent where, and what is known of the places it comes to?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag


class Rows(Protocol):
    """An array, or a column that is read where it is asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> Any: ...


class Flows(Protocol):
    """What is spent where (`money.ledger.flows.Flows`); -1 is unknown in `in_prev`, unspent in `spender`."""

    @property
    def in_off(self) -> Rows: ...
    @property
    def in_prev(self) -> Rows: ...
    @property
    def out_off(self) -> Rows: ...
    @property
    def out_addr(self) -> Rows: ...
    @property
    def out_val(self) -> Rows: ...
    @property
    def spender(self) -> Rows: ...


def _nothing(addresses: Sequence[int]) -> list[tuple[Tag, ...]]:
    return [() for _ in addresses]


def _once(addresses: Sequence[int]) -> list[int]:
    return [1 for _ in addresses]


@dataclass(frozen=True)
class Knowledge:
    """What is known beside the flows. `tags` and `uses` (outputs received) take address numbers, `coinjoin` a
    transaction, `spent` the row of an input whose output the ledger does not hold, and gives its value, else
    -1; `through` are the numbers of addresses at which no attribution or reuse stops the trace."""

    tags: Callable[[Sequence[int]], Sequence[tuple[Tag, ...]]] = _nothing
    uses: Callable[[Sequence[int]], Sequence[int]] = _once
    coinjoin: Callable[[int], tuple[str, float] | None] = lambda tx: None
    spent: Callable[[int], int] = lambda row: -1
    through: frozenset[int] = frozenset()


class Names(Protocol):
    """What numbers are called: `money.ledger.Ledger` knows."""

    def txids(self, numbers: Sequence[int], /) -> Sequence[str]: ...
    def addresses(self, numbers: Sequence[int], /) -> Sequence[str]: ...
    def times(self, txs: Sequence[int], /) -> Iterable[int]: ...


def maker(flows: Flows, output: int) -> int:
    """The transaction that made an output: the last whose outputs begin at or before it."""
    low, high = 0, len(flows.out_off) - 1
    while low < high:
        middle = (low + high) // 2
        if int(flows.out_off[middle + 1]) > output:
            high = middle
        else:
            low = middle + 1
    return low
