"""How do blocks become columns, before their hashes and addresses are numbered?

`n` counts the transactions of the batch. Rows go to Arrow every few thousand transactions, so that a batch
costs what its columns cost and not what Python objects cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context as Digits
from decimal import Decimal
from typing import Final, cast

import pyarrow as pa

from quivive.money.blocks import AccountTransaction, Block, Transaction
from quivive.money.ledger.tables import AMOUNT

_AT_ONCE = 20_000
MOST_DIGITS = 10**38 - 1
_EXACT = Digits(prec=60)

_FEW: Final = pa.dictionary(pa.int32(), pa.string())
_BLOCKS: Final = pa.schema(
    [
        ("height", pa.int64()),
        ("hash", pa.binary()),
        ("time", pa.int64()),
        ("first", pa.int64()),
        ("transactions", pa.int32()),
    ]
)
STAGED: Final = {
    "utxo": {
        "new_blocks": _BLOCKS,
        "new_transactions": pa.schema(
            [("n", pa.int64()), ("txid", pa.binary()), ("height", pa.int64()), ("coinbase", pa.bool_())]
        ),
        "new_inputs": pa.schema(
            [
                ("n", pa.int64()),
                ("position", pa.int32()),
                ("prev_txid", pa.binary()),
                ("prev_position", pa.int32()),
                ("spent_address", pa.string()),
                ("spent_type", _FEW),
                ("spent_value", pa.int64()),
            ]
        ),
        "new_outputs": pa.schema(
            [
                ("n", pa.int64()),
                ("position", pa.int32()),
                ("address", pa.string()),
                ("type", _FEW),
                ("value", pa.int64()),
            ]
        ),
    },
    "account": {
        "new_blocks": _BLOCKS,
        "new_transactions": pa.schema(
            [
                ("n", pa.int64()),
                ("txid", pa.binary()),
                ("height", pa.int64()),
                ("sender", pa.string()),
                ("receiver", pa.string()),
                ("succeeded", pa.bool_()),
            ]
        ),
        "new_transfers": pa.schema(
            [
                ("n", pa.int64()),
                ("place", pa.int64()),
                ("kind", _FEW),
                ("asset", pa.string()),
                ("sender", pa.string()),
                ("receiver", pa.string()),
                ("value", AMOUNT),
                ("position", pa.int32()),
            ]
        ),
    },
}


class Staged:
    """Columns of the blocks added so far."""

    def __init__(self, family: str) -> None:
        self._schemas = STAGED[family]
        self._add = self._add_utxo if family == "utxo" else self._add_account
        self._rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in self._schemas}
        self._parts: dict[str, list[pa.RecordBatch]] = {name: [] for name in self._schemas}
        self._pending = 0
        self.transactions = 0
        self.last: Block | None = None

    def add(self, block: Block) -> None:
        """Append a block's rows."""
        count = len(block.transactions)
        self._rows["new_blocks"].append((block.height, block.hash, block.time, self.transactions, count))
        self._add(block)
        self.transactions += count
        self.last = block
        self._pending += count + 1
        if self._pending >= _AT_ONCE:
            self._flush()

    def tables(self) -> dict[str, pa.Table]:
        """The staged tables by name (`new_blocks`, `new_transactions`, …)."""
        self._flush()
        return {
            name: pa.Table.from_batches(self._parts[name], schema) for name, schema in self._schemas.items()
        }

    def _flush(self) -> None:
        for name, schema in self._schemas.items():
            rows = self._rows[name]
            if rows:
                columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]
                self._parts[name].append(pa.RecordBatch.from_arrays(columns, schema=schema))
                rows.clear()
        self._pending = 0

    def _add_utxo(self, block: Block) -> None:
        transactions, inputs, outputs = (
            self._rows[name] for name in ("new_transactions", "new_inputs", "new_outputs")
        )
        for n, tx in enumerate(_in_order(cast(Sequence[Transaction], block.transactions)), self.transactions):
            transactions.append((n, tx.txid, block.height, not tx.inputs))
            for position, source in enumerate(tx.inputs):
                spent = source.spent
                known = (spent.address, spent.type, spent.value) if spent else (None, None, None)
                inputs.append((n, position, source.txid, source.position, *known))
            for position, output in enumerate(tx.outputs):
                outputs.append((n, position, output.address, output.type, output.value))

    def _add_account(self, block: Block) -> None:
        transactions, transfers = (self._rows[name] for name in ("new_transactions", "new_transfers"))
        for n, tx in enumerate(cast(Sequence[AccountTransaction], block.transactions), self.transactions):
            transactions.append((n, tx.txid, block.height, tx.sender, tx.receiver, tx.succeeded))
            for place, t in enumerate(tx.transfers):
                value = _EXACT.create_decimal(t.value) if t.value <= MOST_DIGITS else None
                transfers.append((n, place, t.kind, t.asset, t.sender, t.receiver, value, t.position))


def _in_order(transactions: Sequence[Transaction]) -> Sequence[Transaction]:
    """A transaction after those of its block whose outputs it spends.

    Bitcoin Cash orders a block by transaction id since November 2018 (canonical transaction ordering); there
    the others keep their order as far as this allows.
    """
    place = {tx.txid: i for i, tx in enumerate(transactions)}
    needs = [[place[s.txid] for s in tx.inputs if s.txid in place] for tx in transactions]
    if all(need < i for i, before in enumerate(needs) for need in before):
        return transactions
    return [transactions[i] for i in _after_their_needs(needs)]


def _after_their_needs(needs: Sequence[Sequence[int]]) -> list[int]:
    """Kahn's algorithm, the smallest first."""
    from heapq import heapify, heappop, heappush

    waiting = [len(set(before)) for before in needs]
    followers: list[list[int]] = [[] for _ in needs]
    for i, before in enumerate(needs):
        for need in set(before):
            followers[need].append(i)
    ready = [i for i, count in enumerate(waiting) if not count]
    heapify(ready)
    order: list[int] = []
    while ready:
        done = heappop(ready)
        order.append(done)
        for follower in followers[done]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, follower)
    return order


def amount(value: Decimal | None) -> int | None:
    """A stored amount as a whole number; None where it did not fit."""
    return None if value is None else int(value)
