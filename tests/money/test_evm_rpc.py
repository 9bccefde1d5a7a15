"""What an Ethereum node says of a block: read exactly, and refused where it cannot be true."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import base58
import pytest

from quivive.errors import CouldNotLook, NotFound, Unreadable, UsageError
from quivive.money.blocks import AccountTransaction, Transfer
from quivive.money.sources import abi
from quivive.money.sources.evm_block import Call, Outcome, Pieces, Sent, block
from quivive.money.sources.evm_node import Node
from quivive.money.sources.evm_rpc import (
    EvmNode,
    open_evm_rpc,
    read_events,
    read_outcome,
    read_withdrawals,
)
from quivive.money.sources.evm_traces import flat_calls, nested_calls

ALICE, BOB, TOKEN = ("0x" + 20 * digits for digits in ("a1", "b0", "70"))
ALICE_WORD, BOB_WORD = ("0x" + 24 * "0" + each[2:] for each in (ALICE, BOB))
TXID, HASH, BEFORE = ("0x" + 32 * digits for digits in ("7d", "ba", "be"))


def log(topics: list[str], data: str, number: int = 0) -> dict[str, Any]:
    return {
        "address": TOKEN.upper().replace("0X", "0x"),
        "topics": topics,
        "data": data,
        "logIndex": hex(number),
        "transactionHash": TXID,
    }


class TestTransferEvents:
    def test_three_topics_and_one_word_are_a_transfer(self) -> None:
        [event] = read_events([log([abi.TRANSFER, ALICE_WORD, BOB_WORD], "0x" + "ff" * 32)], "eth")
        assert (event.asset, event.sender, event.receiver) == (TOKEN, ALICE, BOB)
        assert event.value == 2**256 - 1

    @pytest.mark.parametrize(
        ("topics", "data"),
        [
            ([abi.TRANSFER, ALICE_WORD, BOB_WORD, "0x" + "00" * 31 + "07"], "0x"),  # ERC-721: item 7
            ([abi.TRANSFER, ALICE_WORD, BOB_WORD], "0x"),
            ([abi.TRANSFER, ALICE_WORD, BOB_WORD], "0x" + "00" * 31),
            ([abi.TRANSFER, ALICE_WORD, BOB_WORD], "0x" + "00" * 64),
            ([abi.TRANSFER, ALICE_WORD], "0x" + "00" * 32),
            ([abi.TRANSFER], "0x" + "00" * 96),
            ([abi.TRANSFER, "0x01" + ALICE_WORD[4:], BOB_WORD], "0x" + "00" * 32),  # more than an address
            ([abi.TRANSFER, ALICE, BOB], "0x" + "00" * 32),
            (["0x" + "00" * 32, ALICE_WORD, BOB_WORD], "0x" + "00" * 32),
            ([], "0x"),
        ],
    )
    def test_what_only_looks_like_one_is_none(self, topics: list[str], data: str) -> None:
        assert [*read_events([log(topics, data)], "eth")] == []

    def test_tokens_of_the_zero_address_are_minted_or_burnt(self) -> None:
        zero = "0x" + "00" * 32
        minted, burnt = read_events(
            [
                log([abi.TRANSFER, zero, BOB_WORD], ALICE_WORD),
                log([abi.TRANSFER, BOB_WORD, zero], ALICE_WORD),
            ],
            "eth",
        )
        assert (minted.sender, minted.receiver) == (None, BOB)
        assert (burnt.sender, burnt.receiver) == (BOB, None)


class TestNumbers:
    @pytest.mark.parametrize(("written", "value"), [("0x0", 0), ("0xFf", 255), ("12", 12), (7, 7)])
    def test_they_are_read_exactly(self, written: object, value: int) -> None:
        assert abi.quantity(written) == value

    @pytest.mark.parametrize(
        "written", ["0x", "-1", "0x-1", "1e18", "1.0", 1.0, True, None, "", "0x" + "f" * 65, 2**256, -1, "９"]
    )
    def test_what_is_no_unsigned_number_of_256_bits_is_refused(self, written: object) -> None:
        with pytest.raises(Unreadable, match="number"):
            abi.quantity(written)


class TestAddresses:
    def test_letter_case_makes_no_difference(self) -> None:
        mixed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # the example of EIP-55
        assert abi.address(mixed, "eth") == mixed.lower()
        assert abi.address(mixed.upper().replace("0X", "0x"), "eth") == mixed.lower()

    def test_trons_are_written_as_tron_users_write_them(self) -> None:
        text = abi.address(ALICE, "trx")
        assert text.startswith("T")
        assert base58.b58decode_check(text) == b"\x41" + bytes.fromhex(ALICE[2:])
        assert abi.address(text, "trx") == abi.address("41" + ALICE[2:], "trx") == text
        assert abi.tron_bytes(text) == bytes.fromhex(ALICE[2:])

    @pytest.mark.parametrize(
        "text", ["T" * 34, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "42" + "00" * 20, "", "T"]
    )
    def test_what_is_no_tron_address_is_refused(self, text: str) -> None:
        with pytest.raises(Unreadable, match="TRON"):
            abi.tron_bytes(text)

    @pytest.mark.parametrize("text", ["0x12", "0x" + "0g" * 20, None, 5, "0x" + "00" * 21])
    def test_what_is_no_address_is_refused(self, text: object) -> None:
        with pytest.raises(Unreadable, match="20 bytes"):
            abi.address(text, "eth")


def sent(value: int = 5, gas: int | None = 50_000, receiver: str | None = BOB) -> Sent:
    return Sent(bytes.fromhex(TXID[2:]), 0, ALICE, receiver, value, gas, 3)


def outcome(succeeded: bool | None = True, gas_used: int = 30_000, **others: Any) -> Outcome:
    return Outcome(bytes.fromhex(TXID[2:]), 0, succeeded, gas_used, 2, **others)


def call(path: tuple[int, ...], kind: str = "call", value: int = 1, failed: bool = False) -> Call:
    return Call(bytes.fromhex(TXID[2:]), 0, path, kind, ALICE, BOB, value, failed)


def only(**parts: Any) -> AccountTransaction:
    made = block(Pieces(1, bytes.fromhex(HASH[2:]), bytes(32), 0, **parts))
    [transaction] = made.transactions
    assert isinstance(transaction, AccountTransaction)
    return transaction


def values(transaction: AccountTransaction) -> list[tuple[str, int]]:
    return [(move.kind, move.value) for move in transaction.transfers]


class TestBlocks:
    def test_the_fee_comes_first_and_goes_to_nobody(self) -> None:
        fee = only(sent=[sent()], outcomes=[outcome(extra=7)]).transfers[0]
        assert fee == Transfer("fee", None, ALICE, None, 60_007, 0)

    def test_a_failed_call_takes_those_within_it_along_but_not_its_neighbours(self) -> None:
        calls = [
            call((), value=5),
            call((0,), value=10, failed=True),
            call((0, 3), value=20),
            call((0, 3, 1), value=40),
            call((1,), value=80),
            call((10,), value=160),
        ]
        for order in (calls, calls[::-1]):
            assert values(only(sent=[sent()], calls=order)) == [
                ("native", 5),
                ("internal", 80),
                ("internal", 160),
            ]

    def test_code_run_at_the_callers_own_address_moves_nothing(self) -> None:
        kinds = ["callcode", "delegatecall", "staticcall", "create", "create2", "suicide", "selfdestruct"]
        calls = [call((number,), kind, 2**number) for number, kind in enumerate(kinds)]
        assert values(only(sent=[sent(0)], calls=calls)) == [("internal", 2**n) for n in (3, 4, 5, 6)]

    def test_before_byzantium_the_trace_says_whether_it_failed(self) -> None:
        assert not only(sent=[sent()], outcomes=[outcome(None)], calls=[call((), failed=True)]).succeeded
        assert only(sent=[sent()], outcomes=[outcome(None, 50_000)], calls=[call(())]).succeeded

    def test_before_byzantium_without_a_trace_all_gas_gone_means_failed(self) -> None:
        assert not only(sent=[sent()], outcomes=[outcome(None, 50_000)]).succeeded
        assert only(sent=[sent()], outcomes=[outcome(None, 49_999)]).succeeded
        assert only(sent=[sent(gas=21_000)], outcomes=[outcome(None, 21_000)]).succeeded

    def test_withdrawals_are_in_gwei_and_come_last_under_the_blocks_hash(self) -> None:
        withdrawals = read_withdrawals([{"address": BOB, "amount": "0x2"}], "eth")
        last = only(withdrawals=withdrawals)
        assert last.txid.hex() == HASH[2:]
        assert last.transfers == (Transfer("withdrawal", None, None, BOB, 2 * 10**9, 0),)

    def test_one_transaction_twice_is_refused(self) -> None:
        with pytest.raises(Unreadable, match="twice"):
            only(sent=[sent(), sent()])

    def test_one_place_in_the_trace_twice_is_refused(self) -> None:
        with pytest.raises(Unreadable, match="one place"):
            only(sent=[sent()], calls=[call((0,)), call((0,))])


def parity(folder: Path, block_number: int) -> list[Call]:
    path = next(folder.rglob(f"web3_response.trace_block_{hex(block_number)}.json"))
    return flat_calls(json.loads(path.read_text())["result"], "eth")


class TestTraces:
    def test_a_contracts_end_pays_out_and_a_reward_belongs_to_the_block(self, shared_data: Path) -> None:
        calls = parity(shared_data / "money" / "ethereum-etl", 1_011_973)
        made = block(Pieces(1_011_973, bytes(32), bytes(32), 0, calls=calls))
        signed, reward = [each for each in made.transactions if isinstance(each, AccountTransaction)]
        assert values(signed) == [("internal", 5 * 10**16)]
        assert reward.txid == (1_011_973).to_bytes(32, "big")  # the block's hash is not known here
        assert values(reward) == [("reward", 5 * 10**18)]

    def test_an_old_transaction_out_of_gas_moves_nothing(self, shared_data: Path) -> None:
        calls = parity(shared_data / "money" / "ethereum-etl", 1_000_895)
        made = block(Pieces(1_000_895, bytes(32), bytes(32), 0, calls=calls))
        failed, good, _ = [each for each in made.transactions if isinstance(each, AccountTransaction)]
        assert (failed.succeeded, values(failed)) == (False, [])
        assert values(good) == [("native", 11 * 10**17)]

    def test_a_nested_trace_of_a_thousand_calls_within_each_other_is_read(self) -> None:
        row: dict[str, Any] = {"type": "CALL", "from": ALICE, "to": BOB, "value": "0x1"}
        for _ in range(1_000):
            row = {"type": "CALL", "from": ALICE, "to": BOB, "value": "0x1", "calls": [row]}
        calls = nested_calls([{"result": row}], [bytes(32)], "eth")
        assert len(calls) == 1_001

    def test_a_trace_of_another_transaction_is_refused(self) -> None:
        row = {"txHash": TXID, "result": {"type": "CALL", "from": ALICE, "to": BOB}}
        with pytest.raises(Unreadable, match="another transaction"):
            nested_calls([row], [bytes(32)], "eth")
        with pytest.raises(Unreadable, match="block that has 2"):
            nested_calls([row], [bytes(32), bytes(32)], "eth")


def test_receipts_of_a_real_node_agree_with_what_ethereum_etl_made_of_them(shared_data: Path) -> None:
    folder = shared_data / "money" / "ethereum-etl" / "test_export_receipts_job" / "receipts_with_logs"
    expected = {row["transaction_hash"]: row for row in read_lines(folder / "expected_receipts.json")}
    answers = [json.loads(path.read_text())["result"] for path in folder.glob("web3_response*.json")]
    assert len(answers) == len(expected) == 4
    for answer in answers:
        read, row = read_outcome(answer, "eth"), expected["0x" + read_outcome(answer, "eth").txid.hex()]
        assert (read.index, read.gas_used, read.price) == (
            row["transaction_index"],
            row["gas_used"],
            row["effective_gas_price"],
        )
        assert (read.succeeded, read.created) == (row["status"], row["contract_address"])


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


Answer = Callable[[str, list[Any]], Any]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A small node: `answer` gives the result of a method, a dict with 'error', or raw bytes."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.authorization = self.headers["Authorization"]  # type: ignore[attr-defined]
            body = self._body(asked)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _body(self, asked: Any) -> bytes:
            if isinstance(asked, list):
                return b"[" + b",".join(self._one(each) for each in asked) + b"]"
            return self._one(asked)

        def _one(self, asked: dict[str, Any]) -> bytes:
            given = answer(asked["method"], asked["params"])
            if isinstance(given, bytes):
                return given
            result = given if isinstance(given, dict) and "error" in given else {"result": given}
            return json.dumps({"jsonrpc": "2.0", "id": asked["id"], **result}).encode()

        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


NO_METHOD = {"error": {"code": -32601, "message": "the method does not exist"}}


def one_block(**changes: Any) -> Answer:
    """A node with block 0, which holds one transaction; `changes` replace the answer to a method."""
    transaction = {"hash": TXID, "transactionIndex": "0x0", "from": ALICE, "to": BOB, "value": "0x5"}
    header = {"number": "0x0", "hash": HASH, "parentHash": BEFORE, "timestamp": "0x10"}
    receipt = {"transactionHash": TXID, "transactionIndex": "0x0", "blockHash": HASH, "status": "0x1"}
    receipt |= {"gasUsed": "0x5208", "effectiveGasPrice": "0x2"}
    answers: dict[str, Any] = {
        "eth_chainId": "0x1",
        "eth_blockNumber": "0x0",
        "eth_getBlockByNumber": header | {"transactions": [transaction]},
        "eth_getBlockReceipts": [receipt | {"logs": []}],
        "eth_getTransactionReceipt": receipt | {"logs": []},
    }
    answers |= changes

    def answer(method: str, params: list[Any]) -> Any:
        found = answers.get(method, NO_METHOD)
        return found(params) if callable(found) else found

    return answer


def read_one(answer: Answer, **options: Any) -> tuple[EvmNode, AccountTransaction]:
    with serving(answer) as url:
        source = open_evm_rpc(url, **options)
        [made] = source.blocks(0)
        [transaction] = made.transactions
        assert isinstance(transaction, AccountTransaction)
        return source, transaction


class TestNodes:
    def test_one_that_does_not_trace_says_so(self) -> None:
        source, transaction = read_one(one_block())
        assert any("internal" in each for each in source.lacks)
        assert values(transaction) == [("fee", 42_000), ("native", 5)]

    def test_one_without_block_receipts_is_asked_for_each(self) -> None:
        _, transaction = read_one(one_block(eth_getBlockReceipts=NO_METHOD))
        assert values(transaction) == [("fee", 42_000), ("native", 5)]

    def test_tron_reads_with_its_own_addresses(self) -> None:
        source, transaction = read_one(one_block(eth_chainId="0x2b6653dc"))
        assert source.chain == "trx"
        assert transaction.sender == abi.tron_address(bytes.fromhex(ALICE[2:]))
        assert any("TRC-10" in each for each in source.lacks)

    def test_receipts_of_a_block_that_was_replaced_meanwhile_are_asked_for_again(self) -> None:
        good = one_block()("eth_getBlockReceipts", [])
        stale = [good[0] | {"blockHash": BEFORE}]
        answers = iter([stale, stale, good])
        _, transaction = read_one(one_block(eth_getBlockReceipts=lambda _: next(answers)))
        assert transaction.succeeded
        with pytest.raises(CouldNotLook, match="changes each time"):
            read_one(one_block(eth_getBlockReceipts=stale))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"eth_getBlockByNumber": {"number": "0x0", "hash": HASH}}, "'transactions' is missing"),
            ({"eth_getBlockByNumber": {"number": "0x9", "transactions": []}}, "calls itself 0x9"),
            ({"eth_getBlockReceipts": b"{"}, "no JSON"),
            ({"eth_getBlockReceipts": b"[" * 100_000}, "no JSON"),
            ({"eth_getBlockReceipts": b'{"id": 0}'}, "no JSON-RPC answer"),
            ({"eth_blockNumber": "-0x1"}, "no whole number"),
            ({"eth_getBlockReceipts": {"error": {"code": -32000, "message": "pruned"}}}, "pruned"),
        ],
    )
    def test_an_answer_that_cannot_be_is_a_clear_error(self, change: dict[str, Any], words: str) -> None:
        with pytest.raises(CouldNotLook, match=words):
            read_one(one_block(**change))

    @pytest.mark.parametrize("value", ["-0x5", "0x" + "f" * 65, "5.0", None])
    def test_a_negative_or_overflowing_amount_names_the_block(self, value: object) -> None:
        header = one_block()("eth_getBlockByNumber", [])
        bad = header | {"transactions": [header["transactions"][0] | {"value": value}]}
        with pytest.raises(Unreadable, match=r"Block 0 of the node 127\.0\.0\.1"):
            read_one(one_block(eth_getBlockByNumber=bad))

    def test_a_height_past_the_end_is_not_found(self) -> None:
        with (
            serving(one_block(eth_getBlockByNumber=None)) as url,
            pytest.raises(NotFound, match="no block 7"),
        ):
            open_evm_rpc(url).hash_at(7)

    def test_a_chain_that_is_not_an_account_chain_is_refused(self) -> None:
        with serving(one_block()) as url, pytest.raises(UsageError, match="Ethereum, not of Bitcoin"):
            open_evm_rpc(url, "btc")

    @pytest.mark.parametrize("url", ["ftp://node.example", "http://", "http://node.example:99999"])
    def test_what_names_no_node_is_wrong_use(self, url: str) -> None:
        with pytest.raises(UsageError, match="address looks like"):
            open_evm_rpc(url)

    def test_a_password_in_the_url_is_used_and_never_shown(self) -> None:
        with serving(one_block(eth_chainId=NO_METHOD)) as url:
            node = Node(url.replace("//", "//user:sesame@"))
            with pytest.raises(CouldNotLook, match="refused") as raised:
                node.call("eth_chainId")
        assert "sesame" not in str(raised.value) + node.name
