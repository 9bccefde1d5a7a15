"""Which transactions may clustering leave out for safety, though no detector would call them CoinJoins?

Many inputs of different addresses and mostly equal outputs: one owner who splits coins, pays salaries from
a shop's takings, or a joint transaction of a form that nobody has described. A link that such a transaction
shows is mostly shown again by others; a wrong merge joins strangers for good. No verdict: nothing is to be
reported by it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quivive.money.coinjoin.shape import Ints, different
from quivive.money.compiled import compiled

LEAST = 5
"""Inputs, input addresses and equal outputs below which nothing is left out."""


def doubtful(in_off: Ints, out_off: Ints, out_val: Ints, in_addr: Ints | None = None) -> NDArray[np.bool_]:
    """bool[T]: five or more inputs from different addresses, and as many equal outputs, half of all or more.

    Arrays as in `columns.detect_columns`; without addresses all inputs count as different. At least half as
    many addresses are spent from as there are equal outputs.
    """
    none = np.zeros(0, np.int64)
    addresses = none if in_addr is None else np.ascontiguousarray(in_addr, np.int64)
    first, second, values = (np.ascontiguousarray(each, np.int64) for each in (in_off, out_off, out_val))
    return _doubtful(first, second, values, addresses)


@compiled
def _most_equal(values: Ints) -> int:
    """How often the most frequent value occurs."""
    ordered = np.sort(values)
    most = 0
    start = 0
    for k in range(1, len(ordered) + 1):
        if k == len(ordered) or ordered[k] != ordered[start]:
            most = max(most, k - start)
            start = k
    return most


@compiled
def _doubtful(in_off: Ints, out_off: Ints, out_val: Ints, in_addr: Ints) -> NDArray[np.bool_]:
    found = np.zeros(len(in_off) - 1, np.bool_)
    for t in range(len(found)):
        inputs, outputs = in_off[t + 1] - in_off[t], out_off[t + 1] - out_off[t]
        if inputs < LEAST or outputs < LEAST:
            continue
        equal = _most_equal(out_val[out_off[t] : out_off[t + 1]])
        if equal < LEAST or equal * 2 < outputs:
            continue
        owners = different(in_addr[in_off[t] : in_off[t + 1]], inputs) if len(in_addr) else inputs
        found[t] = owners >= LEAST and owners * 2 >= equal
    return found
