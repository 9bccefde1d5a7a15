"""What does a node of an EVM chain (or TRON's Ethereum-like interface) say is in its blocks?

Blocks with whole transactions, receipts, and internal transfers where the node traces (`trace_block`, else
`debug_traceBlockByHash` with the callTracer). What it cannot tell stands in `lacks`, for the ledger to keep.
A block whose receipts or traces belong to another hash was replaced meanwhile and is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from quivive.errors import CouldNotLook, NotFound, Unreadable, UsageError
from quivive.money.blocks import Block
from quivive.money.chains import CHAINS, find_chain
from quivive.money.sources.abi import NOBODY, address, quantity, raw, spelled, transfer
from quivive.money.sources.evm_block import Call, Event, Outcome, Pieces, Sent, block
from quivive.money.sources.evm_node import Node, has_no_method
from quivive.money.sources.evm_traces import flat_calls, nested_calls
from quivive.money.sources.json_rpc import Refused

Row = Mapping[str, Any]
Traces = Literal["trace_block", "callTracer"] | None
GWEI = 10**9
AT_ONCE = 100
"""Single receipts asked for in one batch."""
_TRIES = 5
_NO_TRACES = "internal transfers: this node traces no calls"
_NO_REWARDS = "block rewards: this node's traces do not list them"
_NO_GENESIS = "genesis balances: nodes do not list them"
_TRON = "TRON: fees paid in bandwidth, TRC-10 tokens, and staking, whose amounts read as TRX sent"


def open_evm_rpc(url: str, chain: str | None = None, *, traces: bool = True) -> EvmNode:
    """The node at this URL; with `traces` false internal transfers are left out even where the node has them.

    Raises UsageError where the node is of another chain than `chain`, CouldNotLook where it does not answer.
    """
    node = Node(url)
    key = _chain_of(quantity(node.call("eth_chainId")), chain)
    how = _traces_of(node) if traces else None
    return EvmNode(key, _lacks(key, how), node, how)


def _chain_of(number: int, chain: str | None) -> str:
    key = next((each.key for each in CHAINS.values() if each.chain_id == number), None)
    if key is None and chain is None:
        raise UsageError(f"The node's chain is number {number}, which I do not know.")
    if chain is None:
        return str(key)
    wanted = find_chain(chain)
    if wanted.family != "account" or wanted.chain_id != number:
        said = CHAINS[key].name if key else f"chain number {number}"
        raise UsageError(f"The node is one of {said}, not of {wanted.name}.")
    return chain


def _traces_of(node: Node) -> Traces:
    """How this node traces, tried on its newest block."""
    newest = node.call("eth_getBlockByNumber", "latest", False)
    if not isinstance(newest, dict):
        return None
    tracer = (newest.get("hash"), {"tracer": "callTracer"})
    answers = [_tried(node, "trace_block", "latest"), _tried(node, "debug_traceBlockByHash", *tracer)]
    return "trace_block" if answers[0] else "callTracer" if answers[1] else None


def _tried(node: Node, method: str, *params: object) -> bool:
    try:
        return isinstance(node.call(method, *params), list)
    except Refused:
        return False


def _lacks(chain: str, traces: Traces) -> tuple[str, ...]:
    lacks = [_NO_GENESIS]
    if traces != "trace_block":
        lacks.append(_NO_REWARDS)
    if traces is None:
        lacks.append(_NO_TRACES)
    return (*lacks, _TRON) if chain == "trx" else tuple(lacks)


@dataclass
class EvmNode:
    """A `Source` over one node. `lacks` says in plain words what its blocks do not hold."""

    chain: str
    lacks: tuple[str, ...]
    _node: Node
    _traces: Traces
    _single: bool = field(default=False, init=False)

    def tip(self) -> int:
        """Height of the node's last block."""
        return quantity(self._node.call("eth_blockNumber"))

    def first(self) -> int:
        """Nodes give every block since the first one."""
        return 0

    def hash_at(self, height: int) -> bytes:
        """Hash at this height in the chain that the node follows now; `NotFound` past its end."""
        return raw(self._header(height, False)["hash"], 32)

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks from this height to the node's last one, in chain order.

        Raises Unreadable where an answer contradicts itself, CouldNotLook where the node cannot give a part.
        """
        height, tip = start, self.tip()
        while height <= tip:
            yield self._block(height)
            height += 1
            tip = tip if height <= tip else self.tip()

    def _header(self, height: int, whole: bool) -> Row:
        answer = self._node.call("eth_getBlockByNumber", hex(height), whole)
        if not isinstance(answer, dict):
            raise NotFound(f"The node {self._node.name} has no block {height}.")
        return answer

    def _block(self, height: int) -> Block:
        for _ in range(_TRIES):
            header = self._header(height, True)
            try:
                pieces = self._pieces(height, header)
            except (KeyError, TypeError, AttributeError, ValueError, Unreadable) as error:
                raise Unreadable(
                    f"Block {height} of the node {self._node.name} does not read: {_said(error)}"
                ) from error
            if pieces is not None:
                return block(pieces)
        raise CouldNotLook(f"Block {height} of the node {self._node.name} changes each time it is asked for.")

    def _pieces(self, height: int, header: Row) -> Pieces | None:
        """None where the node's answers belong to different blocks."""
        if quantity(header["number"]) != height:
            raise Unreadable(f"it calls itself {header['number']}")
        rows: Sequence[Row] = header["transactions"]
        receipts = self._receipts(height, rows) if rows else []
        calls = self._calls(height, header, rows)
        if receipts is None or calls is None or any(r["blockHash"] != header["hash"] for r in receipts):
            return None
        return Pieces(
            height,
            raw(header["hash"], 32),
            raw(header["parentHash"], 32),
            quantity(header["timestamp"]),
            [read_sent(row, self.chain) for row in rows],
            [read_outcome(row, self.chain) for row in receipts],
            calls,
            [event for row in receipts for event in read_events(row["logs"], self.chain)],
            read_withdrawals(header.get("withdrawals") or (), self.chain),
        )

    def _receipts(self, height: int, rows: Sequence[Row]) -> list[Row] | None:
        receipts = self._single_receipts(rows) if self._single else self._block_receipts(height, rows)
        if receipts is None or any(not isinstance(each, dict) for each in receipts):
            return None
        asked = {row["hash"] for row in rows}
        return receipts if {each["transactionHash"] for each in receipts} == asked else None

    def _block_receipts(self, height: int, rows: Sequence[Row]) -> list[Row] | None:
        try:
            answer: list[Row] | None = self._node.call("eth_getBlockReceipts", hex(height))
        except Refused as refused:
            if not has_no_method(refused):
                raise
            self._single = True  # older nodes give receipts one by one only
            return self._single_receipts(rows)
        return answer

    def _single_receipts(self, rows: Sequence[Row]) -> list[Row]:
        answers: list[Any] = []
        for start in range(0, len(rows), AT_ONCE):
            calls = [("eth_getTransactionReceipt", [row["hash"]]) for row in rows[start : start + AT_ONCE]]
            answers += self._node.batch(calls)
        return answers

    def _calls(self, height: int, header: Row, rows: Sequence[Row]) -> list[Call] | None:
        if self._traces == "trace_block":
            return self._flat_calls(height, header)
        if self._traces == "callTracer" and rows:
            tracer = {"tracer": "callTracer"}
            answer = self._node.call("debug_traceBlockByHash", header["hash"], tracer)
            return nested_calls(answer, [raw(row["hash"], 32) for row in rows], self.chain)
        return []

    def _flat_calls(self, height: int, header: Row) -> list[Call] | None:
        answer = self._node.call("trace_block", hex(height)) or []
        if any(row.get("blockHash") not in (None, header["hash"]) for row in answer):
            return None
        return flat_calls(answer, self.chain)


