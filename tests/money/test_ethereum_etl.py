"""Exports of ethereum-etl: the transfers that the node itself told, and every bad row named."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from money.etl_export import write
from quivive.errors import CouldNotLook, NotFound, TooLarge, Unreadable, UsageError
from quivive.money.blocks import AccountTransaction, Block
from quivive.money.sources import open_source
from quivive.money.sources.ethereum_etl import UNKNOWN, EthereumEtl, open_ethereum_etl
from quivive.money.sources.evm_block import Pieces, block
from quivive.money.sources.evm_rpc import read_events, read_outcome
from quivive.money.sources.evm_traces import flat_calls

ALICE, BOB, TOKEN = ("0x" + 20 * digits for digits in ("a1", "b0", "70"))
TXID, HASH, OTHER = ("0x" + 32 * digits for digits in ("7d", "ba", "be"))
BLOCK = {"number": 5, "hash": HASH, "parent_hash": OTHER, "timestamp": 16}
TRANSACTION = {
    "hash": TXID,
    "nonce": 0,
    "block_hash": HASH,
    "block_number": 5,
    "transaction_index": 0,
    "from_address": ALICE,
    "to_address": BOB,
    "value": 7,
    "gas": 21_000,
    "gas_price": 2,
}
TRANSFER = {
    "token_address": TOKEN,
    "from_address": ALICE,
    "to_address": BOB,
    "value": 2**256 - 1,
    "transaction_hash": TXID,
    "log_index": 0,
    "block_number": 5,
}


@pytest.fixture
def data(shared_data: Path) -> Path:
    return shared_data / "money" / "ethereum-etl"


def moves(blocks: Sequence[Block]) -> list[tuple[str, str, str | None, str | None, str | None, int]]:
    return [
        ("0x" + each.txid.hex(), move.kind, move.asset, move.sender, move.receiver, move.value)
        for block in blocks
        for each in block.transactions
        if isinstance(each, AccountTransaction)
        for move in each.transfers
    ]


def answer(path: Path) -> Any:
    return json.loads(path.read_text())["result"]


class TestAgainstNodes:
    @pytest.mark.parametrize(
        "name", ["block_with_suicide", "block_with_create", "block_with_error", "block_with_subtraces"]
    )
    def test_exported_traces_move_what_the_nodes_trace_moved(self, data: Path, name: str) -> None:
        folder = data / "test_export_traces_job" / name
        [exported] = open_ethereum_etl(folder / "expected_traces.csv", "eth").blocks(0)
        told = answer(next(folder.glob("web3_response.trace_block_*.json")))
        calls = flat_calls(told, "eth")
        assert exported == block(Pieces(exported.height, UNKNOWN, UNKNOWN, 0, calls=calls))
        assert moves([exported])

    def test_exported_token_transfers_are_those_of_the_nodes_logs(self, data: Path) -> None:
        folder = data / "test_export_token_transfers_job" / "block_with_transfers"
        [exported] = open_ethereum_etl(folder / "expected_token_transfers.csv", "eth").blocks(0)
        logs = answer(folder / "web3_response.eth_getFilterLogs_0x0.json")
        events = [*read_events(logs, "eth")]
        assert exported == block(Pieces(483_920, UNKNOWN, UNKNOWN, 0, events=events))
        assert [move[-1] for move in moves([exported])] == [100_000, 200_000]

    @pytest.mark.parametrize("suffix", ["csv", "json"])
    def test_exported_receipts_and_logs_are_the_nodes(self, data: Path, tmp_path: Path, suffix: str) -> None:
        folder = data / "test_export_receipts_job" / "receipts_with_logs"
        for table in ("receipts", "logs"):
            (tmp_path / f"{table}.{suffix}").symlink_to(folder / f"expected_{table}.{suffix}")
        [exported] = open_ethereum_etl(tmp_path, "eth").blocks(0)
        told = [answer(path) for path in folder.glob("web3_response*.json")]
        outcomes = [read_outcome(receipt, "eth") for receipt in told]
        events = [event for receipt in told for event in read_events(receipt["logs"], "eth")]
        [known] = {receipt["blockHash"] for receipt in told}
        pieces = Pieces(483_920, bytes.fromhex(known[2:]), UNKNOWN, 0, outcomes=outcomes, events=events)
        assert exported == block(pieces)

    def test_csv_and_json_are_read_alike_and_withdrawals_are_paid_out(
        self, data: Path, tmp_path: Path
    ) -> None:
        folder = data / "test_export_blocks_job" / "blocks_with_transactions_and_withdrawals"
        read = {}
        for suffix in ("csv", "json"):
            (tmp_path / suffix).mkdir()
            for table in ("blocks", "transactions"):
                source = folder / f"expected_{table}.{suffix}"
                (tmp_path / suffix / source.name).symlink_to(source)
            read[suffix] = [*open_ethereum_etl(tmp_path / suffix, "eth").blocks(0)]
        assert read["csv"] == read["json"]
        rows = [json.loads(line) for line in (folder / "expected_blocks.json").read_text().splitlines()]
        paid = sum(each["amount"] for row in rows for each in row["withdrawals"])
        assert sum(move[-1] for move in moves(read["csv"]) if move[1] == "withdrawal") == paid * 10**9 > 0
        assert [each.height for each in read["csv"]] == [row["number"] for row in rows]

    def test_of_a_stream_with_logs_items_of_erc_721_are_no_amounts(self, data: Path) -> None:
        source = open_ethereum_etl(data / "test_stream" / "blocks_17173049_17173050", "eth")
        found = [move for move in moves([*source.blocks(0)]) if move[1] == "token"]
        folder = data / "test_stream" / "blocks_17173049_17173050"
        logs = lines(folder / "expected_logs.json")
        items = {(log["transaction_hash"], log["log_index"]) for log in logs if len(log["topics"]) == 4}
        names = ("token_address", "from_address", "to_address", "value")
        expected = [
            (row["transaction_hash"], "token", *(row[name] for name in names))
            for row in sorted(lines(folder / "expected_token_transfers.json"), key=place)
            if (row["transaction_hash"], row["log_index"]) not in items
        ]
        nobody = "0x" + 40 * "0"
        assert [tuple(nobody if part is None else part for part in move) for move in found] == expected
        assert len(items) > 0
        assert len(found) > 200


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def place(row: dict[str, Any]) -> tuple[int, int]:
    return row["block_number"], row["log_index"]


Make = Callable[..., EthereumEtl]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An export of tables, each a list of rows."""

    def made(suffix: str = "json", **tables: list[dict[str, Any]]) -> EthereumEtl:
        for name, rows in tables.items():
            write(tmp_path / f"{name}.{suffix}", rows)
        return open_ethereum_etl(tmp_path, "eth")

    return made


