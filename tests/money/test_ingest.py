"""A ledger holds what its source holds: exactly once, whatever happened in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from money.made_chain import MadeChain, accounts_chain, outputs_chain, without_fee_rule
from quivive.errors import Unreadable, UsageError
from quivive.money.blocks import Input, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.ledger.writing import locked


def files(folder: Path) -> dict[str, bytes]:
    """Every byte of the ledger's tables."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def tables(ledger: Ledger) -> dict[str, list]:
    """Every row of every table."""
    return {t: ledger.sql(f"select * from {t} order by 1, 2").to_pylist() for t in ledger.counts}


@pytest.fixture(scope="module")
def blocks():
    return outputs_chain(120)


def test_it_holds_every_output_and_what_spends_it(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks), tmp_path)
    flows = ledger.flows()
    number = {tx.txid: n for n, tx in enumerate(tx for b in blocks for tx in b.transactions)}
    made = {
        (tx.txid, place): output
        for block in blocks
        for tx in block.transactions
        for place, output in enumerate(tx.outputs)
    }
    assert [flows.out_val[i] for i in range(len(flows.out_val))] == [o.value for o in made.values()]
    texts = [o.address for o in made.values()]
    held = flows.out_addr[:]
    assert [ledger.address(a) if a >= 0 else None for a in held.tolist()] == texts
    places = list(made)
    for block in blocks:
        for tx in block.transactions:
            t = number[tx.txid]
            spent = [places[o] for o in flows.in_prev[flows.in_off[t] : flows.in_off[t + 1]]]
            assert spent == [(source.txid, source.position) for source in tx.inputs]
            assert all(flows.spender[places.index(place)] == t for place in spent)
    assert (flows.spender[:] == -1).sum() == len(made) - sum(
        len(tx.inputs) for b in blocks for tx in b.transactions
    )


def test_numbers_are_dense_in_the_order_of_first_appearance(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks), tmp_path, batch=50)
    seen = list(
        dict.fromkeys(
            o.address for b in blocks for tx in b.transactions for o in tx.outputs if o.address is not None
        )
    )
    assert ledger.addresses(range(len(seen))) == seen
    assert ledger.counts["addresses"] == len(seen)
    assert [ledger.address_id(text) for text in seen[:3]] == [0, 1, 2]
    txids = [tx.txid.hex() for b in blocks for tx in b.transactions]
    assert ledger.txids(range(len(txids))) == txids
    assert ledger.transaction_id(txids[7]) == 7
    assert ledger.times([0, len(txids) - 1]).tolist() == [blocks[0].time, blocks[-1].time]


@pytest.mark.parametrize("stops", [(40, 41), (7, 119)])
@pytest.mark.parametrize("batch", [40, 100_000])
def test_its_files_do_not_depend_on_how_often_it_was_run(tmp_path, blocks, stops, batch):
    whole = ingest(MadeChain(blocks), tmp_path / "once", batch=batch)
    for stop in (*stops, len(blocks)):
        parts = ingest(MadeChain(blocks[:stop]), tmp_path / "parts", batch=batch)
    assert tables(parts) == tables(whole)
    assert sorted(files(tmp_path / "parts").values()) == sorted(files(tmp_path / "once").values())


def test_a_second_run_asks_for_nothing_again(tmp_path, blocks):
    ingest(MadeChain(blocks), tmp_path)
    again = MadeChain(blocks)
    ingest(again, tmp_path)
    assert again.asked == []


@pytest.mark.parametrize("batch", [40, 100_000])
@pytest.mark.parametrize("common", [3, 60, 119])
def test_it_follows_a_reorganisation(tmp_path, blocks, common, batch):
    other = outputs_chain(125, seed=2, fork=blocks[:common])
    ingest(MadeChain(blocks), tmp_path / "first", batch=batch)
    followed = ingest(MadeChain(other), tmp_path / "first", batch=batch)
    straight = ingest(MadeChain(other), tmp_path / "straight", batch=batch)
    assert tables(followed) == tables(straight)
    assert sorted(files(tmp_path / "first").values()) == sorted(files(tmp_path / "straight").values())
    assert followed.flows().spender[:].tolist() == straight.flows().spender[:].tolist()


def test_it_follows_a_reorganisation_in_mid_run(tmp_path, blocks):
    other = outputs_chain(125, seed=2, fork=blocks[:60])

    class Changing(MadeChain):
        def blocks(self, start):
            for block in super().blocks(start):
                yield block
                if block.height == 80:
                    self.made = other

    followed = ingest(Changing(blocks), tmp_path / "changing", batch=20)
    assert tables(followed) == tables(ingest(MadeChain(other), tmp_path / "straight"))


