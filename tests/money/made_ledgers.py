"""Small ledgers of arrays, made by hand or by hypothesis, for the tests of clusters and taint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st


@dataclass(frozen=True)
class Made:
    """A ledger as the kernels take it, and addresses of its outputs."""

    in_off: Any
    in_prev: Any
    out_off: Any
    out_val: Any
    out_addr: Any

    @property
    def arrays(self) -> tuple[Any, Any, Any, Any]:
        return self.in_off, self.in_prev, self.out_off, self.out_val

    @property
    def in_addr(self) -> Any:
        return np.where(self.in_prev >= 0, self.out_addr[self.in_prev], -1)

    @property
    def spender(self) -> Any:
        spender = np.full(self.out_val.size, -1)
        txs = np.repeat(np.arange(self.in_off.size - 1), np.diff(self.in_off))
        spender[self.in_prev[self.in_prev >= 0]] = txs[self.in_prev >= 0]
        return spender


def ledger(*transactions: tuple[list[int], list[int]], addresses: list[int] | None = None) -> Made:
    """Of each transaction the outputs that it spends, and the values of its own."""
    in_off = np.cumsum([0, *(len(spent) for spent, _ in transactions)])
    out_off = np.cumsum([0, *(len(values) for _, values in transactions)])
    in_prev = np.array([output for spent, _ in transactions for output in spent], np.int64)
    out_val = np.array([value for _, values in transactions for value in values], np.int64)
    return Made(in_off, in_prev, out_off, out_val, np.array(addresses or range(out_val.size), np.int64))


@st.composite
def ledgers(draw: st.DrawFn, most: int = 14, addresses: int = 8) -> Made:
    """Transactions that spend outputs of earlier ones, each once, with small values and fees."""
    unspent: list[int] = []
    values: list[int] = []
    transactions = []
    for _ in range(draw(st.integers(1, most))):
        spent = draw(st.lists(st.sampled_from(unspent), unique=True, max_size=4)) if unspent else []
        total = sum(values[output] for output in spent) if spent else draw(st.integers(0, 30))
        made = []
        for _ in range(draw(st.integers(0 if spent else 1, 4))):
            made.append(draw(st.integers(0, total)))
            total -= made[-1]
        unspent = [output for output in unspent if output not in spent]
        unspent += range(len(values), len(values) + len(made))
        values += made
        transactions.append((spent, made))
    names = draw(st.lists(st.integers(0, addresses - 1), min_size=len(values), max_size=len(values)))
    return ledger(*transactions, addresses=names)
