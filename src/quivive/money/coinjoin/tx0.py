"""Is this the entry into Whirlpool (Tx0)? One owner splits coins for mixing: no CoinJoin, but a mixer's door.

A data output (the coordinator's fee note), up to 70 equal outputs slightly above a pool's denomination, a
fee of some 5 % of the denomination (3.5 % in later years) and up to two changes (Samourai's Whirlpool
documentation). Its inputs have one owner, so clustering may merge them.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import P2WPKH
from quivive.money.coinjoin.shape import (
    DATA_OUTPUTS,
    EQUAL,
    EQUAL_VALUE,
    OUT_TYPES,
    OUTPUTS,
    TIME,
    Ints,
)
from quivive.money.coinjoin.whirlpool import MOST_ABOVE, POOLS, START
from quivive.money.compiled import compiled

MOST_PREMIX = 70
FEE_SEEN, NO_FEE = 1, 2
"""Facts: an output of a pool fee's size is there; it is not."""


@compiled
def pool_below(value: int) -> int:
    """The pool whose denomination lies up to MOST_ABOVE below a premix value, else 0."""
    for pool in POOLS:
        if pool < value <= pool + MOST_ABOVE:
            return pool
    return 0


@compiled
def has_fee(outs: Ints, pool: int) -> bool:
    """Whether an output is 2.9 to 5.1 % of the denomination."""
    for k in range(len(outs)):  # noqa: SIM110 (numba compiles no generators)
        if pool * 29 <= outs[k] * 1000 <= pool * 51:
            return True
    return False


@compiled
def rule(shape: Ints, ins: Ints, outs: Ints) -> tuple[float, int]:
    """Confidence (0: not this form) and facts."""
    equal, others = shape[EQUAL], shape[OUTPUTS] - shape[EQUAL]
    pool = pool_below(shape[EQUAL_VALUE])
    if shape[DATA_OUTPUTS] != 1 or pool == 0 or equal < 2 or equal > MOST_PREMIX or others > 3:
        return 0.0, 0
    if (shape[OUT_TYPES] and not shape[OUT_TYPES] & (1 << P2WPKH)) or 0 < shape[TIME] < START:
        return 0.0, 0
    if has_fee(outs, pool):
        return 0.9, 1
    # From 0.01 BTC up the window above the denomination is narrow enough to speak for itself, with a
    # fee waived or sent by other means; for 0.001 BTC it is wider than the denomination.
    return (0.5 if equal >= 3 and pool > MOST_ABOVE else 0.0), 2


def reasons(shape: list[int], facts: int) -> list[str]:
    """Why, in words."""
    said = [
        f"{shape[EQUAL]} equal outputs of {shape[EQUAL_VALUE]} satoshi, slightly above a Whirlpool pool's "
        "denomination, beside one data output: coins split for mixing",
        "one owner's entry into a mixer, no CoinJoin itself",
    ]
    if facts & FEE_SEEN:
        said.append("one output has the size of that pool's fee")
    if facts & NO_FEE:
        said.append("no output has the size of that pool's fee")
    return said
