from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from money.fake_node import Wrong, fake_node
from money.made_blocks import block_hash, chain_of
from quivive.errors import CouldNotLook, TooLarge, Unreadable, UsageError
from quivive.money.blocks import Block, Transaction
from quivive.money.chains import CASH_FORK, CHAINS, FORK_HEIGHT
from quivive.money.sources import json_rpc, open_source
from quivive.money.sources.bitcoin_etl import open_bitcoin_etl
from quivive.money.sources.core_rpc import BlockJsonReader, is_core_node, open_core_rpc
from quivive.money.sources.json_rpc import JsonRpc, Refused

GENESIS = str((CHAINS["btc"].genesis or b"").hex())
SCRIPT = "76a914" + "11" * 20 + "88ac"


def quick(url: str) -> JsonRpc:
    return JsonRpc(url, timeout=5, wait=lambda seconds: None)


def answers(table: dict[str, Any]) -> Callable[[str, list[Any]], Any]:
    """From 'method parameters' to the result."""

    def answer(method: str, params: list[Any]) -> Any:
        key = " ".join([method, *(str(each) for each in params)])
        if key not in table:
            raise Wrong(-32601, f"Method not found: {key}")
        return table[key]

    return answer


def block_json(height: int) -> dict[str, Any]:
    """A block with a coinbase and one payment, as verbosity 3 tells it."""
    out = {"n": 0, "value": Decimal("0.10000000"), "scriptPubKey": {"hex": SCRIPT}}
    paying = {"txid": "cc" * 32, "vout": 1, "prevout": {**out, "value": Decimal("49.99999999")}}
    return {
        "hash": f"{height:064x}", "height": height, "time": 1_300_000_000,
        "previousblockhash": f"{height - 1:064x}",
        "tx": [
            {"txid": "aa" * 32, "vin": [{"coinbase": "00"}], "vout": [{**out, "value": Decimal("50")}]},
            {"txid": "bb" * 32, "vin": [paying], "vout": [out]},
        ],
    }  # fmt: skip


def chain_answers(tip: int) -> Callable[[str, list[Any]], Any]:
    """A node of Bitcoin with so many blocks."""

    def answer(method: str, params: list[Any]) -> Any:
        if method == "getblockcount":
            return tip
        if method == "getblockhash":
            if params[0] > tip:
                raise Wrong(-8, "Block height out of range")
            return GENESIS if params[0] == 0 else f"{params[0]:064x}"
        if method == "getblock":
            return json.loads(json.dumps(block_json(int(params[0], 16)), default=float))
        if method == "getnetworkinfo":
            return {"subversion": "/Satoshi:28.0.0/"}
        if method == "getblockchaininfo":
            return {"pruned": False}
        raise Wrong(-32601, "Method not found")

    return answer


def test_blocks_come_in_batches_with_what_was_spent() -> None:
    with fake_node(chain_answers(230)) as node:
        source = open_core_rpc(node.url)
        assert (source.chain, source.tip(), source.first()) == ("btc", 230, 0)
        before = node.requests
        blocks = list(source.blocks(1))
        assert node.requests - before < 15
    assert [each.height for each in blocks] == list(range(1, 231))
    assert all(after.previous == before.hash for before, after in pairwise(blocks))
    coinbase, payment = blocks[0].transactions
    assert isinstance(coinbase, Transaction)
    assert isinstance(payment, Transaction)
    assert (coinbase.inputs, coinbase.outputs[0].value) == ((), 5_000_000_000)
    assert (payment.outputs[0].value, payment.outputs[0].address) == (
        10_000_000,
        "12ZEw5Hcv1hTb6YUQJ69y1V7uhcoDz92PH",
    )
    assert payment.inputs[0].spent is not None
    assert payment.inputs[0].spent.value == 4_999_999_999


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0.07", 7_000_000),
        ("20999999.9769", 2_099_999_997_690_000),
        ("1e-8", 1),
        ("50", 5_000_000_000),
        ("0E-8", 0),
    ],
)
def test_amounts_are_exact(text: str, units: int) -> None:
    told = json.loads(json.dumps(block_json(1), default=str), parse_float=Decimal)
    told["tx"][1]["vin"][0].pop("prevout")
    for each in told["tx"]:
        each["vout"][0]["value"] = json.loads(text, parse_float=Decimal)
    found = BlockJsonReader(CHAINS["btc"]).block(told)
    assert [
        output.value
        for each in found.transactions
        if isinstance(each, Transaction)
        for output in each.outputs
    ] == [units] * 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Decimal("-0.5"), "negative amount -50000000"),
        (Decimal("21000000.00000001"), "more than the 21000000 BTC"),
        (Decimal("1e400"), "more than can exist"),
        (Decimal("0.000000001"), "finer than the coin"),
        (Decimal("0.1" + "0" * 40 + "1"), "finer than the coin"),
        (float("nan"), "no amount of BTC"),
        ("1.0", "no amount of BTC"),
        (True, "no amount of BTC"),
    ],
)
def test_amounts_out_of_range_are_refused(value: object, reason: str) -> None:
    told = block_json(1)
    told["tx"][1]["vout"] = [{"n": 0, "value": value, "scriptPubKey": {"hex": SCRIPT}}]
    with pytest.raises(Unreadable, match=reason):
        BlockJsonReader(CHAINS["btc"]).block(told)


