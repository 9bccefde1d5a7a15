"""What is in a serialised block of a UTXO chain, as `blk*.dat` has it and nodes send it?

Layout: Bitcoin Core's primitives/block.h and transaction.h, BIP 144 for witnesses, LIP 2 and 3 for Litecoin's
extension block (transaction flag 8, the extension block behind the last transaction). Every length is checked
against what is left, the merkle root against the header, every amount against the chain's limit.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from quivive.errors import Unreadable
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.chains import Chain
from quivive.money.scripts import Payee, script_reader

HEADER = 80
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_SIZES = {0xFD: 2, 0xFE: 4, 0xFF: 8}
_WITNESS, _MWEB = 1, 8
_AUXPOW = 0x100


@dataclass(frozen=True, slots=True)
class Header:
    """The 80 bytes that are hashed; hashes in display order, `bits` the target as the header packs it."""

    hash: bytes
    previous: bytes
    merkle_root: bytes
    time: int
    bits: int
    version: int

    @property
    def target(self) -> int:
        """The number that the proof of work must not exceed; 0 where `bits` packs none."""
        exponent, mantissa = self.bits >> 24, self.bits & 0x7FFFFF
        if self.bits & 0x800000 or exponent > 34:
            return 0
        return mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)

    @property
    def work(self) -> int:
        """Expected number of hashes behind it, as nodes add up to choose a chain."""
        return (1 << 256) // (self.target + 1)


def double_sha(data: bytes) -> bytes:
    """SHA-256 twice, in the order in which it is computed (not displayed)."""
    return sha256(sha256(data).digest()).digest()


def read_header(data: bytes) -> Header:
    """The header in the first 80 bytes, which must be there."""
    version, time, bits = data[:4], data[68:72], data[72:76]
    return Header(
        double_sha(data[:HEADER])[::-1],
        data[4:36][::-1],
        data[36:68][::-1],
        *(int.from_bytes(each, "little") for each in (time, bits, version)),
    )


def read_size(data: bytes, at: int) -> tuple[int, int]:
    """A compact size and the position behind it. Raises IndexError past the end."""
    first = data[at]
    if first < 0xFD:
        return first, at + 1
    width = _SIZES[first]
    return int.from_bytes(data[at + 1 : at + 1 + width], "little"), at + 1 + width


class BlockReader:
    """Reads blocks of one chain; keeps what it learnt about scripts from block to block."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.payee: Callable[[bytes], Payee] = script_reader(chain)
        self._flags = (_WITNESS if chain.hrp else 0) | (_MWEB if chain.mweb else 0)

    def block(
        self,
        data: bytes,
        height: int,
        name: str,
        offset: int = 0,
        fill: Callable[[list[Transaction]], list[Transaction]] | None = None,
    ) -> Block:
        """The block in `data`, which stands at `offset` of the file called `name`.

        `fill` puts in the outputs that the transactions spend. Raises Unreadable, naming file and byte.
        """
        if len(data) <= HEADER:
            raise damaged(name, offset + len(data), "the block ends within its header")
        header = read_header(data)
        transactions, end = self._transactions(data, header.version, name, offset)
        _check_end(data, end, self.chain, name, offset)
        _check_root([each.txid for each in transactions], header, name, offset)
        if fill is not None:
            transactions = fill(transactions)
        return Block(height, header.hash, header.previous, header.time, tuple(transactions))

    def _transactions(
        self, data: bytes, version: int, name: str, offset: int
    ) -> tuple[list[Transaction], int]:
        found: list[Transaction] = []
        at = HEADER
        try:
            if self.chain.auxpow and version & _AUXPOW:
                at = self._behind_proof(data, name, offset)
            count, at = read_size(data, at)
            if count == 0 or count > len(data) // 10:
                raise damaged(name, offset + at, f"a block of {count} transactions does not fit here")
            while len(found) < count:
                transaction, end = self._transaction(data, at, name, offset)
                found.append(transaction)
                at = end
        except (IndexError, OverflowError, struct.error):
            what = f"transaction {len(found)} of the block is cut short"
            raise damaged(name, offset + at, what) from None
        if not _is_coinbase(found[0]):
            raise damaged(name, offset + HEADER, "the first transaction of the block is no coinbase")
        found[0] = Transaction(found[0].txid, (), found[0].outputs)
        return found, at

    def _behind_proof(self, data: bytes, name: str, offset: int) -> int:
        """The end of the header of the chain that was mined with this one, and of what binds the two."""
        _, at = self._transaction(data, HEADER, name, offset)
        at += 32
        for _ in range(2):
            count, at = read_size(data, at)
            _check_count(count, (len(data) - at) // 32)
            at += 32 * count + 4
        return at + HEADER

    def _transaction(self, data: bytes, start: int, name: str, offset: int) -> tuple[Transaction, int]:
        """The transaction at `start` and its end. Past the end of data an error of indexing is raised."""
        at, flag = start + 4, 0
        if data[at] == 0:
            flag, at = data[at + 1], at + 2
            if flag & ~self._flags or not flag:
                raise damaged(name, offset + at - 1, f"a transaction has the unknown flag {flag}")
        body = at
        inputs, at = _inputs(data, at)
        outputs, at = self._outputs(data, at, name, offset)
        end_of_body = at
        if flag & _WITNESS:
            at = _skip_witnesses(data, at, len(inputs))
        if flag & _MWEB:
            if data[at]:
                raise damaged(
                    name, offset + at, "a transaction carries extension data that a block never has"
                )
            at += 1
        end = at + 4
        if end > len(data):
            raise IndexError
        if flag:
            hashed = data[start : start + 4] + data[body:end_of_body] + data[at:end]
        else:
            hashed = data[start:end]
        return Transaction(double_sha(hashed)[::-1], inputs, outputs), end

    def _outputs(self, data: bytes, at: int, name: str, offset: int) -> tuple[tuple[Output, ...], int]:
        count, at = read_size(data, at)
        _check_count(count, (len(data) - at) // 9)
        found, payee, most, total = [], self.payee, self.chain.max_money, 0
        for _ in range(count):
            (value,) = _U64.unpack_from(data, at)
            total += value
            if total > most:
                raise damaged(name, offset + at, _amount(value, total, self.chain))
            size, begin = read_size(data, at + 8)
            at = begin + size
            kind, address = payee(data[begin:at])
            found.append(Output(value, kind, address))
        if at > len(data):
            raise IndexError
        return tuple(found), at


def _inputs(data: bytes, at: int) -> tuple[tuple[Input, ...], int]:
    count, at = read_size(data, at)
    _check_count(count, (len(data) - at) // 41)
    found = []
    for _ in range(count):
        (position,) = _U32.unpack_from(data, at + 32)
        found.append(Input(data[at : at + 32][::-1], position))
        size, at = read_size(data, at + 36)
        at += size + 4
    return tuple(found), at


def _skip_witnesses(data: bytes, at: int, inputs: int) -> int:
    for _ in range(inputs):
        items, at = read_size(data, at)
        _check_count(items, len(data) - at)
        for _ in range(items):
            size, at = read_size(data, at)
            at += size
    return at


def _check_count(count: int, most: int) -> None:
    """No list of things is longer than what is left could hold."""
    if count > most:
        raise IndexError


def _is_coinbase(transaction: Transaction) -> bool:
    return [(each.txid, each.position) for each in transaction.inputs] == [(bytes(32), 0xFFFFFFFF)]


def _check_end(data: bytes, end: int, chain: Chain, name: str, offset: int) -> None:
    """Behind the transactions stands nothing, or Litecoin's extension block (LIP 2)."""
    if end != len(data) and not (chain.mweb and data[end] <= 1):
        raise damaged(name, offset + end, f"{len(data) - end} bytes stand behind the last transaction")


def _check_root(txids: list[bytes], header: Header, name: str, offset: int) -> None:
    # A block with its last transactions doubled has the same root (CVE-2012-2459).
    if merkle_root(txids) != header.merkle_root or len(set(txids)) != len(txids):
        raise damaged(
            name, offset + 36, "the merkle root is not that of the transactions: the block is damaged"
        )


def merkle_root(txids: list[bytes]) -> bytes:
    """The root over these hashes (in display order, as it is too); an odd last one is paired with itself."""
    level = [each[::-1] for each in txids]
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [double_sha(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0][::-1]


def with_spent(
    transactions: list[Transaction], spent: list[list[Output]], name: str, offset: int
) -> list[Transaction]:
    """The same transactions with the outputs that their inputs spend; the coinbase has none."""
    if [len(each) for each in spent] != [len(each.inputs) for each in transactions[1:]]:
        raise damaged(name, offset, "the undo data do not fit the inputs of the block")
    filled = transactions[:1]
    for transaction, outputs in zip(transactions[1:], spent, strict=True):
        pairs = zip(transaction.inputs, outputs, strict=True)
        inputs = tuple(Input(one.txid, one.position, output) for one, output in pairs)
        filled.append(Transaction(transaction.txid, inputs, transaction.outputs))
    return filled


def damaged(name: str, offset: int, what: str) -> Unreadable:
    """The error for a fault at this byte of the file of that name."""
    return Unreadable(f"{name}, byte {offset}: {what}.")


def _amount(value: int, total: int, chain: Chain) -> str:
    if value >= 1 << 63:
        return f"an output has the negative amount {value - (1 << 64)}"
    most = chain.max_money // 10**chain.decimals
    return f"outputs of {total} units are more than the {most} {chain.coin} that can exist"
