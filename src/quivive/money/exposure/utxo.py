"""Who paid into, or was paid by, the transactions of a UTXO chain, and how much of the money was theirs?

By haircut: of every output of a transaction, each input holds the part that it has in all inputs. Arrays are
those of the ledger's `Flows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quivive.money.exposure.walk import End, Ints, Mass, Step


@dataclass(frozen=True)
class Chain:
    """Transaction t has inputs in_off[t]:in_off[t+1] and outputs out_off[t]:out_off[t+1].

    `in_prev` is the output that an input spends (-1: from before the ledger), `spender` the transaction that
    spends an output (-1: none). `in_addr`, `in_val` are what the source says of an input (-1: nothing).
    `coinjoin` are the transactions held to be CoinJoins, sorted.
    """

    in_off: Any
    in_prev: Any
    out_off: Any
    out_addr: Any
    out_val: Any
    spender: Any
    in_addr: Any = None
    in_val: Any = None
    coinjoin: Any = ()


def at(values: Any, rows: Ints) -> Any:
    """Rows of an array, or of a column on disk, which is read in order and each row once."""
    if isinstance(values, np.ndarray):
        return values[rows]
    each, index = np.unique(rows, return_inverse=True)
    return np.asarray(values[each])[index]


def ragged(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Row numbers and members of the ranges starts[i]:starts[i]+counts[i], laid end to end."""
    origin = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    return origin, np.arange(int(counts.sum()), dtype=np.int64) + (starts - before)[origin]


def transaction_of(chain: Chain, outputs: Ints) -> Ints:
    """The transaction that made each output."""
    return np.searchsorted(chain.out_off, outputs, "right").astype(np.int64) - 1


def net(chain: Chain, outputs: Ints) -> tuple[Ints, Ints]:
    """Transactions of whoever owns these outputs, and what each gave (+) or took (-); int64.

    Change and money sent to oneself cancel out; a transaction that nets to nothing counts as neither.
    """
    made, value = transaction_of(chain, outputs), at(chain.out_val, outputs)
    spent = at(chain.spender, outputs)
    txs, index = np.unique(np.concatenate((made, spent[spent >= 0])), return_inverse=True)
    change = np.concatenate((value, -value[spent >= 0]))
    sums = np.zeros(len(txs), np.int64)
    np.add.at(sums, index, change)
    return txs, sums


def backward(chain: Chain, txs: Ints, mass: Mass, own: Ints | None = None) -> Step:
    """The inputs of these transactions. `own` (sorted) leaves the subject's out where others paid too."""
    starts = at(chain.in_off, txs)
    counts = at(chain.in_off, txs + 1) - starts
    ends = _is(txs, chain.coinjoin) * int(End.COINJOIN)
    ends = np.where(counts == 0, int(End.MINED), ends)
    origin, inputs = ragged(starts, np.where(ends > 0, 0, counts))
    prev, address, value, place = inputs_known(chain, inputs)
    weight = _filled(value, origin, _paid(chain, txs))
    weight = _without_own(weight, address, origin, own)
    end = np.where(prev >= 0, int(End.GO), int(End.BEFORE))
    return _step(txs, mass, ends, origin, weight, address, place, end, End.BEFORE)


def forward(chain: Chain, txs: Ints, mass: Mass, own: Ints | None = None) -> Step:
    """The outputs of these transactions, and the fee."""
    starts = at(chain.out_off, txs)
    ends = _is(txs, chain.coinjoin) * int(End.COINJOIN)
    origin, outputs = ragged(starts, np.where(ends > 0, 0, at(chain.out_off, txs + 1) - starts))
    address, spender = at(chain.out_addr, outputs), at(chain.spender, outputs)
    value = _without_own(at(chain.out_val, outputs).astype(np.float64), address, origin, own)
    fee = np.where(ends > 0, 0.0, fees_of(chain, txs))
    paying = np.flatnonzero(fee > 0)
    none = np.full(len(paying), -1, np.int64)
    end = np.where(spender >= 0, int(End.GO), int(End.UNSPENT))
    return _step(
        txs, mass, ends, np.concatenate((origin, paying)), np.concatenate((value, fee[paying])),
        np.concatenate((address, none)), np.concatenate((spender, none)),
        np.concatenate((end, np.full(len(paying), int(End.FEES)))), End.FEES,
    )  # fmt: skip