@pytest.mark.parametrize(
    "changes",
    [
        {"tx": None},
        {"tx": [{}]},
        {"tx": [{"vin": []}]},
        {"hash": "zz"},
        {"height": -1},
        {"time": "now"},
        {"height": True},
    ],
)
def test_a_garbled_block_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        BlockJsonReader(CHAINS["btc"]).block({**block_json(1), **changes})
    for whole in (None, [], "text", 7):
        with pytest.raises(Unreadable):
            BlockJsonReader(CHAINS["btc"]).block(whole)


FOLDERS = [
    "bitcoin/block_0", "bitcoin/block_1", "bitcoin/block_with_transactions",
    "bitcoin/block_without_transactions",
    "bitcoin_cash/block_with_duplicate_txid", "dogecoin/block_without_transactions",
]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_nodes_answers_give_what_bitcoin_etl_made_of_them(
    shared_data: Path, tmp_path: Path, folder: str
) -> None:
    data = shared_data / "money" / "bitcoin-etl" / "test_export_blocks_job" / folder
    chain = {"bitcoin": "btc", "bitcoin_cash": "bch", "dogecoin": "doge"}[folder.split("/")[0]]
    for name in ("blocks", "transactions"):
        (tmp_path / f"{name}.json").write_bytes((data / f"expected_{name}.json").read_bytes())
    expected = [_bare(each) for each in open_bitcoin_etl(tmp_path, chain).blocks(0)]
    rpc, reader = quick_recorded(data), BlockJsonReader(CHAINS[chain])
    found = [_bare(reader.block(rpc(each.hash.hex()))) for each in expected]
    assert found == expected


def _bare(block: Block) -> Block:
    """Without what only one of the two knows: the parent of the first, the outputs that inputs spent."""
    transactions = tuple(
        Transaction(each.txid, tuple(replace(one, spent=None) for one in each.inputs), each.outputs)
        for each in block.transactions
        if isinstance(each, Transaction)
    )
    return replace(block, previous=bytes(32), transactions=transactions)


def quick_recorded(data: Path) -> Callable[[str], dict[str, Any]]:
    """From hash to the block as recorded from a node, its transactions too where that only lists hashes."""

    def read(name: str) -> Any:
        return json.loads((data / f"rpc_response_{name}.json").read_text(), parse_float=Decimal)

    def block(known: str) -> dict[str, Any]:
        detailed = data / f"rpc_response_getblock_{known}_2.json"
        told: dict[str, Any] = read(f"getblock_{known}_2" if detailed.exists() else f"getblock_{known}_True")
        if isinstance(told["tx"][0], str):
            told["tx"] = [read(f"getrawtransaction_{txid}") for txid in told["tx"]]
        return told

    return block


