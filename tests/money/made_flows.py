"""Small ledgers in memory: who spends what, as arrays, and a name for everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

Paid = tuple[int, int]
"""The address paid, and how much."""
Payment = tuple[Sequence[int], Sequence[Paid]]
"""Outputs spent (dense numbers, -1 not in the ledger) and outputs made."""


@dataclass(frozen=True)
class MadeFlows:
    """The arrays of `money.ledger.flows.Flows`."""

    in_off: np.ndarray
    in_prev: np.ndarray
    out_off: np.ndarray
    out_addr: np.ndarray
    out_val: np.ndarray
    spender: np.ndarray


class MadeNames:
    """Transaction 7 is called 000…007, address 3 'address-3', and each transaction is ten minutes later."""

    def txids(self, numbers: Sequence[int]) -> list[str]:
        return [f"{number:064x}" for number in numbers]

    def addresses(self, numbers: Sequence[int]) -> list[str]:
        return [f"address-{number}" for number in numbers]

    def times(self, txs: Sequence[int]) -> list[int]:
        return [1_600_000_000 + 600 * tx for tx in txs]


def flows_of(payments: Sequence[Payment]) -> MadeFlows:
    """The arrays of these transactions, in chain order."""
    outputs = [paid for _, made in payments for paid in made]
    spender = np.full(len(outputs), -1, np.int64)
    for tx, (spent, _) in enumerate(payments):
        for output in spent:
            if output >= 0:
                spender[output] = tx
    return MadeFlows(
        _offsets([len(spent) for spent, _ in payments]),
        np.array([output for spent, _ in payments for output in spent], np.int64),
        _offsets([len(made) for _, made in payments]),
        np.array([address for address, _ in outputs], np.int64),
        np.array([value for _, value in outputs], np.int64),
        spender,
    )


def _offsets(counts: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


@st.composite
def payments(draw: st.DrawFn, most: int = 14, value: int = 40) -> list[Payment]:
    """Up to `most` transactions of small amounts: mined ones, and payments with change, fees and reuse."""
    made: list[Payment] = []
    unspent: dict[int, int] = {}
    outputs = 0
    for _ in range(draw(st.integers(2, most))):
        spent = draw(st.lists(st.sampled_from(sorted(unspent)), max_size=4, unique=True)) if unspent else []
        total = sum(unspent.pop(output) for output in spent) if spent else draw(st.integers(1, value))
        paid = draw(_split(total, bool(spent)))
        for address, amount in paid:
            if amount:
                unspent[outputs] = amount
            outputs += 1
            assert address >= 0
        made.append((spent, paid))
    return made


@st.composite
def _split(draw: st.DrawFn, total: int, fee: bool) -> list[Paid]:
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=3)))
    edges = [0, *cuts, total]
    amounts = [b - a for a, b in pairwise(edges)]
    if fee and len(amounts) > 1:
        amounts.pop()  # the last piece is the fee
    return [(draw(st.integers(0, 6)), amount) for amount in amounts]