def inputs_of(chain: Chain, txs: Ints) -> Ints:
    """How many entries `backward` gives for each."""
    counts: Ints = np.maximum(at(chain.in_off, txs + 1) - at(chain.in_off, txs), 1)
    return counts


def outputs_of(chain: Chain, txs: Ints) -> Ints:
    """How many entries `forward` gives for each, the fee among them."""
    counts: Ints = at(chain.out_off, txs + 1) - at(chain.out_off, txs) + 1
    return counts


def _step(txs: Ints, mass: Mass, ends: Ints, origin: Ints, weight: Mass, address: Ints, place: Ints, end:
Ints, empty: End) -> Step:  # fmt: skip
    """Split each transaction's mass by weight; those with an end of their own, or no weight, stay whole."""
    sums = np.bincount(origin, weight, len(txs))
    ends = np.where((ends == 0) & (sums <= 0), int(empty), ends)
    split = (ends[origin] == 0) & (weight > 0)
    origin, weight = origin[split], weight[split]
    whole = np.flatnonzero(ends > 0)
    none = np.full(len(whole), -1, np.int64)
    origins = np.concatenate((origin, whole))
    parts = np.concatenate((weight / sums[origin], np.ones(len(whole))))
    return Step(
        origins, mass[origins] * parts[:, None], np.concatenate((address[split], none)), txs[origins],
        np.concatenate((place[split], none)), np.concatenate((end[split], ends[whole])),
    )  # fmt: skip


def inputs_known(chain: Chain, inputs: Ints) -> tuple[Ints, Ints, Mass, Ints]:
    """Of each input: output spent, address, value (NaN: not known) and the transaction that made it."""
    prev = at(chain.in_prev, inputs).astype(np.int64)
    known = prev >= 0
    address, value = np.full(len(prev), -1, np.int64), np.full(len(prev), np.nan)
    place = np.full(len(prev), -1, np.int64)
    address[known], value[known] = at(chain.out_addr, prev[known]), at(chain.out_val, prev[known])
    place[known] = transaction_of(chain, prev[known])
    if chain.in_addr is not None and not known.all():
        told = inputs[~known]
        address[~known] = at(chain.in_addr, told)
        said = at(chain.in_val, told).astype(np.float64)
        value[~known] = np.where(said < 0, np.nan, said)
    return prev, address, value, place


def _filled(value: Mass, origin: Ints, paid: Mass) -> Mass:
    """Inputs of unknown value share what the outputs need beyond the known ones (fees not counted)."""
    unknown = np.isnan(value)
    if not unknown.any():
        return value
    size = len(paid)
    known = np.bincount(origin, np.where(unknown, 0.0, value), size)
    missing = np.maximum(paid - known, 0.0) / np.maximum(np.bincount(origin[unknown], minlength=size), 1)
    return np.where(unknown, missing[origin], value)


def _without_own(weight: Mass, address: Ints, origin: Ints, own: Ints | None) -> Mass:
    return weight if own is None else np.where(np.isin(address, own), 0.0, weight)


def _paid(chain: Chain, txs: Ints) -> Mass:
    """The sum of each transaction's outputs."""
    starts = at(chain.out_off, txs)
    origin, outputs = ragged(starts, at(chain.out_off, txs + 1) - starts)
    return np.bincount(origin, at(chain.out_val, outputs).astype(np.float64), len(txs)).astype(np.float64)


def fees_of(chain: Chain, txs: Ints) -> Mass:
    """Inputs less outputs; an input of unknown value is no more than the outputs need."""
    starts = at(chain.in_off, txs)
    origin, inputs = ragged(starts, at(chain.in_off, txs + 1) - starts)
    paid = _paid(chain, txs)
    value = _filled(inputs_known(chain, inputs)[2], origin, paid)
    return np.maximum(np.bincount(origin, value, len(txs)) - paid, 0.0)


def _is(txs: Ints, members: Any) -> Ints:
    return np.isin(txs, np.asarray(members, np.int64)).astype(np.int64)
