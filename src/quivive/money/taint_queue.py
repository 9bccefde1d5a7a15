"""Which satoshis of each output are tainted, if the first in are the first out?

Each output has a list of tainted stretches, from and to, counted in satoshis from its start. The inputs of
a transaction lie end to end in their order, so do its outputs, the fee is last; a stretch is cut where an
output ends. The lists lie one behind the other in a pool; when it is full, those of unspent outputs move to
another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled
from quivive.money.taint_shares import TOGETHER, gather

Integers = NDArray[Any]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Lists = NDArray[np.uint32]
"""Of each output, where in the pool its tainted stretches begin, and how many there are."""
Pool = NDArray[np.int64]
"""Stretches: from and to."""
ROOM = 1 << 16
"""Stretches that a pool has room for beyond those in it."""


class State(NamedTuple):
    """Where the loop stands: next transaction, places of the pool in use, taint in fees and come twice."""

    tx: int
    used: int
    fees: int
    twice: int


def queue_outputs(
    in_off: Whole,
    in_prev: Integers,
    in_val: Whole,
    out_off: Whole,
    out_val: Whole,
    stop: Flags,
    seeds: Whole,
    amounts: Whole,
) -> tuple[int, int, int]:
    """Sets each output's tainted satoshis, seeds whole; `stop` and `in_val` may be empty.

    Gives the transaction that spends what comes after it (-1: none), the taint in fees, and what arrived at
    outputs that are seeds anyway. Big arrays are made here, not in the loop: NumPy asks for large pages.
    """
    seed = np.zeros(out_val.size, np.bool_)
    lists, pool = np.zeros((out_val.size, 2), np.uint32), np.zeros((seeds.size + ROOM, 2), np.int64)
    seed[seeds], lists[seeds, 0], lists[seeds, 1] = True, np.arange(seeds.size), 1
    amounts[seeds] = pool[: seeds.size, 1] = out_val[seeds]
    state = State(0, seeds.size, 0, 0)
    while True:
        room, state = run(in_off, in_prev, in_val, out_off, out_val, stop, seed, amounts, lists, pool, state)
        if room <= 0:
            return (state.tx if room < 0 else -1), state.fees, state.twice
        live = int(lists[:, 1].sum(dtype=np.int64))
        fresh = np.empty((max(pool.shape[0], 2 * live + room + ROOM), 2), np.int64)
        move(lists, pool, fresh)
        pool, state = fresh, state._replace(used=live)


@compiled
def move(lists: Lists, pool: Pool, fresh: Pool) -> None:
    """Writes the lists that there still are to the fresh pool, and where they are now."""
    used = 0
    for output in range(lists.shape[0]):
        start, count = lists[output]
        if count:
            lists[output, 0] = used
            for place in range(start, start + count):
                fresh[used, 0], fresh[used, 1] = pool[place, 0], pool[place, 1]
                used += 1


@compiled
def look_ahead(spent: Integers, made: int, lists: Lists, pool: Pool, out_val: Whole) -> Whole:
    """How many of these inputs, up to each, spend an output that is tainted, or one from number `made` on.

    What the loop will need of each is read here, though not used, so that many reads overlap.
    """
    starts, counts = np.empty(spent.size, np.uint32), np.empty(spent.size, np.uint32)
    gather(lists[:, 0], spent, starts)
    gather(lists[:, 1], spent, counts)
    upto = np.zeros(spent.size + 1, np.int64)
    for place in range(spent.size):
        upto[place + 1] = upto[place] + ((counts[place] > 0) | (spent[place] >= made))
    if upto[spent.size]:
        unused = np.empty(spent.size, np.int64)
        gather(out_val, spent, unused)
        gather(pool[:, 0], starts, unused)
    return upto


@compiled
def needed(tx: int, in_off: Whole, in_prev: Integers, out_off: Whole, lists: Lists) -> int:
    """How many stretches the outputs may get: none if no input is tainted; -1 if one is not yet made."""
    stretches = 0
    for place in range(in_off[tx], in_off[tx + 1]):
        output = in_prev[place]
        if 0 <= output < lists.shape[0]:
            if output >= out_off[tx]:
                return -1
            stretches += int(lists[output, 1])
    return stretches + out_off[tx + 1] - out_off[tx] if stretches else 0


@compiled
def append(lists: Lists, pool: Pool, used: int, output: int, low: int, high: int) -> int:
    """Adds a stretch to the list of the output, which is the last in the pool; gives the places in use."""
    if lists[output, 1] and pool[used - 1, 1] == low:
        pool[used - 1, 1] = high
        return used
    if lists[output, 1] == 0:
        lists[output, 0] = used
    lists[output, 1] += 1
    pool[used, 0], pool[used, 1] = low, high
    return used + 1


@compiled
def run(
    in_off: Whole,
    in_prev: Integers,
    in_val: Whole,
    out_off: Whole,
    out_val: Whole,
    stop: Flags,
    seed: Flags,
    amounts: Whole,
    lists: Lists,
    pool: Pool,
    state: State,
) -> tuple[int, State]:
    """Goes on until the end (0), a full pool (the places needed), or an output spent too early (-1)."""
    tx, used, fees, twice = state
    upto, base = np.zeros(0, np.int64), 0
    while tx < in_off.size - 1:
        if upto.size == 0 or tx % TOGETHER == 0:
            base, after = in_off[tx], min(tx - tx % TOGETHER + TOGETHER, in_off.size - 1)
            upto = look_ahead(in_prev[base : in_off[after]], out_off[tx], lists, pool, out_val)
        if upto[in_off[tx] - base] == upto[in_off[tx + 1] - base]:
            tx += 1
            continue
        room = needed(tx, in_off, in_prev, out_off, lists)
        if room < 0 or used + room > pool.shape[0]:
            return room, State(tx, used, fees, twice)
        output, last = out_off[tx], out_off[tx + 1]
        begin, end = 0, out_val[output] if output < last else 0  # of the output that is being filled
        position = 0
        for place in range(in_off[tx], in_off[tx + 1]):
            spent = in_prev[place]
            if not 0 <= spent < out_val.size:
                position += in_val[place]
                continue
            start, count = lists[spent]
            for stretch in range(start, start + count):
                low, high = position + pool[stretch, 0], position + pool[stretch, 1]
                while low < high:
                    while output < last and end <= low:
                        output += 1
                        begin = end
                        end += out_val[output] if output < last else 0
                    if output == last:
                        fees += high - low
                        break
                    cut = min(high, end)
                    if seed[output]:
                        twice += cut - low
                    else:
                        amounts[output] += cut - low
                        if not (stop.size and stop[output]):
                            used = append(lists, pool, used, output, low - begin, cut - begin)
                    low = cut
            lists[spent, 1] = 0
            position += out_val[spent]
        tx += 1
    return 0, State(tx, used, fees, twice)
