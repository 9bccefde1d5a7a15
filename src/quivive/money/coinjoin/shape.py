"""Which counts and values of a transaction do the rules of all protocols look at?

A shape is an int64 array whose places are named here; compiled, for one transaction and for millions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quivive.money.coinjoin.nouns import NULLDATA
from quivive.money.compiled import compiled

Ints = NDArray[np.int64]
Codes = NDArray[np.int8]

INPUTS = 0
OUTPUTS = 1  # without those that carry data only
DATA_OUTPUTS = 2
EQUAL_VALUE = 3  # the most frequent output value; of equally frequent ones the largest
EQUAL = 4  # how many outputs have it
REPEATED = 5  # values that two or more outputs have
SINGLE = 6  # values that one output alone has
KNOWN = 7  # 1 where every input's value is known
LARGEST_IN = 8
LARGEST_OTHER = 9  # largest output that is not of the equal value
FEE = 10  # inputs less outputs, -1 where unknown
IN_OWNERS = 11  # different addresses spent from; an unknown one counts as different
OUT_OWNERS = 12
IN_TYPES = 13  # bit per script type seen, 0 where none is known
OUT_TYPES = 14
IN_ORDER = 15  # ASCENDING, DESCENDING or 0, of values
OUT_ORDER = 16
TIME = 17  # Unix seconds, 0 where unknown
COORDINATOR = 18  # 1 where it pays a known coordinator of Wasabi 1
PLACES = 19

ASCENDING, DESCENDING = 1, 2


@compiled
def order_of(values: Ints) -> int:
    """ASCENDING or DESCENDING where two or more different values stand in that order, else 0."""
    up = True
    down = True
    for k in range(1, len(values)):
        up = up and values[k] >= values[k - 1]
        down = down and values[k] <= values[k - 1]
    if up == down:
        return 0
    return 1 if up else 2


@compiled
def different(owners: Ints, count: int) -> int:
    """Different owners among `count` coins; a negative one is unknown and counts as different.

    Where no owners are given, all count as different.
    """
    if len(owners) == 0:
        return count
    ordered = np.sort(owners)
    found = 0
    for k in range(len(ordered)):
        if ordered[k] < 0 or k == 0 or ordered[k] != ordered[k - 1]:
            found += 1
    return found


@compiled
def types_seen(types: Codes) -> int:
    """A bit for each script type seen; unknown ones set none."""
    seen = 0
    for k in range(len(types)):
        if types[k] >= 0:
            seen |= 1 << int(types[k])
    return seen


@compiled
def spendable(values: Ints, types: Codes) -> Ints:
    """Values of the outputs that can be spent, in their order; of unknown type, a value of 0 marks data."""
    kept = np.empty(len(values), np.int64)
    count = 0
    for k in range(len(values)):
        typed = len(types) > 0 and types[k] >= 0
        data = types[k] == NULLDATA if typed else values[k] == 0
        if not data:
            kept[count] = values[k]
            count += 1
    return kept[:count]


@compiled
def frequencies(ordered: Ints, shape: Ints) -> None:
    """Writes EQUAL_VALUE, EQUAL, REPEATED, SINGLE and LARGEST_OTHER from values in ascending order."""
    start = 0
    for k in range(1, len(ordered) + 1):
        if k == len(ordered) or ordered[k] != ordered[start]:
            run = k - start
            shape[SINGLE if run == 1 else REPEATED] += 1
            if run >= shape[EQUAL]:
                shape[EQUAL] = run
                shape[EQUAL_VALUE] = ordered[start]
            start = k
    shape[LARGEST_OTHER] = 0
    for k in range(len(ordered)):
        if ordered[k] != shape[EQUAL_VALUE]:
            shape[LARGEST_OTHER] = ordered[k]


@compiled
def paid_in(values: Ints, shape: Ints, paid_out: int) -> None:
    """Writes KNOWN, LARGEST_IN and FEE; a negative input value is unknown."""
    total = 0
    shape[KNOWN] = 1
    for k in range(len(values)):
        if values[k] < 0:
            shape[KNOWN] = 0
        total += values[k]
        shape[LARGEST_IN] = max(shape[LARGEST_IN], values[k])
    shape[FEE] = total - paid_out if shape[KNOWN] else -1


@compiled
def measure(
    in_values: Ints,
    out_values: Ints,
    in_types: Codes,
    out_types: Codes,
    in_owners: Ints,
    out_owners: Ints,
    time: int,
    coordinators: Ints,
    shape: Ints,
) -> Ints:
    """Writes the shape of one transaction and gives its spendable outputs' values in ascending order.

    Empty arrays of types or owners stand for unknown; `coordinators` are owners.
    """
    shape[:] = 0
    outs = spendable(out_values, out_types)
    shape[INPUTS] = len(in_values)
    shape[OUTPUTS] = len(outs)
    shape[DATA_OUTPUTS] = len(out_values) - len(outs)
    ordered = np.sort(outs)
    frequencies(ordered, shape)
    paid_in(in_values, shape, out_values.sum())
    shape[IN_OWNERS] = different(in_owners, len(in_values))
    shape[OUT_OWNERS] = different(out_owners, len(out_values)) - shape[DATA_OUTPUTS]
    shape[IN_TYPES] = types_seen(in_types)
    shape[OUT_TYPES] = types_seen(out_types)
    shape[IN_ORDER] = order_of(in_values) if shape[KNOWN] else 0
    shape[OUT_ORDER] = order_of(outs)
    shape[TIME] = time
    for k in range(len(out_owners)):
        for c in range(len(coordinators)):
            if out_owners[k] == coordinators[c]:
                shape[COORDINATOR] = 1
    return ordered
