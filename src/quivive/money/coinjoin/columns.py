"""Which transactions of a whole ledger look like CoinJoins?

Arrays in, arrays out; the rules are those of `rules.classify`. 'whirlpool_tx0' is a mixer's entry by one
owner and is not among those to leave out when addresses are clustered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.money.coinjoin.nouns import NONE, WHIRLPOOL_TX0
from quivive.money.coinjoin.rules import classify
from quivive.money.coinjoin.shape import PLACES, Codes, Ints, measure
from quivive.money.compiled import compiled

Bools = NDArray[np.bool_]


def detect_columns(
    in_off: Ints,
    in_val: Ints,
    out_off: Ints,
    out_val: Ints,
    in_type: Codes | None = None,
    out_type: Codes | None = None,
    time: Ints | None = None,
    in_addr: Ints | None = None,
    out_addr: Ints | None = None,
    coordinators: Ints | None = None,
) -> tuple[Codes, NDArray[np.float32]]:
    """(protocol int8[T], confidence float32[T]); a protocol's name is `nouns.PROTOCOLS[code]`.

    Inputs of transaction t are in_off[t]:in_off[t+1] of the I-long arrays, outputs likewise; offsets
    int64[T+1]. Values in satoshi, int64, -1 unknown; types int8 codes of `nouns.TYPES`, -1 unknown; time
    int64[T], Unix seconds, 0 unknown; addresses int64 or uint32 ids, -1 unknown or none; `coordinators` the
    ids of `nouns.COORDINATORS` that the ledger has. None is unknown throughout; with fewer columns the
    rules that need them are less sure or, where they would guess, silent.
    """
    no_ints, no_codes = np.zeros(0, np.int64), np.zeros(0, np.int8)
    return _detect(
        _ints(in_off),
        _ints(in_val),
        _ints(out_off),
        _ints(out_val),
        no_codes if in_type is None else np.ascontiguousarray(in_type, np.int8),
        no_codes if out_type is None else np.ascontiguousarray(out_type, np.int8),
        no_ints if time is None else _ints(time),
        no_ints if in_addr is None else _ints(in_addr),
        no_ints if out_addr is None else _ints(out_addr),
        no_ints if coordinators is None else _ints(coordinators),
    )


def left_out(protocol: Codes, confidence: NDArray[np.float32], at_least: float = 0.2) -> Bools:
    """bool[T]: the transactions whose inputs may have several owners, which merge nothing when clustering.

    The default takes in every form that looks joint but trades of dust: a link lost is found again elsewhere,
    a wrong merge is not undone. With 0.5 only the protocols' own marks count.
    """
    joint: Bools = (protocol != NONE) & (protocol != WHIRLPOOL_TX0)
    return joint & (confidence >= np.float32(at_least))


def _ints(values: Ints) -> Ints:
    return np.ascontiguousarray(values, np.int64)


@compiled
def _part(values: NDArray[Any], first: int, last: int) -> NDArray[Any]:
    """A column's slice, or nothing of a column that is unknown."""
    return values[first:last] if len(values) else values


@compiled
def _worth_measuring(in_off: Ints, out_off: Ints, t: int) -> bool:
    """No rule takes a coinbase or fewer than three outputs."""
    return bool(in_off[t + 1] > in_off[t] and out_off[t + 1] - out_off[t] >= 3)


@compiled
def _detect(
    in_off: Ints,
    in_val: Ints,
    out_off: Ints,
    out_val: Ints,
    in_type: Codes,
    out_type: Codes,
    time: Ints,
    in_addr: Ints,
    out_addr: Ints,
    coordinators: Ints,
) -> tuple[Codes, NDArray[np.float32]]:
    count = len(in_off) - 1
    protocol = np.zeros(count, np.int8)
    confidence = np.zeros(count, np.float32)
    shape = np.zeros(PLACES, np.int64)
    for t in range(count):
        if not _worth_measuring(in_off, out_off, t):
            continue
        i, j, a, b = in_off[t], in_off[t + 1], out_off[t], out_off[t + 1]
        outs = measure(
            in_val[i:j],
            out_val[a:b],
            _part(in_type, i, j),
            _part(out_type, a, b),
            _part(in_addr, i, j),
            _part(out_addr, a, b),
            time[t] if len(time) else 0,
            coordinators,
            shape,
        )
        code, sure, _ = classify(shape, in_val[i:j], outs)
        protocol[t] = code
        confidence[t] = sure
    return protocol, confidence
