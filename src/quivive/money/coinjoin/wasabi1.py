"""Does this transaction have the form of a Wasabi 1 (ZeroLink) CoinJoin?

Many outputs of about 0.1 BTC, the same to the satoshi, at least as many inputs, P2WPKH throughout, and at
least two single values (change, the coordinator's fee); since 2019 further levels, each about double the one
below; in later years sorted from small to large. Until the end of 2019 the coordinator took its fees at fixed
addresses, which alone tell (Dumplings; Stütz et al. 2022; Schnoering and Vazirgiannis 2023).
"""

from __future__ import annotations

from quivive.money.coinjoin import joinmarket
from quivive.money.coinjoin.nouns import P2WPKH
from quivive.money.coinjoin.shape import (
    ASCENDING,
    COORDINATOR,
    DATA_OUTPUTS,
    EQUAL,
    EQUAL_VALUE,
    IN_OWNERS,
    IN_TYPES,
    INPUTS,
    KNOWN,
    OUT_ORDER,
    OUT_OWNERS,
    OUT_TYPES,
    SINGLE,
    TIME,
    Ints,
)
from quivive.money.compiled import compiled

BASE = 10_000_000
NEAR = 2_000_000
"""Satoshi by which the base denomination has moved around 0.1 BTC."""
START = 1_530_403_200
"""1 July 2018; the announcement is of the 6th."""
END = 1_656_633_600
"""1 July 2022, after Wasabi 2's release; few coordinators went on."""
_SEGWIT = 1 << P2WPKH

FEE_ADDRESS, LEVELS, SORTED, LATE, NO_VALUES = 1, 2, 4, 8, 16
"""Facts: pays the coordinator's address; has a doubled level; sorted; after the end; input values unknown."""


@compiled
def has_level(outs: Ints, base: int) -> bool:
    """Whether two equal outputs are twice the base denomination, give or take 1 %."""
    for k in range(1, len(outs)):
        if outs[k] == outs[k - 1] and abs(outs[k] - 2 * base) * 100 <= 2 * base:
            return True
    return False


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this protocol) and facts."""
    equal = shape[EQUAL]
    if shape[DATA_OUTPUTS] or 0 < shape[TIME] < START:
        return 0.0, 0
    if shape[COORDINATOR] and equal > 2 and shape[INPUTS] >= equal:
        return 0.98, 1
    if abs(shape[EQUAL_VALUE] - BASE) > NEAR or shape[INPUTS] < equal or shape[SINGLE] < 2:
        return 0.0, 0
    if shape[IN_OWNERS] < equal or shape[OUT_OWNERS] < equal:
        return 0.0, 0
    if (shape[IN_TYPES] | shape[OUT_TYPES]) & ~_SEGWIT:
        return 0.0, 0
    return graded(shape, ins, outs)


@compiled
def graded(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """The confidence of a transaction that has the form; rounds under ten need the marks of later years."""
    level = has_level(outs, shape[EQUAL_VALUE])
    ordered = shape[OUT_ORDER] == ASCENDING
    facts = (2 if level else 0) | (4 if ordered else 0) | (0 if shape[KNOWN] else 16)
    if shape[EQUAL] < 5 or (shape[EQUAL] < 10 and not (level and ordered)):
        return 0.0, 0
    if shape[SINGLE] * 5 < shape[EQUAL] and not ordered:
        return 0.0, 0  # most participants have change; one owner who pays 0.1 BTC often has one
    if not level and not ordered and joinmarket.rule(shape, ins, outs)[0] >= 0.8:
        return 0.0, 0
    confidence = 0.7 if shape[EQUAL] < 20 else 0.85
    confidence += (0.06 if level else 0.0) + (0.06 if ordered else 0.0)
    if shape[TIME] > END:
        return confidence * 0.75, facts | 8
    return confidence, facts


def reasons(shape: list[int], facts: int) -> list[str]:
    """Why, in words."""
    said = [
        f"{shape[EQUAL]} outputs of {shape[EQUAL_VALUE]} satoshi, about 0.1 BTC, "
        f"among {shape[INPUTS]} inputs, with {shape[SINGLE]} single values as change and fees"
    ]
    if facts & FEE_ADDRESS:
        said[0] = f"{shape[EQUAL]} equal outputs of {shape[EQUAL_VALUE]} satoshi among {shape[INPUTS]} inputs"
        said.append("it pays an address at which Wasabi's coordinator took its fees")
    if facts & LEVELS:
        said.append("a second level of equal outputs, about double the first")
    if facts & SORTED:
        said.append("outputs stand from small to large, as later versions sorted them")
    if facts & LATE:
        said.append("made after Wasabi 1 was given up for Wasabi 2, which few coordinators survived")
    if facts & NO_VALUES:
        said.append("needs the inputs' values to tell it from a JoinMarket round of 0.1 BTC for sure")
    return said
