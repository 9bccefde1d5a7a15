"""A trace along the index of spenders says what the walk over the whole ledger says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.made_ledgers import Made, ledger, ledgers
from quivive.errors import UsageError
from quivive.money.following import LIMIT, SERVICE, UNSPENT, WENT_ON, follow_haircut, spenders
from quivive.money.taint import haircut

patient = settings(deadline=None)  # the first example of a kind compiles
SPLIT = ledger(([], [1000]), ([0], [600, 391, 9]), ([1], [600]), ([2], [391]))


@patient
@given(ledgers(most=30), st.data())
def test_uncut_it_finds_what_a_walk_over_the_whole_ledger_finds(made: Made, data: st.DataObject) -> None:
    outputs = st.integers(0, made.out_val.size - 1)
    seeds = data.draw(st.sets(outputs, min_size=1, max_size=3))
    stop = np.isin(np.arange(made.out_val.size), list(data.draw(st.sets(outputs, max_size=3)) - seeds))
    chosen = np.array(sorted(seeds))
    found = follow_haircut(*made.arrays, made.spender, chosen, least=0, stop=stop)
    amounts = np.zeros(made.out_val.size)
    amounts[found.outputs] = found.amounts
    whole = haircut(*made.arrays, chosen, stop)
    assert amounts == pytest.approx(whole.amounts)
    assert found.fees == pytest.approx(whole.fees)
    assert found.amounts[found.ends != WENT_ON].sum() + found.fees == pytest.approx(found.seed)


@patient
@given(ledgers(most=40), st.floats(0, 0.5), st.floats(0, 0.5), st.integers(1, 20))
def test_cut_anywhere_the_parts_add_up_to_the_seed(
    made: Made, least: float, thinnest: float, most: int
) -> None:
    found = follow_haircut(*made.arrays, made.spender, np.array([0]), least, thinnest, most=most)
    ended = found.amounts[found.ends != WENT_ON].sum()
    assert ended + found.fees + found.below == pytest.approx(found.seed)
    assert found.seed == made.out_val[0]
    assert found.transactions <= most


def test_an_output_below_one_percent_of_the_seed_is_not_followed() -> None:
    found = follow_haircut(*SPLIT.arrays, SPLIT.spender, np.array([0]))
    assert found.outputs.tolist() == [0, 1, 2, 4, 5]
    assert found.below == 9
    assert found.ends.tolist() == [WENT_ON, WENT_ON, WENT_ON, UNSPENT, UNSPENT]


def test_it_says_where_a_service_or_the_limit_ended_it() -> None:
    stop = np.array([False, True, False, False, False, False])
    assert follow_haircut(*SPLIT.arrays, SPLIT.spender, np.array([0]), stop=stop).ends[1] == SERVICE
    cut = follow_haircut(*SPLIT.arrays, SPLIT.spender, np.array([0]), most=1)
    assert cut.ends.tolist() == [WENT_ON, LIMIT, LIMIT]


def test_an_output_of_which_little_is_tainted_is_not_followed_where_that_was_asked() -> None:
    thin = ledger(([], [1]), ([], [999]), ([0, 1], [1000]))
    assert follow_haircut(*thin.arrays, thin.spender, np.array([0]), thinnest=0.01).below == 1
    assert follow_haircut(*thin.arrays, thin.spender, np.array([0])).outputs.tolist() == [0, 2]


@patient
@given(ledgers())
def test_the_index_names_the_spender_of_each_output(made: Made) -> None:
    assert spenders(made.in_off, made.in_prev, made.out_val.size).tolist() == made.spender.tolist()


@pytest.mark.parametrize("spender", [[1, 0, 3, -1, -1, -1], [1, 9, 3, -1, -1, -1]])
def test_an_index_that_leads_backwards_or_nowhere_is_refused(spender: list[int]) -> None:
    with pytest.raises(UsageError, match="does not fit"):
        follow_haircut(*SPLIT.arrays, np.array(spender), np.array([0]))


def test_seeds_and_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="number of an output"):
        follow_haircut(*SPLIT.arrays, SPLIT.spender, np.array([6]))
    with pytest.raises(UsageError, match="one entry for each output"):
        follow_haircut(*SPLIT.arrays, SPLIT.spender[1:], np.array([0]))
    with pytest.raises(UsageError, match="beyond"):
        spenders(SPLIT.in_off, SPLIT.in_prev, 2)
