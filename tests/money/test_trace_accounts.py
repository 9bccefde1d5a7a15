"""Traces over accounts: the amounts of a pass over everything, stops that say why, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import NotFound, UsageError
from quivive.money.account_taint import NOBODY, Transfers, taint
from quivive.money.blocks import AccountTransaction, Block, Transfer
from quivive.money.ingest import ingest
from quivive.money.tags.tag import Tag
from quivive.money.trace import wire
from quivive.money.trace.account_book import COIN, Hop, ListedBook
from quivive.money.trace.account_walk import Found, walk
from quivive.money.trace.accounts import trace_accounts
from quivive.money.trace.drawing import terminal
from quivive.money.trace.nouns import METHODS, Direction, Limits, Node, Stop, Total, Trace

VICTIM, THIEF, MULE, EXCHANGE, OTHER = ("0x" + 20 * digits for digits in ("c1", "7f", "3e", "e8", "07"))
POOL, TOKEN = "0x" + 20 * "90", "0x" + 20 * "70"
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
NONE = Limits(None, None, None, None, None)
Move = tuple[str | None, str | None, int] | tuple[str | None, str | None, int, str | None]


@dataclass
class Told:
    """A source of blocks in memory: each transaction is in a block of its own."""

    moves: Sequence[Sequence[Move]]
    chain: str = "eth"

    def tip(self) -> int:
        return len(self.moves) - 1

    def first(self) -> int:
        return 0

    def hash_at(self, height: int) -> bytes:
        return (height + 1).to_bytes(32, "big")

    def blocks(self, start: int) -> Iterator[Block]:
        for height in range(start, len(self.moves)):
            transfers = tuple(self._transfer(n, *move) for n, move in enumerate(self.moves[height]))
            signer = transfers[0].sender
            made = AccountTransaction(bytes.fromhex(txid(height)[2:]), signer, None, True, transfers)
            yield Block(height, self.hash_at(height), height.to_bytes(32, "big"), 1000 + height, (made,))

    def _transfer(
        self, position: int, sender: str | None, receiver: str | None, value: int, asset: str | None = None
    ) -> Transfer:
        kind = "token" if asset else "native" if receiver else "fee"
        return Transfer(kind, asset, sender, receiver, value, position)


def txid(height: int) -> str:
    return f"0x{height + 0xABC:064x}"


def node_of(trace: Trace, height: int, position: int = 0) -> Node:
    return next(node for node in trace.nodes if node.id == f"{txid(height)}:{position}")


def stop_of(trace: Trace, height: int, position: int = 0) -> Stop:
    return next(stop for stop in trace.stops if stop.node == f"{txid(height)}:{position}")


def by_fifo(trace: Trace, asset: str | None = None) -> Total:
    return next(total for total in trace.totals if total.method == "fifo" and total.asset == asset)


def tagged(**categories: str) -> dict[str, tuple[Tag, ...]]:
    names = {"exchange": EXCHANGE, "mixing_service": MULE, "defi_bridge": OTHER}
    return {
        names[category]: (Tag(names[category], "eth", label, category=category, confidence="ownership"),)
        for category, label in categories.items()
    }


@pytest.fixture
def traced(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Traces what was moved, through a real ledger on disk."""

    def made(moves: Sequence[Sequence[Move]], *seeds: str, tags: dict[str, tuple[Tag, ...]] | None = None,
             **options: object) -> Trace:  # fmt: skip
        ledger = ingest(Told(moves), tmp_path / "ledger")
        known = tags or {}
        return trace_accounts(ledger, seeds, tags_of=lambda text: known.get(text, ()), **options)  # type: ignore[arg-type]

    return made


STOLEN: list[list[Move]] = [
    [(None, MULE, 30)],  # the mule's own money
    [(VICTIM, THIEF, 100)],
    [(THIEF, None, 1), (THIEF, MULE, 99)],
    [(MULE, EXCHANGE, 60)],
    [(EXCHANGE, OTHER, 60)],
]


