"""Which protocol's rule decides, where several could?

The narrowest rule first. All are compiled, so that one transaction and a ledger are judged by the same code.
"""

from __future__ import annotations

from quivive.money.coinjoin import equal_output, joinmarket, tx0, wasabi1, wasabi2, whirlpool
from quivive.money.coinjoin.nouns import (
    EQUAL_OUTPUT,
    JOINMARKET,
    NONE,
    WASABI1,
    WASABI2,
    WHIRLPOOL,
    WHIRLPOOL_TX0,
)
from quivive.money.coinjoin.shape import EQUAL, INPUTS, OUTPUTS, Ints
from quivive.money.compiled import compiled


@compiled
def classify(shape: Ints, ins: Ints, outs: Ints) -> tuple[int, float, int]:
    """Protocol code, confidence and facts of a measured transaction; `outs` in ascending order."""
    if shape[INPUTS] < 1 or shape[OUTPUTS] < 3 or shape[EQUAL] < 2:
        return NONE, 0.0, 0
    confidence, facts = whirlpool.rule(shape, ins, outs)
    if confidence > 0:
        return WHIRLPOOL, confidence, facts
    confidence, facts = wasabi2.rule(shape, ins, outs)
    if confidence > 0:
        return WASABI2, confidence, facts
    confidence, facts = wasabi1.rule(shape, ins, outs)
    if confidence > 0:
        return WASABI1, confidence, facts
    confidence, facts = joinmarket.rule(shape, ins, outs)
    if confidence > 0:
        return JOINMARKET, confidence, facts
    confidence, facts = tx0.rule(shape, ins, outs)
    if confidence > 0:
        return WHIRLPOOL_TX0, confidence, facts
    confidence, facts = equal_output.rule(shape, ins, outs)
    if confidence > 0:
        return EQUAL_OUTPUT, confidence, facts
    return NONE, 0.0, 0
