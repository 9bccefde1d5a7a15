"""How much of each output is tainted by these seeds: by poison, by haircut, first in first out?

Three rules, none of them proof, to be read side by side:

* poison: whatever a tainted input touches is tainted whole (Möser, Böhme and Breuker, 'Towards risk scoring
  of Bitcoin transactions', 2014);
* haircut: taint mixes evenly, each output of a transaction has the share that its inputs have (ibid.);
* FIFO: satoshis leave in the order in which they came (Clayton's case, Devaynes v Noble 1816; Anderson,
  Shumailov and Ahmed, 'Making Bitcoin legal', 2018): inputs end to end in their order, outputs in theirs, the
  fee last.

What goes into fees ends there: the miner's coinbase is clean. Arrays are those of a ledger in chain order, T
transactions, I inputs, O outputs; memory maps will do. All amounts are satoshis.

in_off   int64[T + 1]        inputs of transaction t are in_off[t]:in_off[t + 1]; a coinbase has none
in_prev  int64|uint32[I]     the output spent: its number among all outputs; -1 where unknown
out_off  int64[T + 1]        outputs of transaction t
out_val  int64[O]            value of each output
seeds    integers[S]         outputs whose whole value is tainted
stop     bool[O], optional   outputs at which taint ends, as at a service; a seed goes on all the same
in_val   int64[I], optional  values of inputs, read where the output spent is unknown; -1 where it is, too

An unknown output is clean. Where its value is unknown too, it is what the outputs have more than the known
inputs. `UsageError` where the arrays do not fit, or an output is spent before it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quivive.errors import UsageError

Integers = NDArray[Any]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN = 2**32 - 1
"""How -1 reads in an unsigned array of 32 bits."""


class Taint(np.ndarray[Any, np.dtype[Any]]):
    """What one rule says: an array of the tainted satoshis that each output got, spent since or not.

    float64[O] by haircut, else int64[O].
    """

    fees: float
    """Tainted satoshis that went into fees."""
    seed: float
    """Tainted satoshis at the start: the seeds' values, less what reached a seed from another."""
    stop: Flags
    """Where taint ended: `stop` without the seeds; empty if there was none."""

    def __new__(cls, amounts: NDArray[Any], fees: float, seed: float, stop: Flags) -> Taint:
        taint = amounts.view(cls)
        taint.fees, taint.seed, taint.stop = fees, seed, stop
        return taint

    @property
    def amounts(self) -> NDArray[Any]:
        """The amounts as a plain array."""
        return self.view(np.ndarray)


@dataclass(frozen=True)
class Ends:
    """Where taint is now, in satoshis: the sum is the seed, by FIFO exactly, by haircut but for rounding."""

    unspent: float
    at_services: float
    fees: float


def poison(
    in_off: Whole,
    in_prev: Integers,
    out_off: Whole,
    out_val: Whole,
    seeds: Integers,
    stop: Flags | None = None,
    in_val: Whole | None = None,
) -> Taint:
    """Each output that taint touches, whole: `amounts` int64[O] is its value, or 0.

    Fees are the whole fees of tainted transactions. Poison makes more of itself: nothing adds up to the seed.
    """
    from quivive.money.taint_shares import poison_outputs

    ledger, seeds = _checked(in_off, in_prev, out_off, out_val, seeds, stop, in_val)
    poisoned = np.zeros(ledger.out_val.size, np.bool_)
    poisoned[seeds] = True
    late, fees = poison_outputs(*ledger, poisoned)
    _in_order(late)
    return Taint(np.where(poisoned, ledger.out_val, 0), fees, _sum(ledger.out_val[seeds]), ledger.stop)


def haircut(
    in_off: Whole,
    in_prev: Integers,
    out_off: Whole,
    out_val: Whole,
    seeds: Integers,
    stop: Flags | None = None,
    in_val: Whole | None = None,
) -> Taint:
    """Each output with the share of taint that its transaction's inputs had: `amounts` float64[O]."""
    from quivive.money.taint_shares import haircut_outputs

    ledger, seeds = _checked(in_off, in_prev, out_off, out_val, seeds, stop, in_val)
    amounts = np.zeros(ledger.out_val.size, np.float64)
    amounts[seeds] = ledger.out_val[seeds]
    late, fees, twice = haircut_outputs(*ledger, amounts)
    _in_order(late)
    return Taint(amounts, fees, _sum(ledger.out_val[seeds]) - twice, ledger.stop)


def fifo(
    in_off: Whole,
    in_prev: Integers,
    out_off: Whole,
    out_val: Whole,
    seeds: Integers,
    stop: Flags | None = None,
    in_val: Whole | None = None,
) -> Taint:
    """Each output's tainted satoshis, first in first out: `amounts` int64[O], every satoshi conserved.

    Which satoshis of an output are tainted is followed exactly, as stretches of it.
    """
    from quivive.money.taint_queue import queue_outputs

    ledger, seeds = _checked(in_off, in_prev, out_off, out_val, seeds, stop, in_val)
    amounts = np.zeros(ledger.out_val.size, np.int64)
    late, fees, twice = queue_outputs(*ledger, seeds, amounts)
    _in_order(late)
    return Taint(amounts, fees, _sum(ledger.out_val[seeds]) - twice, ledger.stop)


