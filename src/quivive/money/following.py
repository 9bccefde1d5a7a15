"""Where does the taint of a few outputs go, without a walk over the whole ledger?

Haircut, as in `money.taint`, along the index from each output to its spender. Transactions are taken in chain
order, so that all that reaches one is there before it is passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.errors import UsageError

Integers = NDArray[Any]

WENT_ON, UNSPENT, SERVICE, LIMIT = range(4)
"""How an output ended: spent and followed, unspent, at a service, or spent and not followed for the limit."""


@dataclass(frozen=True, eq=False)
class Followed:
    """Outputs with taint, in the order in which their transactions were reached; amounts in satoshis."""

    outputs: NDArray[np.int64]
    amounts: NDArray[np.float64]
    ends: NDArray[np.int8]
    """WENT_ON, UNSPENT, SERVICE or LIMIT."""
    fees: float
    below: float
    """Taint of outputs that had too little to be followed; they are not listed."""
    transactions: int
    """How many transactions were looked at."""
    seed: float
    """The seeds' values, less what reached a seed from another: the sum of all that ended, fees and below."""


def spenders(in_off: Integers, in_prev: Integers, outputs: int) -> NDArray[np.int64]:
    """The transaction that spends each output, or -1: int64[outputs]. `UsageError` for one out of range."""
    in_prev = np.asarray(in_prev)
    if in_prev.size and int(in_prev.max()) >= outputs:
        raise UsageError(f"in_prev names an output beyond the {outputs} that there are.")
    from quivive.money.taint_heap import spenders_of

    return spenders_of(np.asarray(in_off), in_prev, outputs)


def follow_haircut(
    in_off: Integers,
    in_prev: Integers,
    out_off: Integers,
    out_val: Integers,
    spender: Integers,
    seeds: Integers,
    least: float = 0.01,
    thinnest: float = 0.0,
    stop: NDArray[np.bool_] | None = None,
    most: int = 100_000,
) -> Followed:
    """Follows the whole value of `seeds` until each part is unspent, at a service, in a fee, or too small.

    Arrays as for `money.taint`, int64, and `spender` int64[O]: the transaction that spends each output, -1
    where unspent. An output with less than `least` of the seeds' total value is not followed, nor one of
    whose value less than `thinnest` is tainted: its taint is in `below`. After `most` transactions all that
    is left ends as LIMIT. Unknown inputs hold what the outputs have more than the known ones. Only what is
    reached is read, so memory maps will do. `UsageError` where the arrays do not fit.
    """
    from quivive.money.taint_heap import WRONG, follow

    seeds = np.unique(np.asarray(seeds))
    if seeds.size and (seeds.dtype.kind not in "iu" or not 0 <= seeds[0] <= seeds[-1] < len(out_val)):
        raise UsageError(f"A seed is the number of an output, from 0 to {len(out_val) - 1}.")
    stopped = np.zeros(0, np.bool_) if stop is None else np.asarray(stop, np.bool_)
    if len(spender) != len(out_val) or (stop is not None and len(stopped) != len(out_val)):
        raise UsageError("spender and stop must have one entry for each output.")
    if len(in_off) != len(out_off):
        raise UsageError("in_off and out_off must be of equal length: one more than there are transactions.")
    total = float(np.asarray(out_val)[seeds].sum()) if seeds.size else 0.0
    ledger = (in_off, in_prev, out_off, out_val, spender, seeds.astype(np.int64))
    outputs, amounts, how, fees, below, twice, seen = follow(*ledger, least * total, thinnest, stopped, most)
    if seen == WRONG:
        raise UsageError("The index of spenders does not fit the transactions.")
    return Followed(outputs, amounts, how.astype(np.int8), fees, below, seen, total - twice)
