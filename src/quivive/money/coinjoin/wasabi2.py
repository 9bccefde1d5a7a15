"""Does this transaction have the form of a Wasabi 2 (WabiSabi) CoinJoin?

Most outputs are standard denominations (1, 2 or 5 times a power of 10, powers of 2, powers of 3 and twice
those, from 5,000 satoshi; WalletWasabi `DenominationBuilder`), both sides are sorted from large to small,
inputs are P2WPKH or P2TR, and there are many: Dumplings asks for 15 inputs (50 under the first coordinator)
and 80 % of outputs. Round decimal amounts alone are what exchanges pay out, so powers of 2 and 3 must be
among them (Ziegler et al. 2025 found the same). Smaller rounds of other coordinators get less confidence.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import P2TR, P2WPKH
from quivive.money.coinjoin.shape import (
    DATA_OUTPUTS,
    DESCENDING,
    EQUAL,
    IN_ORDER,
    IN_OWNERS,
    IN_TYPES,
    INPUTS,
    KNOWN,
    OUT_ORDER,
    OUTPUTS,
    TIME,
    Ints,
)
from quivive.money.compiled import compiled

LEAST_DENOMINATION = 5_000
START = 1_646_092_800
"""1 March 2022, before the release candidates."""
_ALLOWED = (1 << P2WPKH) | (1 << P2TR)

SORTED, UNSORTED, MANY, NO_VALUES = 1, 2, 4, 8
"""Facts: both sides from large to small; not; 15 inputs or more; input values unknown."""


@compiled
def power_of(value: int, base: int) -> bool:
    """Whether value is base to some power."""
    while value % base == 0 and value > 1:
        value //= base
    return value == 1


@compiled
def is_decimal(value: int) -> bool:
    """1, 2 or 5 times a power of 10."""
    while value % 10 == 0 and value > 0:
        value //= 10
    return value == 1 or value == 2 or value == 5


@compiled
def is_binary_or_ternary(value: int) -> bool:
    """A power of 2, a power of 3, or twice a power of 3."""
    return power_of(value, 2) or power_of(value, 3) or (value % 2 == 0 and power_of(value // 2, 3))


@compiled
def denominations(outs: Ints) -> tuple[int, int, int]:
    """Outputs of any standard denomination, of binary or ternary ones, and how many different ones of these.

    `outs` in ascending order.
    """
    standard = 0
    odd = 0
    kinds = 0
    for k in range(len(outs)):
        if outs[k] < LEAST_DENOMINATION:
            continue
        if is_binary_or_ternary(outs[k]):
            standard += 1
            odd += 1
            kinds += k == 0 or outs[k] != outs[k - 1]
        elif is_decimal(outs[k]):
            standard += 1
    return standard, odd, kinds


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this protocol) and facts."""
    count = shape[OUTPUTS]
    if shape[INPUTS] < 3 or count < 5 or shape[DATA_OUTPUTS] or 0 < shape[TIME] < START:
        return 0.0, 0
    if shape[IN_TYPES] & ~_ALLOWED or shape[EQUAL] < 2 or shape[IN_OWNERS] < 2:
        return 0.0, 0
    standard, odd, kinds = denominations(outs)
    ordered = shape[OUT_ORDER] == DESCENDING and (shape[IN_ORDER] == DESCENDING or not shape[KNOWN])
    if standard * 2 < count or odd < 2 or odd * (10 if ordered else 5) < count:
        return 0.0, 0
    if kinds < (1 if ordered else 3):
        return 0.0, 0
    facts = (1 if ordered else 2) | (4 if shape[INPUTS] >= 15 else 0) | (0 if shape[KNOWN] else 8)
    confidence = (0.6 if kinds >= 3 else 0.5) + (0.2 if ordered else 0.0)
    confidence += (0.1 if shape[INPUTS] >= 15 else 0.0) + (0.04 if shape[INPUTS] >= 50 else 0.0)
    return confidence + (0.05 if standard * 5 > count * 4 else 0.0), facts


def participants(shape: list[int]) -> int:
    """A rough estimate: some 4 inputs a wallet, from WabiSabi's simulations (300 inputs of 70 users)."""
    return max(2, round(shape[INPUTS] * 70 / 300))


def reasons(shape: list[int], facts: int, outs: Ints) -> list[str]:
    """Why, in words."""
    standard, odd, _ = (int(n) for n in denominations(outs))
    said = [
        f"{standard} of {shape[OUTPUTS]} outputs are standard denominations of WabiSabi, {odd} of them "
        "powers of 2 or 3 satoshi or twice those, which nobody pays out by hand",
        f"{shape[INPUTS]} inputs" + ("" if facts & MANY else ", few for a round of Wasabi 2"),
    ]
    if facts & SORTED:
        said.append("values stand from large to small, as Wasabi 2 sorts them")
    if facts & UNSORTED:
        said.append("values do not stand from large to small, as Wasabi 2 would sort them")
    if facts & NO_VALUES:
        said.append("needs the inputs' values to see their order")
    return said
