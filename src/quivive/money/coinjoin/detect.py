"""Which CoinJoin protocol does this one transaction look like, how sure, and why?

The reasons are said from the same shape and facts on which the compiled rules decided.
"""

from __future__ import annotations

import numpy as np

from quivive.money.coinjoin import equal_output, joinmarket, tx0, wasabi1, wasabi2, whirlpool
from quivive.money.coinjoin.nouns import (
    COORDINATORS,
    EQUAL_OUTPUT,
    JOINMARKET,
    NONE,
    PROTOCOLS,
    TYPES,
    WASABI1,
    WASABI2,
    WHIRLPOOL,
    WHIRLPOOL_TX0,
    Candidate,
    Coin,
    Verdict,
)
from quivive.money.coinjoin.rules import classify
from quivive.money.coinjoin.shape import EQUAL, EQUAL_VALUE, INPUTS, OUTPUTS, PLACES, Codes, Ints, measure

_CODE = {name: code for code, name in enumerate(TYPES)}


def detect(candidate: Candidate) -> Verdict:
    """Judge one transaction from itself alone; no other is looked at."""
    shape = np.zeros(PLACES, np.int64)
    owners: dict[str, int] = {}
    ins = _values(candidate.inputs)
    outs = measure(
        ins,
        _values(candidate.outputs),
        _types(candidate.inputs),
        _types(candidate.outputs),
        _owners(candidate.inputs, owners),
        _owners(candidate.outputs, owners),
        candidate.time or 0,
        np.array([owners[each] for each in COORDINATORS if each in owners], np.int64),
        shape,
    )
    code, confidence, facts = classify(shape, ins, outs)
    places = [int(place) for place in shape]
    return Verdict(
        txid=candidate.txid,
        protocol=PROTOCOLS[code],
        confidence=round(float(confidence), 2),
        equal_value=places[EQUAL_VALUE] if places[EQUAL] > 1 else None,
        equal_outputs=places[EQUAL] if places[EQUAL] > 1 else 0,
        participants=_participants(code, places),
        reasons=tuple(_reasons(code, places, int(facts), outs)),
    )


def _participants(code: int, shape: list[int]) -> int | None:
    if code == NONE:
        return None
    if code == WHIRLPOOL_TX0:
        return 1
    return wasabi2.participants(shape) if code == WASABI2 else min(shape[EQUAL], shape[INPUTS])


def _reasons(code: int, shape: list[int], facts: int, outs: Ints) -> list[str]:
    said = {
        WHIRLPOOL: whirlpool.reasons,
        WASABI1: wasabi1.reasons,
        JOINMARKET: joinmarket.reasons,
        WHIRLPOOL_TX0: tx0.reasons,
        EQUAL_OUTPUT: equal_output.reasons,
    }
    if code == WASABI2:
        return wasabi2.reasons(shape, facts, outs)
    return said[code](shape, facts) if code in said else [_why_none(shape)]


def _why_none(shape: list[int]) -> str:
    if shape[INPUTS] == 0:
        return "a coinbase: it spends nothing that several owners could join"
    if shape[EQUAL] < 2:
        return "no two outputs are of the same value"
    if shape[EQUAL] == 2 and shape[OUTPUTS] in (3, 4) and shape[INPUTS] > 1:
        return (
            "two equal outputs and one or two others: two owners' CoinJoin and one owner's payment that "
            "imitates it (Stonewall) look the same, so neither is claimed"
        )
    return f"{shape[EQUAL]} equal outputs among {shape[OUTPUTS]}, {shape[INPUTS]} inputs: no protocol's form"


def _values(coins: tuple[Coin, ...]) -> Ints:
    return np.array([-1 if coin.value is None else coin.value for coin in coins], np.int64)


def _types(coins: tuple[Coin, ...]) -> Codes:
    """Codes; nothing at all where no type is known, so that a value of 0 marks data outputs."""
    codes = np.array([_CODE.get(coin.type or "", -1) for coin in coins], np.int8)
    return codes if (codes >= 0).any() else np.zeros(0, np.int8)


def _owners(coins: tuple[Coin, ...], seen: dict[str, int]) -> Ints:
    """Numbers that tell owners apart, -1 for unknown ones and for data."""
    return np.array(
        [
            -1 if coin.owner is None or coin.type == "nulldata" else seen.setdefault(coin.owner, len(seen))
            for coin in coins
        ],
        np.int64,
    )
