"""Which blocks are in an export of bitcoin-etl (JSON lines of blocks and of transactions)?

Rows may be in any order and over several files: where each block's transactions stand is noted first, then
they are read block by block. An export names no block's parent; it is known where the parent is in the export
too, else it is given as 32 zero bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from quivive.errors import NotFound, TooLarge, Unreadable, UsageError
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.chains import CHAINS, Chain
from quivive.money.scripts import script_reader
from quivive.money.sources.units import check_units
from quivive.money.sources.wire import damaged

_LARGEST_LINE = 256 << 20
_SUFFIXES = (".json", ".jsonl", ".ndjson")
_NO_ADDRESS = ("multisig", "nonstandard", "nulldata", "witness_unknown")


def open_bitcoin_etl(path: Path, chain: str | None = None) -> BitcoinEtl:
    """The export in this file, or in the JSON files of this folder.

    Without `chain` the addresses in it tell the chain. Raises UsageError where they do not or are of another
    one, Unreadable with file and byte offset where a row does not read.
    """
    paths = [path] if path.is_file() else sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)
    export = _Export(paths)
    return BitcoinEtl(export, _find_chain(export, chain))


class BitcoinEtl:
    """A source of blocks from an export; `chain` is a key of CHAINS."""

    def __init__(self, export: _Export, chain: Chain) -> None:
        self._export, self._chain = export, chain
        self.chain = chain.key
        self._payee = script_reader(chain)
        self._heights = export.heights()
        self._hashes: dict[int, bytes] = {}

    def tip(self) -> int:
        """Height of the last block."""
        return self._heights[-1]

    def first(self) -> int:
        """Height of the first block."""
        return self._heights[0]

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at this height. Raises NotFound where the export has none."""
        if height not in self._hashes:
            row = self._export.any_row(height)
            self._hashes[height] = _hash(row.get("block_hash", row.get("hash")), "the export's block")
        return self._hashes[height]

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks in chain order from this height on. Raises Unreadable with file and byte offset."""
        for height in range(max(start, self.first()), self.tip() + 1):
            yield self._block(height)

    def _block(self, height: int) -> Block:
        known = self.hash_at(height)
        rows = self._export.transactions(height)
        found = []
        time = -1
        for row, place in rows:
            try:
                if _hash(row["block_hash"], "a row") != known:
                    raise Unreadable(f"another row of block {height} is of another hash")
                found.append(self._transaction(row))
                time = _whole(row["block_timestamp"])
            except (KeyError, TypeError, ValueError, AttributeError, Unreadable) as error:
                raise damaged(*place, _reason(error)) from None
        self._export.check_count(height, len(found))
        previous = self.hash_at(height - 1) if height > self.first() else bytes(32)
        return Block(height, known, previous, time, tuple(found))

    def _transaction(self, row: dict[str, Any]) -> Transaction:
        inputs = () if row["is_coinbase"] else tuple(self._input(each) for each in _ordered(row["inputs"]))
        outputs = tuple(self._output(each) for each in _ordered(row["outputs"]))
        if sum(each.value for each in outputs) > self._chain.max_money:
            raise Unreadable("its outputs are more than can exist")
        return Transaction(_hash(row["hash"], "a transaction"), inputs, outputs)

    def _input(self, row: dict[str, Any]) -> Input:
        spent = None
        if row.get("value") is not None:
            spent = Output(check_units(row["value"], self._chain), str(row.get("type")), self._address(row))
        return Input(
            _hash(row["spent_transaction_hash"], "an input"), _whole(row["spent_output_index"]), spent
        )

    def _output(self, row: dict[str, Any]) -> Output:
        value = check_units(row["value"], self._chain)
        if row.get("script_hex") is None:
            return Output(value, str(row["type"]), self._address(row))
        return Output(value, *self._payee(bytes.fromhex(row["script_hex"])))

    def _address(self, row: dict[str, Any]) -> str | None:
        """The address as the export has it, where a row has no script: one only, and no made-up one."""
        from quivive.money.addresses import canonical_address

        listed = row.get("addresses") or []
        if len(listed) != 1 or row.get("type") in _NO_ADDRESS:
            return None
        return canonical_address(str(listed[0]), self.chain)


class _Export:
    """Where in the files of an export each block's rows stand."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._transactions: dict[int, list[tuple[int, int]]] = {}
        self._blocks: dict[int, tuple[int, int]] = {}
        self._counts: dict[int, int] = {}
        for number, path in enumerate(paths):
            for offset, row in _rows(path):
                self._note(row, number, offset, path.name)
        if not self._transactions:
            raise Unreadable(
                f"{paths[0].name if paths else 'The folder'} has no transactions of bitcoin-etl."
            )

    def heights(self) -> list[int]:
        """Heights in order. Raises Unreadable where one in between has no transactions."""
        found = sorted({*self._transactions, *self._blocks})
        missing = next(
            (each for each in range(found[0], found[-1] + 1) if each not in self._transactions), None
        )
        if missing is not None:
            raise Unreadable(f"The export has no transactions of block {missing}.")
        return found

    def any_row(self, height: int) -> dict[str, Any]:
        """A transaction of this block. Raises NotFound where there is none."""
        if height not in self._transactions:
            raise NotFound(f"The export has no block {height}.")
        return self._read(self._transactions[height][0])

    def sample(self) -> Iterator[dict[str, Any]]:
        """Transactions, from the last block on backwards."""
        for height in sorted(self._transactions, reverse=True):
            for place in self._transactions[height]:
                yield self._read(place)

    def transactions(self, height: int) -> list[tuple[dict[str, Any], tuple[str, int]]]:
        """The block's transactions in their order, each with file name and byte offset."""
        rows = [
            (self._read(each), (self._paths[each[0]].name, each[1])) for each in self._transactions[height]
        ]
        if all(isinstance(row.get("index"), int) for row, _ in rows):
            rows.sort(key=lambda each: int(each[0]["index"]))
        return rows

    def check_count(self, height: int, count: int) -> None:
        """Raises Unreadable where the block's own row tells another number of transactions."""
        expected = self._counts.get(height, count)
        if expected != count:
            raise Unreadable(f"The export has {count} of the {expected} transactions of block {height}.")

    def _note(self, row: dict[str, Any], number: int, offset: int, name: str) -> None:
        if "block_number" in row and "outputs" in row:
            self._transactions.setdefault(_height(row["block_number"], name, offset), []).append(
                (number, offset)
            )
        elif "number" in row and "transaction_count" in row:
            height = _height(row["number"], name, offset)
            self._blocks[height] = (number, offset)
            if isinstance(row["transaction_count"], int):
                self._counts[height] = row["transaction_count"]
        else:
            raise damaged(name, offset, "the row is neither a block nor a transaction of bitcoin-etl")

    def _read(self, place: tuple[int, int]) -> dict[str, Any]:
        number, offset = place
        with self._paths[number].open("rb") as file:
            file.seek(offset)
            return _row(file.readline(_LARGEST_LINE), self._paths[number].name, offset)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the byte offset of its line."""
    offset = 0
    with path.open("rb") as file:
        while line := file.readline(_LARGEST_LINE):
            if len(line) == _LARGEST_LINE:
                raise TooLarge(f"{path.name}, byte {offset}: the line is longer than 256 MiB.")
            if line.strip():
                yield offset, _row(line, path.name, offset)
            offset += len(line)


def _row(line: bytes, name: str, offset: int) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise damaged(name, offset, "the line is no JSON, or is cut short") from None
    if not isinstance(row, dict):
        raise damaged(name, offset, "the line is no JSON object")
    return row


def _find_chain(export: _Export, wanted: str | None) -> Chain:
    """By the addresses of the outputs: each says its chain, or that it is of none that it could be."""
    told = _told(export)
    if wanted is not None:
        # Bitcoin Cash once wrote Bitcoin's addresses.
        if told is not None and CHAINS[wanted].coin not in (
            CHAINS[told].coin,
            "BCH" if told == "btc" else "",
        ):
            raise UsageError(f"The export is of {CHAINS[told].name}, not of {CHAINS[wanted].name}.")
        return CHAINS[wanted]
    if told is None:
        raise UsageError("No address in the export tells its chain: say which (--chain).")
    return CHAINS[told]


def _told(export: _Export) -> str | None:
    for row in export.sample():
        outputs = row.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            listed = output.get("addresses") if isinstance(output, dict) else None
            for address in listed if isinstance(listed, list) else []:
                if (key := _key(str(address))) is not None:
                    return key
    return None


def _key(address: str) -> str | None:
    """The chain whose address this is; None for `3…`, which Litecoin once wrote as well."""
    from quivive import wallets

    known = None if address.startswith("3") else wallets.chain(address)
    return {"bitcoin": "btc", "bitcoin-cash": "bch", "litecoin": "ltc", "dogecoin": "doge"}.get(known or "")


def _ordered(rows: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or [row["index"] for row in rows] != list(range(len(rows))):
        raise Unreadable("inputs or outputs are missing or out of order")
    return rows


def _height(value: Any, name: str, offset: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise damaged(name, offset, f"{value!r:.40} is no height")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable(f"{value!r:.40} is no whole number")
    return value


def _hash(value: Any, name: str) -> bytes:
    found = bytes.fromhex(value) if isinstance(value, str) and len(value) == 64 else b""
    if len(found) != 32:
        raise Unreadable(f"{name} has {value!r:.80} where a hash should be")
    return found


def _reason(error: Exception) -> str:
    return (
        str(error).rstrip(".")
        if isinstance(error, Unreadable)
        else f"a field is missing or garbled: {error!r}"
    )
