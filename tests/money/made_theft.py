"""A made-up theft on a small chain with the spelling of Bitcoin's: what the guide, the CLI and the page show.

10 BTC are stolen in transaction 'theft'. A peel chain takes 1.5 BTC to an exchange and 2 BTC to a mixer,
3 BTC are joined with 1 BTC of somebody else and wait unspent, 0.05 BTC go into a CoinJoin of Whirlpool form.
"""

from __future__ import annotations

import hashlib

from quivive.money.addresses import segwit_address
from quivive.money.blocks import Block, Input, Output, Transaction

COIN = 100_000_000


def digest(*parts: object) -> bytes:
    """A hash of what is said."""
    return hashlib.sha256(repr(parts).encode()).digest()


def address(name: str) -> str:
    """An address that nobody has the key of, with a valid checksum."""
    return segwit_address("bc", 0, digest("address", name)[:20])


def txid(name: str) -> str:
    """The id of a transaction by its name here."""
    return digest("tx", name).hex()


def _tx(name: str, spent: list[tuple[str, int]], paid: list[tuple[str, float]]) -> Transaction:
    inputs = tuple(Input(digest("tx", of), position) for of, position in spent)
    outputs = (Output(round(coins * COIN), "witness_v0_keyhash", address(to)) for to, coins in paid)
    return Transaction(digest("tx", name), inputs, tuple(outputs))


def theft_chain() -> list[Block]:
    """Blocks of one mined transaction and one payment each, ten minutes apart, from 1 June 2023 on."""
    mined = [("mined-0", [("victim", 10.0)]), ("mined-1", [("stranger", 1.0)])]
    mined += [(f"mined-{n}", [(f"mixing-{n}", 0.0501)]) for n in range(2, 6)]
    payments = [
        _tx("theft", [("mined-0", 0)], [("thief", 9.9999)]),
        _tx("peel-1", [("theft", 0)], [("exchange", 1.0), ("peeled-1", 8.9998)]),
        _tx("peel-2", [("peel-1", 1)], [("mixer", 2.0), ("peeled-2", 6.9997)]),
        _tx("peel-3", [("peel-2", 1)], [("exchange", 0.5), ("peeled-3", 6.4996)]),
        _tx("split", [("peel-3", 1)], [("hoard", 3.0), ("mixing-1", 0.0501), ("rest", 3.4494)]),
        _tx("joined", [("split", 0), ("mined-1", 0)], [("waiting", 3.9999)]),
        _tx("coinjoin", [("split", 1), *((f"mined-{n}", 0) for n in range(2, 6))],
            [(f"mixed-{n}", 0.05) for n in range(5)]),
    ]  # fmt: skip
    blocks: list[Block] = []
    for height, tx in enumerate([_tx(name, [], paid) for name, paid in mined] + payments):
        own = (tx,) if not tx.inputs else (_tx(f"reward-{height}", [], [("miner", 6.25)]), tx)
        previous = blocks[-1].hash if blocks else bytes(32)
        time = 1_685_577_600 + 600 * height
        blocks.append(Block(height, digest("block", height), previous, time, own))
    return blocks


NASTY = "Foggy <script>alert(1)</script> \\u001b[2J =cmd()"


def tags(mixer: str = NASTY) -> str:
    """A TagPack of two services; unless told otherwise, one label is as nasty as strangers can make it."""
    return f"""---
title: Made-up services
creator: tests
lastmod: 2023-06-01
confidence: service_data
tags:
  - address: {address("exchange")}
    label: Example Exchange
    category: exchange
    source: https://exchange.example/addresses
    currency: BTC
  - address: {address("mixer")}
    label: "{mixer}"
    category: mixing_service
    source: https://list.example/
    currency: BTC
"""
