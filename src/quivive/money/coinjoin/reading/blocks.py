"""How does a transaction that a source of blocks gave look to the CoinJoin detectors?"""

from __future__ import annotations

from quivive.money.blocks import Output, Transaction
from quivive.money.coinjoin.nouns import Candidate, Coin


def candidate(transaction: Transaction, time: int | None) -> Candidate:
    """With what its inputs spend, where the source said so."""
    return Candidate(
        txid=transaction.txid.hex(),
        inputs=tuple(Coin(None) if each.spent is None else _coin(each.spent) for each in transaction.inputs),
        outputs=tuple(_coin(each) for each in transaction.outputs),
        time=time,
    )


def _coin(output: Output) -> Coin:
    return Coin(output.value, output.type, output.address)
