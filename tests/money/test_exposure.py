"""Exposure over arrays: who dealt with whom, and shares that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.money import account_taint
from quivive.money.exposure import Limits, Row, Side, accounts, utxo
from quivive.money.exposure.of_ledger import walk_account, walk_utxo
from quivive.money.exposure.rows import Names, Payments, apportion, side
from quivive.money.exposure.tagged import tagged
from quivive.money.exposure.walk import End
from quivive.money.tags.tag import Tag
from quivive.money.taint import haircut

NAMES = Names(lambda ids: [f"a{i}" for i in ids], lambda txs: [f"t{t}" for t in txs])
USUAL = Limits()


def tag(address: int, category: str, **more: object) -> Tag:
    told = {"label": f"the {category}", "confidence": "service_data", "source": "made up",
            "lastmod": date(2026, 1, 2), "pack": "ours"} | more  # fmt: skip
    return Tag(f"a{address}", "btc", category=category, **told)  # type: ignore[arg-type]


def chain(
    *transactions: tuple[Sequence[int], Sequence[tuple[int, int]]], coinjoin: Sequence[int] = ()
) -> utxo.Chain:
    """Each transaction: the outputs it spends (-1: unknown), and (address, value) of those it makes."""
    in_off, out_off, in_prev, out_addr, out_val = [0], [0], [], [], []
    for spent, made in transactions:
        in_prev += spent
        out_addr += [address for address, _ in made]
        out_val += [value for _, value in made]
        in_off.append(len(in_prev))
        out_off.append(len(out_addr))
    spender = np.full(len(out_addr), -1)
    for t in range(len(transactions)):
        for o in in_prev[in_off[t] : in_off[t + 1]]:
            if o >= 0:
                spender[o] = t
    arrays = [np.array(a, np.int64) for a in (in_off, in_prev, out_off, out_addr, out_val, spender)]
    return utxo.Chain(*arrays, coinjoin=np.array(coinjoin, np.int64))


def look(
    where: utxo.Chain, own: Sequence[int], tags: Mapping[int, Sequence[Tag]], way: str = "incoming",
    limits: Limits = USUAL, labels: Sequence[int] | None = None,
) -> Side:  # fmt: skip
    ids = np.array(sorted(own), np.int64)
    txs, change = utxo.net(where, np.flatnonzero(np.isin(where.out_addr, ids)))
    chosen = change > 0 if way == "incoming" else change < 0
    paid = Payments(
        txs[chosen], np.abs(change[chosen]).tolist(), np.zeros(chosen.sum()), np.zeros(chosen.sum(), bool)
    )
    book = tagged(tags, None if labels is None else np.array(labels))
    return side(way, paid, walk_utxo(where, paid, ids, book, limits, way), book, NAMES, False)  # type: ignore[arg-type]


def row(found: Side, category: str) -> Row:
    return next(r for r in found.rows if r.category == category)


def shares(found: Side) -> dict[str, float]:
    return {r.category: round(r.share, 6) for r in found.rows}


# 0: mined to a0 · 1: a0 pays a1 60, keeps 40 · 2: mined to a2 (100) · 3: a1 and a2 pay a3 120, a4 40
MIXED = chain(
    ([], [(0, 100)]),
    ([0], [(1, 60), (0, 40)]),
    ([], [(2, 100)]),
    ([1, 3], [(3, 120), (4, 40)]),
    ([4], [(5, 120)]),
)


def test_a_tagged_counterparty_one_transaction_away_is_direct() -> None:
    found = look(MIXED, [3], {1: [tag(1, "scam")]})
    scam = row(found, "scam")
    assert (scam.direct, scam.indirect, scam.hops, scam.amount) == (
        pytest.approx(60 / 160),
        pytest.approx(0),
        1,
        45,
    )
    assert scam.entities[0].address == "a1"
    assert scam.entities[0].txids == ("t3",)
    assert found.untagged == pytest.approx(100 / 160)


def test_behind_an_untagged_hand_it_is_indirect_and_shows_the_way() -> None:
    found = look(MIXED, [3], {0: [tag(0, "scam")]})
    scam = row(found, "scam")
    assert (scam.direct, scam.hops, scam.mean_hops) == (0, 2, 2)
    assert scam.indirect == pytest.approx(0.375)
    assert scam.entities[0].txids == ("t1", "t3")
    assert row(found, "mined").amount == 75


def test_poison_counts_every_payment_that_touched_the_category_in_full() -> None:
    assert row(look(MIXED, [3], {0: [tag(0, "scam")]}), "scam").poison == 120


def test_change_is_neither_incoming_nor_outgoing() -> None:
    found = look(MIXED, [0], {}, "outgoing")
    assert found.total == 60
    assert shares(found) == {"unattributed": 1.0}


def test_what_goes_out_is_followed_to_a_tagged_service() -> None:
    found = look(MIXED, [0], {5: [tag(5, "exchange")]}, "outgoing")
    exchange = row(found, "exchange")
    assert exchange.share == pytest.approx(0.75)
    assert exchange.entities[0].txids == ("t1", "t3", "t4")
    assert (exchange.amount, row(found, "unattributed").amount) == (45, 15)


def test_the_fee_is_a_row_of_its_own() -> None:
    found = look(chain(([], [(0, 100)]), ([0], [(1, 90)])), [0], {}, "outgoing")
    assert (row(found, "fees").amount, row(found, "unattributed").amount) == (10, 90)


def test_what_is_older_than_the_ledger_is_said() -> None:
    found = look(chain(([-1], [(0, 100)]), ([0], [(1, 100)])), [1], {})
    assert shares(found) == {"before the ledger": 1.0}


def test_money_is_not_followed_through_a_coinjoin() -> None:
    joined = chain(
        ([], [(0, 50)]), ([], [(1, 50)]), ([0, 1], [(2, 50), (3, 50)]), ([2], [(4, 50)]), coinjoin=[2]
    )
    assert shares(look(joined, [4], {0: [tag(0, "ransomware")]})) == {"coinjoin": 1.0}


def test_a_limit_of_hops_leaves_a_row_that_says_so() -> None:
    long = chain(([], [(0, 9)]), *[([i], [(i + 1, 9)]) for i in range(6)])
    found = look(long, [6], {0: [tag(0, "scam")]}, limits=Limits(hops=3))
    assert shares(found) == {"cut off": 1.0}
    assert row(found, "cut off").detail == {"hops": 1.0}
    assert shares(look(long, [6], {0: [tag(0, "scam")]}, limits=Limits(hops=6))) == {"scam": 1.0}


def test_too_many_payments_are_cut_off_the_smallest_first() -> None:
    fan = chain(([], [(0, 10)]), ([], [(1, 90)]), ([0, 1], [(2, 100)]), ([2], [(3, 100)]))
    found = look(fan, [3], {}, limits=Limits(branches=4))
    assert row(found, "cut off").detail == {"too many payments": pytest.approx(0.1)}
    assert row(found, "mined").share == pytest.approx(0.9)


def test_money_that_comes_back_is_the_addresss_own() -> None:
    round_trip = chain(([], [(0, 8)]), ([0], [(1, 8)]), ([1], [(0, 8)]))
    assert shares(look(round_trip, [0], {}))["own"] == 0.5


def test_a_tag_of_the_cluster_stays_apart_from_one_of_the_address() -> None:
    found = look(MIXED, [3], {0: [tag(0, "scam")]}, labels=[0, 0, 2, 3, 4, 5])
    scam = row(found, "scam")
    assert scam.by_cluster
    assert scam.hops == 1
    assert scam.entities[0].by_cluster
    assert scam.entities[0].tags[0].address == "a0"


def test_of_tags_that_disagree_the_gravest_counts_and_the_others_are_told() -> None:
    found = look(MIXED, [3], {1: [tag(1, "exchange", confidence="ownership"), tag(1, "sanction")]})
    assert row(found, "sanction").conflicts == ("a1: also tagged exchange",)


def test_nothing_received_gives_no_rows() -> None:
    assert look(MIXED, [9], {}).rows == ()


def test_a_payment_by_several_is_only_counted_for_what_the_others_paid() -> None:
    payjoin = chain(([], [(0, 30)]), ([], [(1, 70)]), ([0, 1], [(0, 60), (2, 40)]))
    found = look(payjoin, [0], {1: [tag(1, "shop")]})
    assert {r.category: r.amount for r in found.rows} == {"mined": 30, "shop": 30}


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[utxo.Chain, dict[int, list[Tag]], list[int]]:
    unspent: list[tuple[int, int]] = []
    transactions: list[tuple[list[int], list[tuple[int, int]]]] = []
    made = 0
    for _ in range(draw(st.integers(1, 14))):
        chosen = draw(st.lists(st.sampled_from(unspent), max_size=3, unique=True)) if unspent else []
        foreign = draw(st.integers(0, 1))
        total = sum(value for _, value in chosen) + 1000 * foreign if chosen or foreign else 5000
        left, outputs = total - draw(st.integers(0, total // 10)), []
        for _ in range(draw(st.integers(1, 3))):
            value = draw(st.integers(0, left))
            left -= value
            outputs.append((draw(st.integers(-1, 6)), value))
        unspent = [each for each in unspent if each not in chosen]
        unspent += [(made + i, value) for i, (_, value) in enumerate(outputs)]
        made += len(outputs)
        transactions.append(([o for o, _ in chosen] + [-1] * foreign, outputs))
    kinds = st.sampled_from(["scam", "exchange", "mixing_service", "sanction"])
    tags = {a: [tag(a, draw(kinds))] for a in draw(st.lists(st.integers(0, 6), max_size=4, unique=True))}
    own = draw(st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True))
    joined = draw(st.lists(st.integers(0, len(transactions) - 1), max_size=2, unique=True))
    return chain(*transactions, coinjoin=sorted(joined)), tags, own


@settings(max_examples=150, deadline=None)
@given(ledgers(), st.sampled_from(["incoming", "outgoing"]), st.integers(1, 6), st.sampled_from([0.0, 0.05]))
def test_shares_add_up_to_one_and_amounts_to_the_total(case, way, hops, least) -> None:  # type: ignore[no-untyped-def]
    where, tags, own = case
    found = look(where, own, tags, way, Limits(hops=hops, min_share=least))
    if not found.total:
        assert found.rows == ()
        return
    assert sum(r.share for r in found.rows) == pytest.approx(1, abs=1e-9)
    assert sum(r.amount for r in found.rows) == found.total
    unnamed = ("unattributed", "before the ledger", "cut off")
    named = sum(r.direct for r in found.rows if r.category not in unnamed)
    assert named + found.untagged == pytest.approx(1, abs=1e-9)
    assert all(r.amount <= r.poison <= found.total for r in found.rows)
    assert all(1 <= r.hops <= r.mean_hops + 1e-9 <= hops + 1e-6 for r in found.rows)


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.sampled_from(["incoming", "outgoing"]), st.randoms())
def test_the_order_of_addresses_and_tags_has_no_say(case, way, random) -> None:  # type: ignore[no-untyped-def]
    where, tags, own = case
    mixed = list(tags.items())
    random.shuffle(mixed)
    random.shuffle(own)
    assert look(where, own, dict(mixed), way) == look(where, sorted(own), tags, way)


@settings(max_examples=100, deadline=None)
@given(ledgers())
def test_indirect_shares_are_those_of_a_haircut_reckoned_one_payment_at_a_time(case) -> None:  # type: ignore[no-untyped-def]
    where, tags, own = case
    found = look(where, own, tags, limits=Limits(hops=50, min_share=0))
    expected = _by_recursion(where, tags, own)
    assert {r.category: r.share * found.total for r in found.rows} == pytest.approx(expected, abs=1e-6)


def _by_recursion(
    where: utxo.Chain, tags: Mapping[int, Sequence[Tag]], own: Sequence[int]
) -> dict[str, float]:
    """The definition, a payment at a time: slow, and another way of reckoning than the walk's."""
    txs, change = utxo.net(where, np.flatnonzero(np.isin(where.out_addr, own)))
    sums: dict[str, float] = {}

    def go(t: int, amount: float, first: bool) -> None:
        inputs = range(where.in_off[t], where.in_off[t + 1])
        if t in where.coinjoin or not inputs:
            name = "coinjoin" if inputs else "mined"
            sums[name] = sums.get(name, 0) + amount
            return
        prev = [int(where.in_prev[i]) for i in inputs]
        known = sum(int(where.out_val[p]) for p in prev if p >= 0)
        paid = sum(int(v) for v in where.out_val[where.out_off[t] : where.out_off[t + 1]])
        unknown = max(paid - known, 0) / max(sum(p < 0 for p in prev), 1)
        weight = [unknown if p < 0 else float(where.out_val[p]) for p in prev]
        if first:
            weight = [
                0.0 if p >= 0 and where.out_addr[p] in own else w for p, w in zip(prev, weight, strict=True)
            ]
        if not sum(weight):
            sums["before the ledger"] = sums.get("before the ledger", 0) + amount
            return
        for p, w in zip(prev, weight, strict=True):
            if not w:
                continue
            part, address = amount * w / sum(weight), int(where.out_addr[p]) if p >= 0 else -1
            name = "own" if address in own else tags[address][0].category if address in tags else None
            name = name or ("before the ledger" if p < 0 else None)
            if name:
                sums[name] = sums.get(name, 0) + part
            else:
                go(int(np.searchsorted(where.out_off, p, "right")) - 1, part, False)

    for t, value in zip(txs.tolist(), change.tolist(), strict=True):
        if value > 0:
            go(t, float(value), True)
    return sums


