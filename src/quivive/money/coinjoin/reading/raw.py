"""Which transaction is this hex string?

As `getrawtransaction` gives it (Bitcoin Core's primitives/transaction.h, BIP 144). It holds no input
values: what is spent is told by how it is spent.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import Candidate, Coin
from quivive.money.coinjoin.reading.amounts import Faulty, checked, paid_to, satoshi
from quivive.money.coinjoin.reading.spending import spender
from quivive.money.sources.wire import double_sha, read_size

_NOTHING = bytes(32) + b"\xff\xff\xff\xff"


def transaction(line: bytes) -> Candidate:
    """The transaction of one line. Raises Faulty where it is none."""
    try:
        data = bytes.fromhex(line.decode("ascii"))
    except ValueError:
        raise Faulty("neither JSON nor a line of Dumplings nor hex.") from None
    try:
        return _parsed(data)
    except IndexError:
        raise Faulty("the transaction is cut short, or is none.") from None


def _parsed(data: bytes) -> Candidate:
    segwit = data[4] == 0
    if segwit and data[5] != 1:
        raise Faulty(f"the transaction has the unknown flag {data[5]}.")
    body = 6 if segwit else 4
    spent, at = _inputs(data, body)
    outputs, end = _outputs(data, at)
    witnesses, at = _witnesses(data, end, len(spent)) if segwit else ([[] for _ in spent], end)
    if at + 4 != len(data):
        raise Faulty("the transaction is cut short, or something stands behind it.")
    txid = double_sha(data[:4] + data[body:end] + data[at:])[::-1].hex()
    coinbase = [place for place, _ in spent] == [_NOTHING]
    inputs = [spender(sig, witness) for (_, sig), witness in zip(spent, witnesses, strict=True)]
    return Candidate(txid, () if coinbase else tuple(inputs), checked(tuple(outputs)))


def _inputs(data: bytes, at: int) -> tuple[list[tuple[bytes, bytes]], int]:
    """What each input spends (txid and position) and its signature script."""
    count, at = _count(data, at, 41)
    found = []
    for _ in range(count):
        place = _piece(data, at, 36)
        size, at = read_size(data, at + 36)
        found.append((place, _piece(data, at, size)))
        at += size + 4
    return found, at


def _outputs(data: bytes, at: int) -> tuple[list[Coin], int]:
    count, at = _count(data, at, 9)
    found = []
    for _ in range(count):
        value = int.from_bytes(_piece(data, at, 8), "little", signed=True)
        size, at = read_size(data, at + 8)
        found.append(paid_to(_piece(data, at, size), satoshi(value)))
        at += size
    return found, at


def _witnesses(data: bytes, at: int, inputs: int) -> tuple[list[list[bytes]], int]:
    found: list[list[bytes]] = []
    for _ in range(inputs):
        items, at = _count(data, at, 1)
        pieces = []
        for _ in range(items):
            size, at = read_size(data, at)
            pieces.append(_piece(data, at, size))
            at += size
        found.append(pieces)
    return found, at


def _count(data: bytes, at: int, least: int) -> tuple[int, int]:
    """A number of things of at least so many bytes each, which must fit into what is left."""
    count, at = read_size(data, at)
    if count * least > len(data) - at:
        raise IndexError
    return count, at


def _piece(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise IndexError
    return data[at : at + size]
