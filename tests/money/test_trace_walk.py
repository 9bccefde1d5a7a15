"""A trace follows money from output to output, by three methods, and loses none of it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.made_flows import MadeFlows, MadeNames, Payment, flows_of, payments
from quivive.errors import UsageError
from quivive.money.tags.tag import Tag
from quivive.money.trace.answer import trace_outputs
from quivive.money.trace.mixing import length
from quivive.money.trace.nouns import METHODS, Asset, Limits, Trace
from quivive.money.trace.reading import Knowledge
from quivive.money.trace.walk import Walk, walk

NO_LIMITS = Limits(None, None, None, None, None)
FAR = settings(max_examples=150, deadline=None)


def traced(made: list[Payment], seeds: list[int], direction="forward", limits=NO_LIMITS, **more) -> Trace:
    return trace_outputs(
        flows_of(made), seeds, MadeNames(), Asset(None, "BTC", 8), methods=METHODS, direction=direction,
        limits=limits, chain="btc", tip_height=9, tip_hash="00", made_at="2026-11-22T12:00:00Z", **more,
    )  # fmt: skip


def worth(flows: MadeFlows) -> list[int]:
    """Outputs that hold anything."""
    return [output for output, value in enumerate(flows.out_val) if value]


def satoshi_by_satoshi(made: list[Payment], seed: int) -> tuple[dict[int, int], int]:
    """FIFO by hand: each satoshi knows whether it was the seed's. Those by output, those in fees."""
    flows = flows_of(made)
    held: dict[int, list[bool]] = {}
    fees = 0
    for tx, (spent, paid) in enumerate(made):
        queue = [coin for output in spent for coin in held[output]]
        first = int(flows.out_off[tx])
        for place, (_, value) in enumerate(paid):
            coins, queue = (queue[:value], queue[value:]) if spent else ([False] * value, [])
            held[first + place] = [True] * value if first + place == seed else coins
        fees += sum(queue)
    return {output: sum(coins) for output, coins in held.items() if any(coins)}, fees


@FAR
@given(payments(), st.data())
def test_fifo_is_that_of_single_satoshis_counted_by_hand(made, data):
    seed = data.draw(st.sampled_from(worth(flows_of(made))))
    found = walk(flows_of(made), [seed], ["fifo"], limits=NO_LIMITS)
    by_hand, fees = satoshi_by_satoshi(made, seed)
    assert {o: length(p.traced.spans) for o, p in found.places.items()} == by_hand
    assert found.fees["fifo"] == fees


@FAR
@given(payments(), st.data(), st.sampled_from(["forward", "backward"]))
def test_every_satoshi_of_the_seeds_is_accounted_for_wherever_the_trace_stops(made, data, direction):
    seeds = data.draw(st.lists(st.sampled_from(worth(flows_of(made))), min_size=1, max_size=3, unique=True))
    limits = Limits(
        depth=data.draw(st.none() | st.integers(0, 12)),
        max_nodes=data.draw(st.none() | st.integers(3, 12)),
        min_share=data.draw(st.none() | st.floats(0, 0.4)),
        max_degree=data.draw(st.none() | st.integers(1, 4)),
    )
    found = traced(made, seeds, direction, limits)
    for total in found.totals:
        parts = total.unspent + total.at_services + total.fees + total.elsewhere
        if total.method == "fifo":
            assert parts == total.seed
            assert isinstance(parts, int)
        if total.method == "haircut":
            assert parts == pytest.approx(total.seed)
    assert {stop.node for stop in found.stops} <= {node.id for node in found.nodes}


@FAR
@given(payments(), st.data())
def test_what_goes_forward_from_one_output_to_another_comes_backward_the_same(made, data):
    outputs = worth(flows_of(made))
    one, other = data.draw(st.sampled_from(outputs)), data.draw(st.sampled_from(outputs))
    ahead = walk(flows_of(made), [one], METHODS, "forward", NO_LIMITS).places.get(other)
    back = walk(flows_of(made), [other], METHODS, "backward", NO_LIMITS).places.get(one)
    assert (ahead is None) == (back is None)
    if ahead and back:
        assert length(ahead.traced.spans) == length(back.traced.spans)
        assert ahead.traced.haircut == pytest.approx(back.traced.haircut)


