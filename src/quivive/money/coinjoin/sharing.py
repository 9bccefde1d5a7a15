"""Can the inputs be shared out to participants so that each gets back what it put in, less small fees?

The subset-sum test that Dumplings' and BlockSci's JoinMarket rules only approximate. In a JoinMarket round
(JoinMarket-Docs, 'High level design') each maker's inputs equal its CoinJoin output plus its change less a
small gain; the taker pays those gains and the network's fee.
"""

from __future__ import annotations

import numpy as np

from quivive.money.coinjoin.shape import Ints
from quivive.money.compiled import compiled

FITS, CANNOT, GAVE_UP = 1, 0, -1
_FAR = np.int64(2**62)


@compiled
def _best_bin(missing: Ints, payer: int, value: int, after: int, spare: int, cost: int) -> int:
    """The participant with the least missing amount above `after` who can still take `value`, else -1."""
    best = -1
    for b in range(len(missing)):
        below = -cost if payer < 0 or payer == b else -spare
        if missing[b] > after and missing[b] - value >= below and (best < 0 or missing[b] < missing[best]):
            best = b
    return best


@compiled
def _still_missing(missing: Ints, gain: int) -> int:
    """What the participants not yet served must still get, at least."""
    total = 0
    for b in range(len(missing)):
        total += max(np.int64(0), missing[b] - gain)
    return total


@compiled
def shared_out(values: Ints, targets: Ints, gain: int, spare: int, cost: int, most_steps: int) -> int:
    """FITS, CANNOT or, after `most_steps`, GAVE_UP.

    Each input value goes to one of the targets (a participant's outputs together). All but one participant
    put in what they get, less at most `gain`, plus at most `spare`; one, the payer, may put in up to `cost`
    more. All in satoshi. Backtracking, largest input first, tightest participant first.
    """
    ordered = np.sort(values)[::-1]
    missing = targets.copy()
    chosen = np.full(len(ordered) + 1, -1, np.int64)
    tried = np.full(len(ordered) + 1, -_FAR, np.int64)
    left = ordered.sum()
    payer = -1
    payer_since = -1
    k = 0
    for _ in range(most_steps):
        if k == len(ordered):
            return 1
        b = _best_bin(missing, payer, ordered[k], tried[k], spare, cost)
        if b >= 0:
            tried[k] = missing[b]
            chosen[k] = b
            missing[b] -= ordered[k]
            left -= ordered[k]
            if payer < 0 and missing[b] < -spare:
                payer = b
                payer_since = k
            if _still_missing(missing, gain) <= left:
                k += 1
                tried[k] = -_FAR
                continue
        else:
            k -= 1
            if k < 0:
                return 0
        missing[chosen[k]] += ordered[k]
        left += ordered[k]
        if payer_since == k:
            payer = -1
            payer_since = -1
    return -1
