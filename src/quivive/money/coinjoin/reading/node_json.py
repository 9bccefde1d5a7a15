"""Which transactions are in this JSON of a node, an explorer or an export?

Bitcoin Core's getrawtransaction and getblock (verbosity 2 or 3; amounts in coins, `prevout` from 3 or 2 on)
and esplora's, which mempool.space uses too (amounts in satoshi); inside an RPC answer, a block, or an
array.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from quivive.money.coinjoin.nouns import Candidate, Coin
from quivive.money.coinjoin.reading import exported, raw
from quivive.money.coinjoin.reading.amounts import (
    Faulty,
    Json,
    checked,
    coins,
    objects,
    paid_to,
    satoshi,
    script_of,
    time_of,
    txid_of,
)
from quivive.money.coinjoin.reading.spending import spender

_ESPLORA = {
    "p2pk": "pubkey",
    "p2pkh": "pubkeyhash",
    "p2sh": "scripthash",
    "v0_p2wpkh": "witness_v0_keyhash",
    "v0_p2wsh": "witness_v0_scripthash",
    "v1_p2tr": "witness_v1_taproot",
    "op_return": "nulldata",
    "multisig": "multisig",
    "p2a": "anchor",
}
_HEIGHTS = (0, 210_000, 420_000, 630_000, 840_000)
_TIMES = (1_231_006_505, 1_354_116_278, 1_468_082_773, 1_589_225_023, 1_713_571_767)
"""Bitcoin's first block and its halvings; between them time is even enough for a protocol's years."""


def parses(text: bytes) -> bool:
    """Whether the bytes are one JSON value."""
    try:
        _load(text)
    except Faulty:
        return False
    return True


def transactions(text: bytes) -> Iterator[Candidate | Faulty]:
    """Every transaction in a JSON value; Faulty in the place of one that does not read."""
    yield from _walk(_load(text), None, 0)


def _load(text: bytes) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=lambda name: name)
    except (ValueError, ArithmeticError, RecursionError) as fault:
        raise Faulty(f"no JSON: {str(fault)[:80]}.") from None


def _walk(value: Any, time: int | None, depth: int) -> Iterator[Candidate | Faulty]:
    """Goes through answers, blocks and arrays down to transactions, a few levels deep."""
    if depth > 4:
        yield Faulty("transactions stand too deep in the JSON.")
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, time, depth + 1)
    elif isinstance(value, dict) and "vin" in value and "vout" in value:
        yield _tried(lambda: _candidate(value, time))
    elif isinstance(value, dict) and isinstance(value.get("outputs"), list):
        yield _tried(lambda: exported.transaction(value))
    elif isinstance(value, dict) and "result" in value:
        yield from _walk(value["result"], time, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("tx"), list):
        yield from _walk(value["tx"], time_of(value.get("time")), depth + 1)
    elif isinstance(value, str) and len(value) > 64:
        yield _tried(lambda: raw.transaction(value.encode("utf-8", "replace")))
    else:
        yield Faulty("no transaction: it has no 'vin' and 'vout' (a node gives them from verbosity 2 on).")


def _tried(make: Callable[[], Candidate]) -> Candidate | Faulty:
    try:
        return make()
    except Faulty as fault:
        return fault


def _candidate(value: Json, time: int | None) -> Candidate:
    inputs, outputs = objects(value["vin"]), objects(value["vout"])
    coinbase = any("coinbase" in each or each.get("is_coinbase") is True for each in inputs)
    return Candidate(
        txid=txid_of(value.get("txid")),
        inputs=() if coinbase else tuple(_spent(each) for each in inputs),
        outputs=checked(tuple(_output(each) for each in outputs)),
        time=_time(value) or time,
    )


def _time(value: Json) -> int | None:
    """Core's block time, esplora's, or about when a block of that height was."""
    status = value.get("status")
    inside = status if isinstance(status, dict) else {}
    exact = time_of(value.get("blocktime")) or time_of(value.get("time")) or time_of(inside.get("block_time"))
    height = inside.get("block_height")
    if exact is None and isinstance(height, int) and 0 < height < _HEIGHTS[-1]:
        return int(np.interp(height, _HEIGHTS, _TIMES))
    return exact


def _spent(value: Json) -> Coin:
    """What an input spends; without `prevout` its type and owner are read from how it is spent."""
    prevout = value.get("prevout")
    if isinstance(prevout, dict):
        return _output(prevout)
    script = value.get("scriptSig")
    sig = script.get("hex", "") if isinstance(script, dict) else value.get("scriptsig", "")
    witness = value.get("txinwitness", value.get("witness", []))
    if not isinstance(witness, list):
        raise Faulty("a witness is no list.")
    return spender(script_of(sig), [script_of(each) for each in witness])


def _output(value: Json) -> Coin:
    script = value.get("scriptPubKey")
    if isinstance(script, dict):
        amount = coins(value.get("value"))
        if "hex" in script:
            return paid_to(script_of(script["hex"]), amount)
        return Coin(amount, _text(script.get("type")), _text(script.get("address")))
    amount = satoshi(value.get("value"))
    if "scriptpubkey" in value:
        return paid_to(script_of(value["scriptpubkey"]), amount)
    kind = _ESPLORA.get(str(value.get("scriptpubkey_type")))
    return Coin(amount, kind, _text(value.get("scriptpubkey_address")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
