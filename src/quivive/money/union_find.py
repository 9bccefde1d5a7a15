"""Which of these numbers are connected, by union-find?

`parents[i] <= i` always: each number points to a smaller one of its set, or to itself. So the smallest number
of a set is its root, whatever order the pairs came in. Linking is Rem's algorithm with splicing, the fastest
of those compared by Patwary, Blair and Manne, 'Experiments on union-find algorithms for the disjoint-set data
structure' (SEA 2010).

Transactions are taken some thousand at a time: first all parents are read, without a branch, so that the
processor can fetch many at once; only neighbours whose parents differ are then linked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled

TOGETHER = 4096
"""Transactions taken at a time; from 1,000 to 16,000 are about as fast."""
Integers = NDArray[Any]
Flags = NDArray[np.uint8]


@compiled
def link(parents: Integers, number: Any, other: Any) -> None:
    """Joins the sets of two numbers."""
    while True:
        parent, other_parent = parents[number], parents[other]
        if parent == other_parent:
            return
        high, low = max(parent, other_parent), min(parent, other_parent)
        climber = number if parent > other_parent else other
        parents[climber] = low
        if climber == high:
            return
        number, other = high, low


@compiled
def root(parents: Integers, number: Any) -> Any:
    """Smallest number of the set; halves the path to it."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@compiled
def flatten(parents: Integers, start: int, labels: NDArray[np.int64]) -> None:
    """Points each number from `start` on straight to its root, and writes the roots to `labels`.

    One pass upwards from 0 is enough: what a number points to is smaller, so it has been flattened.
    """
    here = parents[start : start + labels.size]
    for place in range(here.size):
        here[place] = parents[here[place]]
    labels[:] = here


@compiled
def gather(parents: Integers, members: Integers, found: Integers) -> None:
    """Reads the parents of the members; the loop is bare so that the reads overlap."""
    for place in range(members.size):
        found[place] = parents[members[place]]


@compiled
def link_neighbours(parents: Integers, members: Integers, joined: Flags) -> None:
    """Links each member to the one before it where `joined` is 1; `joined[0]` is not looked at."""
    members = members.astype(parents.dtype)  # 32 bits a number where they do
    found = np.empty(members.size, parents.dtype)
    gather(parents, members, found)
    apart = np.empty(members.size, np.uint32)
    count = 0
    for place in range(1, members.size):
        apart[count] = place
        count += joined[place] & (found[place] != found[place - 1])
    for place in apart[:count]:
        link(parents, members[place - 1], members[place])


@compiled
def link_transactions(
    parents: Integers, offsets: NDArray[np.int64], addresses: Integers, skipped: NDArray[np.bool_]
) -> None:
    """Links `addresses[offsets[t]:offsets[t + 1]]` of each transaction t; `skipped` may be empty."""
    transactions = offsets.size - 1
    for first in range(0, transactions, TOGETHER):
        after = min(transactions, first + TOGETHER)
        start = offsets[first]
        joined = np.ones(offsets[after] - start + 1, np.uint8)
        for tx in range(first, after):
            joined[offsets[tx] - start] = 0
        if skipped.size:
            for tx in range(first, after):
                if skipped[tx]:
                    joined[offsets[tx] - start : offsets[tx + 1] - start] = 0
        link_neighbours(parents, addresses[start : offsets[after]], joined)


@compiled
def link_rows(parents: Integers, txs: Integers, addresses: Integers, skipped: NDArray[np.bool_]) -> None:
    """Links addresses of neighbouring rows of one transaction; `skipped` is by transaction, or empty."""
    for first in range(0, txs.size, TOGETHER):
        start = max(0, first - 1)
        some = txs[start : first + TOGETHER]
        joined = np.zeros(some.size, np.uint8)
        for place in range(1, some.size):
            joined[place] = some[place] == some[place - 1]
        if skipped.size:
            for place in range(some.size):
                joined[place] &= not skipped[some[place]]
        link_neighbours(parents, addresses[start : first + TOGETHER], joined)


@compiled
def first_together(
    parents: Integers,
    offsets: NDArray[np.int64],
    addresses: Integers,
    skipped: NDArray[np.bool_],
    one: int,
    other: int,
) -> int:
    """First transaction after which both numbers are in one set, or -1; links up to there."""
    for tx in range(offsets.size - 1):
        if skipped.size and skipped[tx]:
            continue
        for place in range(offsets[tx] + 1, offsets[tx + 1]):
            link(parents, addresses[place - 1], addresses[place])
        if root(parents, one) == root(parents, other):
            return tx
    return -1
