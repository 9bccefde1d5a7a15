"""Each shape is named where it is and not where it is not quite; the thresholds are the modules' own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.money.patterns import consolidation, fan_out, layering, peel_chain, round_trip
from quivive.money.patterns.address_poisoning import History, address_poisoning
from quivive.money.patterns.mixing import mixing
from quivive.money.patterns.round_trip import round_trips, self_transfers
from quivive.money.patterns.view import View, runs

NONE = np.zeros(0, np.int64)


def view(
    *transactions: tuple[Sequence[int], Sequence[tuple[int, int]]],
    joined: Sequence[int] = (),
    hours: Sequence[float] = (),
) -> View:
    """Each transaction: outputs spent (-1: outside), and (address, value) made; an hour apart unless told."""
    spent = [list(s) for s, _ in transactions]
    made = [list(m) for _, m in transactions]
    prev = np.array([o for s in spent for o in s], np.int64)
    address, value = (np.array([o[k] for m in made for o in m], np.int64) for k in (0, 1))
    counts = [[0, *(len(rows) for rows in side)] for side in (spent, made)]
    offsets = [np.cumsum(count).astype(np.int64) for count in counts]
    spender, known = np.full(len(address), -1, np.int64), prev >= 0
    spender[prev[known]] = np.repeat(np.arange(len(spent)), [len(s) for s in spent])[known]
    flags = np.zeros(len(spent), bool)
    flags[list(joined)] = True
    times = np.array(hours or range(len(spent)), float) * 3600
    in_addr, in_val = (np.where(known, column[prev], -1) for column in (address, value))
    return View(offsets[0], prev, in_addr, in_val, offsets[1],
                address, value, spender, times.astype(np.int64), flags)  # fmt: skip


def peeled(steps: int, piece: int = 5) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """A coin of 1000 from which a piece is taken in each step; change comes first."""
    value, made = 1000, [([], [(0, 1000)])]
    for step in range(steps):
        value -= piece
        spent = 0 if step == 0 else 2 * step - 1
        made.append(([spent], [(step + 1, value), (100 + step, piece)]))
    return made  # type: ignore[return-value]


def test_a_peel_chain_is_named_with_every_transaction_of_it() -> None:
    (seen,) = peel_chain.peel_chains(view(*peeled(9)))
    assert seen.txs == tuple(range(1, 10))
    assert "9 transactions" in seen.why
    assert "looks the same" in seen.why


def test_a_few_payments_from_one_coin_are_no_peel_chain() -> None:
    assert peel_chain.peel_chains(view(*peeled(peel_chain.LEAST - 1))) == []
    assert len(peel_chain.peel_chains(view(*peeled(peel_chain.LEAST)))) == 1


def test_halves_are_no_peels() -> None:
    halves = [([], [(0, 2**20)])]
    for step in range(12):
        value = 2 ** (19 - step)
        halves.append(([max(2 * step - 1, 0)], [(step + 1, value), (50 + step, value)]))
    assert peel_chain.peel_chains(view(*halves)) == []


def passed_on(hops: int) -> list[tuple[list[int], list[tuple[int, int]]]]:
    return [([], [(0, 1000)]), *(([hop], [(hop + 1, 1000 - hop)]) for hop in range(hops))]


def test_money_passed_on_whole_within_a_day_each_time_is_layering() -> None:
    (seen,) = layering.layering(view(*passed_on(6)))
    assert seen.txs == tuple(range(1, 7))
    assert "5.0 hours" in seen.why


def test_slow_hops_and_short_ways_are_not() -> None:
    assert layering.layering(view(*passed_on(6), hours=[0, 30, 60, 90, 120, 150, 180])) == []
    assert layering.layering(view(*passed_on(layering.LEAST - 1))) == []


def test_hops_of_unknown_time_are_not_called_short() -> None:
    made = view(*passed_on(8))
    made.times[:] = -1
    assert layering.layering(made) == []


def gathering(count: int, same: bool = False) -> View:
    coins = [([], [(0 if same else i, 100)]) for i in range(count)]
    return view(*coins, (range(count), [(999, 100 * count - 5)]))


def test_gathering_from_many_addresses_is_consolidation() -> None:
    (seen,) = consolidation.consolidation(gathering(consolidation.LEAST))
    assert seen.txs == (consolidation.LEAST,)
    assert consolidation.consolidation(gathering(consolidation.LEAST - 1)) == []
    assert consolidation.consolidation(gathering(60, same=True)) == []


def test_spreading_to_many_addresses_is_fan_out() -> None:
    paid = [(i + 1, 10) for i in range(fan_out.LEAST)]
    (seen,) = fan_out.fan_out(view(([], [(0, 1000)]), ([0], paid)))
    assert seen.txs == (1,)
    assert fan_out.fan_out(view(([], [(0, 1000)]), ([0], paid[1:]))) == []
    assert fan_out.fan_out(view(([], paid))) == []  # newly mined


def test_a_coinjoin_is_called_by_none_of_these_names() -> None:
    coins = [([], [(i, 100)]) for i in range(60)]
    mixed = view(*coins, (range(60), [(100 + i, 99) for i in range(60)]), joined=[60])
    for find in (consolidation.consolidation, fan_out.fan_out, layering.layering, peel_chain.peel_chains):
        assert find(mixed) == []


MIXED = view(
    ([], [(1, 50)]), ([], [(2, 50)]), ([0, 1], [(3, 50), (4, 50)]), ([2], [(5, 50)]), ([3], [(9, 50)]),
    ([4], [(6, 50)]),
    joined=[2],
)  # fmt: skip


def test_the_ways_into_and_out_of_a_coinjoin_are_named_for_whom_they_are_asked() -> None:
    entry, exit_ = mixing(MIXED, NONE)
    assert (entry.kind, entry.txs) == ("mixer-entry", (0, 1, 2))
    assert (exit_.kind, exit_.txs) == ("mixer-exit", (2, 3, 4))
    (mine,) = mixing(MIXED, NONE, np.array([1]))
    assert (mine.kind, mine.txs) == ("mixer-entry", (0, 2))
    (mine,) = mixing(MIXED, NONE, np.array([4]))
    assert (mine.kind, mine.txs) == ("mixer-exit", (2, 4))


def test_payments_to_and_by_a_tagged_mixer_are_named() -> None:
    seen = mixing(MIXED, np.array([5]), np.array([3, 6]))
    assert [(s.kind, s.txs) for s in seen if 2 not in s.txs] == [("mixer-entry", (3,)), ("mixer-exit", (5,))]


def test_money_that_comes_back_through_others_is_a_round_trip() -> None:
    turned = view(([], [(0, 9)]), ([0], [(1, 9)]), ([1], [(2, 9)]), ([2], [(0, 9)]), ([3], [(3, 9)]))
    (seen,) = round_trips(turned, np.array([0]))
    assert seen.txs == (1, 2, 3)
    assert "nothing to do with each other" in seen.why


def test_after_so_many_payments_no_more_ways_back_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = [([], [(0, 9)])]
    for turn in range(6):
        turns += [([2 * turn], [(1, 9)]), ([2 * turn + 1], [(0, 9)])]
    assert len(round_trips(view(*turns), np.array([0]))) == 6
    monkeypatch.setattr(round_trip, "STARTS", 4)
    assert len(round_trips(view(*turns), np.array([0]))) == 4
    monkeypatch.setattr(round_trip, "REACHED", 0)
    assert round_trips(view(*turns), np.array([0])) == []


def test_change_is_no_round_trip() -> None:
    change = view(([], [(0, 9)]), ([0], [(1, 4), (0, 5)]), ([2], [(2, 1), (0, 4)]))
    assert round_trips(change, np.array([0])) == []


def test_moving_coins_between_ones_own_addresses_is_a_self_transfer() -> None:
    moved = view(([], [(0, 9)]), ([0], [(1, 9)]), ([1], [(1, 9)]), ([2], [(2, 9)]))
    (seen,) = self_transfers(moved, np.array([0, 1]))
    assert seen.txs == (1,)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 29), st.booleans()), min_size=1, max_size=30), st.integers(1, 4))
def test_ways_are_as_long_as_told_and_no_transaction_is_in_two(ahead, least) -> None:  # type: ignore[no-untyped-def]
    onward = np.array(
        [max(i + 1, to) if max(i + 1, to) < len(ahead) else -1 for i, (to, _) in enumerate(ahead)]
    )
    fits = np.array([fit for _, fit in ahead])
    found = runs(fits, onward, least)
    flat = [tx for way in found for tx in way]
    assert len(flat) == len(set(flat))
    for way in found:
        assert len(way) >= least
        assert fits[way].all()
        assert all(onward[a] == b for a, b in pairwise(way))


VICTIM, REAL, FAKE, ATTACKER, OTHER = range(5)
TEXTS = [
    "0x" + "11" * 20,
    "0xabc" + "2" * 33 + "7890",
    "0xABC" + "3" * 33 + "7890",
    "0x" + "44" * 20,
    "0x" + "55" * 20,
]


def history(*moves: tuple[int, int, int, float, int], texts: Sequence[str] = TEXTS) -> History:
    """(sender, receiver, asset, value, initiator), one a transaction."""
    columns = [np.array([move[k] for move in moves]) for k in range(5)]
    return History(
        np.arange(len(moves)), columns[2], columns[0], columns[1], columns[3].astype(float), columns[4], texts
    )


PAID = (VICTIM, REAL, 0, 5000.0, VICTIM)


@pytest.mark.parametrize(
    ("bait", "told"),
    [
        ((VICTIM, FAKE, 0, 0.0, ATTACKER), "transfers of nothing"),
        ((FAKE, VICTIM, 0, 1.0, FAKE), "tiny amounts"),
        ((VICTIM, FAKE, 7, 5000.0, ATTACKER), "a token in which the victim never paid"),
    ],
)
def test_a_bait_from_a_look_alike_is_named_with_the_payment_it_imitates(bait, told) -> None:  # type: ignore[no-untyped-def]
    (seen,) = address_poisoning(history(PAID, bait))
    assert seen.txs == (0, 1)
    assert told in seen.why
    assert TEXTS[FAKE] in seen.why


def test_a_victim_that_falls_for_it_is_told_with_the_transaction() -> None:
    (seen,) = address_poisoning(
        history(PAID, (VICTIM, FAKE, 0, 0.0, ATTACKER), (VICTIM, FAKE, 0, 9000.0, VICTIM))
    )
    assert seen.txs == (0, 1, 2)
    assert "the victim paid the look-alike 1 times" in seen.why


@pytest.mark.parametrize(
    "moves",
    [
        [(VICTIM, FAKE, 0, 0.0, ATTACKER), PAID],  # nothing was there to imitate
        [PAID, (VICTIM, FAKE, 0, 4000.0, VICTIM)],  # the victim's own payment
        [PAID, (VICTIM, FAKE, 0, 0.0, VICTIM)],  # the victim's own call
        [PAID, (FAKE, VICTIM, 0, 4000.0, FAKE)],  # a real payment
        [PAID, (VICTIM, OTHER, 0, 0.0, ATTACKER)],  # nobody's look-alike
        [PAID, (VICTIM, FAKE, -1, 0.0, ATTACKER)],  # of the coin nobody can write another's name
        [(OTHER, REAL, 0, 5.0, OTHER), (VICTIM, FAKE, 0, 0.0, ATTACKER)],  # another's payee
    ],
)
def test_what_is_no_bait_is_not_called_one(moves) -> None:  # type: ignore[no-untyped-def]
    assert address_poisoning(history(*moves)) == []


def test_only_the_victims_asked_for_are_told() -> None:
    made = history(PAID, (VICTIM, FAKE, 0, 0.0, ATTACKER))
    assert address_poisoning(made, np.array([OTHER])) == []
    assert len(address_poisoning(made, np.array([VICTIM]))) == 1


def test_ten_thousand_look_alikes_of_one_address_are_looked_at_in_a_second() -> None:
    texts = [TEXTS[0], TEXTS[1], *(f"0xabc{i:033x}7890" for i in range(10_000))]
    moves = [PAID, *((VICTIM, 2 + i, 0, 0.0, ATTACKER) for i in range(10_000))]
    assert len(address_poisoning(history(*moves, texts=texts))) == 10_000
