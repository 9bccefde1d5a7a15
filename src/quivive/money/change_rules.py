"""Which one output does each rule name as the change, or none?

Numbers are places in the arrays of the whole ledger; -1 is none. Sources stand in `money.change`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quivive.money.compiled import compiled

Whole = NDArray[np.int64]
RULES = 5


@compiled
def paying_back(tx: int, paid: Whole, spent_in: NDArray[np.int64]) -> int:
    """The one output whose address is spent from; -2 if there are several."""
    found = -1
    for place in range(paid.size):
        if paid[place] >= 0 and spent_in[paid[place]] == tx:
            if found != -1:
                return -2
            found = place
    return found


@compiled
def alone_new(paid: Whole, seen: NDArray[np.bool_]) -> int:
    """The one output whose address was not seen before."""
    found = -1
    for place in range(paid.size):
        if paid[place] >= 0 and not seen[paid[place]]:
            if found != -1:
                return -1
            found = place
    return found


@compiled
def alone_of_type(spent: Whole, paid: Whole, types: NDArray[np.int8]) -> int:
    """The one output of the type that all inputs have."""
    if types.size == 0 or spent.min() < 0:
        return -1
    kind = types[spent[0]]
    for address in spent:
        if types[address] != kind:
            return -1
    found = -1
    for place in range(paid.size):
        if paid[place] >= 0 and types[paid[place]] == kind:
            if found != -1:
                return -1
            found = place
    return found


@compiled
def alone_small(in_val: Whole, paid: Whole, out_val: Whole) -> int:
    """The one output that is less than the least of several inputs."""
    if in_val.size < 2 or in_val.min() < 0:
        return -1
    found, least = -1, in_val.min()
    for place in range(paid.size):
        if paid[place] >= 0 and out_val[place] < least:
            if found != -1:
                return -1
            found = place
    return found


@compiled
def alone_uneven(paid: Whole, out_val: Whole, round_to: int) -> int:
    """The one output whose amount is not round."""
    found = -1
    for place in range(paid.size):
        if paid[place] >= 0 and out_val[place] % round_to:
            if found != -1:
                return -1
            found = place
    return found


@compiled
def count_votes(named: Whole) -> tuple[int, int, int]:
    """The output that most rules name, their bits, and the bits of the others; -1 on a tie."""
    best, most, tied = -1, 0, False
    for output in named:
        votes = (named == output).sum() if output >= 0 else 0
        if votes > most:
            best, most, tied = output, votes, False
        elif votes == most and votes and output != best:
            tied = True
    agree, against = 0, 0
    for rule in range(named.size):
        if named[rule] >= 0:
            if named[rule] == best and not tied:
                agree |= 1 << rule
            else:
                against |= 1 << rule
    return (-1 if tied else best), agree, against


@compiled
def find(
    in_off: Whole,
    in_addr: Whole,
    in_val: Whole,
    out_off: Whole,
    out_addr: Whole,
    out_val: Whole,
    types: NDArray[np.int8],
    mixed: NDArray[np.bool_],
    addresses: int,
    round_to: int,
) -> tuple[Whole, NDArray[np.uint8], NDArray[np.uint8]]:
    """Output, and bits for and against, of each transaction."""
    transactions = in_off.size - 1
    change = np.full(transactions, -1, np.int64)
    agree, against = np.zeros(transactions, np.uint8), np.zeros(transactions, np.uint8)
    seen, spent_in = np.zeros(addresses, np.bool_), np.full(addresses, -1, np.int64)
    named = np.empty(RULES, np.int64)
    for tx in range(transactions):
        spent, paid = in_addr[in_off[tx] : in_off[tx + 1]], out_addr[out_off[tx] : out_off[tx + 1]]
        for address in spent:
            if address >= 0:
                seen[address] = True
                spent_in[address] = tx
        if spent.size and not mixed[tx] and (paid >= 0).sum() > 1:
            came, went = in_val[in_off[tx] : in_off[tx + 1]], out_val[out_off[tx] : out_off[tx + 1]]
            back = paying_back(tx, paid, spent_in)
            named[0] = back
            named[1] = alone_new(paid, seen) if back == -1 else -1
            named[2] = alone_of_type(spent, paid, types)
            named[3] = alone_small(came, paid, went)
            named[4] = alone_uneven(paid, went, round_to)
            output, bits, others = count_votes(named)
            change[tx] = out_off[tx] + output if output >= 0 else -1
            agree[tx], against[tx] = bits, others
        for address in paid:
            if address >= 0:
                seen[address] = True
    return change, agree, against
