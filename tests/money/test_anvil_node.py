"""A real node: does the source follow what an Ethereum node did, to the wei and through a reorg?"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from money.anvil import (
    FORWARDER,
    GIVES_AWAY,
    REVERTER,
    SUPPLY,
    TOKEN_CREATION,
    TOKEN_RUNTIME,
    Desk,
    assembled,
    binary,
    creation,
    running,
    word,
)
from money.etl_export import export
from quivive.errors import CouldNotLook, NotFound, UsageError
from quivive.money.blocks import AccountTransaction, Block, Transfer
from quivive.money.ingest import ingest
from quivive.money.sources import open_source
from quivive.money.sources.ethereum_etl import open_ethereum_etl
from quivive.money.sources.evm_node import Node
from quivive.money.sources.evm_rpc import EvmNode, open_evm_rpc
from quivive.money.trace.accounts import trace_accounts

ETHER = 10**18
SELECTOR = "0xa9059cbb"


class Story(NamedTuple):
    """What was done on the node, and where."""

    url: str
    desk: Desk
    token: str
    forwarder: str
    reverter: str
    height: int
    txids: dict[str, str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    program = binary()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("anvil is not there, and CI installs it: see .ci/run")
        pytest.skip(
            "anvil is not there: npm install @foundry-rs/anvil, then put it on PATH or in QUIVIVE_ANVIL"
        )
    with running(program, tmp_path_factory.mktemp("anvil")) as url:
        yield _told(url)


def _told(url: str) -> Story:
    """Contracts in blocks 1 to 3; one block with every kind of movement."""
    desk = Desk(url)
    alice, bob, carol = desk.accounts[:3]
    token = desk.deploy(alice, creation(assembled(TOKEN_RUNTIME), assembled(TOKEN_CREATION)))
    forwarder = desk.deploy(alice, creation(assembled(FORWARDER)))
    reverter = desk.deploy(alice, creation(assembled(REVERTER)))
    txids = {
        "native": desk.send(alice, bob, 3 * ETHER),
        "token": desk.send(alice, token, data=SELECTOR + word(bob) + word(250_000)),
        "zero tokens": desk.send(carol, token, data=SELECTOR + word(bob) + word(0)),
        "too many tokens": desk.send(bob, token, data=SELECTOR + word(carol) + word(SUPPLY)),
        "internal": desk.send(alice, forwarder, 10, "0x" + word(carol)),
        "inner failure": desk.send(alice, forwarder, 8 * ETHER, "0x" + word(reverter)),
        "failure": desk.send(bob, reverter, ETHER),
        "created and ended": desk.send(bob, None, 5, "0x" + assembled(GIVES_AWAY).hex()),
    }
    return Story(url, desk, token, forwarder, reverter, desk.mine(), txids)


@pytest.fixture(params=["trace_block", "callTracer"])
def source(story: Story, request: pytest.FixtureRequest) -> EvmNode:
    return EvmNode("eth-regtest", (), Node(story.url), request.param)


def transactions(block: Block) -> dict[str, AccountTransaction]:
    found = [each for each in block.transactions if isinstance(each, AccountTransaction)]
    return {"0x" + each.txid.hex(): each for each in found}


def moved(block: Block, txid: str) -> list[tuple[str, str | None, str | None, str | None, int]]:
    """All transfers of one transaction but its fee, which must come first."""
    fee, *others = transactions(block)[txid].transfers
    assert (fee.kind, fee.receiver, fee.position) == ("fee", None, 0)
    return [(move.kind, move.asset, move.sender, move.receiver, move.value) for move in others]


def test_every_kind_of_movement_of_a_real_block_is_read(story: Story, source: EvmNode) -> None:
    block = next(source.blocks(story.height))
    alice, bob, carol = story.desk.accounts[:3]
    assert [*transactions(block)] == [*story.txids.values()]
    assert moved(block, story.txids["native"]) == [("native", None, alice, bob, 3 * ETHER)]
    assert moved(block, story.txids["token"]) == [("token", story.token, alice, bob, 250_000)]
    assert moved(block, story.txids["zero tokens"]) == [("token", story.token, carol, bob, 0)]
    assert moved(block, story.txids["internal"]) == [
        ("native", None, alice, story.forwarder, 10),
        ("internal", None, story.forwarder, carol, 5),
    ]


def test_what_a_failed_call_moved_is_not_read_nor_what_it_moved_on(story: Story, source: EvmNode) -> None:
    block = next(source.blocks(story.height))
    alice = story.desk.accounts[0]
    assert moved(block, story.txids["inner failure"]) == [("native", None, alice, story.forwarder, 8 * ETHER)]


def test_a_failed_transaction_moves_its_fee_only(story: Story, source: EvmNode) -> None:
    block = next(source.blocks(story.height))
    for name in ("failure", "too many tokens"):
        assert moved(block, story.txids[name]) == []
        assert not transactions(block)[story.txids[name]].succeeded


def test_a_contract_that_ends_in_its_creation_pays_out(story: Story, source: EvmNode) -> None:
    block = next(source.blocks(story.height))
    bob, txid = story.desk.accounts[1], story.txids["created and ended"]
    created = transactions(block)[txid].receiver
    assert created == story.desk.receipt(txid)["contractAddress"]
    assert moved(block, txid) == [("native", None, bob, created, 5), ("internal", None, created, bob, 5)]


def test_the_receiver_of_a_creation_is_the_new_contract_and_minted_tokens_come_from_nobody(
    story: Story, source: EvmNode
) -> None:
    first = next(source.blocks(1))
    [creating] = transactions(first).values()
    assert creating.receiver == story.token
    assert creating.transfers[1:] == (
        Transfer("token", story.token, None, story.desk.accounts[0], SUPPLY, 1),
    )


def test_the_transfers_add_up_to_the_nodes_own_balances(story: Story, source: EvmNode) -> None:
    moves = [
        move for block in source.blocks(0) for each in transactions(block).values() for move in each.transfers
    ]
    coins, tokens = balances(moves, None), balances(moves, story.token)
    for account in (*story.desk.accounts[:3], story.forwarder, story.reverter):
        given = 10_000 * ETHER if account in story.desk.accounts else 0
        assert coins[account] + given == int(story.desk.node.call("eth_getBalance", account, "latest"), 16)
        stored = story.desk.node.call("eth_getStorageAt", story.token, "0x" + word(account), "latest")
        assert tokens[account] == int(stored, 16)
    assert tokens[story.desk.accounts[1]] == 250_000


def balances(moves: Sequence[Transfer], asset: str | None) -> Counter[str]:
    total: Counter[str] = Counter()
    for move in moves:
        if move.asset == asset:
            total[move.receiver or ""] += move.value
            total[move.sender or ""] -= move.value
    return total


def test_it_follows_a_reorg(story: Story) -> None:
    node = story.desk.node
    source = open_evm_rpc(story.url)
    snapshot = node.call("evm_snapshot")
    alice, bob = story.desk.accounts[:2]
    story.desk.send(alice, bob, 1)
    old = story.desk.mine()
    before = next(source.blocks(old))
    node.call("evm_revert", snapshot)
    with pytest.raises(NotFound, match="no block"):
        source.hash_at(old)
    story.desk.send(alice, bob, 2)
    story.desk.mine()
    after = next(source.blocks(old))
    assert source.hash_at(old) == after.hash != before.hash
    assert after.previous == before.previous == source.hash_at(old - 1)
    assert [move.value for each in transactions(after).values() for move in each.transfers[1:]] == [2]


def test_the_source_is_found_by_its_url_and_says_what_the_node_cannot_tell(story: Story) -> None:
    source = open_source(story.url, "eth-regtest")
    assert source.chain == "eth-regtest"
    assert isinstance(source, EvmNode)
    assert any("genesis" in each for each in source.lacks)
    assert not any("internal" in each for each in source.lacks)
    assert any("internal" in each for each in open_evm_rpc(story.url, traces=False).lacks)


def test_without_traces_internal_transfers_alone_are_missing(story: Story) -> None:
    block = next(open_evm_rpc(story.url, traces=False).blocks(story.height))
    whole = next(open_evm_rpc(story.url).blocks(story.height))
    kinds = [move.kind for each in transactions(whole).values() for move in each.transfers]
    left = [move.kind for each in transactions(block).values() for move in each.transfers]
    assert "internal" in kinds
    assert left == [kind for kind in kinds if kind != "internal"]


def test_a_node_of_another_chain_is_refused(story: Story) -> None:
    with pytest.raises(UsageError, match="anvil or Hardhat, not of Ethereum"):
        open_evm_rpc(story.url, "eth")


def test_a_node_that_is_gone_is_a_clear_error(story: Story) -> None:
    host, _, _ = story.url.rpartition(":")
    with pytest.raises(CouldNotLook, match="could not be reached"):
        Node(f"{host}:9", wait=lambda seconds: None).call("eth_chainId")


@pytest.mark.parametrize("as_json", [False, True])
def test_an_export_of_the_same_blocks_holds_the_same_transfers(
    story: Story, tmp_path: Path, as_json: bool
) -> None:
    folder = export(story.desk.node, story.height, tmp_path / "export", as_json)
    exported = open_ethereum_etl(folder, "eth-regtest")
    told = [next(open_evm_rpc(story.url).blocks(height)) for height in range(story.height + 1)]
    assert [*exported.blocks(0)] == told
    assert exported.lacks == ()


def test_a_ledger_follows_the_node_through_a_reorg(story: Story, tmp_path: Path) -> None:
    desk, source = story.desk, open_evm_rpc(story.url)
    snapshot = desk.node.call("evm_snapshot")
    alice, bob = desk.accounts[:2]
    desk.send(alice, bob, 111)
    desk.mine()
    ingest(source, tmp_path / "ledger")
    desk.node.call("evm_revert", snapshot)
    for value in (222, 333):
        desk.send(alice, bob, value)
        desk.mine()
    followed, fresh = ingest(source, tmp_path / "ledger"), ingest(source, tmp_path / "fresh")
    query = (
        "select kind, asset, sender, receiver, value, t.position, t.tx from transfers t order by t.transfer"
    )
    assert followed.tip == fresh.tip == (source.tip(), source.hash_at(source.tip()))
    assert followed.sql(query).to_pylist() == fresh.sql(query).to_pylist()
    values = {int(row["value"]) for row in followed.sql("select value from transfers").to_pylist()}
    assert {222, 333} <= values
    assert 111 not in values
    assert any("genesis" in each for each in followed.manifest.lacks)


def test_money_is_traced_through_a_contract_of_a_real_node(story: Story, tmp_path: Path) -> None:
    ledger = ingest(open_evm_rpc(story.url), tmp_path / "ledger")
    trace = trace_accounts(ledger, [story.txids["internal"] + ":1"], direction="forward")
    carol = story.desk.accounts[2]
    assert [(node.address, node.value, node.depth) for node in trace.nodes][:1] == [(story.forwarder, 10, 0)]
    assert (carol, 5, 1) in [(node.address, node.value, node.depth) for node in trace.nodes]
    [fifo] = [total for total in trace.totals if total.method == "fifo"]
    assert fifo.unspent + fifo.fees + fifo.elsewhere + fifo.at_services == fifo.seed == 10