def test_a_node_that_only_lists_hashes_is_asked_for_serialised_blocks() -> None:
    made = chain_of(3)
    raw = {block_hash(each).hex(): each.hex() for each in made}

    def answer(method: str, params: list[Any]) -> Any:
        if method == "getblockhash" and 0 < params[0] <= 3:
            return list(raw)[params[0] - 1]
        if method != "getblock":
            return chain_answers(3)(method, params)
        if not isinstance(params[1], bool):
            raise Wrong(-1, "JSON value is not a boolean as expected")
        return raw[params[0]]

    with fake_node(answer) as node:
        blocks = list(open_core_rpc(node.url, "btc").blocks(1))
    assert [(each.height, each.hash) for each in blocks] == [
        (place + 1, block_hash(each)) for place, each in enumerate(made)
    ]
    raw[block_hash(made[1]).hex()] = made[1].hex()[:-4]
    with (
        fake_node(answer) as node,
        pytest.raises(Unreadable, match=r"the node's block [0-9a-f]{64}, byte 81: "),
    ):
        list(open_core_rpc(node.url, "btc").blocks(1))


def test_a_reorganisation_in_between_shows_in_what_follows() -> None:
    def answer(method: str, params: list[Any]) -> Any:
        told = chain_answers(3)(method, params)
        return (
            {**told, "previousblockhash": "ee" * 32} if method == "getblock" and told["height"] == 3 else told
        )

    with fake_node(answer) as node:
        blocks = list(open_core_rpc(node.url, "btc").blocks(1))
    assert blocks[1].previous == blocks[0].hash
    assert blocks[2].previous != blocks[1].hash


def test_a_chain_that_is_shorter_for_a_moment_ends_there() -> None:
    def answer(method: str, params: list[Any]) -> Any:
        return 600 if method == "getblockcount" else chain_answers(500)(method, params)

    with fake_node(answer) as node:
        heights = [each.height for each in open_core_rpc(node.url, "btc").blocks(1)]
    assert heights == list(range(1, 501))


def test_another_block_than_asked_for_is_refused() -> None:
    def answer(method: str, params: list[Any]) -> Any:
        told = chain_answers(3)(method, params)
        return {**told, "hash": "ee" * 32} if method == "getblock" else told

    with fake_node(answer) as node, pytest.raises(Unreadable, match=r"asked for block 0+1 and gave eeee"):
        list(open_core_rpc(node.url, "btc").blocks(1))


def test_the_chain_is_told_by_the_first_block_and_the_fork() -> None:
    def node_of(fork: str | None, program: str) -> Callable[[str, list[Any]], Any]:
        table: dict[str, Any] = {"getblockhash 0": GENESIS, "getnetworkinfo": {"subversion": program}}
        return answers({**table, **({f"getblockhash {FORK_HEIGHT}": fork} if fork else {})})

    for fork, program, chain in (
        ("11" * 32, "/Satoshi:28.0.0/", "btc"),
        (CASH_FORK.hex(), "/Odd:1/", "bch"),
        (None, "/Bitcoin Cash Node:27.1.0(EB32.0)/", "bch"),
        (None, "/Satoshi:0.14.0/", "btc"),
    ):
        with fake_node(node_of(fork, program)) as node:
            assert open_source(node.url).chain == chain
            with pytest.raises(UsageError, match=r"not of ltc"):
                open_core_rpc(node.url, "ltc")


def test_a_node_of_an_unknown_chain_is_refused() -> None:
    with (
        fake_node(answers({"getblockhash 0": "ab" * 32})) as node,
        pytest.raises(UsageError, match=r"a chain that I do not know; its first block is abab"),
    ):
        open_core_rpc(node.url)


def test_a_node_of_ethereum_is_no_core_node() -> None:
    with fake_node(answers({"eth_chainId": "0x1"})) as node:
        assert not is_core_node(node.url)


def test_credentials_are_sent_as_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def sent(url: str) -> list[str]:
        JsonRpc(url).call("getblockcount")
        return [
            base64.b64decode(str(each).removeprefix("Basic ")).decode() for each in node.authorizations[-1:]
        ]

    with fake_node(answers({"getblockcount": 1})) as node:
        JsonRpc(node.url).call("getblockcount")
        assert node.authorizations == [None]
        assert sent(node.url.replace("http://", "http://me:p%40ss@")) == ["me:p@ss"]
        (tmp_path / ".cookie").write_text("__cookie__:beef\n")
        monkeypatch.setenv("QUIVIVE_RPC_COOKIE", str(tmp_path / ".cookie"))
        assert sent(node.url) == ["__cookie__:beef"]
        monkeypatch.setenv("QUIVIVE_RPC_AUTH", "you:secret")
        assert sent(node.url) == ["you:secret"]
        monkeypatch.delenv("QUIVIVE_RPC_AUTH")
        monkeypatch.setenv("QUIVIVE_RPC_COOKIE", str(tmp_path / "absent"))
        with pytest.raises(UsageError, match=r"cookie file that QUIVIVE_RPC_COOKIE names cannot be read"):
            sent(node.url)