KILLED = """
import sys, os, signal
from money.made_chain import MadeChain, outputs_chain
from quivive.money.ingest import ingest
def tell(height, tip):
    if height == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "manifest":  # die between the files and the manifest that names them
    from quivive.money.ledger import manifest as manifests
    write, left = manifests.write, [int(sys.argv[2]) // 20]
    def dying(folder, manifest):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        write(folder, manifest)
    manifests.write = dying
    tell = lambda height, tip: None
ingest(MadeChain(outputs_chain(120)), sys.argv[1], batch=30, tell=tell)
"""


@pytest.mark.parametrize(("height", "where"), [(5, "block"), (77, "block"), (118, "block"), (80, "manifest")])
def test_a_run_that_is_killed_costs_nothing(tmp_path, blocks, height, where):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(height), where],
        env=environment,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    after = ingest(MadeChain(blocks), tmp_path / "killed", batch=30)
    undisturbed = ingest(MadeChain(blocks), tmp_path / "undisturbed", batch=30)
    assert tables(after) == tables(undisturbed)
    assert sorted(files(tmp_path / "killed").values()) == sorted(files(tmp_path / "undisturbed").values())


def _refused(tmp_path, good, bad):
    before = ingest(MadeChain(good), tmp_path, batch=50)
    held = files(tmp_path)
    with pytest.raises((Unreadable, UsageError)) as refusal:
        ingest(MadeChain(bad), tmp_path, batch=50)
    assert files(tmp_path) == held or set(held.items()) <= set(files(tmp_path).items())
    assert tables(Ledger.open(tmp_path)) == tables(before)
    return str(refusal.value)


def test_a_payment_of_more_than_was_taken_in_is_refused_and_nothing_changes(tmp_path, blocks):
    at = next(i for i in range(100, 120) if len(blocks[i].transactions) > 1)
    bad = [*blocks[:at], without_fee_rule(blocks[at]), *blocks[at + 1 :]]
    message = _refused(tmp_path, blocks[:60], bad)
    assert "pays out more than it takes in" in message
    assert f"block {at}" in message
    assert blocks[at].transactions[-1].txid.hex() in message


def test_an_output_spent_twice_is_refused(tmp_path, blocks):
    at = next(i for i in range(100, 120) if len(blocks[i].transactions) > 1)
    tx = blocks[at].transactions[-1]
    twice = replace(tx, inputs=(*tx.inputs, tx.inputs[0]))
    bad = [*blocks[:at], replace(blocks[at], transactions=(*blocks[at].transactions[:-1], twice))]
    assert "spends an output twice" in _refused(tmp_path, blocks[:60], bad)


def test_an_output_that_was_spent_in_an_earlier_batch_is_refused(tmp_path, blocks):
    spent = next(tx for b in blocks[:40] for tx in b.transactions if tx.inputs)
    thief = Transaction(b"\x07" * 32, spent.inputs, (Output(1, "p2pkh", "thief"),))
    bad = [*blocks[:100], replace(blocks[100], transactions=(*blocks[100].transactions, thief))]
    assert "spends an output twice" in _refused(tmp_path, blocks[:60], bad)


def test_an_input_from_nowhere_is_refused_where_the_ledger_has_the_chain_from_its_start(tmp_path, blocks):
    alien = Transaction(b"\x01" * 32, (Input(b"\x02" * 32, 0),), (Output(1, "p2pkh", "x"),))
    bad = [*blocks[:100], replace(blocks[100], transactions=(*blocks[100].transactions, alien))]
    assert "not in the chain before it" in _refused(tmp_path, blocks[:60], bad)


def test_another_chain_is_refused(tmp_path, blocks):
    assert "two chains" in _refused(tmp_path, blocks[:60], outputs_chain(70, seed=9))
    with pytest.raises(UsageError, match="of btc, the source of ltc"):
        ingest(MadeChain(blocks, "ltc"), tmp_path)


def test_missing_blocks_are_refused(tmp_path, blocks):
    assert "blocks are missing" in _refused(tmp_path, blocks[:60], blocks[61:])
    assert "gave block" in _refused(tmp_path, blocks[:60], [*blocks[:70], *blocks[71:]])


def test_a_ledger_may_begin_in_mid_chain_and_says_what_it_does_not_know(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks[60:]), tmp_path)
    unknown = ledger.sql("select count(*) as n from inputs where prev_tx = -1 and value = -1")["n"][0].as_py()
    assert unknown > 0
    assert (ledger.flows().in_prev[:] == -1).sum() == unknown


