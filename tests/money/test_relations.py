"""Who paid whom in all: the sums of the payments, on either engine."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pyarrow as pa
import pytest

from money.made_chain import MadeChain, accounts_chain, outputs_chain
from quivive.errors import UsageError
from quivive.money.ingest import ingest
from quivive.money.relations import exposures, relations


def _rounded(share: Fraction) -> int:
    return int(share + Fraction(1, 2))


def by_hand(blocks):
    made = {(t.txid, i): o for b in blocks for t in b.transactions for i, o in enumerate(t.outputs)}
    value, count = defaultdict(int), defaultdict(int)
    for tx in (t for b in blocks for t in b.transactions if t.inputs):
        paid, got = defaultdict(int), defaultdict(int)
        for source in tx.inputs:
            spent = made[source.txid, source.position]
            paid[spent.address] += spent.value
        for output in tx.outputs:
            got[output.address] += output.value
        total = sum(paid.values())
        for source, gave in paid.items():
            for target, took in got.items():
                if source != target and total:
                    value[source, target] += _rounded(Fraction(took * gave, total))
                    count[source, target] += 1
    return {pair: (count[pair], value[pair]) for pair in count}


def test_relations_are_the_sums_of_the_payments(tmp_path):
    blocks = outputs_chain(60)
    ledger = ingest(MadeChain(blocks), tmp_path)
    rows = relations(ledger).to_pylist()
    names = ledger.addresses(range(ledger.counts["addresses"]))
    got = {(names[r["source"]], names[r["target"]]): (r["transactions"], int(r["value"])) for r in rows}
    expected = by_hand(blocks)
    assert {pair: n for pair, (n, _) in got.items()} == {pair: n for pair, (n, _) in expected.items()}
    # doubles hold 53 bits, so that a payment's share may be one satoshi off
    assert all(abs(got[p][1] - expected[p][1]) <= got[p][0] for p in expected)


def test_members_of_a_cluster_are_one_party(tmp_path):
    ledger = ingest(MadeChain(outputs_chain(60)), tmp_path)
    members = range(ledger.counts["addresses"])
    pairs = pa.table({"address": list(members), "cluster": [a // 2 * 2 for a in members]})
    got = relations(ledger, pairs).to_pylist()
    assert got
    assert all(row["source"] % 2 == 0 and row["target"] % 2 == 0 for row in got if row["target"] >= 0)
    alone = relations(ledger).to_pylist()
    for row in got[:20]:
        between = [
            r for r in alone if (r["source"] // 2 * 2, r["target"] // 2 * 2) == (row["source"], row["target"])
        ]
        assert abs(sum(int(r["value"]) for r in between) - int(row["value"])) <= sum(
            r["transactions"] for r in between
        )


def test_transfers_add_up_by_asset(tmp_path):
    blocks = accounts_chain(80)
    ledger = ingest(MadeChain(blocks, "eth"), tmp_path)
    expected = defaultdict(int)
    for transfer in (t for b in blocks for tx in b.transactions for t in tx.transfers):
        expected[transfer.sender, transfer.receiver, transfer.asset] += transfer.value
    names = [*ledger.addresses(range(ledger.counts["addresses"])), None]
    got = {
        (names[r["source"]], names[r["target"]], names[r["asset"]]): int(r["value"])
        for r in relations(ledger).to_pylist()
    }
    assert got == dict(expected)


def test_exposure_adds_up_what_came_from_and_went_to_a_category(tmp_path):
    ledger = ingest(MadeChain(outputs_chain(60)), tmp_path)
    found = relations(ledger)
    bad = {found["source"][0].as_py(): "scam", found["target"][5].as_py(): "exchange"}
    rows = exposures(ledger, found, bad).to_pylist()
    for row in rows:
        mine, theirs = ("target", "source") if row["direction"] == "from" else ("source", "target")
        parts = [
            r
            for r in found.to_pylist()
            if r[mine] == row["cluster"] and bad.get(r[theirs]) == row["category"]
        ]
        assert int(row["value"]) == sum(int(r["value"]) for r in parts)
    assert {row["category"] for row in rows} == {"scam", "exchange"}
    with pytest.raises(UsageError, match="No category"):
        exposures(ledger, found, {})