def test_refused_credentials_are_told_without_repeating_them() -> None:
    with fake_node(answers({}), raw=lambda _: (401, b"")) as node:
        url = node.url.replace("http://", "http://me:hunter2@")
        with pytest.raises(UsageError, match=r"refuses user name and password \(status 401\)") as caught:
            open_core_rpc(url)
    assert "hunter2" not in str(caught.value)
    assert node.requests == 1


def test_a_node_that_is_starting_is_asked_again() -> None:
    starting = json.dumps(
        {"id": 0, "result": None, "error": {"code": -28, "message": "Loading block index…"}}
    )
    with fake_node(
        answers({"getblockcount": 5}), raw=lambda n: (500, starting.encode()) if n < 4 else None
    ) as node:
        assert quick(node.url).call("getblockcount") == 5
        assert node.requests == 4
    with fake_node(answers({}), raw=lambda _: (500, starting.encode())) as node:
        with pytest.raises(CouldNotLook, match=r"is still starting: Loading block index"):
            quick(node.url).call("getblockcount")
        assert node.requests == 5


def test_a_node_that_is_not_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(CouldNotLook, match=rf"The node at 127\.0\.0\.1:{port} could not be reached"):
            quick(f"http://127.0.0.1:{port}").call("getblockcount")


def test_a_connection_that_is_lost_is_made_again() -> None:
    with fake_node(answers({"getblockcount": 5})) as node:
        rpc = quick(node.url)
        rpc.call("getblockcount")
        assert rpc._connection is not None
        assert rpc._connection.sock is not None
        rpc._connection.sock.shutdown(socket.SHUT_RDWR)
        assert rpc.call("getblockcount") == 5


def test_a_redirect_is_not_followed() -> None:
    with (
        fake_node(answers({}), raw=lambda _: (307, b"")) as node,
        pytest.raises(Unreadable, match=r"status 307 and no JSON"),
    ):
        quick(node.url).call("getblockcount")


def test_a_pruned_block_is_told() -> None:
    def answer(method: str, params: list[Any]) -> Any:
        raise Wrong(-1, "Block not available (pruned data)")

    with fake_node(answer) as node, pytest.raises(CouldNotLook, match=r"has pruned this block"):
        quick(node.url).call("getblock", "ab" * 32, 3)


def test_a_pruning_node_says_where_it_begins() -> None:
    table = {"getblockhash 0": GENESIS, "getblockchaininfo": {"pruned": True, "pruneheight": 700_000}}
    with fake_node(answers({**table, f"getblockhash {FORK_HEIGHT}": "11" * 32})) as node:
        assert open_core_rpc(node.url).first() == 700_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b"{}",
        b'[{"id": 5, "result": 1}]',
        b"[" * 100_000,
        b'{"result": 1e99999999999999999999}',
    ],
)
def test_nonsense_is_refused(data: bytes) -> None:
    with fake_node(answers({}), raw=lambda _: (200, data)) as node:
        for ask in (
            lambda: quick(node.url).call("getblockcount"),
            lambda: quick(node.url).batch([("a", []), ("b", [])]),
        ):
            with pytest.raises(Unreadable):
                ask()


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "_LARGEST", 1 << 20)
    with fake_node(answers({}), raw=lambda _: (200, b" " * (3 << 20))) as node, pytest.raises(TooLarge):
        quick(node.url).call("getblockcount")


def test_a_refusal_names_method_and_reason() -> None:
    with (
        fake_node(answers({})) as node,
        pytest.raises(Refused, match=r"refused getblockcount: Method not found"),
    ):
        quick(node.url).call("getblockcount")


@pytest.mark.parametrize("url", ["http://", "ftp://example.org", "http://example.org:no", "example.org:8332"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"looks like http://"):
        JsonRpc(url)
