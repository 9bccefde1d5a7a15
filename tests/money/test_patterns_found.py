"""Shapes in a trace, and around an address of a ledger on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from money.made_chain import MadeChain, digest
from quivive.money.blocks import AccountTransaction, Block, Input, Output, Transaction, Transfer
from quivive.money.exposure.of_ledger import Beside, naming_of
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.patterns import around
from quivive.money.patterns.around import Around, patterns_around
from quivive.money.patterns.of_trace import patterns_of_trace
from quivive.money.tags.book import TagBook
from quivive.money.tags.listing import Listing, ListVersion
from quivive.money.tags.tag import Tag
from quivive.money.trace.nouns import Edge, Node, Stop, Trace
from quivive.money.trace.utxo import trace_utxo

HOUR = 3600
STEPS = 9


def book(*tags: Tag) -> TagBook:
    return TagBook.holding([Listing(ListVersion("ours", "tags", None, "0" * 64, "CC0", len(tags)), tags)])


def peeling() -> list[Block]:
    """A block a transaction: a mined coin, from which nine times a twentieth is peeled off."""
    coin = Transaction(digest("coin"), (), (Output(10**9, "p2wpkh", "owner-0"),))
    made, last, value, position = [coin], coin, 10**9, 0
    for step in range(STEPS):
        piece = value // 20
        value -= piece
        outputs = (Output(piece, "p2wpkh", f"shop-{step}"), Output(value, "p2wpkh", f"owner-{step + 1}"))
        last = Transaction(digest("step", step), (Input(last.txid, position),), outputs)
        made.append(last)
        position = 1
    blocks: list[Block] = []
    for height, tx in enumerate(made):
        previous = blocks[-1].hash if blocks else bytes(32)
        blocks.append(Block(height, digest("block", height), previous, 1_700_000_000 + height * HOUR, (tx,)))
    return blocks


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("peeling")
    ingest(MadeChain(peeling()), folder)
    return Ledger.open(folder)


def found_around(ledger: Ledger, address: str, tags: TagBook, beside: Beside) -> Around:
    return patterns_around(ledger, address, naming_of(ledger, tags, beside.labels), beside)


def test_a_peel_chain_is_found_around_an_address_in_the_middle_of_it(ledger: Ledger) -> None:
    found = found_around(ledger, "owner-4", book(), Beside())
    (chain,) = [p for p in found.patterns if p.kind == "peel-chain"]
    assert chain.txids == tuple(digest("step", step).hex() for step in range(STEPS))
    assert found.could_not_look == ()


def test_a_trace_holds_the_same_peel_chain_and_says_that_it_is_a_trace(ledger: Ledger) -> None:
    trace = trace_utxo(ledger, ["owner-0"], methods=("haircut",))
    (chain,) = [p for p in patterns_of_trace(trace) if p.kind == "peel-chain"]
    assert chain.txids == tuple(digest("step", step).hex() for step in range(STEPS))
    assert set(chain.nodes) <= {node.id for node in trace.nodes}
    assert "Only what this trace followed" in chain.why


def test_with_too_many_transactions_around_it_says_that_there_are_more(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "MOST", 4)
    found = found_around(ledger, "owner-4", book(), Beside())
    assert found.patterns == ()
    (gap,) = found.could_not_look
    assert "in 4 transactions at and near this address, not all" in gap


def test_flags_and_tags_of_mixers_are_used(ledger: Ledger) -> None:
    joined = ledger.transaction_id(digest("step", 4).hex())
    flagged = found_around(ledger, "owner-4", book(), Beside(None, np.array([joined])))
    assert [p.txids[-1] for p in flagged.patterns if p.kind == "mixer-entry"] == [digest("step", 4).hex()]
    mixer = Tag("shop-4", "btc", "a mixer", category="mixing_service", confidence="service_data")
    named = found_around(ledger, "owner-4", book(mixer), Beside())
    assert [p.txids for p in named.patterns if p.kind == "mixer-entry"] == [(digest("step", 4).hex(),)]


def test_an_address_that_nobody_has_seen_has_no_patterns(ledger: Ledger) -> None:
    assert found_around(ledger, "nobody", book(), Beside()).patterns == ()


def test_a_trace_that_stopped_at_a_coinjoin_names_the_way_in() -> None:
    node = Node("t:0", "t", 0, "a", 5, 0, None, {"haircut": 5})
    stop = Stop("t:0", "coinjoin", "It looks like a CoinJoin.", {"haircut": 5})
    trace = Trace("btc", 1, "h", "forward", ("haircut",), "now", (), (node,), (),
                  (stop,), (), ())  # fmt: skip
    (entry,) = patterns_of_trace(trace)
    assert (entry.kind, entry.txids, entry.nodes) == ("mixer-entry", ("t",), ("t:0",))


def test_the_shapes_of_a_trace_are_told_the_earliest_first() -> None:
    mixer = Tag("m", "btc", "a mixer", category="mixing_service")

    def node(txid: str, position: int, time: int, *tags: Tag) -> Node:
        return Node(f"{txid}:{position}", txid, position, f"{txid}{position}", 5, 0, time, {}, tags=tags)

    nodes = node("seed", 0, 1), node("seed", 1, 1), node("b", 0, 10, mixer), node("a", 0, 20, mixer)
    edges = Edge("seed:0", "a:0", "a", {}), Edge("seed:1", "b:0", "b", {})
    trace = Trace("btc", 1, "h", "forward", ("haircut",), "now", (), nodes, edges, (), (), ())
    assert [(seen.kind, seen.txids) for seen in patterns_of_trace(trace)] == [
        ("mixer-entry", ("b",)),
        ("mixer-entry", ("a",)),
    ]


def test_an_empty_trace_holds_nothing() -> None:
    empty = Trace("btc", 1, "h", "forward", ("haircut",), "now", (), (), (), (), (), ())
    assert patterns_of_trace(empty) == ()


VICTIM, REAL, FAKE, THIEF, TOKEN = (
    "0x" + "11" * 20, "0xabc" + "2" * 33 + "7890", "0xabc" + "3" * 33 + "7890", "0x" + "44" * 20,
    "0x" + "77" * 20,
)  # fmt: skip


def token_call(name: str, signer: str, receiver: str, value: int) -> AccountTransaction:
    moved = Transfer("token", TOKEN, VICTIM, receiver, value, 0)
    return AccountTransaction(digest(name), signer, TOKEN, True, (moved,))


def poisoned() -> list[Block]:
    first = token_call("paid", VICTIM, REAL, 5000), token_call("bait", THIEF, FAKE, 0)
    return [
        Block(0, digest(0), bytes(32), 1_700_000_000, first),
        Block(1, digest(1), digest(0), 1_700_000_600, (token_call("lost", VICTIM, FAKE, 9000),)),
    ]


def test_address_poisoning_is_found_in_an_accounts_history(tmp_path: Path) -> None:
    ingest(MadeChain(poisoned(), "eth"), tmp_path)
    (seen,) = found_around(Ledger.open(tmp_path), VICTIM, book(), Beside()).patterns
    assert seen.kind == "address-poisoning"
    assert seen.txids == tuple("0x" + digest(name).hex() for name in ("paid", "bait", "lost"))
    assert FAKE in seen.why