class TestParts:
    @pytest.mark.parametrize("suffix", ["csv", "json"])
    def test_token_transfers_alone_make_a_ledger_that_says_what_it_lacks(
        self, make: Make, suffix: str
    ) -> None:
        source = make(suffix, token_transfers=[TRANSFER, TRANSFER | {"block_number": 7, "log_index": 3}])
        blocks = [*source.blocks(0)]
        assert [(each.height, each.hash, len(each.transactions)) for each in blocks] == [
            (5, UNKNOWN, 1),
            (6, UNKNOWN, 0),
            (7, UNKNOWN, 1),
        ]
        assert moves(blocks)[0] == (TXID, "token", TOKEN, ALICE, BOB, 2**256 - 1)
        words = " ".join(source.lacks)
        assert all(part in words for part in ("native", "fees", "internal", "ERC-721", "hashes"))

    def test_without_receipts_no_fee_is_made_up(self, make: Make) -> None:
        source = make(blocks=[BLOCK], transactions=[TRANSACTION])
        assert moves([*source.blocks(0)]) == [(TXID, "native", None, ALICE, BOB, 7)]
        assert "fees" in source.lacks

    def test_genesis_balances_and_the_dao_fork_are_read(self, make: Make) -> None:
        trace = {"block_number": 0, "transaction_hash": None, "to_address": BOB, "value": 9}
        genesis = trace | {"trace_type": "genesis"}
        fork = trace | {"trace_type": "daofork", "from_address": ALICE, "block_number": 1}
        found = moves([*make(traces=[genesis, fork]).blocks(0)])
        assert [move[1:] for move in found] == [
            ("genesis", None, None, BOB, 9),
            ("internal", None, ALICE, BOB, 9),
        ]

    def test_a_trace_of_status_0_moved_nothing_nor_did_those_below_it(self, make: Make) -> None:
        trace = {"block_number": 5, "transaction_hash": TXID, "from_address": ALICE, "to_address": BOB}
        trace |= {"trace_type": "call", "call_type": "call", "value": 9, "error": None, "status": 1}
        rows = [trace | {"trace_address": []}, trace | {"trace_address": [0], "status": 0}]
        rows += [trace | {"trace_address": [0, 0]}, trace | {"trace_address": [1], "value": 8}]
        assert [move[-1] for move in moves([*make(traces=rows).blocks(0)])] == [9, 8]

    def test_blocks_follow_each_other_from_any_height(self, make: Make) -> None:
        later = BLOCK | {"number": 6, "hash": OTHER, "parent_hash": HASH}
        source = make(blocks=[later, BLOCK])
        [last] = source.blocks(6)
        assert (last.height, last.previous, last.time) == (6, source.hash_at(5), 16)
        with pytest.raises(NotFound, match="no block 7"):
            source.hash_at(7)

    def test_the_dispatcher_takes_an_export_without_a_chain_for_ethereum_and_says_so(
        self, tmp_path: Path
    ) -> None:
        source = open_source(str(write(tmp_path / "transactions.csv", [TRANSACTION])))
        assert source.chain == "eth"
        assert isinstance(source, EthereumEtl)
        assert any("taken for Ethereum" in each for each in source.lacks)

    def test_tron_is_written_in_its_own_addresses(self, tmp_path: Path) -> None:
        path = write(tmp_path / "token_transfers.csv", [TRANSFER])
        [(_, _, asset, sender, _, _)] = moves([*open_ethereum_etl(path, "trx").blocks(0)])
        assert asset is not None
        assert sender is not None
        assert (asset[0], sender[0], len(sender)) == ("T", "T", 34)


