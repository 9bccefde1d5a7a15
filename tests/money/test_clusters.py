"""A ledger's clusters: those of a run from scratch, whatever was kept from earlier runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from money.made_chain import MadeChain, accounts_chain, digest, outputs_chain
from quivive.cli.money import money
from quivive.errors import NotFound, UsageError
from quivive.money.blocks import Input, Output, Transaction
from quivive.money.clusters import clusters, evidence
from quivive.money.coinjoin.of_ledger import coinjoins
from quivive.money.ingest import ingest


def by_hand(ledger, left_out=()):
    """Labels by going over the inputs again and again until nothing changes."""
    rows = ledger.sql("select tx, address from inputs order by tx, position").to_pylist()
    label = list(range(ledger.counts["addresses"]))
    together: dict[int, set[int]] = {}
    for row in rows:
        if row["tx"] not in left_out and row["address"] >= 0:
            together.setdefault(row["tx"], set()).add(row["address"])
    changed = True
    while changed:
        changed = False
        for members in together.values():
            least = min(label[a] for a in members)
            for a in members:
                changed |= label[a] != least
                label[a] = least
    return label


@pytest.fixture(scope="module")
def blocks():
    """Owners pay to a new address one time in two: clusters of some size, not one of all."""
    made = outputs_chain(160, seed=5)
    fresh = 0
    renamed = []
    for block in made:
        transactions = []
        for tx in block.transactions:
            outputs = []
            for output in tx.outputs:
                fresh += 1
                name = output.address and (f"new-{fresh}" if fresh % 5 else output.address)
                outputs.append(replace(output, address=name))
            transactions.append(replace(tx, outputs=tuple(outputs)))
        renamed.append(replace(block, transactions=tuple(transactions)))
    return renamed


def joint(blocks):
    """A block with a CoinJoin of ten miners' coins into ten equal outputs and change."""
    spent = [tx.txid for b in blocks for tx in b.transactions if not tx.inputs][-10:]
    used = {i.txid for b in blocks for tx in b.transactions for i in tx.inputs}
    spent = [txid for txid in spent if txid not in used]
    equal = tuple(Output(10_000_000, "witness_v0_keyhash", f"equal-{i}") for i in range(len(spent)))
    change = tuple(
        Output(4_989_999_000 + 7 * i, "witness_v0_keyhash", f"rest-{i}") for i in range(len(spent))
    )
    tx = Transaction(digest("joint"), tuple(Input(txid, 0) for txid in spent), equal + change)
    last = blocks[-1]
    return [*blocks[:-1], replace(last, transactions=(*last.transactions, tx))], tx


def test_labels_are_the_smallest_address_of_each_cluster(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks), tmp_path, batch=50)
    labels = clusters(ledger, with_coinjoin=True).labels(ledger.counts["addresses"])
    assert labels.tolist() == by_hand(ledger)
    assert len(set(labels.tolist())) < len(labels)


def test_adding_blocks_gives_the_labels_of_a_run_from_scratch(tmp_path, blocks):
    for stop in (40, 41, 120, 160):
        ledger = ingest(MadeChain(blocks[:stop]), tmp_path / "grown", batch=50)
        grown = clusters(ledger).labels(ledger.counts["addresses"])
    scratch = ingest(MadeChain(blocks), tmp_path / "scratch", batch=1000)
    assert grown.tolist() == clusters(scratch).labels(scratch.counts["addresses"]).tolist()


def test_a_reorganisation_takes_back_what_it_had_merged(tmp_path, blocks):
    other = outputs_chain(170, seed=8, fork=blocks[:50])
    clusters(ingest(MadeChain(blocks), tmp_path / "first", batch=30))
    ledger = ingest(MadeChain(other), tmp_path / "first", batch=30)
    labels = clusters(ledger, with_coinjoin=True).labels(ledger.counts["addresses"])
    assert labels.tolist() == by_hand(ledger)


