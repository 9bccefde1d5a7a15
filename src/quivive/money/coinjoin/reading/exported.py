"""Which transaction is this object of bitcoin-etl's export?

Amounts are in satoshi; an input has a value only where the export was enriched with what it spends.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import Candidate, Coin
from quivive.money.coinjoin.reading.amounts import (
    Json,
    checked,
    objects,
    paid_to,
    satoshi,
    script_of,
    time_of,
    txid_of,
)


def transaction(value: Json) -> Candidate:
    """The transaction of one exported object. Raises Faulty where it is none."""
    inputs, outputs = objects(value.get("inputs", [])), objects(value["outputs"])
    return Candidate(
        txid=txid_of(value.get("hash")),
        inputs=() if value.get("is_coinbase") is True else tuple(_coin(each) for each in inputs),
        outputs=checked(tuple(_coin(each) for each in outputs)),
        time=time_of(value.get("block_timestamp")),
    )


def _coin(value: Json) -> Coin:
    amount = value.get("value")
    script = value.get("script_hex")
    if "spent_transaction_hash" not in value and isinstance(script, str):
        return paid_to(script_of(script), satoshi(amount))
    addresses = value.get("addresses")
    owner = addresses[0] if isinstance(addresses, list) and len(addresses) == 1 else None
    return Coin(None if amount is None else satoshi(amount), _text(value.get("type")), _text(owner))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
