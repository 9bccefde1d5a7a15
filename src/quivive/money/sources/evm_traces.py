"""Which calls did a node's trace of a block list?

Two shapes are read: `trace_block` (Erigon, Nethermind, Reth, anvil; flat, with block rewards), and the
`callTracer` of `debug_traceBlockByHash` (geth; nested).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.errors import Unreadable
from quivive.money.sources.abi import address, quantity, raw
from quivive.money.sources.evm_block import Call

Row = Mapping[str, Any]
DEEPEST = 1_100
"""The EVM's own limit is 1,024 calls within each other."""


def flat_calls(rows: Sequence[Row], chain: str) -> list[Call]:
    """The answer of `trace_block`."""
    return [_flat(row, chain) for row in rows]


def _flat(row: Row, chain: str) -> Call:
    action, result = row["action"], row.get("result") or {}
    txid = row.get("transactionHash")
    kind = row["type"]
    if kind in ("suicide", "selfdestruct"):
        sender, receiver, value = action["address"], action["refundAddress"], action["balance"]
    elif kind == "reward":
        sender, receiver, value = None, action["author"], action["value"]
    elif kind in ("create", "create2"):
        sender, receiver, value = action["from"], result.get("address"), action["value"]
    else:
        kind = action.get("callType") or kind
        sender, receiver, value = action["from"], action["to"], action.get("value")
    return Call(
        raw(txid, 32) if txid else None,
        row.get("transactionPosition") or 0,
        tuple(int(step) for step in row["traceAddress"]),
        kind,
        _maybe(sender, chain),
        _maybe(receiver, chain),
        quantity(value) if value is not None else 0,
        row.get("error") is not None,
    )


def nested_calls(rows: Sequence[Row], txids: Sequence[bytes], chain: str) -> list[Call]:
    """The answer of the callTracer, one row for each of these transactions in their order."""
    if len(rows) != len(txids):
        raise Unreadable(f"The node traced {len(rows)} transactions of a block that has {len(txids)}.")
    calls: list[Call] = []
    for index, (row, txid) in enumerate(zip(rows, txids, strict=True)):
        if row.get("txHash") and raw(row["txHash"], 32) != txid:
            raise Unreadable(f"The node traced another transaction in place of 0x{txid.hex()}.")
        if "result" not in row:
            raise Unreadable(f"The node could not trace transaction 0x{txid.hex()}.")
        calls += _nested(row["result"], txid, index, chain)
    return calls


def _nested(root: Row, txid: bytes, index: int, chain: str) -> Iterator[Call]:
    waiting: list[tuple[Row, tuple[int, ...]]] = [(root, ())]
    while waiting:
        row, path = waiting.pop()
        if len(path) > DEEPEST:
            raise Unreadable(f"The trace of 0x{txid.hex()} is deeper than the EVM allows.")
        value = row.get("value")
        yield Call(
            txid,
            index,
            path,
            row["type"].lower(),
            _maybe(row["from"], chain),
            _maybe(row.get("to"), chain),
            quantity(value) if value is not None else 0,
            row.get("error") is not None,
        )
        waiting += [(call, (*path, at)) for at, call in enumerate(row.get("calls") or ())]


def _maybe(value: object, chain: str) -> str | None:
    return address(value, chain) if value is not None else None