def test_a_coinjoin_merges_nothing_unless_asked(tmp_path, blocks):
    mixed, tx = joint(blocks)
    ledger = ingest(MadeChain(mixed), tmp_path)
    number = ledger.transaction_id(tx.txid.hex())
    assert coinjoins(ledger).left_out()[number]
    assert sum(coinjoins(ledger).merge_nothing()) == 1
    without, merged = (clusters(ledger, w).labels(ledger.counts["addresses"]) for w in (False, True))
    assert without.tolist() == by_hand(ledger, {number})
    assert merged.tolist() == by_hand(ledger)
    assert without.tolist() != merged.tolist()


def test_many_equal_outputs_from_many_addresses_merge_nothing_though_no_coinjoin(tmp_path, blocks):
    mixed, tx = joint(blocks)
    split = replace(tx, outputs=tuple(replace(o, value=4_000_000_000) for o in tx.outputs[: len(tx.inputs)]))
    *rest, last = mixed
    ledger = ingest(
        MadeChain([*rest, replace(last, transactions=(*last.transactions[:-1], split))]), tmp_path
    )
    number = ledger.transaction_id(tx.txid.hex())
    assert not coinjoins(ledger).left_out()[number]
    assert coinjoins(ledger).merge_nothing()[number]
    assert clusters(ledger).labels(ledger.counts["addresses"]).tolist() == by_hand(ledger, {number})


def test_addresses_that_strangers_share_merge_nothing(tmp_path, blocks):
    ownerless = [
        replace(
            b,
            transactions=tuple(
                replace(
                    t,
                    outputs=tuple(
                        replace(o, type="anchor") if o.address == "owner-1" else o for o in t.outputs
                    ),
                )
                for t in b.transactions
            ),
        )
        for b in blocks
    ]
    ledger = ingest(MadeChain(ownerless), tmp_path)
    shared = ledger.address_id("owner-1")
    labels = clusters(ledger, with_coinjoin=True).labels(ledger.counts["addresses"])
    assert (labels == labels[shared]).sum() == 1


def test_each_merge_has_its_transactions(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks), tmp_path)
    labels = clusters(ledger).labels(ledger.counts["addresses"])
    other = next(i for i, label in enumerate(labels.tolist()) if label != i)
    one, two = ledger.addresses([labels[other], other])
    steps = evidence(ledger, one, two)
    assert steps[0]["source"] == one
    assert steps[-1]["target"] == two
    for step in steps:
        tx = ledger.transaction_id(step["txid"])
        spent = ledger.sql("select address from inputs where tx = ?", [tx])["address"].to_pylist()
        assert {ledger.address_id(step["source"]), ledger.address_id(step["target"])} <= set(spent)
    alone = next(i for i in range(len(labels)) if (labels == labels[i]).sum() == 1)
    assert evidence(ledger, one, ledger.address(alone)) is None
    with pytest.raises(NotFound, match="has not seen the address nobody"):
        evidence(ledger, one, "nobody")


def test_accounts_have_no_clusters(tmp_path):
    with pytest.raises(UsageError, match="each of its addresses stands for itself"):
        clusters(ingest(MadeChain(accounts_chain(5), "eth"), tmp_path))


def test_the_command_writes_labels_and_strings(tmp_path, blocks):
    ledger = ingest(MadeChain(blocks), tmp_path / "ledger")
    out = tmp_path / "labels.parquet"
    done = CliRunner().invoke(money, ["cluster", "--ledger", str(ledger.folder), "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    summary = json.loads(done.output)
    labels = pq.read_table(out)
    assert labels.schema.names == ["address", "cluster"]
    assert [str(t) for t in labels.schema.types] == ["int64", "int64"]
    assert labels["cluster"].to_pylist() == clusters(ledger).labels(ledger.counts["addresses"]).tolist()
    assert summary["clusters"] == len(set(labels["cluster"].to_pylist()))
    strings = pq.read_table(summary["addresses_file"])
    assert strings["text"].to_pylist() == ledger.addresses(range(ledger.counts["addresses"]))
