"""Which blocks are in an export of ethereum-etl (CSV or JSON lines), in whole or in part?

Read are blocks, transactions (with or without their receipts, as `stream` writes them), receipts, logs,
token_transfers and traces; any subset of them, in one file or in a folder. What the subset cannot tell stands
in `lacks`. For a block whose tables are all there the transfers are those that its node tells over RPC.
Where no table of blocks is there, heights without rows count as empty, and an unknown hash is 32 zero bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from quivive.errors import NotFound, TooLarge, Unreadable, UsageError
from quivive.money.blocks import Block
from quivive.money.chains import find_chain
from quivive.money.sources.abi import NOBODY, address, quantity, raw, spelled, transfer
from quivive.money.sources.etl_rows import Placed, Row, Rows, guarded
from quivive.money.sources.evm_block import Call, Event, Outcome, Pieces, Sent, block
from quivive.money.sources.evm_rpc import read_withdrawals

UNKNOWN = bytes(32)
MOST_EMPTY = 20_000_000
"""Heights that an export without a table of blocks may span."""


def open_ethereum_etl(path: Path, chain: str | None = None) -> EthereumEtl:
    """The export in this file or folder. An export does not name its chain; without `chain` it is Ethereum.

    Raises UsageError for a chain without accounts, Unreadable with file, line and byte for a row that does
    not read, TooLarge where the heights of an export without blocks lie too far apart.
    """
    if find_chain(chain or "eth").family != "account":
        raise UsageError(f"An export of ethereum-etl is not of {find_chain(str(chain)).name}.")
    rows = Rows(path)
    first, last = rows.heights
    if "block" not in rows.kinds and last - first > MOST_EMPTY:
        raise TooLarge(f"{rows.name}: the heights {first} to {last} lie too far apart without their blocks.")
    assumed = () if chain else ("the name of the chain: it was taken for Ethereum",)
    return EthereumEtl(chain or "eth", assumed + _lacks(rows), rows)


def _lacks(rows: Rows) -> tuple[str, ...]:
    kinds = rows.kinds
    native = kinds & {"transaction", "trace"}
    told = {
        "block hashes, times and empty blocks, as far as no other table tells them": "block" in kinds,
        "native transfers": native,
        "fees": rows.receipts,
        "which transactions failed: all are taken as succeeded": rows.receipts or "trace" in kinds,
        "internal transfers, block rewards and genesis balances": "trace" in kinds,
        "token transfers": kinds & {"log", "token_transfer"},
        "which token transfers are of ERC-721: there the value is an item's number": "log" in kinds
        or "token_transfer" not in kinds,
        "withdrawals of validators": "block" in kinds,
    }
    return tuple(what for what, known in told.items() if not known)


@dataclass
class _Tables:
    """What the rows of one block say."""

    blocks: list[Row] = field(default_factory=list)
    hashes: set[bytes] = field(default_factory=set)
    times: set[int] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class EthereumEtl:
    """A `Source` over an export. `lacks` says in plain words what it cannot tell."""

    def __init__(self, chain: str, lacks: tuple[str, ...], rows: Rows) -> None:
        self.chain = chain
        self.lacks = lacks
        self._rows = rows

    def tip(self) -> int:
        """Height of the last block."""
        return self._rows.heights[1]

    def first(self) -> int:
        """Height of the first block."""
        return self._rows.heights[0]

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at this height; `NotFound` outside the export."""
        if not self.first() <= height <= self.tip():
            raise NotFound(f"{self._rows.name} has no block {height}.")
        return self._hash(height, self._tables(self._rows.at(height)))

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks in chain order from this height on. Raises Unreadable naming file, line and byte of a bad
        row, or the block whose rows contradict each other."""
        height = max(start, self.first())
        previous = self.hash_at(height - 1) if height > self.first() else UNKNOWN
        for found, rows in self._rows.blocks(height):
            for empty in range(height, found):
                yield self._empty(empty, previous)
                previous = UNKNOWN
            made = self._block(found, rows, previous)
            yield made
            height, previous = found + 1, made.hash

    def _empty(self, height: int, previous: bytes) -> Block:
        if "block" in self._rows.kinds:
            raise Unreadable(f"{self._rows.name} lacks block {height}.")
        return Block(height, UNKNOWN, previous, 0, ())

    def _block(self, height: int, rows: list[Placed], previous: bytes) -> Block:
        tables = self._tables(rows)
        parent, withdrawals = previous, []
        for placed in (each for each in rows if each.kind == "block"):
            parent = guarded(placed, lambda row: raw(row["parent_hash"], 32))
            withdrawals = guarded(placed, self._withdrawals)
        pieces = Pieces(
            height,
            self._hash(height, tables),
            parent,
            max(tables.times, default=0),
            tables.sent,
            tables.outcomes,
            tables.calls,
            tables.events,
            withdrawals,
        )
        try:
            return block(pieces)
        except Unreadable as error:
            raise Unreadable(f"{self._rows.name}: {error}") from None

    def _hash(self, height: int, tables: _Tables) -> bytes:
        if "block" in self._rows.kinds and len(tables.blocks) != 1:
            raise Unreadable(f"{self._rows.name} has block {height} {len(tables.blocks)} times.")
        if len(tables.hashes) > 1:
            raise Unreadable(f"{self._rows.name}: the rows of block {height} are of two different blocks.")
        return next(iter(tables.hashes), UNKNOWN)

    def _tables(self, rows: list[Placed]) -> _Tables:
        tables = _Tables()
        for placed in rows:
            guarded(placed, partial(self._add, tables, placed.kind))
        return tables

    def _add(self, tables: _Tables, kind: str, row: Row) -> None:
        known = row["hash"] if kind == "block" else row.get("block_hash")
        if known is not None:
            tables.hashes.add(raw(known, 32))
        if (time := row.get("timestamp" if kind == "block" else "block_timestamp")) is not None:
            tables.times.add(quantity(time))
        if kind == "block":
            tables.blocks.append(row)
        elif kind == "transaction":
            self._add_transaction(tables, row)
        elif kind == "receipt":
            tables.outcomes.append(self._outcome(row, "", row["transaction_hash"]))
        elif kind == "trace":
            tables.calls.append(self._call(row))
        elif kind == "log" or "log" not in self._rows.kinds:
            tables.events += self._log(row) if kind == "log" else [self._token_transfer(row)]

    def _add_transaction(self, tables: _Tables, row: Row) -> None:
        sent = Sent(
            raw(row["hash"], 32),
            quantity(row["transaction_index"]),
            self._address(row["from_address"]),
            self._address(row.get("to_address")),
            quantity(row["value"]),
            _number(row, "gas"),
            _number(row, "gas_price"),
        )
        tables.sent.append(sent)
        if row.get("receipt_gas_used") is not None:
            tables.outcomes.append(self._outcome(row, "receipt_", row["hash"]))

    def _outcome(self, row: Row, prefix: str, txid: object) -> Outcome:
        status = _number(row, prefix + "status")
        blobs = (_number(row, prefix + "blob_gas_used") or 0) * (_number(row, prefix + "blob_gas_price") or 0)
        return Outcome(
            raw(txid, 32),
            quantity(row["transaction_index"]),
            None if status is None else bool(status),
            quantity(row[prefix + "gas_used"]),
            _number(row, prefix + "effective_gas_price"),
            blobs + (_number(row, prefix + "l1_fee") or 0),
            self._address(row.get(prefix + "contract_address")),
        )

    def _call(self, row: Row) -> Call:
        txid = row.get("transaction_hash")
        return Call(
            raw(txid, 32) if txid else None,
            _number(row, "transaction_index") or 0,
            _path(row.get("trace_address")),
            row.get("call_type") or row["trace_type"],
            self._address(row.get("from_address")),
            self._address(row.get("to_address")),
            _number(row, "value") or 0,
            row.get("error") is not None or _number(row, "status") == 0,
        )

    def _log(self, row: Row) -> list[Event]:
        topics = row["topics"] or []
        topics = topics.split(",") if isinstance(topics, str) else topics
        if (found := transfer(topics, row["data"])) is None:
            return []
        return [self._event(row, row["address"], *found)]

    def _token_transfer(self, row: Row) -> Event:
        sender, receiver = (raw(row[side], 20) for side in ("from_address", "to_address"))
        return self._event(row, row["token_address"], sender, receiver, quantity(row["value"]))

    def _event(self, row: Row, asset: object, sender: bytes, receiver: bytes, value: int) -> Event:
        return Event(
            raw(row["transaction_hash"], 32),
            quantity(row["log_index"]),
            address(asset, self.chain),
            None if sender == NOBODY else spelled(sender, self.chain),
            None if receiver == NOBODY else spelled(receiver, self.chain),
            value,
        )

    def _withdrawals(self, row: Row) -> list[tuple[str, int]]:
        """A list in JSON; in CSV its members in JSON, without the brackets."""
        found = row.get("withdrawals") or []
        if isinstance(found, str):
            found = json.loads(found if found.startswith("[") else f"[{found}]")
        return read_withdrawals(found, self.chain)

    def _address(self, value: object) -> str | None:
        return address(value, self.chain) if value else None


def _path(written: object) -> tuple[int, ...]:
    steps = written.split(",") if isinstance(written, str) else written or []
    if not isinstance(steps, list):
        raise Unreadable(f"{written!r} is no place in a trace.")
    return tuple(quantity(step) for step in steps)


def _number(row: Row, name: str) -> int | None:
    value: Any = row.get(name)
    return None if value is None else quantity(value)
