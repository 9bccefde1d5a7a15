"""Tables as ethereum-etl writes them, from a node's own answers: rows out of order, CSV or JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from quivive.money.sources.evm_node import Node

Row = dict[str, Any]


def export(node: Node, last: int, folder: Path, as_json: bool = False) -> Path:
    """Blocks 0 to `last` in five tables."""
    tables: dict[str, list[Row]] = {
        name: [] for name in ("blocks", "transactions", "receipts", "logs", "traces")
    }
    for height in range(last + 1):
        block = node.call("eth_getBlockByNumber", hex(height), True)
        tables["blocks"].append(_block(block))
        tables["transactions"] += [_transaction(each) for each in block["transactions"]]
        for receipt in node.call("eth_getBlockReceipts", hex(height)):
            tables["receipts"].append(_receipt(receipt))
            tables["logs"] += [_log(each) for each in receipt["logs"]]
        tables["traces"] += [_trace(each) for each in node.call("trace_block", hex(height))]
    folder.mkdir()
    for name, rows in tables.items():
        write(folder / f"{name}.{'json' if as_json else 'csv'}", rows[::-1])
    return folder


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A table as a file; its suffix says which form."""
    with path.open("w", newline="") as file:
        if path.suffix == ".json":
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            out.writeheader()
            out.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return path


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        members = [json.dumps(each) if isinstance(each, dict) else str(each) for each in value]
        return ",".join(members)
    return value


def _block(row: Row) -> Row:
    return {
        "number": int(row["number"], 16),
        "hash": row["hash"],
        "parent_hash": row["parentHash"],
        "timestamp": int(row["timestamp"], 16),
        "withdrawals": [],
    }


def _transaction(row: Row) -> Row:
    return {
        "hash": row["hash"],
        "nonce": int(row["nonce"], 16),
        "block_hash": row["blockHash"],
        "block_number": int(row["blockNumber"], 16),
        "transaction_index": int(row["transactionIndex"], 16),
        "from_address": row["from"],
        "to_address": row["to"],
        "value": int(row["value"], 16),
        "gas": int(row["gas"], 16),
        "gas_price": int(row["gasPrice"], 16),
    }


def _receipt(row: Row) -> Row:
    return {
        "transaction_hash": row["transactionHash"],
        "transaction_index": int(row["transactionIndex"], 16),
        "block_hash": row["blockHash"],
        "block_number": int(row["blockNumber"], 16),
        "cumulative_gas_used": int(row["cumulativeGasUsed"], 16),
        "gas_used": int(row["gasUsed"], 16),
        "contract_address": row["contractAddress"],
        "status": int(row["status"], 16),
        "effective_gas_price": int(row["effectiveGasPrice"], 16),
    }


def _log(row: Row) -> Row:
    return {
        "log_index": int(row["logIndex"], 16),
        "transaction_hash": row["transactionHash"],
        "block_hash": row["blockHash"],
        "block_number": int(row["blockNumber"], 16),
        "address": row["address"],
        "data": row["data"],
        "topics": row["topics"],
    }


def _trace(row: Row) -> Row:
    action, result = row["action"], row.get("result") or {}
    ends = row["type"] == "suicide"
    return {
        "block_number": row["blockNumber"],
        "transaction_hash": row["transactionHash"],
        "transaction_index": row["transactionPosition"],
        "from_address": action["address"] if ends else action["from"],
        "to_address": action["refundAddress"] if ends else result.get("address") or action.get("to"),
        "value": int(action["balance" if ends else "value"], 16),
        "trace_type": row["type"],
        "call_type": action.get("callType"),
        "trace_address": row["traceAddress"],
        "error": row.get("error"),
        "status": 0 if row.get("error") else 1,
    }
