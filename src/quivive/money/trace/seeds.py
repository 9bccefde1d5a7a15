"""What does the user want traced: which outputs does an address, a transaction or 'txid:position' name?"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from quivive.errors import NotFound, UsageError

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger

_TXID = re.compile(r"(?:0x)?([0-9a-fA-F]{64})(?::(.*))?")
_HEADERS = ("seed", "txid", "tx", "transaction", "tx_hash", "hash", "address", "output")
_POSITIONS = ("position", "vout", "index", "n")
MOST_SEEDS = 100_000
"""Rows of a file of seeds that are read."""


def parse(text: str) -> tuple[str, int | None] | None:
    """Transaction id (lower case) and position of a seed that names a transaction; None for an address.

    UsageError where what stands for the position is no number.
    """
    found = _TXID.fullmatch(text.strip())
    if not found:
        return None
    if found[2] is not None and not re.fullmatch(r"[0-9]{1,9}", found[2]):
        raise UsageError(f"'{text[:100]}' names no output: after the colon stands its number, from 0.")
    return found[1].lower(), int(found[2]) if found[2] else None


def outputs_of(ledger: Ledger, seed: str) -> list[int]:
    """Dense numbers of the outputs that a seed names, those without value left out.

    Of a transaction, or of an address, all. NotFound where the ledger does not have it, UsageError where
    nothing that it names holds any value.
    """
    named = parse(seed)
    outputs = _of_transaction(ledger, *named) if named else _of_address(ledger, seed.strip())
    values = ledger.flows().out_val
    worth = [output for output in outputs if int(values[output])]
    if not worth:
        raise UsageError(f"'{seed}' names no output that holds any value: there is nothing to trace.")
    return worth


def transaction_number(ledger: Ledger, txid: str) -> int:
    """The number of a transaction. Raises NotFound, with the ledger's last block, where it has none."""
    tx = ledger.transaction_id(txid)
    if tx is None:
        raise NotFound(f"The ledger has no transaction {txid}. Its last block is {_tip(ledger)}.")
    return tx


def address_number(ledger: Ledger, address: str) -> int:
    """The number of an address. Raises NotFound, with the ledger's last block, where it was never seen."""
    number = ledger.address_id(address)
    if number is None:
        raise NotFound(
            f"The ledger has not seen the address '{address[:100]}'. Its last block is {_tip(ledger)}."
        )
    return number


def read_file(text: str, name: str) -> list[str]:
    """Seeds from CSV: the first column, or those called txid and position; a header is optional.

    Other columns, such as the name of a theft and its amount, are not read. UsageError names the line that is
    no seed.
    """
    rows = [row for row in csv.reader(text.removeprefix("\ufeff").splitlines()) if any(map(str.strip, row))]
    if len(rows) > MOST_SEEDS:
        raise UsageError(f"{name} has {len(rows)} rows; {MOST_SEEDS} seeds can be read.")
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    known = bool(header) and any(each in _HEADERS for each in header)
    body = rows[1:] if known else rows
    first = next((header.index(each) for each in _HEADERS if each in header), 0) if known else 0
    place = next((header.index(each) for each in _POSITIONS if each in header), None) if known else None
    seeds = [_row(row, first, place, f"{name}, row {n}") for n, row in enumerate(body, 2 if known else 1)]
    if not seeds:
        raise UsageError(f"{name} names nothing to trace.")
    return list(dict.fromkeys(seeds))


def _row(row: Sequence[str], first: int, place: int | None, where: str) -> str:
    seed = row[first].strip() if first < len(row) else ""
    position = row[place].strip() if place is not None and place < len(row) else ""
    if not seed or not seed.isascii() or not seed.isprintable() or " " in seed:
        raise UsageError(f"{where}: '{seed[:80]!a}' is no address, transaction id or txid:position.")
    if position and not position.isdecimal():
        raise UsageError(f"{where}: '{position[:20]!a}' is no position of an output.")
    named = parse(seed)
    return f"{seed}:{position}" if position and named and named[1] is None else seed


def _of_transaction(ledger: Ledger, txid: str, position: int | None) -> list[int]:
    tx = transaction_number(ledger, txid)
    offsets = ledger.flows().out_off
    first, end = int(offsets[tx]), int(offsets[tx + 1])
    if position is None:
        return list(range(first, end))
    if position >= end - first:
        raise NotFound(
            f"Transaction {txid} has {end - first} outputs, counted from 0; there is no {position}."
        )
    return [first + position]


def _of_address(ledger: Ledger, address: str) -> list[int]:
    offsets = ledger.flows().out_off
    txs, positions = ledger.outputs_to([address_number(ledger, address)])
    return [int(offsets[tx]) + int(position) for tx, position in zip(txs, positions, strict=True)]


def _tip(ledger: Ledger) -> str:
    return str(ledger.tip[0]) if ledger.tip else "none: it is empty"
