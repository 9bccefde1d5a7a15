"""CoinJoins of a ledger: what its blocks' times may say about a protocol, and where they say nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from money.made_chain import MadeChain, digest
from money.made_rounds import wasabi2, whirlpool
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.clusters import clusters
from quivive.money.coinjoin.nouns import PROTOCOLS, Candidate
from quivive.money.coinjoin.of_ledger import coinjoins
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger

IN_2011 = 1_300_000_000


def ledger_of(joint: Candidate, folder: Path, chain: str) -> Ledger:
    """A block with the coins that `joint` spends, each of an owner of its own, and one with `joint`."""
    coins = tuple(Output(c.value or 0, c.type or "", c.owner) for c in joint.inputs)
    paid = Transaction(digest("coins"), (), coins)
    inputs = tuple(Input(paid.txid, k) for k in range(len(coins)))
    outputs = tuple(Output(c.value or 0, c.type or "", c.owner) for c in joint.outputs)
    mixed = Transaction(digest("joint"), inputs, outputs)
    first = Block(0, digest(0), bytes(32), IN_2011, (paid,))
    blocks = [first, replace(first, height=1, hash=digest(1), previous=digest(0), transactions=(mixed,))]
    return ingest(MadeChain(blocks, chain), folder)


@pytest.mark.parametrize("chain", ["btc-regtest", "btc-testnet", "ltc-regtest"])
@pytest.mark.parametrize(("protocol", "maker"), [("wasabi2", wasabi2), ("whirlpool", whirlpool)])
def test_the_clock_of_a_test_chain_says_nothing(tmp_path, chain, protocol, maker):
    ledger = ledger_of(maker(Random(3)), tmp_path, chain)
    assert PROTOCOLS[coinjoins(ledger).protocol[1]] == protocol
    labels = clusters(ledger).labels(ledger.counts["addresses"])
    assert labels.tolist() == list(range(len(labels)))


def test_on_bitcoin_nothing_is_a_protocol_that_was_not_yet_invented(tmp_path):
    ledger = ledger_of(wasabi2(Random(3)), tmp_path, "btc")
    assert PROTOCOLS[coinjoins(ledger).protocol[1]] != "wasabi2"