def ends(taint: Taint, in_prev: Integers) -> Ends:
    """Where the taint is now; `in_prev` as it was given to the rule."""
    at_service = taint.stop if taint.stop.size else np.zeros(taint.amounts.size, np.bool_)
    moved = at_service.copy()
    known = np.asarray(in_prev)
    moved[known[(known >= 0) & (known < moved.size)]] = True
    return Ends(_sum(taint.amounts[~moved]), _sum(taint.amounts[at_service]), taint.fees)


class _Ledger(NamedTuple):
    """The arrays in the order in which all loops take them; `in_val` and `stop` are empty if not needed."""

    in_off: Whole
    in_prev: Integers
    in_val: Whole
    out_off: Whole
    out_val: Whole
    stop: Flags


def _checked(
    in_off: Whole,
    in_prev: Integers,
    out_off: Whole,
    out_val: Whole,
    seeds: Integers,
    stop: Flags | None,
    in_val: Whole | None,
) -> tuple[_Ledger, Whole]:
    """The arrays as the loops take them, and the seeds, each once; `UsageError` where they do not fit."""
    out_val = _integers("out_val", out_val).astype(np.int64, copy=False)
    in_prev = _spent(in_prev, out_val.size)
    in_off, out_off = _offsets("in_off", in_off, in_prev.size), _offsets("out_off", out_off, out_val.size)
    if in_off.size != out_off.size:
        raise UsageError("in_off and out_off must be of equal length: one more than there are transactions.")
    if out_val.size and out_val.min() < 0:
        raise UsageError("out_val has a negative value.")
    seeds = np.unique(_integers("seeds", seeds)).astype(np.int64)
    if seeds.size and not 0 <= seeds[0] <= seeds[-1] < out_val.size:
        raise UsageError(f"A seed is the number of an output, from 0 to {out_val.size - 1}.")
    stopped = np.zeros(0, np.bool_)
    if stop is not None:
        stopped = np.array(stop, np.bool_)
        if stopped.shape != out_val.shape:
            raise UsageError("stop must have one entry for each output.")
        stopped[seeds] = False
    values = _values_of_unknown(in_off, in_prev, out_off, out_val, in_val)
    return _Ledger(in_off, in_prev, values, out_off, out_val, stopped), seeds


def _spent(in_prev: Integers, outputs: int) -> Integers:
    """uint32 where every output is known, else int64 with -1."""
    in_prev = _integers("in_prev", in_prev)
    if in_prev.dtype != np.uint32 or (in_prev.size and in_prev.max() == UNKNOWN):
        unknown = in_prev == UNKNOWN if in_prev.dtype == np.uint32 else None
        in_prev = in_prev.astype(np.int64, copy=False)
        if unknown is not None:
            in_prev[unknown] = -1
    if in_prev.size and not -1 <= in_prev.min() <= in_prev.max() < outputs:
        raise UsageError("in_prev names an output that does not exist; -1 is for unknown ones.")
    return in_prev


def _values_of_unknown(
    in_off: Whole, in_prev: Integers, out_off: Whole, out_val: Whole, in_val: Whole | None
) -> Whole:
    """Values of the inputs, those of unknown outputs included; empty where there are none."""
    if not in_prev.size or in_prev.min() >= 0:
        return np.zeros(0, np.int64)
    values = np.full(in_prev.size, -1) if in_val is None else _integers("in_val", in_val).astype(np.int64)
    if values.size != in_prev.size:
        raise UsageError("in_val must have one entry for each input.")
    known = in_prev >= 0
    values[known] = out_val[in_prev[known]]
    missing = _sums(out_off, out_val) - _sums(in_off, np.maximum(values, 0))
    places = np.flatnonzero(values < 0)
    txs, firsts = np.unique(np.searchsorted(in_off, places, side="right") - 1, return_index=True)
    values[places] = 0
    values[places[firsts]] = np.maximum(missing[txs], 0)
    return values


def _sums(offsets: Whole, values: Whole) -> Whole:
    """Sum of each transaction's values; sums that overflow in between come out right all the same."""
    upto = np.concatenate([[0], np.cumsum(values)])
    return np.asarray(upto[offsets[1:]] - upto[offsets[:-1]], np.int64)


def _integers(name: str, numbers: Integers) -> Integers:
    numbers = np.asarray(numbers)
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
        raise UsageError(f"{name} must be whole numbers in one dimension.")
    return numbers


def _offsets(name: str, offsets: Whole, end: int) -> Whole:
    offsets = _integers(name, offsets).astype(np.int64, copy=False)
    if not offsets.size or offsets[0] != 0 or offsets[-1] != end or not (offsets[1:] >= offsets[:-1]).all():
        raise UsageError(f"{name} must rise from 0 to {end}.")
    return offsets


def _in_order(late: int) -> None:
    if late >= 0:
        raise UsageError(f"Transaction {late} spends an output that is made by it or after it.")


def _sum(amounts: NDArray[Any]) -> Any:
    """A plain number."""
    return amounts.sum().item()