class TestForward:
    def test_money_is_followed_to_the_exchange_and_to_the_mule(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, txid(1), tags=tagged(exchange="Example Exchange"))
        assert node_of(trace, 3).taint == {"poison": 60, "haircut": pytest.approx(60 * 99 / 129), "fifo": 30}
        assert stop_of(trace, 3).reason == "service"
        assert "Example Exchange" in stop_of(trace, 3).detail
        assert stop_of(trace, 2, 1).taint["fifo"] == 69
        assert by_fifo(trace) == Total("fifo", 100, unspent=69, at_services=30, fees=1, elsewhere=0)
        assert [each.holder for each in trace.stoppable] == ["exchange", "owner"]
        assert trace.stoppable[0].txids == (txid(1), txid(2), txid(3))
        assert not any(node.address == OTHER for node in trace.nodes)

    def test_edges_go_from_payment_to_payment(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, txid(1), limits=NONE)
        ends = [(edge.source, edge.target, edge.txid) for edge in trace.edges]
        assert (f"{txid(1)}:0", f"{txid(2)}:1", txid(2)) in ends
        assert [node.depth for node in trace.nodes] == [0, 1, 2, 3]

    @pytest.mark.parametrize("seed", [VICTIM.upper().replace("0X", "0x"), txid(9), OTHER])
    def test_a_seed_that_is_not_there_is_a_clear_error(self, traced, seed: str) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises((NotFound, UsageError), match=r"seen|no transaction|nothing to trace"):
            traced(STOLEN[:3], seed)

    def test_an_address_in_any_letter_case_means_all_that_it_received(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, MULE.upper().replace("0X", "0x"), limits=NONE)
        assert [seed.value for seed in trace.seeds] == [30, 99]
        assert by_fifo(trace).seed == 129

    def test_tokens_of_an_issuer_who_can_freeze_them_come_first(self, traced) -> None:  # type: ignore[no-untyped-def]
        moves = [[(VICTIM, THIEF, 5_000_000, USDT)], [(THIEF, MULE, 2_000_000, USDT), (THIEF, None, 1)]]
        trace = traced(moves, txid(0))
        assert [(each.holder, each.entity, each.amount) for each in trace.stoppable] == [
            ("issuer", "Tether", 3_000_000),
            ("issuer", "Tether", 2_000_000),
        ]
        assert not any("moved on since" in each.why for each in trace.stoppable)
        assert trace.asset(USDT).decimals == 6
        assert by_fifo(trace, USDT).unspent == 5_000_000

    def test_a_swap_ends_the_trace_of_the_asset_and_names_where_it_goes_on(self, traced) -> None:  # type: ignore[no-untyped-def]
        moves = [[(VICTIM, THIEF, 100)], [(THIEF, POOL, 100), (POOL, THIEF, 7, TOKEN)], [(POOL, OTHER, 50)]]
        trace = traced(moves, txid(0))
        assert stop_of(trace, 1).reason == "swap"
        assert "The asset changes here" in stop_of(trace, 1).detail
        drawn = terminal.render(trace)
        assert "swapped for another asset" in drawn
        assert "bridge" not in drawn
        assert f"trace {txid(1)}:1" in stop_of(trace, 1).detail
        [pattern] = trace.patterns
        assert (pattern.kind, pattern.txids) == ("asset-change", (txid(1),))
        again = traced(moves, f"{txid(1)}:1")
        assert [(node.address, node.asset) for node in again.nodes] == [(THIEF, TOKEN)]

    def test_one_asset_can_be_asked_for(self, traced) -> None:  # type: ignore[no-untyped-def]
        moves = [[(VICTIM, THIEF, 100)], [(VICTIM, THIEF, 7, TOKEN)]]
        assert {node.asset for node in traced(moves, THIEF, asset="ETH").nodes} == {None}
        assert {node.asset for node in traced(moves, THIEF, asset=TOKEN.upper()).nodes} == {TOKEN}

    @pytest.mark.parametrize(
        ("tags", "reason", "parts"),
        [
            (tagged(mixing_service="M"), "mixer", "at_services"),
            (tagged(exchange="E"), "service", "at_services"),
        ],
    )
    def test_it_stops_at_attributed_places(  # type: ignore[no-untyped-def]
        self, traced, tags: dict[str, tuple[Tag, ...]], reason: str, parts: str
    ) -> None:
        trace = traced(STOLEN, txid(1), tags=tags)
        assert reason in {stop.reason for stop in trace.stops}
        assert getattr(by_fifo(trace), parts) > 0

    def test_an_address_may_be_walked_through(self, traced) -> None:  # type: ignore[no-untyped-def]
        tags = tagged(mixing_service="M")
        trace = traced(STOLEN, txid(1), tags=tags, limits=replace(NONE, through=(MULE,)))
        assert node_of(trace, 4).taint["fifo"] == 30

    @pytest.mark.parametrize(
        ("limits", "reason"),
        [
            (replace(NONE, depth=1), "depth"),
            (replace(NONE, max_reuse=2), "degree"),
            (replace(NONE, max_nodes=2), "limit"),
            (replace(NONE, min_share=0.75), "value"),
        ],
    )
    def test_a_limit_stops_it_and_is_named_and_nothing_is_lost(  # type: ignore[no-untyped-def]
        self, traced, limits: Limits, reason: str
    ) -> None:
        trace = traced(STOLEN, txid(1), limits=limits)
        assert reason in {stop.reason for stop in trace.stops}
        total = by_fifo(trace)
        assert total.elsewhere > 0
        assert total.unspent + total.at_services + total.fees + total.elsewhere == total.seed == 100

    def test_it_is_written_and_read_back(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, txid(1), tags=tagged(exchange="Example Exchange"))
        assert wire.to_json(wire.loads(wire.dumps(trace))) == wire.to_json(trace)
        assert json.loads(wire.dumps(trace))["schema"] == "quivive.trace/1"

    def test_amounts_of_wei_beyond_64_bits_are_exact(self, traced) -> None:  # type: ignore[no-untyped-def]
        much = 10**30 + 1
        trace = traced([[(VICTIM, THIEF, much)], [(THIEF, None, 1), (THIEF, OTHER, much - 1)]], txid(0))
        assert by_fifo(trace) == Total("fifo", much, much - 1, 0, 1, 0)