def test_what_the_source_knows_of_spent_outputs_is_kept(tmp_path, blocks):
    made = {(t.txid, i): o for b in blocks for t in b.transactions for i, o in enumerate(t.outputs)}
    told = [
        replace(
            b,
            transactions=tuple(
                replace(t, inputs=tuple(replace(i, spent=made[i.txid, i.position]) for i in t.inputs))
                for t in b.transactions
            ),
        )
        for b in blocks
    ]
    part = ingest(MadeChain(told[60:]), tmp_path / "part")
    assert part.sql("select min(value) as least from inputs")["least"][0].as_py() >= 0
    whole = ingest(MadeChain(told), tmp_path / "told")
    assert tables(whole) == tables(ingest(MadeChain(blocks), tmp_path / "untold"))


def test_a_transaction_stands_after_those_of_its_block_that_it_spends(tmp_path):
    """Bitcoin Cash orders blocks by transaction id."""
    blocks = outputs_chain(10)
    mined = blocks[-1].transactions[0]
    first = Transaction(b"\xff" * 32, (Input(mined.txid, 0),), (Output(5, "p2pkh", "a"),))
    second = Transaction(b"\x00" * 32, (Input(first.txid, 0),), (Output(4, "p2pkh", "b"),))
    block = replace(blocks[-1], transactions=(mined, second, first))
    ledger = ingest(MadeChain([*blocks[:-1], block], "bch"), tmp_path)
    assert ledger.txids(range(ledger.counts["transactions"]))[-2:] == [first.txid.hex(), second.txid.hex()]


def test_two_transactions_of_one_id_are_two_and_the_later_is_spent(tmp_path):
    """BIP 30: blocks 91842 and 91880 of Bitcoin hold copies of earlier coinbases."""
    blocks = outputs_chain(2, per_block=1)
    copied = blocks[0].transactions[0]
    again = replace(blocks[1], transactions=(copied,))
    spends = Transaction(b"\x01" * 32, (Input(copied.txid, 0),), (Output(5, "p2pkh", "a"),))
    third = replace(outputs_chain(3, per_block=1)[2], previous=again.hash)
    third = replace(third, transactions=(*third.transactions, spends))
    flows = ingest(MadeChain([blocks[0], again, third]), tmp_path).flows()
    assert flows.tx_of(flows.in_prev[:]).tolist() == [1]


def test_a_source_that_does_not_name_parents_is_followed_by_height(tmp_path, blocks):
    ingest(MadeChain(blocks[:60]), tmp_path)
    orphaned = [replace(block, previous=bytes(32)) for block in blocks]
    ledger = ingest(MadeChain(orphaned), tmp_path)
    assert ledger.tip == (119, blocks[-1].hash)


def test_only_one_run_writes_at_a_time(tmp_path, blocks):
    with locked(tmp_path), pytest.raises(UsageError, match="Another run is writing"):
        ingest(MadeChain(blocks), tmp_path)


def test_an_account_chain_keeps_every_transfer(tmp_path):
    blocks = accounts_chain(80)
    once = ingest(MadeChain(blocks, "eth", ("internal",)), tmp_path / "once", batch=40)
    for stop in (30, 80):
        parts = ingest(MadeChain(blocks[:stop], "eth", ("internal",)), tmp_path / "parts", batch=40)
    assert tables(parts) == tables(once)
    assert Ledger.open(tmp_path / "once").manifest.lacks == ("internal",)
    moved = [t for b in blocks for tx in b.transactions for t in tx.transfers]
    held = tables(once)["transfers"]
    assert [int(row["value"]) for row in held] == [t.value for t in moved]
    names = once.addresses(range(once.counts["addresses"]))
    assert [names[row["receiver"]] for row in held] == [t.receiver for t in moved]
    assert [None if row["asset"] < 0 else names[row["asset"]] for row in held] == [t.asset for t in moved]
    postings = once.postings()
    one = once.address_id(moved[0].sender.upper().replace("0X", "0x"))
    assert postings.sent_by(one).tolist() == [i for i, t in enumerate(moved) if t.sender == moved[0].sender]


def test_an_account_ledger_follows_a_reorganisation(tmp_path):
    blocks, other = accounts_chain(50), accounts_chain(60, seed=3)
    joined = [*blocks[:30]]
    for block in other[30:]:
        joined.append(replace(block, previous=joined[-1].hash))
    ingest(MadeChain(blocks, "eth"), tmp_path / "first", batch=16)
    followed = ingest(MadeChain(joined, "eth"), tmp_path / "first", batch=16)
    assert tables(followed) == tables(ingest(MadeChain(joined, "eth"), tmp_path / "straight", batch=16))
