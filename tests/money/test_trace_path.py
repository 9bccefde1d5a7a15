"""A path between two places is found where there is one; its absence is said only as far as was looked."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from money.made_flows import MadeFlows, Payment, flows_of, payments
from quivive.money.trace.path import Found, Reach, Way, find_path

FAR = settings(max_examples=200, deadline=None)


def all_paths(flows: MadeFlows, begin: set[int], goal: set[int], hops: int) -> list[tuple[int, int]]:
    """(length, narrowest amount) of every path, by walking all of them."""
    found: list[tuple[int, int]] = []

    def outputs(tx: int) -> range:
        return range(flows.out_off[tx], flows.out_off[tx + 1])

    def on(tx: int, width: int, length: int) -> None:
        paid = sum(int(flows.out_val[o]) for o in outputs(tx) if o in goal - begin)
        if paid:
            found.append((length, min(width, paid)))
        if length < hops:
            for output in outputs(tx):
                if flows.spender[output] >= 0 and flows.out_val[output]:
                    on(int(flows.spender[output]), min(width, int(flows.out_val[output])), length + 1)

    for tx in {int(flows.spender[o]) for o in begin - goal} - {-1}:
        spent = flows.in_prev[flows.in_off[tx] : flows.in_off[tx + 1]]
        width = sum(int(flows.out_val[o]) for o in spent if o in begin - goal)
        if width:
            on(tx, width, 1)
    return found


@FAR
@given(payments(most=10), st.data())
def test_the_shortest_and_the_largest_are_those_of_all_paths_there_are(made, data):
    flows = flows_of(made)
    outputs = [o for o, value in enumerate(flows.out_val) if value]
    some = st.sets(st.sampled_from(outputs), min_size=1, max_size=3)
    begin, goal, hops = data.draw(some), data.draw(some), data.draw(st.integers(1, 6))
    paths = all_paths(flows, begin, goal, hops)
    found = find_path(flows, begin, goal, Reach(hops=hops))
    assert found.searched == hops
    if not paths:
        assert found.shortest is found.largest is None
        return
    least = min(length for length, _ in paths)
    assert len(found.shortest.hops) == least
    assert found.shortest.amount == max(width for length, width in paths if length == least)
    assert found.largest.amount == max(width for _, width in paths)
    check(flows, found.shortest, begin, goal)
    check(flows, found.largest, begin, goal)


def check(flows: MadeFlows, way: Way, begin: set[int], goal: set[int]) -> None:
    """Each transaction spends what the one before it made, from the beginning to the goal."""
    for one, following in pairwise(way.hops):
        assert flows.spender[one.output] == following.tx
        assert flows.out_off[one.tx] <= one.output < flows.out_off[one.tx + 1]
    first, last = way.hops[0].tx, way.hops[-1].tx
    assert set(flows.in_prev[flows.in_off[first] : flows.in_off[first + 1]].tolist()) & begin
    assert set(range(flows.out_off[last], flows.out_off[last + 1])) & goal
    assert way.hops[-1].output is None


CHAIN: list[Payment] = [([], [(0, 100)]), *(([n], [(n + 1, 100 - n - 1)]) for n in range(9))]


def search(**reach: object) -> Found:
    return find_path(flows_of(CHAIN), {0}, {9}, Reach(**reach))


def test_none_is_said_only_of_the_hops_that_were_searched():
    assert search(hops=8).shortest is None
    assert search(hops=8).searched == 8
    assert len(search(hops=9).shortest.hops) == 9


def test_what_was_not_gone_through_is_counted_by_reason():
    found = search(hops=9, closed=lambda tx: "CoinJoin" if tx == 4 else None)
    assert found.shortest is None
    assert found.not_entered == {"CoinJoin": 1}
    wide = find_path(flows_of(CHAIN), {0}, {9}, Reach(hops=9, max_degree=0))
    assert wide.not_entered == {"more than 0 inputs or outputs": 2}


def test_a_search_that_grows_too_large_says_how_far_it_came():
    found = search(hops=9, transactions=3)
    assert found.shortest is None
    assert 1 <= found.searched < 9
    assert found.not_entered == {"more transactions than allowed": 1}