def read_sent(row: Row, chain: str) -> Sent:
    """A transaction as `eth_getBlockByNumber` gives it."""
    return Sent(
        raw(row["hash"], 32),
        quantity(row["transactionIndex"]),
        address(row["from"], chain),
        address(row["to"], chain) if row.get("to") else None,
        quantity(row["value"]),
        _number(row, "gas"),
        _number(row, "gasPrice"),
    )


def read_outcome(row: Row, chain: str) -> Outcome:
    """A receipt. Paid besides gas: `blobGasUsed` × `blobGasPrice` (EIP-4844), `l1Fee` (OP Stack)."""
    status = _number(row, "status")
    return Outcome(
        raw(row["transactionHash"], 32),
        quantity(row["transactionIndex"]),
        None if status is None else bool(status),
        quantity(row["gasUsed"]),
        _number(row, "effectiveGasPrice"),
        _paid(row, "blobGasUsed") * _paid(row, "blobGasPrice") + _paid(row, "l1Fee"),
        address(row["contractAddress"], chain) if row.get("contractAddress") else None,
    )


def read_events(logs: Sequence[Row], chain: str) -> Iterator[Event]:
    """The token transfers among a receipt's logs."""
    for log in logs:
        if (found := transfer(log["topics"], log["data"])) is not None:
            sender, receiver, value = found
            yield Event(
                raw(log["transactionHash"], 32),
                quantity(log["logIndex"]),
                address(log["address"], chain),
                None if sender == NOBODY else spelled(sender, chain),
                None if receiver == NOBODY else spelled(receiver, chain),
                value,
            )


def read_withdrawals(rows: Sequence[Row], chain: str) -> list[tuple[str, int]]:
    """Withdrawals of validators (EIP-4895), whose amounts are in Gwei, as (address, wei)."""
    return [(address(row["address"], chain), quantity(row["amount"]) * GWEI) for row in rows]


def _number(row: Row, name: str) -> int | None:
    value = row.get(name)
    return None if value is None else quantity(value)


def _paid(row: Row, name: str) -> int:
    return _number(row, name) or 0


def _said(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