class TestBadRows:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"value": -1}, "(unsigned|whole) number"),
            ({"value": 2**256}, "unsigned"),
            ({"value": 1.5}, "no whole number"),
            ({"value": None}, "no whole number"),
            ({"from_address": "0x12"}, "20 bytes"),
            ({"hash": TXID[:-1]}, "32 bytes"),
            ({"block_hash": "Z"}, "32 bytes"),
        ],
    )
    @pytest.mark.parametrize("suffix", ["csv", "json"])
    def test_file_and_line_are_named(
        self, make: Make, suffix: str, change: dict[str, Any], words: str
    ) -> None:
        bad = TRANSACTION | {"hash": OTHER, "transaction_index": 1} | change
        line = {"csv": 3, "json": 2}[suffix]
        with pytest.raises(Unreadable, match=rf"transactions\.{suffix}, line {line} \(byte \d+\).*{words}"):
            [*make(suffix, transactions=[TRANSACTION, bad]).blocks(0)]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("hash,nonce,from_address\n", "no rows"),
            ("a,b\n1,2\n", "line 2 .*no row of a table"),
            ("token_address,from_address,to_address,block_number\n1,2\n", "line 2 .*2 fields in place of 4"),
            ('trace_type,block_number\n"call"x,2\n', "line 2 .*quotation mark"),
            ('trace_type,block_number\n"call,2\n', "line 2 .*(quotation mark|fields)"),
            ("trace_type,block_number\ncall,-2\n", "line 2 .*no whole number"),
            ("trace_type,block_number\ncall,99999999999999999999\n", "line 2 .*no block"),
            ("trace_type,block\ncall,2\n", "'block_number' is missing"),
            ("trace_type,block_number\ncall,\udcff\n", "line 2 .*UTF-8"),
            ("", "no rows"),
        ],
    )
    def test_a_table_that_is_none_is_refused(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "rows.csv"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(Unreadable, match=words):
            open_ethereum_etl(path, "eth")

    @pytest.mark.parametrize(
        "text", ["[1]", "{", "1", "[" * 100_000, '{"type": "trace", "block_number": NaN}']
    )
    def test_a_line_that_is_no_object_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "rows.json"
        path.write_text(json.dumps(TRANSACTION) + "\n" + text + "\n")
        with pytest.raises(Unreadable, match=r"rows\.json, line 2"):
            open_ethereum_etl(path, "eth")

    def test_one_transaction_twice_is_refused(self, make: Make) -> None:
        with pytest.raises(Unreadable, match=f"transaction {TXID} twice"):
            [*make(transactions=[TRANSACTION, TRANSACTION]).blocks(0)]

    def test_one_log_twice_is_refused(self, make: Make) -> None:
        with pytest.raises(Unreadable, match="log 0 twice"):
            [*make(token_transfers=[TRANSFER, TRANSFER]).blocks(0)]

    def test_rows_of_two_blocks_at_one_height_are_refused(self, make: Make) -> None:
        other = TRANSACTION | {"hash": OTHER, "block_hash": OTHER}
        with pytest.raises(Unreadable, match="two different blocks"):
            [*make(transactions=[TRANSACTION, other]).blocks(0)]

    def test_a_missing_block_is_named(self, make: Make) -> None:
        with pytest.raises(Unreadable, match="lacks block 6"):
            [*make(blocks=[BLOCK, BLOCK | {"number": 7}]).blocks(0)]

    def test_heights_too_far_apart_are_refused(self, make: Make) -> None:
        with pytest.raises(TooLarge, match="too far apart"):
            make(token_transfers=[TRANSFER, TRANSFER | {"block_number": 10**12}])

    def test_a_chain_without_accounts_is_wrong_use(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="not of Bitcoin"):
            open_ethereum_etl(write(tmp_path / "transactions.csv", [TRANSACTION]), "btc")

    @pytest.mark.parametrize("at", range(0, 400, 7))
    def test_a_file_cut_anywhere_is_read_in_part_or_refused(self, tmp_path: Path, at: int) -> None:
        whole = write(tmp_path / "whole.csv", [TRANSACTION, TRANSACTION | {"hash": OTHER}]).read_bytes()
        (tmp_path / "cut.csv").write_bytes(whole[: len(whole) - at])
        try:
            found = moves([*open_ethereum_etl(tmp_path / "cut.csv", "eth").blocks(0)])
        except CouldNotLook:
            return
        assert {move[1:] for move in found} == {("native", None, ALICE, BOB, 7)}


def test_a_field_may_be_larger_than_pythons_csv_reads(make: Make) -> None:
    source = make("csv", transactions=[TRANSACTION | {"input": '0x"' + "00" * 300_000}])
    before = csv.field_size_limit(131_072)  # the limit of the whole process, which others raise
    try:
        assert moves([*source.blocks(0)]) == [(TXID, "native", None, ALICE, BOB, 7)]
    finally:
        csv.field_size_limit(before)
