"""Which share of each output is tainted, if taint mixes evenly?

Transactions are taken some thousand at a time. What their inputs hold is read first in bare loops, so that
the processor can fetch many places at once; an input that spends an output of the same thousand looks at the
share of the transaction that made it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled

TOGETHER = 1024
"""Transactions taken at a time."""
Integers = NDArray[Any]
Numbers = NDArray[Any]
Flags = NDArray[np.bool_]


@compiled
def gather(numbers: Numbers, places: Integers, found: Numbers) -> None:
    """Reads numbers at many places, 0 where the place is -1; the loop is bare so that the reads overlap."""
    for index in range(places.size):
        found[index] = numbers[places[index]] if places[index] >= 0 else 0


@compiled
def makers(offsets: NDArray[np.int64], first: int, after: int) -> NDArray[np.int32]:
    """For each output of these transactions, which of them made it, counted from `first`."""
    start = offsets[first]
    maker = np.zeros(offsets[after] - start + 1, np.int32)
    for tx in range(first + 1, after):
        maker[offsets[tx] - start] += 1
    for place in range(1, maker.size):
        maker[place] += maker[place - 1]
    return maker


@compiled
def haircut_outputs(
    in_off: NDArray[np.int64],
    in_prev: Integers,
    in_val: NDArray[np.int64],
    out_off: NDArray[np.int64],
    out_val: NDArray[np.int64],
    stop: Flags,
    amounts: NDArray[np.float64],
) -> tuple[int, float, float]:
    """Adds to each output's amount, up to its value, the taint that arrives.

    `amounts` holds the seeds at first. `stop` and `in_val` may be empty. Gives the transaction that spends
    what comes after it (-1: none), the taint in fees, and what arrived at outputs that were seeds already.
    """
    fees, twice = 0.0, 0.0
    shares = np.zeros(TOGETHER)
    transactions = in_off.size - 1
    for first in range(0, transactions, TOGETHER):
        after = min(transactions, first + TOGETHER)
        start, end = in_off[first], in_off[after]
        made, made_end = out_off[first], out_off[after]
        spent = in_prev[start:end]
        held, values = np.empty(spent.size), np.empty(spent.size, np.int64)
        gather(amounts, spent, held)
        gather(out_val, spent, values)
        if in_val.size:
            values = in_val[start:end]
        ended = np.zeros(spent.size, np.bool_)
        if stop.size:
            gather(stop, spent, ended)
        maker = makers(out_off, first, after)
        for tx in range(first, after):
            taint, total = 0.0, 0
            for place in range(in_off[tx] - start, in_off[tx + 1] - start):
                arrived, value = held[place], values[place]
                total += value
                if spent[place] >= made:
                    if spent[place] >= out_off[tx]:
                        return tx, 0.0, 0.0
                    arrived = min(arrived + shares[maker[spent[place] - made]] * value, value)
                taint += 0.0 if ended[place] else arrived
            shares[tx - first] = taint / total if taint > 0 else 0.0
            fees += taint
        for place in range(made_end - made):
            arrived, value = shares[maker[place]] * out_val[made + place], out_val[made + place]
            amount = amounts[made + place] + arrived
            amounts[made + place] = min(amount, value)
            fees -= arrived
            twice += amount - min(amount, value)
    return -1, fees, twice


@compiled
def poison_outputs(
    in_off: NDArray[np.int64],
    in_prev: Integers,
    in_val: NDArray[np.int64],
    out_off: NDArray[np.int64],
    out_val: NDArray[np.int64],
    stop: Flags,
    poisoned: Flags,
) -> tuple[int, int]:
    """Marks each output of a transaction with a marked input; `poisoned` holds the seeds at first.

    Gives the transaction that spends what comes after it (-1: none), and the fees of marked transactions.
    """
    fees = 0
    for tx in range(in_off.size - 1):
        found, total = False, 0
        for place in range(in_off[tx], in_off[tx + 1]):
            output = in_prev[place]
            if 0 <= output < poisoned.size:
                if output >= out_off[tx]:
                    return tx, 0
                total += out_val[output]
                if poisoned[output] and not (stop.size and stop[output]):
                    found = True
            else:
                total += in_val[place]
        if found:
            for output in range(out_off[tx], out_off[tx + 1]):
                poisoned[output] = True
                total -= out_val[output]
            fees += total
    return -1, fees