@settings(max_examples=100, deadline=None)
@given(ledgers(), st.data())
def test_forward_the_amounts_are_those_of_the_haircut_kernel(case, data) -> None:  # type: ignore[no-untyped-def]
    where = replace(case[0], coinjoin=np.zeros(0, np.int64))
    first = data.draw(st.integers(0, len(where.in_off) - 2))
    seeds = np.arange(where.out_off[first], where.out_off[first + 1])
    total = int(where.out_val[seeds].sum())
    if not total:
        return
    fees = float(utxo.fees_of(where, np.array([first]))[0])
    paid = Payments(np.array([first]), [total + int(fees)], np.zeros(1), np.zeros(1, bool))
    none, limits = np.zeros(0, np.int64), Limits(hops=50, min_share=0)
    reached = walk_utxo(where, paid, none, tagged({}), limits, "outgoing")
    end, mass = reached.column("end"), reached.column("mass")[:, 0]
    taint = haircut(where.in_off, where.in_prev, where.out_off, where.out_val, seeds)
    assert mass[end == End.UNSPENT].sum() == pytest.approx(taint.amounts[where.spender < 0].sum(), abs=1e-6)
    assert mass[end == End.FEES].sum() == pytest.approx(taint.fees + fees, abs=1e-6)


@given(st.integers(0, 10**24), st.lists(st.floats(0, 1e30), min_size=1, max_size=9))
def test_parts_add_up_whatever_the_size(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == (total if any(weights) else 0)
    assert min(parts) >= 0


def book(*moves: tuple[int, int, float], asset: int = -1) -> accounts.Transfers:
    """Transfers (sender, receiver, value), one a transaction, of one asset."""
    sender, receiver = (np.array([m[k] for m in moves], np.int64) for k in (0, 1))
    index = []
    for side_ in (sender, receiver):
        order = np.argsort(side_, kind="stable")
        index += [np.searchsorted(side_[order], np.arange(12)), order]
    count = len(moves)
    return accounts.Transfers(
        *index, np.arange(count), np.full(count, asset), sender, receiver,
        np.array([m[2] for m in moves], float), np.zeros(count, bool),
    )  # fmt: skip


def look_at_account(
    moves: accounts.Transfers,
    own: int,
    tags: Mapping[int, Sequence[Tag]],
    way: str,
    limits: Limits = USUAL,
) -> Side:
    ids = np.array([own], np.int64)
    numbers = accounts.subject(moves, ids, -1)[way == "outgoing"]
    amounts = [int(v) for v in moves.value[numbers]]
    paid = Payments(moves.tx[numbers], amounts, np.zeros(len(numbers)), np.zeros(len(numbers), bool))
    named = tagged(tags)
    reached = walk_account(moves, numbers, paid.mass, ids, named, limits, way, -1)  # type: ignore[arg-type]
    return side(way, paid, reached, named, NAMES, False)  # type: ignore[arg-type]


POOL = book((-1, 1, 30), (2, 1, 70), (1, 3, 50), (4, 1, 900), (3, 5, 20))


def test_what_an_account_sends_is_made_of_what_it_had_received_before() -> None:
    found = look_at_account(POOL, 3, {2: [tag(2, "scam")], 4: [tag(4, "exchange")]}, "incoming")
    assert {r.category: r.amount for r in found.rows} == {"scam": 35, "mined": 15}
    assert row(found, "scam").entities[0].txids == ("t1", "t2")


def test_what_an_account_sent_beyond_its_receipts_is_from_before_the_ledger() -> None:
    found = look_at_account(book((2, 1, 30), (1, 3, 120)), 3, {2: [tag(2, "scam")]}, "incoming")
    assert shares(found) == {"scam": 0.25, "before the ledger": 0.75}


def test_what_an_account_received_is_in_what_it_sends_later_and_in_what_remains() -> None:
    found = look_at_account(
        book((0, 1, 100), (1, 2, 25), (9, 1, 0)), 0, {2: [tag(2, "exchange")]}, "outgoing"
    )
    assert shares(found) == {"exchange": 0.25, "unattributed": 0.75}
    assert (row(found, "unattributed").hops, row(found, "exchange").hops) == (1, 2)
    assert found.untagged == 1


def test_an_account_that_everybody_pays_is_not_walked_through() -> None:
    found = look_at_account(POOL, 3, {2: [tag(2, "scam")]}, "incoming", Limits(degree=3))
    assert row(found, "cut off").detail == {"an account with too many payments": 1.0}


MOVES = st.lists(
    st.tuples(st.integers(-1, 6), st.integers(-1, 6), st.integers(0, 99)), min_size=1, max_size=25
)


@settings(max_examples=200, deadline=None)
@given(MOVES, st.data(), st.sampled_from(["incoming", "outgoing"]))
def test_accounts_are_divided_as_the_pools_of_account_taint_are(moves, data, way) -> None:  # type: ignore[no-untyped-def]
    seed = data.draw(st.integers(0, len(moves) - 1))
    value = moves[seed][2]
    if not value or moves[seed][0] == moves[seed][1]:
        return
    columns = [[move[k] for move in moves] for k in range(3)]
    rules = account_taint.taint(
        account_taint.Transfers(columns[0], columns[1], [-1] * len(moves), columns[2]),
        [seed],
        (),
        way == "incoming",
    ).haircut
    paid = Payments(np.array([seed]), [value], np.zeros(1), np.zeros(1, bool))
    none, limits = np.zeros(0, np.int64), Limits(hops=40, min_share=0)
    reached = walk_account(book(*moves), np.array([seed]), paid.mass, none, tagged({}), limits, way, -1)
    end, mass = reached.column("end"), reached.column("mass")[:, 0]
    lying = End.BEFORE if way == "incoming" else End.UNSPENT
    nobody = End.MINED if way == "incoming" else End.FEES
    cut = mass[end == End.HOPS].sum()
    assert mass[end == lying].sum() == pytest.approx(sum(rules.at_accounts.values()), abs=1e-6 + cut)
    assert mass[end == nobody].sum() == pytest.approx(sum(rules.fees.values()), abs=1e-6 + cut)
    assert mass.sum() == pytest.approx(value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 6), st.integers(0, 99)), max_size=25),
    st.sampled_from(["incoming", "outgoing"]),
    st.integers(1, 6),
)
def test_shares_of_accounts_add_up_too(moves, way, hops) -> None:  # type: ignore[no-untyped-def]
    found = look_at_account(book(*moves), 3, {2: [tag(2, "scam")]}, way, Limits(hops=hops))
    assert sum(r.amount for r in found.rows) == found.total
    assert sum(r.share for r in found.rows) == pytest.approx(1 if found.total else 0, abs=1e-9)