@FAR
@given(payments(), st.data())
def test_haircut_gives_each_output_the_share_of_taint_that_all_inputs_had(made, data):
    flows = flows_of(made)
    seed = data.draw(st.sampled_from(worth(flows)))
    share: dict[int, float] = defaultdict(float)
    for tx, (spent, _) in enumerate(made):
        total = sum(flows.out_val[o] for o in spent)
        mixed = sum(share[o] * flows.out_val[o] for o in spent) / total if total else 0.0
        for output in range(flows.out_off[tx], flows.out_off[tx + 1]):
            share[output] = 1.0 if output == seed else mixed
    found = walk(flows, [seed], ["haircut"], limits=NO_LIMITS)
    expected = {o: share[o] * flows.out_val[o] for o in share if share[o] and flows.out_val[o]}
    assert {o: p.traced.haircut for o, p in found.places.items()} == pytest.approx(expected)


@FAR
@given(payments(), st.data())
def test_poison_holds_whatever_the_other_methods_hold(made, data):
    seed = data.draw(st.sampled_from(worth(flows_of(made))))
    for node in traced(made, [seed]).nodes:
        assert node.taint["poison"] == node.value
        assert node.value + 1e-9 >= max(node.taint["haircut"], node.taint["fifo"])


@FAR
@given(payments(), st.data())
def test_what_the_payments_into_a_place_carried_is_what_lies_there(made, data):
    seed = data.draw(st.sampled_from(worth(flows_of(made))))
    found = traced(made, [seed])
    arrived: dict[str, float] = defaultdict(float)
    for edge in found.edges:
        arrived[edge.target] += edge.taint["fifo"]
    begun = {f"{each.txid}:{each.position}" for each in found.seeds}
    assert {n.id: n.taint["fifo"] for n in found.nodes if n.id not in begun and n.taint["fifo"]} == {
        node: amount for node, amount in arrived.items() if amount and node not in begun
    }


@FAR
@given(payments(), st.data())
def test_it_is_what_a_pass_over_the_whole_ledger_gives_also_where_taint_ends_at_services(made, data):
    from quivive.money import taint

    flows = flows_of(made)
    seeds = data.draw(st.lists(st.sampled_from(worth(flows)), min_size=1, max_size=3, unique=True))
    service = data.draw(st.integers(0, 6))
    found = walk(flows, seeds, METHODS, limits=NO_LIMITS, known=known_as(service, category="exchange"))
    ends = (flows.out_addr == service) & ~np.isin(np.arange(len(flows.out_val)), seeds)
    arrays = (flows.in_off, flows.in_prev, flows.out_off, flows.out_val, np.array(seeds), ends)
    for name, of in (("poison", taint.poison), ("haircut", taint.haircut), ("fifo", taint.fifo)):
        whole = of(*arrays)
        ours = {o: p.traced.taint([name])[name] for o, p in found.places.items()}
        expected = {o: float(v) for o, v in enumerate(np.asarray(whole)) if v}
        assert {o: v for o, v in ours.items() if v} == pytest.approx(expected)
        assert found.fees[name] == pytest.approx(whole.fees)
        if name != "poison":  # which multiplies what it touches: its seed is no sum
            assert found.seeded[name] == pytest.approx(whole.seed)


PEEL: list[Payment] = [
    ([], [(0, 1000)]),  # 0: the theft
    ([0], [(1, 100), (2, 890)]),  # 1, 2: a peel, fee 10
    ([2], [(3, 200), (4, 690)]),  # 3, 4
    ([4, 1], [(5, 790)]),  # 5
]


def reasons(found: Trace) -> dict[str, str]:
    return {stop.node[-3:].lstrip("0"): stop.reason for stop in found.stops}


def test_it_stops_at_what_lies_unspent_and_says_so():
    found = traced(PEEL, [0])
    assert reasons(found) == {"2:0": "unspent", "3:0": "unspent"}
    assert next(total for total in found.totals if total.method == "fifo").fees == 10
    assert [n.depth for n in found.nodes] == [0, 1, 1, 2, 2, 2]


def known_as(address: int, **tag: str) -> Knowledge:
    """That this address has one tag."""
    one = Tag("address", "btc", **{"label": "Example", "source": "https://list.example", **tag})
    return Knowledge(tags=lambda addresses: [(one,) if a == address else () for a in addresses])


