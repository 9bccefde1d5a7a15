"""Each rule of thumb names the change where its source says so, and nothing where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quivive.errors import UsageError
from quivive.money.change import Change, Rule, find_change

Coins = list[tuple[int, int]]


def found(*transactions: tuple[Coins, Coins], **more: Any) -> Change:
    """Change in transactions of inputs and outputs, each an address and a value."""
    arrays: list[Any] = []
    for side in (0, 1):
        coins = [coin for transaction in transactions for coin in transaction[side]]
        arrays.append(np.cumsum([0, *(len(transaction[side]) for transaction in transactions)]))
        arrays += [np.array([coin[n] for coin in coins], np.int64) for n in (0, 1)]
    return find_change(*arrays, **more)


def of_last(change: Change) -> tuple[int, Rule]:
    """Output and rules of the last transaction."""
    return int(change.output[-1]), change.rules(-1)


BEFORE: tuple[Coins, Coins] = ([], [(0, 9_000_007), (1, 8_000_009)])
"""Two addresses that are known by then; outputs 0 and 1."""


def test_an_output_to_an_address_spent_from_is_change() -> None:
    assert of_last(found(BEFORE, ([(0, 9_000_007)], [(1, 11), (0, 22)]))) == (3, Rule.SELF)


def test_a_new_address_beside_a_known_one_is_change() -> None:
    assert of_last(found(BEFORE, ([(0, 9_000_007)], [(1, 11), (2, 22)]))) == (3, Rule.ONE_TIME)


def test_two_new_addresses_name_none() -> None:
    assert of_last(found(BEFORE, ([(0, 9_000_007)], [(3, 11), (2, 22)]))) == (-1, Rule(0))


def test_the_one_output_of_the_inputs_type_is_change() -> None:
    types = np.array([1, 1, 2, 1], np.int8)
    change = found(BEFORE, ([(0, 9_000_007)], [(3, 11), (2, 22)]), types=types)
    assert of_last(change) == (2, Rule.SAME_TYPE)


def test_the_one_output_less_than_every_input_is_change() -> None:
    spent = [(0, 5_000), (1, 7_000)]
    assert of_last(found(BEFORE, (spent, [(2, 8_001), (3, 3_999)]))) == (3, Rule.OPTIMAL)
    assert of_last(found(BEFORE, (spent[:1], [(2, 4_001), (3, 999)]))) == (-1, Rule(0))


def test_the_one_uneven_amount_is_change() -> None:
    paid: Coins = [(2, 3_000_000), (3, 5_999_999)]
    assert of_last(found(BEFORE, ([(0, 9_000_007)], paid))) == (3, Rule.NOT_ROUND)
    assert of_last(found(BEFORE, ([(0, 9_000_007)], paid), round_to=7)) == (-1, Rule(0))


def test_rules_that_disagree_are_told_apart() -> None:
    paid: Coins = [(2, 300_000), (1, 22)]
    change = found(BEFORE, ([(0, 9_000_007)], paid))
    assert of_last(change) == (-1, Rule(0))
    assert Rule(int(change.against[-1])) == Rule.ONE_TIME | Rule.NOT_ROUND
    types = np.array([1, 2, 1], np.int8)
    change = found(BEFORE, ([(0, 9_000_007)], paid), types=types)
    assert of_last(change) == (2, Rule.ONE_TIME | Rule.SAME_TYPE)
    assert change.against[-1] == Rule.NOT_ROUND


@pytest.mark.parametrize(
    "transaction",
    [
        ([], [(0, 1), (2, 3)]),
        ([(0, 9_000_007)], [(2, 5)]),
        ([(0, 9_000_007)], [(2, 5), (-1, 0)]),
        ([(-1, -1)], [(2, 5), (3, 7)]),
    ],
    ids=["coinbase", "one output", "one output and a note", "unknown input"],
)
def test_where_there_is_no_change_to_see_none_is_named(transaction: tuple[Coins, Coins]) -> None:
    assert of_last(found(BEFORE, transaction)) == (-1, Rule(0))


def test_a_coinjoin_has_no_change() -> None:
    transactions = (BEFORE, ([(0, 9_000_007)], [(1, 11), (0, 22)]))
    assert of_last(found(*transactions, coinjoin=np.array([False, True]))) == (-1, Rule(0))


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="types must have"):
        found(BEFORE, types=np.array([1], np.int8))
    with pytest.raises(UsageError, match="coinjoin must have"):
        found(BEFORE, coinjoin=np.array([True, False]))
    with pytest.raises(UsageError, match="-1 where it is not known"):
        found(([], [(-5, 1)]))
    one = np.zeros(1, np.int64)
    with pytest.raises(UsageError, match="out_off must rise"):
        find_change(one, one[:0], one[:0], one, one, one)
