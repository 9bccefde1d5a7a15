"""Which outputs did a block spend, by the undo data that a node keeps for it?

Bitcoin Core's `rev*.dat`: records of magic, size, undo data, SHA-256d(hash of the block before, undo data).
Undo data are, for each transaction but the coinbase, the outputs it spent in the order of its inputs, with
amounts and scripts compressed (undo.h, compressor.cpp). Litecoin adds those of its extension block: skipped.
btcd's test data name each spent output by transaction and position instead (`*.utxostore`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quivive.money.blocks import Input, Output, Transaction
from quivive.money.chains import Chain
from quivive.money.scripts import Payee
from quivive.money.sources.raw_files import RawFile
from quivive.money.sources.wire import damaged, double_sha, read_size

_PRIME = 2**256 - 2**32 - 977
"""The field of secp256k1 (SEC 2)."""
_LARGEST_SCRIPT = 1 << 20


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    size: int


class UndoReader:
    """Reads undo data of one chain."""

    def __init__(self, chain: Chain, payee: Callable[[bytes], Payee]) -> None:
        self._chain, self._payee = chain, payee

    def block(self, data: bytes, name: str, offset: int = 0) -> list[list[Output]]:
        """For each transaction but the coinbase the outputs that it spent. Raises Unreadable."""
        at = 0
        found: list[list[Output]] = []
        try:
            count, at = read_size(data, at)
            for _ in range(count):
                spent, at = self._transaction(data, at, name, offset)
                found.append(spent)
        except IndexError:
            raise damaged(
                name, offset + at, f"the undo data of transaction {len(found) + 1} are cut short"
            ) from None
        if at != len(data) and not self._chain.mweb:
            raise damaged(name, offset + at, f"{len(data) - at} bytes stand behind the undo data")
        return found

    def output(self, data: bytes, at: int, name: str, offset: int) -> tuple[Output, int]:
        """A compressed output and the position behind it."""
        packed, begin = read_varint(data, at)
        value = unpack_amount(packed)
        if value > self._chain.max_money:
            raise damaged(name, offset + at, f"a spent output of {value} units is more than can exist")
        script, at = _read_script(data, begin)
        kind, address = self._payee(script)
        return Output(value, kind, address), at

    def _transaction(self, data: bytes, at: int, name: str, offset: int) -> tuple[list[Output], int]:
        count, at = read_size(data, at)
        spent = []
        for _ in range(count):
            code, at = read_varint(data, at)
            if code > 1:
                # The height is not 0: Core before 0.15 wrote the transaction's version here, later a zero.
                _, at = read_varint(data, at)
            output, at = self.output(data, at, name, offset)
            spent.append(output)
        return spent, at


class UndoFile:
    """A `rev*.dat`, whose records are in the order in which a node connected the blocks of the `blk*.dat`."""

    def __init__(self, file: RawFile, magic: bytes) -> None:
        self._file = file
        self._waiting: dict[int, list[_Record]] = {}
        for offset, size in file.records(magic, tail=32):
            count, _ = read_size(file.read(offset, min(size, 9)) + bytes(9), 0)
            self._waiting.setdefault(count, []).append(_Record(offset, size))

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self._file.name

    def find(self, previous: bytes, transactions: int) -> tuple[bytes, int] | None:
        """Undo data of the block of so many transactions after `previous`, and their offset; None if missing.

        A checksum binds them to that hash; without one that fits there are none for this block.
        """
        waiting = self._waiting.get(transactions - 1, [])
        for place, record in enumerate(waiting):
            data = self._file.read(record.offset, record.size + 32)
            if double_sha(previous[::-1] + data[:-32]) == data[-32:]:
                del waiting[place]
                return data[:-32], record.offset
        return None


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Core's VARINT: seven bits a byte, the most significant first, each continued byte counting one more."""
    number = 0
    for _ in range(10):
        byte = data[at]
        number, at = number << 7 | byte & 0x7F, at + 1
        if byte < 0x80:
            return number, at
        number += 1
    raise IndexError


def unpack_amount(packed: int) -> int:
    """The amount that Core's CompressAmount packed: trailing zeros of the decimal number as an exponent."""
    if packed == 0:
        return 0
    packed, exponent = divmod(packed - 1, 10)
    if exponent == 9:
        return (packed + 1) * 10**9
    packed, digit = divmod(packed, 9)
    return (packed * 10 + digit + 1) * int(10**exponent)


def _read_script(data: bytes, at: int) -> tuple[bytes, int]:
    code, at = read_varint(data, at)
    size = {0: 20, 1: 20}.get(code, 32) if code < 6 else code - 6
    if size > _LARGEST_SCRIPT or at + size > len(data):
        raise IndexError
    return _unpack_script(code, data[at : at + size]), at + size


def _unpack_script(code: int, body: bytes) -> bytes:
    if code == 0:
        return b"\x76\xa9\x14" + body + b"\x88\xac"
    if code == 1:
        return b"\xa9\x14" + body + b"\x87"
    if code in (2, 3):
        return bytes([33, code]) + body + b"\xac"
    return b"\x41" + _whole_key(code - 2, body) + b"\xac" if code in (4, 5) else body


def _whole_key(parity: int, x: bytes) -> bytes:
    """The uncompressed key with this x; its y is the square root of x³ + 7 of that parity."""
    number = int.from_bytes(x, "big")
    square = (number * number * number + 7) % _PRIME
    y: int = pow(square, (_PRIME + 1) // 4, _PRIME)
    if y & 1 != parity & 1:
        y = _PRIME - y
    return b"\x04" + x + y.to_bytes(32, "big")


def read_utxo_store(data: bytes, reader: UndoReader, name: str) -> dict[tuple[bytes, int], Output]:
    """Spent outputs by transaction and position, from btcd's `utxostore`.

    Each entry: hash, position, length (little endian) and btcd's own packing of the output, which is Core's.
    """
    found: dict[tuple[bytes, int], Output] = {}
    at = 0
    while at < len(data):
        position, size = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (32, 36))
        begin, end = at + 40, at + 40 + size
        if end > len(data):
            raise damaged(name, at, "the entry of a spent output is cut short")
        try:
            _, inner = read_varint(data, begin)
            found[data[at : at + 32][::-1], position], _ = reader.output(data, inner, name, 0)
        except IndexError:
            raise damaged(name, at, "the entry of a spent output is cut short") from None
        at = end
    return found


def look_up(transactions: list[Transaction], store: dict[tuple[bytes, int], Output]) -> list[Transaction]:
    """The transactions with the spent outputs that are in the store or that an earlier one of them made."""
    made = dict(store)
    filled = []
    for each in transactions:
        inputs = tuple(
            Input(one.txid, one.position, made.get((one.txid, one.position))) for one in each.inputs
        )
        made.update({(each.txid, place): output for place, output in enumerate(each.outputs)})
        filled.append(Transaction(each.txid, inputs, each.outputs))
    return filled
