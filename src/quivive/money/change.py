"""Which output of a transaction is its change, and which rules of thumb say so?

Evidence beside the clusters: nothing here merges anybody. Each rule names one output or none:

* SELF: it pays an address that the transaction spends from;
* ONE_TIME: its address is new, those of all other outputs are not, and none pays back an address spent from
  (Meiklejohn et al., 'A Fistful of Bitcoins', IMC 2013, heuristic 2);
* OPTIMAL: it alone is less than the least of several inputs, which would else not have been needed (Nick,
  'Data-driven de-anonymization in Bitcoin', 2015);
* SAME_TYPE: it alone has the script type that all inputs have (Kalodner et al., 'BlockSci', USENIX Security
  2020);
* NOT_ROUND: it alone is no round amount (ibid.).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.errors import UsageError

Integers = NDArray[Any]


class Rule(IntFlag):
    """The rules, one bit each."""

    SELF = 1
    ONE_TIME = 2
    SAME_TYPE = 4
    OPTIMAL = 8
    NOT_ROUND = 16


@dataclass(frozen=True, eq=False)
class Change:
    """For each transaction the output that most rules name, or -1 where none does or as many name another."""

    output: NDArray[np.int64]
    """Its number among all outputs."""
    agree: NDArray[np.uint8]
    """Bits of the rules that name it."""
    against: NDArray[np.uint8]
    """Bits of the rules that name another; all that name any where `output` is -1."""

    def rules(self, tx: int) -> Rule:
        """The rules that name the change of this transaction."""
        return Rule(int(self.agree[tx]))


def find_change(
    in_off: Integers,
    in_addr: Integers,
    in_val: Integers,
    out_off: Integers,
    out_addr: Integers,
    out_val: Integers,
    types: Integers | None = None,
    coinjoin: NDArray[np.bool_] | None = None,
    round_to: int = 100_000,
) -> Change:
    """Change of T transactions in chain order, from the first of the chain on: what is new is known by that.

    in_off, out_off int64[T + 1]; in_addr int64[I], out_addr int64[O], -1 where none is known; in_val
    int64[I], out_val int64[O] in satoshis, an unknown input's -1; `types` int8[addresses], without which
    SAME_TYPE is silent; `coinjoin` bool[T]: these have no change. An amount is round if `round_to` divides
    it. `UsageError` where the arrays do not fit.
    """
    from quivive.money.change_rules import find

    ins = _part("in", in_off, in_addr, in_val)
    outs = _part("out", out_off, out_addr, out_val)
    if ins[0].size != outs[0].size:
        raise UsageError("in_off and out_off must be of equal length: one more than there are transactions.")
    transactions = ins[0].size - 1
    size = max((int(part[1].max()) + 1 for part in (ins, outs) if part[1].size), default=0)
    kinds = np.zeros(0, np.int8) if types is None else np.asarray(types, np.int8)
    if types is not None and kinds.size < size:
        raise UsageError(f"types must have one entry for each of the {size} addresses.")
    mixed = np.zeros(transactions, np.bool_) if coinjoin is None else np.asarray(coinjoin, np.bool_)
    if mixed.size != transactions or round_to < 1:
        raise UsageError("coinjoin must have one entry for each transaction, and round_to be at least 1.")
    return Change(*find(*ins, *outs, kinds, mixed, size, round_to))


def _part(side: str, offsets: Integers, addresses: Integers, values: Integers) -> tuple[Any, Any, Any]:
    """Offsets, addresses and values of the inputs or the outputs, as int64."""
    arrays = tuple(np.asarray(array) for array in (offsets, addresses, values))
    if any(array.ndim != 1 or (array.size and array.dtype.kind not in "iu") for array in arrays):
        raise UsageError(f"{side}_off, {side}_addr and {side}_val must be whole numbers in one dimension.")
    offsets, addresses, values = (array.astype(np.int64, copy=False) for array in arrays)
    end = addresses.size
    if not offsets.size or offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 0).any():
        raise UsageError(f"{side}_off must rise from 0 to {end}.")
    if values.size != end:
        raise UsageError(f"{side}_val must have as many entries as {side}_addr.")
    if end and addresses.min() < -1:
        raise UsageError("An address is a number from 0, or -1 where it is not known.")
    return offsets, addresses, values
