"""Which addresses were spent together, step by step from one?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled

Integers = NDArray[Any]


@compiled
def breadth_first(
    tx: Integers,
    tx_starts: Integers,
    member: Integers,
    rows_of: Integers,
    starts: Integers,
    begin: int,
    goal: int,
) -> Integers:
    """The row by which each member was first reached from `begin`, until `goal` is: int64[members], else -1.

    Row r: member[r] spends in tx[r]; the rows of a transaction lie together, from tx_starts[tx] on, the rows
    of a member are rows_of[starts[member]:starts[member + 1]], the earliest first. A row that reached
    someone holds the member that it was reached from.
    """
    came_by = np.full(starts.size - 1, -1, np.int64)
    seen = np.zeros(tx_starts.size - 1, np.bool_)
    queue = np.empty(starts.size - 1, np.int64)
    queue[0] = begin
    read, written = 0, 1
    while read < written and came_by[goal] < 0:
        here = queue[read]
        read += 1
        for row in rows_of[starts[here] : starts[here + 1]]:
            if seen[tx[row]]:
                continue
            seen[tx[row]] = True
            for reached in member[tx_starts[tx[row]] : tx_starts[tx[row] + 1]]:
                if reached != begin and came_by[reached] < 0:
                    came_by[reached] = row
                    queue[written] = reached
                    written += 1
    return came_by
