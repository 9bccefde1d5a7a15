"""Poison, haircut and first in first out, against the rules written out satoshi by satoshi."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.made_ledgers import Made, ledger, ledgers
from quivive.errors import UsageError
from quivive.money.taint import ends, fifo, haircut, poison

patient = settings(deadline=None)  # the first example of a kind compiles


def satoshis(made: Made, seeds: set[int], stop: set[int]) -> tuple[list[list[bool]], int]:
    """Every satoshi of every output, tainted or not, moved one by one; and those that went into fees."""
    held: list[list[bool]] = []
    fees = 0
    for tx in range(made.in_off.size - 1):
        queue: list[bool] = []
        for spent in made.in_prev[made.in_off[tx] : made.in_off[tx + 1]].tolist():
            queue += [tainted and spent not in stop for tainted in held[spent]]
        for output in range(made.out_off[tx], made.out_off[tx + 1]):
            value = int(made.out_val[output])
            own, queue = queue[:value], queue[value:]
            held.append([True] * value if output in seeds else own + [False] * (value - len(own)))
        fees += sum(queue)
    return held, fees


def shares(made: Made, seeds: set[int], stop: set[int]) -> list[Fraction]:
    """The tainted part of each output's value, exactly."""
    amounts: list[Fraction] = []
    for tx in range(made.in_off.size - 1):
        spent = made.in_prev[made.in_off[tx] : made.in_off[tx + 1]].tolist()
        total = sum(int(made.out_val[output]) for output in spent)
        taint = sum((amounts[output] for output in spent if output not in stop), Fraction(0))
        for output in range(made.out_off[tx], made.out_off[tx + 1]):
            value = int(made.out_val[output])
            amounts.append(
                Fraction(value) if output in seeds else value * taint / total if total else Fraction(0)
            )
    return amounts


def chosen(data: st.DataObject, made: Made) -> tuple[set[int], set[int]]:
    """Seeds and stops among the outputs; a seed that is a stop goes on."""
    outputs = st.integers(0, made.out_val.size - 1)
    seeds = data.draw(st.sets(outputs, min_size=1, max_size=4))
    return seeds, data.draw(st.sets(outputs, max_size=3)) - seeds


def mask(made: Made, places: set[int]) -> Any:
    return np.isin(np.arange(made.out_val.size), list(places))


@patient
@given(ledgers(), st.data())
def test_fifo_moves_every_satoshi_as_a_queue_does(made: Made, data: st.DataObject) -> None:
    seeds, stop = chosen(data, made)
    held, fees = satoshis(made, seeds, stop)
    taint = fifo(*made.arrays, np.array(sorted(seeds)), mask(made, stop))
    assert taint.dtype == taint.amounts.dtype == np.int64
    assert taint.amounts.tolist() == [sum(one) for one in held]
    assert taint.fees == fees


@patient
@given(ledgers(most=40), st.data())
def test_fifo_conserves_every_satoshi(made: Made, data: st.DataObject) -> None:
    seeds, stop = chosen(data, made)
    taint = fifo(*made.arrays, np.array(sorted(seeds)), mask(made, stop))
    now = ends(taint, made.in_prev)
    assert now.unspent + now.at_services + now.fees == taint.seed
    if len(seeds) == 1:
        assert taint.seed == made.out_val[list(seeds)].sum()


@patient
@given(ledgers(), st.data())
def test_haircut_gives_each_output_its_share(made: Made, data: st.DataObject) -> None:
    seeds, stop = chosen(data, made)
    taint = haircut(*made.arrays, np.array(sorted(seeds)), mask(made, stop))
    expected = shares(made, seeds, stop)
    assert taint.amounts.dtype == np.float64
    assert taint.amounts == pytest.approx([float(share) for share in expected])
    now = ends(taint, made.in_prev)
    assert now.unspent + now.at_services + now.fees == pytest.approx(taint.seed)


@patient
@given(ledgers(), st.data())
def test_poison_touches_what_haircut_and_fifo_touch_and_more(made: Made, data: st.DataObject) -> None:
    seeds, stop = chosen(data, made)
    given_ = (*made.arrays, np.array(sorted(seeds)), mask(made, stop))
    poisoned = poison(*given_).amounts
    assert set(np.flatnonzero(fifo(*given_).amounts)) <= set(np.flatnonzero(poisoned))
    assert set(np.flatnonzero(haircut(*given_).amounts)) <= set(np.flatnonzero(poisoned))
    assert ((poisoned == 0) | (poisoned == made.out_val)).all()


PAID = ledger(([], [100]), ([], [300]), ([0, 1], [150, 200, 40]), ([2], [150]))


