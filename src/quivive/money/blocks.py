"""What is in a block, before anything is numbered?

Sources (`money/sources/`) make these nouns, the ledger (`money/ledger/`) stores them. Amounts are whole
numbers of the smallest unit (satoshi, wei, a token's own); hashes are bytes in the order in which they are
displayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

TransferKind = Literal["native", "internal", "token", "fee", "reward", "withdrawal", "genesis"]


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a UTXO transaction: value, type of its script and the address that this pays, if any."""

    value: int
    type: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Input:
    """Names the output it spends; `spent` is that output where the source itself says so (undo data)."""

    txid: bytes
    position: int
    spent: Output | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A UTXO transaction; a coinbase has no inputs."""

    txid: bytes
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of value in an account chain; `asset` is a token's contract, None the chain's own coin.

    `sender` None is minted or mined value, `receiver` None burnt value. `position` is the place within the
    transaction by which transfers are ordered.
    """

    kind: TransferKind
    asset: str | None
    sender: str | None
    receiver: str | None
    value: int
    position: int


@dataclass(frozen=True, slots=True)
class AccountTransaction:
    """A transaction of an account chain with every transfer it made; a failed one moves only its fee."""

    txid: bytes
    sender: str | None
    receiver: str | None
    succeeded: bool
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of either family; `previous` is the hash of the block before it, `time` in Unix seconds."""

    height: int
    hash: bytes
    previous: bytes
    time: int
    transactions: tuple[Transaction, ...] | tuple[AccountTransaction, ...]


class Source(Protocol):
    """Where blocks come from: a node, block files, an export."""

    chain: str
    """A key of `money.chains.CHAINS`: 'btc', 'ltc', 'bch', 'eth', 'trx', …"""

    def tip(self) -> int:
        """Height of the last block."""
        ...

    def first(self) -> int:
        """Height of the first block it can give."""
        ...

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at this height in the chain it follows now."""
        ...

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks in chain order from this height on."""
        ...
