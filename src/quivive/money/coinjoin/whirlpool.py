"""Does this transaction have the form of a Whirlpool mix?

As many inputs as outputs, five to ten, every output of exactly the pool's denomination, P2WPKH throughout.
Remixed inputs are of the denomination, new ones up to 0.0011 BTC above it, which pays the miners (Stütz et
al. 2022, 'Adoption and actual privacy of decentralized CoinJoin implementations in Bitcoin'). Five by five
until Samourai's surge cycles of May 2023 allowed more; pools of Samourai and of its follower Ashigaru.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import P2WPKH
from quivive.money.coinjoin.shape import (
    DATA_OUTPUTS,
    EQUAL,
    EQUAL_VALUE,
    IN_OWNERS,
    IN_TYPES,
    INPUTS,
    KNOWN,
    OUT_OWNERS,
    OUT_TYPES,
    OUTPUTS,
    TIME,
    Ints,
)
from quivive.money.compiled import compiled

POOLS = (100_000, 1_000_000, 2_500_000, 5_000_000, 25_000_000, 50_000_000)
"""Satoshi: Samourai's 0.001, 0.01, 0.05 and 0.5 BTC, Ashigaru's 0.025 and 0.25 BTC (Dumplings)."""
MOST_ABOVE = 110_000
"""Satoshi by which a new input may exceed the denomination."""
START = 1_554_076_800
"""1 April 2019, before the first mix."""
_SEGWIT = 1 << P2WPKH

MIXED_AGE, FIRST_MIX, NO_VALUES, OTHER_COUNT = 1, 2, 4, 8
"""Facts: remixed and new inputs together; new ones only; input values unknown; not five by five."""


@compiled
def is_pool(value: int) -> bool:
    """Whether a pool has this denomination."""
    for pool in POOLS:  # noqa: SIM110 (numba compiles no generators)
        if value == pool:
            return True
    return False


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this protocol) and facts."""
    count, value = shape[OUTPUTS], shape[EQUAL_VALUE]
    if count < 5 or count > 10 or shape[INPUTS] != count or shape[EQUAL] != count or shape[DATA_OUTPUTS]:
        return 0.0, 0
    if not is_pool(value) or shape[IN_OWNERS] < count or shape[OUT_OWNERS] < count:
        return 0.0, 0
    if (shape[IN_TYPES] | shape[OUT_TYPES]) & ~_SEGWIT or 0 < shape[TIME] < START:
        return 0.0, 0
    facts = 0 if count == 5 else 8
    if not shape[KNOWN]:
        return 0.85, facts | 4
    remixed = 0
    for k in range(len(ins)):
        if ins[k] < value or ins[k] > value + MOST_ABOVE:
            return 0.0, 0
        remixed += ins[k] == value
    if remixed == 0:
        return 0.8, facts | 2
    return 0.98, facts | 1


def reasons(shape: list[int], facts: int) -> list[str]:
    """Why, in words."""
    count, value = shape[OUTPUTS], shape[EQUAL_VALUE]
    said = [
        f"{count} inputs and {count} outputs, all outputs of exactly {value} satoshi, the denomination of a "
        "Whirlpool pool",
    ]
    if facts & MIXED_AGE:
        said.append(
            "some inputs are of the denomination (mixed before), the others slightly above it, "
            "which pays the miners"
        )
    if facts & FIRST_MIX:
        said.append("all inputs are slightly above the denomination, as in a pool's first mixes")
    if facts & OTHER_COUNT:
        said.append("more than five participants, as in surge cycles since May 2023")
    if facts & NO_VALUES:
        said.append("needs the inputs' values to see whether they fit the pool")
    return said
