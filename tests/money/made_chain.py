"""A small made-up chain of outputs and one of accounts, as sources that a ledger can follow."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from quivive.money.blocks import AccountTransaction, Block, Input, Output, Transaction, Transfer


def digest(*parts: object) -> bytes:
    """A hash of what is said."""
    return hashlib.sha256(repr(parts).encode()).digest()


@dataclass
class MadeChain:
    """A source whose blocks stand in a list; `tell` of a test may change them between runs."""

    made: Sequence[Block]
    chain: str = "btc"
    lacks: tuple[str, ...] = ()
    asked: list[int] = field(default_factory=list)

    def first(self) -> int:
        return self.made[0].height

    def tip(self) -> int:
        return self.made[-1].height

    def hash_at(self, height: int) -> bytes:
        return self.made[height - self.first()].hash

    def blocks(self, start: int) -> Iterator[Block]:
        height = start
        while height <= self.tip():
            self.asked.append(height)
            yield self.made[height - self.first()]
            height += 1


def outputs_chain(blocks: int, seed: int = 1, per_block: int = 6, fork: Sequence[Block] = ()) -> list[Block]:
    """`blocks` blocks after those of `fork`, of payments between some thirty owners, fees included."""
    draw = random.Random(seed)
    made = list(fork)
    unspent = _unspent(made)
    for height in range(len(made), blocks):
        transactions = [_mined(height, seed)]
        _pay_out(transactions[0], unspent)
        for n in range(draw.randrange(per_block)):
            if len(unspent) > 3:
                tx = _payment(draw, unspent, (seed, height, n))
                transactions.append(tx)
                _pay_out(tx, unspent)
        made.append(_block(made, height, tuple(transactions), seed))
    return made


def accounts_chain(blocks: int, seed: int = 1) -> list[Block]:
    """Transfers of the chain's coin and of one token among ten accounts."""
    draw = random.Random(seed)
    names = [f"0x{digest(seed, i).hex()[:40]}" for i in range(11)]
    made: list[Block] = []
    for height in range(blocks):
        transactions = []
        for n in range(draw.randrange(4)):
            one, other = draw.sample(names[:10], 2)
            moved = [Transfer("native", None, one, other, draw.randrange(10**21), 0)]
            if draw.random() < 0.5:
                moved.append(Transfer("token", names[10], one, other, draw.randrange(10**9), 1))
            txid = digest(seed, height, n)
            transactions.append(AccountTransaction(txid, one, other, True, tuple(moved)))
        made.append(_block(made, height, tuple(transactions), seed))
    return made


def _block(before: list[Block], height: int, transactions: tuple, seed: int) -> Block:
    previous = before[-1].hash if before else bytes(32)
    return Block(height, digest("block", height, seed, previous), previous, 1_600_000_000 + 600 * height,
                 transactions)  # fmt: skip


def _mined(height: int, seed: int) -> Transaction:
    owner = f"miner-{height % 5}"
    outputs = (Output(5_000_000_000, "p2pkh", owner), Output(0, "nulldata", None))
    return Transaction(digest("mined", height, seed), (), outputs)


def _payment(draw: random.Random, unspent: dict, name: tuple) -> Transaction:
    spent = draw.sample(list(unspent), draw.randint(1, 3))
    total = sum(unspent.pop(place) for place in spent)
    fee = min(total, draw.randrange(1000))
    first = draw.randrange(total - fee + 1)
    owners = [f"owner-{draw.randrange(30)}" for _ in range(2)]
    outputs = (Output(first, "p2wpkh", owners[0]), Output(total - fee - first, "p2wpkh", owners[1]))
    return Transaction(digest(*name), tuple(Input(*place) for place in spent), outputs)


def _pay_out(tx: Transaction, unspent: dict) -> None:
    for position, output in enumerate(tx.outputs):
        if output.address:
            unspent[tx.txid, position] = output.value


def _unspent(blocks: Sequence[Block]) -> dict:
    unspent: dict = {}
    for block in blocks:
        for tx in block.transactions:
            for source in tx.inputs:
                unspent.pop((source.txid, source.position))
            _pay_out(tx, unspent)
    return unspent


def without_fee_rule(block: Block) -> Block:
    """The block with a transaction that pays out more than it takes in."""
    *rest, last = block.transactions
    richer = replace(last, outputs=tuple(replace(o, value=o.value + 10**6) for o in last.outputs))
    return replace(block, transactions=(*rest, richer))