class TestBackward:
    def test_it_comes_from_the_ledgers_beginning_and_from_who_mined_it(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, txid(4), direction="backward", limits=NONE)
        assert stop_of(trace, 0).reason == "coinbase"
        assert stop_of(trace, 0).taint["fifo"] == 30
        assert stop_of(trace, 1).reason == "unknown"
        assert stop_of(trace, 1).taint["fifo"] == 30
        assert by_fifo(trace).elsewhere == by_fifo(trace).seed == 60
        assert (f"{txid(3)}:0", f"{txid(4)}:0") in {(edge.source, edge.target) for edge in trace.edges}

    def test_a_service_that_paid_it_is_named(self, traced) -> None:  # type: ignore[no-untyped-def]
        trace = traced(STOLEN, txid(4), direction="backward", tags=tagged(exchange="Example Exchange"))
        [stop] = trace.stops
        assert stop.reason == "service"
        assert "Example Exchange" in stop.detail
        assert trace.stoppable == ()


def test_a_look_alike_in_the_history_of_a_followed_account_is_named(traced) -> None:  # type: ignore[no-untyped-def]
    real, fake = "0xabcd" + 32 * "1" + "9876", "0xabcd" + 32 * "2" + "9876"
    moves = [
        [(VICTIM, THIEF, 900, TOKEN)],
        [(THIEF, real, 100, TOKEN)],
        [(OTHER, None, 1), (THIEF, fake, 0, TOKEN)],
        [(THIEF, fake, 500, TOKEN)],
    ]
    trace = traced(moves, txid(0))
    [pattern] = trace.patterns
    assert pattern.kind == "address-poisoning"
    assert txid(2) in pattern.txids


ROWS = st.lists(
    st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.integers(1, 12)), min_size=1, max_size=30
).map(lambda rows: [row for row in rows if row[0] != row[1]] or [(0, 1, 5)])


def found_in(
    rows: list[tuple[int, int, int]], seeds: set[int], direction: Direction, limits: Limits
) -> Found:
    hops = [Hop(n, n, 0, "native", COIN, by, to, value) for n, (by, to, value) in enumerate(rows)]
    return walk(ListedBook(hops), sorted(seeds), METHODS, direction, limits)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sets(st.integers(0, 29), min_size=1, max_size=3), st.sampled_from(["forward", "backward"]))
def test_a_trace_without_limits_finds_what_a_pass_over_everything_finds(
    rows: list[tuple[int, int, int]], seeds: set[int], direction: Direction
) -> None:
    seeds = {seed % len(rows) for seed in seeds}
    columns = [list(column) for column in zip(*rows, strict=True)]
    transfers = Transfers(columns[0], columns[1], [COIN] * len(rows), columns[2])
    every = taint(transfers, seeds, backward=direction == "backward")
    found = found_in(rows, seeds, direction, NONE)
    for number, (by, to, _) in enumerate(rows):
        if direction == "backward" or to != NOBODY:
            traced = found.places[number].traced if number in found.places else dict.fromkeys(METHODS, 0)
            assert traced["poison"] == every.poison.amounts[number]
            assert traced["fifo"] == every.fifo.amounts[number]
            assert traced["haircut"] == pytest.approx(every.haircut.amounts[number], abs=1e-6)
        assert by != to


@settings(max_examples=150, deadline=None)
@given(
    ROWS,
    st.sets(st.integers(0, 29), min_size=1, max_size=3),
    st.sampled_from(["forward", "backward"]),
    st.builds(Limits, *(st.one_of(st.none(), kind) for kind in (st.integers(1, 3), st.integers(3, 6))),
              st.sampled_from([None, 0.3]), st.none(), st.sampled_from([None, 3])),
)  # fmt: skip
def test_whatever_the_limits_every_wei_is_accounted_for(
    rows: list[tuple[int, int, int]], seeds: set[int], direction: Direction, limits: Limits
) -> None:
    seeds = {seed % len(rows) for seed in seeds}
    found = found_in([(by, to, value * 10**25) for by, to, value in rows], seeds, direction, limits)
    for method in ("fifo", "haircut"):
        ended = sum(end.traced[method] for end in found.ends) + found.fees.get(COIN, {}).get(method, 0)
        seeded = found.seeded[COIN][method]
        assert ended == (seeded if method == "fifo" else pytest.approx(seeded))
