"""Which transactions put these two addresses into one cluster?

The answer is the earliest evidence: of all chains of transactions from one address to the other, those whose
latest transaction is earliest, and of these one with the fewest transactions. That latest transaction is the
one that merged the two clusters. Each step is one transaction that spent from both its addresses.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quivive.money.clustering import apart, checked

Integers = NDArray[Any]


class Merge(NamedTuple):
    """A transaction, by its number, that spent from both addresses."""

    tx: int
    source: int
    target: int


def merged_by(
    offsets: NDArray[np.int64],
    addresses: Integers,
    coinjoin: NDArray[np.bool_] | None,
    one: int,
    other: int,
) -> tuple[Merge, ...] | None:
    """The chain from `one` to `other`, empty where they are the same address, None where nothing merged them.

    Arrays as for `clustering.cluster_inputs`; the latest `tx` of the chain is what merged the clusters.
    Memory beside the arrays: a number per address, and a few per input of the cluster.
    """
    from quivive.money.union_find import first_together, flatten

    if one == other:
        return ()
    offsets, addresses, skipped = checked(offsets, addresses, coinjoin)
    size = int(addresses.max()) + 1 if addresses.size else 0
    if not (0 <= one < size and 0 <= other < size):
        return None
    parents = apart(size)
    last = first_together(parents, offsets, addresses, skipped, one, other)
    if last < 0:
        return None
    labels = np.empty(size, np.int64)
    flatten(parents, 0, labels)
    txs, members = _of_cluster(offsets[: last + 2], addresses, skipped, labels == labels[one])
    return _shortest(txs, members, one, other)


def _of_cluster(
    offsets: NDArray[np.int64], addresses: Integers, skipped: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Integers]:
    """Transaction and address of each input of the cluster, CoinJoins left out."""
    places = np.flatnonzero(inside[addresses[: offsets[-1]]])
    txs = np.searchsorted(offsets, places, side="right") - 1
    if skipped.size:
        kept = ~skipped[txs]
        txs, places = txs[kept], places[kept]
    return txs, addresses[places]


def _shortest(txs: NDArray[np.int64], members: Integers, one: int, other: int) -> tuple[Merge, ...]:
    """The chain with the fewest transactions, among rows of transaction and address in chain order."""
    from quivive.money.co_spending import breadth_first

    names, member = np.unique(members, return_inverse=True)
    numbers, first_rows, tx = np.unique(txs, return_index=True, return_inverse=True)
    rows_of = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[rows_of], np.arange(names.size + 1))
    begin, goal = np.searchsorted(names, [one, other])
    came_by = breadth_first(tx, np.append(first_rows, txs.size), member, rows_of, starts, begin, goal)
    chain = []
    while goal != begin:
        row = came_by[goal]
        chain.append(Merge(int(numbers[tx[row]]), int(names[member[row]]), int(names[goal])))
        goal = member[row]
    return tuple(reversed(chain))