@pytest.mark.parametrize(
    ("category", "reason"),
    [("exchange", "service"), ("mixing_service", "mixer"), ("defi_bridge", "bridge"), ("market", "service")],
)
def test_it_stops_at_attributed_services_mixers_and_bridges_and_names_who_says_so(category, reason):
    found = traced(PEEL, [0], known=known_as(4, category=category))
    stop = next(stop for stop in found.stops if stop.reason == reason)
    assert stop.node.endswith("2:1")
    assert "https://list.example" in stop.detail
    assert "'Example'" in stop.detail
    assert len(found.nodes) == 6  # output 1 is still followed


def test_it_goes_through_a_service_where_it_is_told_to():
    known = dataclasses.replace(known_as(4, category="exchange"), through=frozenset([4]))
    assert "service" not in {stop.reason for stop in traced(PEEL, [0], known=known).stops}


def test_a_tag_that_names_no_service_stops_nothing():
    found = traced(PEEL, [0], known=known_as(4, abuse="sanction"))
    assert {stop.reason for stop in found.stops} == {"unspent"}
    assert any(node.tags for node in found.nodes)


def test_it_stops_at_coinjoins_by_their_protocol():
    known = Knowledge(coinjoin=lambda tx: ("wasabi2", 0.9) if tx == 2 else None)
    found = traced(PEEL, [0], known=known)
    stop = next(stop for stop in found.stops if stop.reason == "coinjoin")
    assert "wasabi2" in stop.detail
    assert stop.node.endswith("1:1")


def test_it_stops_at_transactions_with_too_many_outputs():
    wide = [([], [(0, 1000)]), ([0], [(n, 10) for n in range(1, 100)])]
    found = traced(wide, [0], limits=Limits(max_degree=50))
    assert [(s.reason, s.taint["fifo"]) for s in found.stops] == [("degree", 1000)]
    assert "1 inputs and 99 outputs" in found.stops[0].detail


def test_it_stops_at_addresses_that_are_used_too_often():
    known = Knowledge(uses=lambda addresses: [5000 if a == 4 else 1 for a in addresses])
    found = traced(PEEL, [0], known=known, limits=Limits(max_reuse=1000))
    assert "degree" in {stop.reason for stop in found.stops}


def test_it_stops_at_small_shares_at_the_depth_and_at_the_number_of_places():
    assert reasons(traced(PEEL, [0], limits=Limits(min_share=0.15)))["1:0"] == "value"
    assert reasons(traced(PEEL, [0], limits=Limits(depth=1))) == {"1:0": "depth", "1:1": "depth"}
    assert reasons(traced(PEEL, [0], limits=Limits(max_nodes=4))) == {"1:0": "limit", "1:1": "limit"}


def test_more_seeds_than_places_are_refused():
    with pytest.raises(UsageError, match="more than the 1 places"):
        traced(PEEL, [0, 1], limits=Limits(max_nodes=1))


def test_money_that_one_seed_pays_to_another_is_counted_once():
    totals = {total.method: total for total in traced(PEEL, [0, 2]).totals}
    assert totals["fifo"].seed == 1000
    assert totals["haircut"].seed == pytest.approx(1000)


def test_backward_it_names_what_was_mined_and_what_the_ledger_does_not_hold():
    late: list[Payment] = [([], [(0, 50)]), ([0, -1], [(1, 120)])]
    found = traced(late, [1], "backward")
    amounts = {stop.reason: stop.taint["fifo"] for stop in found.stops}
    assert amounts == {"coinbase": 50, "unknown": 70}
    assert {edge.target[-3:] for edge in found.edges} == {"1:0"}


def test_backward_money_that_no_input_explains_is_not_lost_from_the_count():
    richer: list[Payment] = [([], [(0, 50)]), ([0], [(1, 70)])]
    found = traced(richer, [1], "backward")
    assert {stop.reason: stop.taint["fifo"] for stop in found.stops} == {"coinbase": 50, "unknown": 20}


def test_only_what_the_chosen_method_reaches_is_shown():
    flows = flows_of(PEEL)
    found: Walk = walk(flows, [1], ["fifo"], limits=NO_LIMITS)
    assert set(found.places) == {1, 5}
    swapped: list[Payment] = [([], [(0, 10)]), ([], [(1, 10)]), ([0, 1], [(2, 10), (3, 10)])]
    assert set(walk(flows_of(swapped), [0], ["fifo"], limits=NO_LIMITS).places) == {0, 2}
    assert set(walk(flows_of(swapped), [0], ["haircut"], limits=NO_LIMITS).places) == {0, 2, 3}
