"""A ledger in columns is judged as each of its transactions alone."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from money import made_rounds as made
from quivive.money.coinjoin.caution import doubtful
from quivive.money.coinjoin.columns import detect_columns, left_out
from quivive.money.coinjoin.detect import detect
from quivive.money.coinjoin.nouns import COORDINATORS, PROTOCOLS, TYPES, Candidate, Coin

Columns = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def ledger() -> list[Candidate]:
    """Some of everything, in random order, one early Wasabi round among it."""
    rng = Random(11)
    makers = [*made.ROUNDS.values(), *made.PAYMENTS, *made.AMBIGUOUS]
    found = [maker(rng) for maker in makers for _ in range(8)]
    early = made.wasabi1(rng)
    fee = Coin(300_000, made.SEGWIT, COORDINATORS[1])
    found.append(Candidate(early.txid, early.inputs, (*early.outputs[:-1], fee), made.IN_2019))
    found.append(made.candidate(rng, [], [made.coin(rng, 5)] * 3))
    return rng.sample(found, len(found))


def in_columns(ledger: Sequence[Candidate]) -> Columns:
    """The arrays that a ledger's flows are."""
    owners: dict[str, int] = {}

    def side(name: str) -> tuple[NDArray[Any], ...]:
        coins = [getattr(each, name) for each in ledger]
        flat = [coin for each in coins for coin in each]
        return (
            np.cumsum([0, *map(len, coins)]),
            np.array([-1 if coin.value is None else coin.value for coin in flat]),
            np.array([TYPES.index(coin.type) if coin.type else -1 for coin in flat], np.int8),
            np.array(
                [-1 if coin.owner is None else owners.setdefault(coin.owner, len(owners)) for coin in flat]
            ),
        )

    names = ("off", "val", "type", "addr")
    columns = {f"in_{name}": array for name, array in zip(names, side("inputs"), strict=True)}
    columns |= {f"out_{name}": array for name, array in zip(names, side("outputs"), strict=True)}
    columns["time"] = np.array([each.time or 0 for each in ledger])
    columns["coordinators"] = np.array([owners[each] for each in COORDINATORS if each in owners])
    return columns


def test_columns_say_what_single_transactions_say(ledger: list[Candidate]) -> None:
    protocol, confidence = detect_columns(**in_columns(ledger))
    alone = [detect(each) for each in ledger]
    assert [PROTOCOLS[code] for code in protocol] == [each.protocol for each in alone]
    assert confidence == pytest.approx([each.confidence for each in alone], abs=0.006)
    assert set(PROTOCOLS) == {PROTOCOLS[code] for code in protocol}


def test_values_alone_still_find_the_protocols(ledger: list[Candidate]) -> None:
    whole = in_columns(ledger)
    protocol, _ = detect_columns(*(whole[name] for name in ("in_off", "in_val", "out_off", "out_val")))
    with_all, _ = detect_columns(**whole)
    joint = (with_all > 0) & (with_all < PROTOCOLS.index("whirlpool_tx0"))
    assert (protocol[joint] > 0).all()


def test_clustering_leaves_out_rounds_and_keeps_the_entry_into_a_mixer(ledger: list[Candidate]) -> None:
    protocol, confidence = detect_columns(**in_columns(ledger))
    out = left_out(protocol, confidence)
    names = np.array(PROTOCOLS)[protocol]
    assert out[np.isin(names, ("wasabi1", "wasabi2", "joinmarket", "whirlpool"))].all()
    assert not out[np.isin(names, ("none", "whirlpool_tx0"))].any()
    assert not left_out(protocol, confidence, at_least=0.5)[names == "equal_output"].any()


def test_clustering_may_leave_out_for_safety_what_no_detector_names() -> None:
    rng = Random(13)
    splits = [made.coin_split(rng) for _ in range(30)]
    payments = [maker(rng) for maker in (made.post_mix, made.consolidation) for _ in range(30)]
    columns = in_columns([*splits, *payments])
    arrays = [columns[name] for name in ("in_off", "out_off", "out_val", "in_addr")]
    found = doubtful(*arrays)
    assert found[:30].sum() >= 25
    assert not found[30:].any()
    one_owner = np.zeros_like(columns["in_addr"])
    assert not doubtful(*arrays[:3], one_owner).any()


def test_types_that_a_ledger_has_only_for_addresses_are_enough(ledger: list[Candidate]) -> None:
    """An output without an address, as a data output, then has the type -1."""
    columns = in_columns(ledger)
    whole, _ = detect_columns(**columns)
    columns["out_type"] = np.where(columns["out_type"] == TYPES.index("nulldata"), -1, columns["out_type"])
    columns["out_type"] = columns["out_type"].astype(np.int8)
    assert (detect_columns(**columns)[0] == whole).all()


def test_an_empty_ledger_has_no_verdicts() -> None:
    nothing, start = np.zeros(0, np.int64), np.zeros(1, np.int64)
    protocol, confidence = detect_columns(start, nothing, start, nothing)
    assert len(protocol) == len(confidence) == 0


def test_the_columns_given_are_left_as_they_are(ledger: list[Candidate]) -> None:
    columns = in_columns(ledger)
    before = {name: array.copy() for name, array in columns.items()}
    detect_columns(**columns)
    assert all((columns[name] == before[name]).all() for name in columns)
