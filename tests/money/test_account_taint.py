"""Taint over account balances: exact by FIFO, the same forward and backward, never more than there is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import UsageError
from quivive.money.account_taint import NOBODY, AllThree, Taint, Transfers, received_by, taint

ETHER = 10**18
ALICE, BOB, CAROL, DAVE = range(4)
COIN, TOKEN = -1, 9
Row = tuple[int, int, int, int]


def made(*rows: Row) -> Transfers:
    """Rows of sender, receiver, asset and value."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Transfers(*columns)


class TestTheRules:
    MIXED = made(
        (NOBODY, BOB, COIN, 30 * ETHER),  # Bob's own, before
        (ALICE, BOB, COIN, 10 * ETHER),  # stolen
        (BOB, CAROL, COIN, 35 * ETHER),
    )

    def test_fifo_pays_with_the_oldest_money_first(self) -> None:
        found = taint(self.MIXED, [1]).fifo
        assert found.amounts == [0, 10 * ETHER, 5 * ETHER]
        assert found.at_accounts == {(BOB, COIN): 5 * ETHER, (CAROL, COIN): 5 * ETHER}

    def test_haircut_pays_in_proportion(self) -> None:
        found = taint(self.MIXED, [1]).haircut
        assert found.amounts[2] == pytest.approx(35 * ETHER / 4)

    def test_poison_taints_all_that_goes_out(self) -> None:
        found = taint(self.MIXED, [1]).poison
        assert found.amounts == [0, 10 * ETHER, 35 * ETHER]
        assert found.at_accounts == {(BOB, COIN): 5 * ETHER, (CAROL, COIN): 35 * ETHER}

    def test_assets_do_not_mix(self) -> None:
        found = taint(made((ALICE, BOB, TOKEN, 5), (BOB, CAROL, COIN, 5), (BOB, CAROL, TOKEN, 2)), [0])
        assert found.poison.amounts == found.fifo.amounts == [5, 0, 2]
        assert found.fifo.seed == {TOKEN: 5}

    def test_what_an_account_spent_beyond_its_known_money_was_its_own_and_is_spent_first(self) -> None:
        found = taint(made((ALICE, BOB, COIN, 10), (BOB, CAROL, COIN, 8), (BOB, DAVE, COIN, 7)), [0])
        assert found.fifo.amounts == [10, 3, 7]  # Bob must have held 5 before

    def test_amounts_of_256_bits_are_exact(self) -> None:
        largest = 2**256 - 1
        rows = made((ALICE, BOB, TOKEN, largest), (BOB, CAROL, TOKEN, 1), (BOB, DAVE, TOKEN, largest - 2))
        found = taint(rows, [0]).fifo
        assert found.at_accounts == {(BOB, TOKEN): 1, (CAROL, TOKEN): 1, (DAVE, TOKEN): largest - 2}

    def test_taint_ends_at_services_and_in_fees(self) -> None:
        rows = made(
            (ALICE, BOB, COIN, 10), (BOB, NOBODY, COIN, 1), (BOB, CAROL, COIN, 9), (CAROL, DAVE, COIN, 9)
        )
        found = taint(rows, [0], stop=[CAROL])
        assert (found.fifo.fees, found.fifo.at_services) == ({COIN: 1}, {(CAROL, COIN): 9})
        assert found.poison.amounts[3] == 0

    def test_money_that_comes_back_to_a_seed_is_counted_once(self) -> None:
        rows = made((ALICE, BOB, COIN, 10), (BOB, CAROL, COIN, 10), (CAROL, BOB, COIN, 4))
        found = taint(rows, received_by(rows, [BOB]))
        assert found.fifo.seed == {COIN: 10}
        assert found.fifo.at_accounts == {(BOB, COIN): 4, (CAROL, COIN): 6}

    def test_a_transfer_to_oneself_and_one_of_unknown_value_move_nothing(self) -> None:
        rows = Transfers([ALICE, BOB, BOB, BOB], [BOB, BOB, DAVE, CAROL], [COIN] * 4, [5, 3, None, 5])
        assert taint(rows, [0]).fifo.amounts == [5, 0, 0, 5]

    def test_a_negative_amount_is_refused(self) -> None:
        with pytest.raises(UsageError, match="Transfer 0 has a negative amount"):
            taint(made((ALICE, BOB, COIN, -1)), [0])


ROWS = st.lists(
    st.tuples(
        st.integers(-1, 4), st.integers(-1, 4), st.sampled_from([COIN, TOKEN]), st.integers(0, 12)
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(ROWS, st.sets(st.integers(0, 29), max_size=4), st.sets(st.integers(0, 4), max_size=2))
def test_nothing_is_lost_and_nothing_made(rows: list[Row], seeds: set[int], stop: set[int]) -> None:
    wei = [(by, to, asset, value * 10**30) for by, to, asset, value in rows]
    found = taint(made(*wei), seeds, stop)
    for asset in (COIN, TOKEN):
        assert held(found.fifo, asset) == found.fifo.seed.get(asset, 0)
        assert held(found.haircut, asset) == pytest.approx(found.haircut.seed.get(asset, 0))
    for poison, haircut, fifo in zip(*(rule.amounts for rule in rules(found)), strict=True):
        assert fifo <= poison
        assert haircut <= poison * (1 + 1e-9)


def held(found: Taint, asset: int) -> float:
    places = (found.at_accounts, found.at_services)
    at = sum(amount for place in places for (_, of), amount in place.items() if of == asset)
    return at + found.fees.get(asset, 0)


def rules(found: AllThree) -> tuple[Taint, Taint, Taint]:
    return found.poison, found.haircut, found.fifo


@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(0, 29))
def test_fifo_is_that_of_a_queue_of_single_units(rows: list[Row], seed: int) -> None:
    """The same rule, one unit at a time, from balances found by trying."""
    expected = units(rows, seed)
    assert taint(made(*rows), [seed]).fifo.amounts == expected


def units(rows: list[Row], seed: int) -> list[int]:
    queues: dict[tuple[int, int], list[bool]] = {}
    while (poor := shortage(rows, queues)) is not None:
        queues.setdefault(poor, []).append(False)
    moved = []
    for number, (by, to, asset, value) in enumerate(rows):
        if by == to:
            moved.append(0)
            continue
        queue = queues.setdefault((by, asset), [])
        coins = [False] * value if by == NOBODY else [queue.pop(0) for _ in range(value)]
        coins = [True] * value if number == seed else coins
        moved.append(sum(coins))
        queues.setdefault((to, asset), []).extend(coins)
    return moved


def shortage(rows: list[Row], queues: dict[tuple[int, int], list[bool]]) -> tuple[int, int] | None:
    balance = Counter({key: len(queue) for key, queue in queues.items()})
    for by, to, asset, value in rows:
        if by != to:
            balance[by, asset] -= value
            if by != NOBODY and balance[by, asset] < 0:
                return by, asset
            balance[to, asset] += value
    return None


@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(0, 29), st.integers(0, 29))
def test_what_goes_forward_from_one_to_another_comes_back_from_there(
    rows: list[Row], one: int, other: int
) -> None:
    one, other = one % len(rows), other % len(rows)
    forward, backward = taint(made(*rows), [one]), taint(made(*rows), [other], backward=True)
    assert forward.fifo.amounts[other] == backward.fifo.amounts[one]
    assert forward.haircut.amounts[other] == pytest.approx(backward.haircut.amounts[one], abs=1e-9)
    assert held(backward.fifo, rows[other][2]) == backward.fifo.seed.get(rows[other][2], 0)