def test_the_three_rules_side_by_side_on_one_payment() -> None:
    seeds = np.array([0])
    assert poison(*PAID.arrays, seeds).amounts.tolist() == [100, 0, 150, 200, 40, 150]
    assert haircut(*PAID.arrays, seeds).amounts.tolist() == [100, 0, 37.5, 50, 10, 37.5]
    assert fifo(*PAID.arrays, seeds).amounts.tolist() == [100, 0, 100, 0, 0, 100]
    assert fifo(*PAID.arrays, np.array([1])).amounts.tolist() == [0, 300, 50, 200, 40, 50]
    assert (fifo(*PAID.arrays, np.array([1])).fees, haircut(*PAID.arrays, seeds).fees) == (10, 2.5)
    assert poison(*PAID.arrays, seeds).fees == 10


def test_an_output_keeps_the_order_of_what_came_in() -> None:
    mixed = ledger(([], [10]), ([], [10]), ([1, 0], [20]), ([2], [10, 10]))
    assert fifo(*mixed.arrays, np.array([0])).amounts.tolist() == [10, 0, 10, 0, 10]


def test_taint_that_reached_a_service_stays_there() -> None:
    stop = np.array([False, False, True, False, False, False])
    taint = fifo(*PAID.arrays, np.array([0]), stop)
    assert taint.amounts.tolist() == [100, 0, 100, 0, 0, 0]
    assert ends(taint, PAID.in_prev).at_services == 100


def test_a_seed_that_another_reaches_is_counted_once() -> None:
    taint = fifo(*PAID.arrays, np.array([0, 2]))
    assert taint.amounts.tolist() == [100, 0, 150, 0, 0, 150]
    assert taint.seed == 150
    assert haircut(*PAID.arrays, np.array([0, 2, 2])).seed == 212.5


@pytest.mark.parametrize("kind", [np.int64, np.uint32])
def test_an_unknown_input_is_clean_and_holds_what_is_missing(kind: Any) -> None:
    begun = ledger(([], [100]), ([-1, 0], [150, 250]))
    arrays = (begun.in_off, begun.in_prev.astype(kind), begun.out_off, begun.out_val)
    assert fifo(*arrays, np.array([0])).amounts.tolist() == [100, 0, 100]
    assert haircut(*arrays, np.array([0])).amounts.tolist() == [100, 37.5, 62.5]
    assert poison(*arrays, np.array([0])).amounts.tolist() == [100, 150, 250]
    told = fifo(*arrays, np.array([0]), in_val=np.array([350, -1]))
    assert (told.amounts.tolist(), told.fees) == ([100, 0, 50], 50)


def test_many_stretches_outgrow_their_pool_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quivive.money.taint_queue.ROOM", 1)
    generator = np.random.default_rng(3)
    transactions: list[tuple[list[int], list[int]]] = [([], [97]) for _ in range(60)]
    values, unspent = [97] * 60, list(range(60))
    for _ in range(1_500):
        spent = [unspent.pop(generator.integers(len(unspent))) for _ in range(generator.integers(1, 4))]
        total = sum(values[output] for output in spent)
        cuts = np.sort(generator.integers(0, total + 1, generator.integers(len(spent), len(spent) + 2)))
        made = np.diff(cuts, prepend=0).tolist()
        unspent += range(len(values), len(values) + len(made))
        values += made
        transactions.append((spent, made))
    made_ledger = ledger(*transactions)
    seeds = set(range(0, 60, 3))
    held, fees = satoshis(made_ledger, seeds, set())
    taint = fifo(*made_ledger.arrays, np.array(sorted(seeds)))
    assert taint.amounts.tolist() == [sum(one) for one in held]
    assert taint.fees == fees


@pytest.mark.parametrize("rule", [poison, haircut, fifo])
def test_a_ledger_without_transactions_is_clean(rule: Any) -> None:
    nothing = np.zeros(0, np.int64)
    assert rule(np.zeros(1, np.int64), nothing, np.zeros(1, np.int64), nothing, nothing).amounts.size == 0


@pytest.mark.parametrize("rule", [poison, haircut, fifo])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seeds": [6]}, "number of an output"),
        ({"seeds": [0.5]}, "whole numbers"),
        ({"in_off": [0, 0, 0, 2]}, "in_off must rise"),
        ({"out_off": [0, 1, 2, 9, 6]}, "out_off must rise"),
        ({"in_off": [0, 3]}, "equal length"),
        ({"in_prev": [0, 1, 77]}, "does not exist"),
        ({"in_prev": [0, 1, -2]}, "does not exist"),
        ({"in_prev": [0, 4, 2]}, "Transaction 2 spends"),
        ({"in_prev": [0, 5, 2]}, "Transaction 2 spends"),
        ({"out_val": [100, 300, 150, 200, -40, 150]}, "negative"),
        ({"stop": [True]}, "stop must have"),
    ],
)
def test_a_ledger_that_does_not_fit_is_refused(rule: Any, change: dict[str, Any], says: str) -> None:
    names = ("in_off", "in_prev", "out_off", "out_val")
    given_ = {**dict(zip(names, PAID.arrays, strict=True)), "seeds": [0], **change}
    with pytest.raises(UsageError, match=says):
        rule(**{name: np.array(numbers) for name, numbers in given_.items()})
