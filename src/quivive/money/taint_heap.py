"""Which transactions does taint reach next, in chain order?"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled

Integers = NDArray[Any]
WRONG = -1
"""Instead of a number of transactions: the arrays do not fit."""
WENT_ON, UNSPENT, SERVICE, LIMIT = range(4)
"""How a listed output ended."""


@compiled
def spenders_of(in_off: Integers, in_prev: Integers, outputs: int) -> NDArray[np.int64]:
    """The transaction that spends each output, or -1; inputs of unknown outputs are passed over."""
    spender = np.full(outputs, -1, np.int64)
    for tx in range(in_off.size - 1):
        for place in range(in_off[tx], in_off[tx + 1]):
            if in_prev[place] >= 0:
                spender[in_prev[place]] = tx
    return spender


@compiled
def worth(
    tx: int, in_off: Integers, in_prev: Integers, out_off: Integers, out_val: Integers
) -> tuple[int, int]:
    """Value of the inputs, at least that of the outputs, and value of the outputs."""
    came, went = 0, 0
    for place in range(in_off[tx], in_off[tx + 1]):
        if 0 <= in_prev[place] < out_val.size:
            came += out_val[in_prev[place]]
    for output in range(out_off[tx], out_off[tx + 1]):
        went += out_val[output]
    return max(came, went), went


@compiled
def is_in(number: int, ordered: Integers) -> bool:
    """Whether a sorted array has the number."""
    place = np.searchsorted(ordered, number)
    return bool(place < ordered.size and ordered[place] == number)


@compiled
def follow(
    in_off: Integers,
    in_prev: Integers,
    out_off: Integers,
    out_val: Integers,
    spender: Integers,
    seeds: NDArray[np.int64],
    least: float,
    thinnest: float,
    stop: NDArray[np.bool_],
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], float, float, float, int]:
    """Outputs, amounts, ends, and taint in fees, not followed, come to seeds; how many transactions."""
    outputs = [np.int64(output) for output in seeds]
    amounts = [np.float64(out_val[output]) for output in seeds]
    ends = [WENT_ON if spender[output] >= 0 else UNSPENT for output in seeds]
    heap = [(spender[output], np.int64(n)) for n, output in enumerate(seeds) if spender[output] >= 0]
    heapify(heap)
    fees, below, twice, seen, done = 0.0, 0.0, 0.0, 0, -1
    while heap and seen < most:
        tx = heap[0][0]
        if tx <= done or tx >= in_off.size - 1:
            return np.array(outputs), np.array(amounts), np.array(ends), fees, below, twice, WRONG
        done = tx
        taint = 0.0
        while heap and heap[0][0] == tx:
            taint += amounts[heappop(heap)[1]]
        seen += 1
        came, went = worth(tx, in_off, in_prev, out_off, out_val)
        share = min(1.0, taint / came) if came else 0.0
        fees += taint - share * went
        for output in range(out_off[tx], out_off[tx + 1]):
            amount = share * out_val[output]
            if is_in(output, seeds):
                twice += amount
            elif amount < least or share < thinnest:
                below += amount
            elif amount > 0:
                service = stop.size > 0 and stop[output]
                outputs.append(np.int64(output))
                amounts.append(amount)
                ends.append(SERVICE if service else UNSPENT if spender[output] < 0 else WENT_ON)
                if ends[-1] == WENT_ON:
                    heappush(heap, (spender[output], np.int64(len(outputs) - 1)))
    for _, number in heap:
        ends[number] = LIMIT
    return np.array(outputs), np.array(amounts), np.array(ends), fees, below, twice, seen
