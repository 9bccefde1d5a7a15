"""Could this be a joint transaction of no known protocol?

Two forms. As many equal outputs as others (Dumplings' 'other CoinJoins'): what trades of inscriptions look
like too, which two owners sign as well, and now and then one owner's payments, so this settles nothing. And
a mix of a fixed amount, as Dash has them: as many inputs of that amount or little above it as outputs of
exactly it. Clustering loses little by leaving both out; a report should not call the first a CoinJoin.
"""

from __future__ import annotations

from quivive.money.coinjoin.joinmarket import LEAST_VALUE, can_be_shared, chance_fits, form
from quivive.money.coinjoin.nouns import P2TR
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
    Ints,
)
from quivive.money.coinjoin.sharing import FITS
from quivive.money.compiled import compiled

RARE = -4.6
"""Logarithm of 1 %: of sums that fit by chance."""

PAIRED, FIXED, SMALL, TRADE, NO_VALUES, FEE_SHARED = 1, 2, 4, 8, 16, 32
"""Facts: equal and other outputs in pairs; a fixed amount; of dust's size; a trade's marks; fee shared."""


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this form) and facts."""
    if shape[DATA_OUTPUTS]:
        return 0.0, 0
    if fixed_amount(shape, ins):
        return 0.5, 2
    if not form(shape):
        return 0.0, 0
    if shape[KNOWN] and shape[EQUAL_VALUE] >= LEAST_VALUE and fee_shared(shape, ins, outs):
        return 0.6, 33
    if not within_reach(shape):
        return 0.0, 0
    facts = 1 if shape[KNOWN] else 17
    if shape[EQUAL_VALUE] < LEAST_VALUE:
        return 0.15, facts | 4
    return 0.2, (facts | 8 if shape[IN_TYPES] & (1 << P2TR) else facts)


@compiled
def within_reach(shape: Ints) -> bool:
    """Whether whoever gave the largest input could have got all of it back; else it paid somebody."""
    return bool(not shape[KNOWN] or shape[LARGEST_IN] <= shape[EQUAL_VALUE] + shape[LARGEST_OTHER])


@compiled
def fee_shared(shape: Ints, ins: Ints, outs: Ints) -> bool:
    """Whether the inputs can be shared out so that each pays an equal part of the fee, and not by chance."""
    part = shape[FEE] // shape[EQUAL] + 100
    if chance_fits(shape, outs, part) >= RARE:
        return False
    return can_be_shared(shape, ins, outs, 0, part) == FITS


@compiled
def fixed_amount(shape: Ints, ins: Ints) -> bool:
    """Five or more outputs of one amount, at most one other, each input that amount or up to 10 % above."""
    equal, value = shape[EQUAL], shape[EQUAL_VALUE]
    if equal < 5 or shape[OUTPUTS] > equal + 1 or abs(shape[INPUTS] - equal) > 1 or not shape[KNOWN]:
        return False
    if shape[IN_OWNERS] < equal - 1 or shape[OUT_OWNERS] < equal:
        return False
    for k in range(len(ins)):  # noqa: SIM110 (numba compiles no generators)
        if ins[k] < value or ins[k] * 10 > value * 11:
            return False
    return True


def reasons(shape: list[int], facts: int) -> list[str]:
    """Why, and why not more, in words."""
    equal, others = shape[EQUAL], shape[OUTPUTS] - shape[EQUAL]
    said = [f"{equal} equal outputs of {shape[EQUAL_VALUE]} satoshi, {others} others, {shape[INPUTS]} inputs"]
    if facts & PAIRED:
        said.append(
            "as many equal outputs as others: the form of a CoinJoin, but of no protocol's known rules"
        )
    if facts & FEE_SHARED:
        said.append(f"the inputs can be shared out to {equal} participants who each pay a part of the fee")
    if facts & SMALL:
        said.append("the equal amounts are of the size that carries an inscription, so more likely a trade")
    if facts & TRADE:
        said.append("spends from taproot, as trades of inscriptions do")
    if facts & FIXED:
        said.append(
            "each input is of that amount or little above it: a mix of a fixed amount, of no known pool"
        )
    if facts & NO_VALUES:
        said.append("needs the inputs' values to say more")
    return said
