"""Does this transaction have the form of a JoinMarket CoinJoin?

JoinMarket's own definition (`is_jm_tx` of joinmarket-clientserver): three or more equal outputs of 75,000
satoshi or more, as many other outputs as equal ones or one fewer (a taker who sweeps has no change), at
least as many inputs, no other value twice. Added here: no data output, nothing spent from taproot (its
wallets are P2PKH, P2SH or P2WPKH; taproot marks trades of inscriptions, which have the same form) and,
where values are known, the inputs can be shared out to the participants (`sharing`). With two equal outputs
that alone must carry it.
"""

from __future__ import annotations

import numpy as np

from quivive.money.coinjoin.nouns import P2PKH, P2SH, P2WPKH, P2WSH
from quivive.money.coinjoin.shape import (
    DATA_OUTPUTS,
    EQUAL,
    EQUAL_VALUE,
    FEE,
    IN_OWNERS,
    IN_TYPES,
    INPUTS,
    KNOWN,
    LARGEST_IN,
    LARGEST_OTHER,
    OUT_OWNERS,
    OUTPUTS,
    REPEATED,
    Ints,
)
from quivive.money.coinjoin.sharing import CANNOT, FITS, shared_out
from quivive.money.compiled import compiled

LEAST_VALUE = 75_000
"""Satoshi; JoinMarket's `min_cj_amount`."""
MOST_EQUAL = 100
"""Participants; a round asks ten makers or so, and its messages would not carry more."""
MOST_STEPS = 20_000
"""Steps of the subset-sum search before it gives up; some milliseconds."""
_WALLETS = (1 << P2PKH) | (1 << P2SH) | (1 << P2WPKH) | (1 << P2WSH)

SHARED, TOO_MANY, NO_VALUES, BY_CHANCE = 1, 2, 4, 8
"""Facts: the inputs can be shared out; the search gave up; input values are unknown; many ways would fit."""


@compiled
def form(shape: Ints) -> bool:
    """As many other outputs as equal ones or one fewer, inputs and addresses for as many participants."""
    equal = shape[EQUAL]
    others = shape[OUTPUTS] - equal
    return bool(
        equal >= 3
        and shape[REPEATED] == 1
        and (others == equal or others == equal - 1)
        and shape[INPUTS] >= equal
        and shape[IN_OWNERS] >= equal
        and shape[OUT_OWNERS] >= equal
    )


@compiled
def limits(shape: Ints) -> tuple[int, int]:
    """Satoshi by which a participant may gain and may pay; where few take part, more would fit by chance."""
    value = shape[EQUAL_VALUE]
    if shape[EQUAL] >= 4:
        return 5_000 + value // 200, 5_000
    return 5_000 + value // 1_000, 2_000


@compiled
def can_be_shared(shape: Ints, ins: Ints, outs: Ints, gain: int, spare: int) -> int:
    """FITS, CANNOT or GAVE_UP: whether the inputs can be shared out, one participant paying the others."""
    value, equal = shape[EQUAL_VALUE], shape[EQUAL]
    cost = shape[FEE] + gain * equal
    if shape[LARGEST_IN] > value + shape[LARGEST_OTHER] + cost:
        return 0
    targets = np.full(equal, value, np.int64)
    place = 0
    for k in range(len(outs)):
        if outs[k] != value:
            targets[place] += outs[k]
            place += 1
    return shared_out(ins, targets, gain, spare, cost, MOST_STEPS)


@compiled
def chance_fits(shape: Ints, outs: Ints, window: int) -> float:
    """Natural logarithm of how many ways of sharing out would fit by chance.

    Each of n^inputs ways fits n - 1 sums, each to within a window on the scale of an average participant.
    """
    equal = shape[EQUAL]
    average = max(1.0, outs.sum() / equal)
    return float(shape[INPUTS] * np.log(equal) + (equal - 1) * np.log(min(1.0, window / average)))


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this protocol) and facts."""
    equal = shape[EQUAL]
    if not form(shape) or shape[DATA_OUTPUTS] or shape[EQUAL_VALUE] < LEAST_VALUE or equal > MOST_EQUAL:
        return 0.0, 0
    if shape[IN_TYPES] & ~_WALLETS or shape[OUT_OWNERS] < shape[OUTPUTS]:
        return 0.0, 0
    if not shape[KNOWN]:
        return (0.5 if equal < 5 else 0.7), 4
    gain, spare = limits(shape)
    return weighed(
        equal, can_be_shared(shape, ins, outs, gain, spare), chance_fits(shape, outs, gain + spare)
    )


@compiled
def weighed(equal: int, answer: int, chance: float) -> tuple[float, int]:
    """Confidence and facts; below five participants the form alone is too common to carry a claim."""
    if answer == FITS and chance < 0:
        return (0.8 if equal == 3 else 0.95), 1
    if answer != CANNOT and equal >= 5:
        return 0.7, (8 if answer == FITS else 2)
    return 0.0, 0


def reasons(shape: list[int], facts: int) -> list[str]:
    """Why, in words."""
    equal, others = shape[EQUAL], shape[OUTPUTS] - shape[EQUAL]
    said = [
        f"{equal} outputs of {shape[EQUAL_VALUE]} satoshi and {others} others of different values, as a "
        "JoinMarket round has one equal output and at most one change for each participant",
        f"{shape[INPUTS]} inputs from at least {equal} addresses",
    ]
    if others == equal - 1:
        said.append("one participant has no change, as a taker who sends everything")
    if facts & SHARED:
        said.append(
            f"the inputs can be shared out to {equal} participants so that each gets back what it put in, "
            "less fees and gains as JoinMarket's makers ask them"
        )
    if facts & TOO_MANY:
        said.append("whether the inputs can be shared out to the participants is too large a search")
    if facts & BY_CHANCE:
        said.append("the inputs can be shared out to the participants, but so many could by chance")
    if facts & NO_VALUES:
        said.append("needs the inputs' values to see whether they can be shared out to the participants")
    return said
