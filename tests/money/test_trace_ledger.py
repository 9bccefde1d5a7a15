"""A trace over a ledger on disk: seeds as a user names them, clusters, busy addresses, going on later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from money.made_chain import MadeChain, outputs_chain
from quivive.errors import NotFound, UsageError
from quivive.money.ingest import ingest
from quivive.money.trace import wire
from quivive.money.trace.nouns import Limits
from quivive.money.trace.of_ledger import knowledge
from quivive.money.trace.seeds import outputs_of, read_file
from quivive.money.trace.utxo import same_chain, seeds_again, trace_utxo

NO_LIMITS = Limits(None, None, None, None, None)
TXID = "ab" * 32


@pytest.fixture(scope="module")
def blocks():
    return outputs_chain(60)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory, blocks):
    return ingest(MadeChain(blocks), tmp_path_factory.mktemp("ledger"))


def first_mined(blocks) -> str:
    return blocks[0].transactions[0].txid.hex()


def test_a_seed_is_an_output_a_transaction_or_an_address(ledger, blocks):
    mined = first_mined(blocks)
    assert outputs_of(ledger, f"{mined}:0") == [0]
    assert outputs_of(ledger, mined.upper()) == [0]  # output 1 holds nothing
    assert 0 in outputs_of(ledger, "miner-0")
    assert len(outputs_of(ledger, "miner-0")) == 12


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [(TXID, "has no transaction abab"), ("nobody", "has not seen the address 'nobody'"),
     ("{mined}:7", "has 2 outputs, counted from 0; there is no 7")],
)  # fmt: skip
def test_what_the_ledger_does_not_hold_is_said_in_a_sentence(ledger, blocks, seed, sentence):
    with pytest.raises(NotFound, match=sentence):
        outputs_of(ledger, seed.format(mined=first_mined(blocks)))


def test_an_output_without_value_cannot_be_traced(ledger, blocks):
    with pytest.raises(UsageError, match="nothing to trace"):
        outputs_of(ledger, f"{first_mined(blocks)}:1")


def test_the_trace_names_transactions_addresses_and_times_as_the_chain_does(ledger, blocks):
    found = trace_utxo(ledger, ["miner-0"], limits=NO_LIMITS)
    made = {tx.txid.hex(): (tx, b.time) for b in blocks for tx in b.transactions}
    for node in found.nodes:
        tx, time = made[node.txid]
        assert (node.address, node.value) == (
            tx.outputs[node.position].address,
            tx.outputs[node.position].value,
        )
        assert node.time == time
    for edge in found.edges:
        spent = {f"{each.txid.hex()}:{each.position}" for each in made[edge.txid][0].inputs}
        assert edge.source in spent
        assert edge.target.startswith(edge.txid)
    total = next(total for total in found.totals if total.method == "fifo")
    assert total.seed == total.unspent + total.fees == 12 * 5_000_000_000
    assert found.tip_height == 59


def test_what_is_written_reads_back_the_same(ledger):
    found = trace_utxo(ledger, ["miner-0"])
    assert wire.loads(wire.dumps(found)) == found


def test_a_trace_that_goes_on_is_the_one_that_never_stopped(ledger):
    short = trace_utxo(ledger, ["miner-1"], limits=Limits(depth=2))
    on = trace_utxo(ledger, seeds_again(wire.loads(wire.dumps(short))), limits=NO_LIMITS)
    whole = trace_utxo(ledger, ["miner-1"], limits=NO_LIMITS)
    assert len(short.nodes) < len(whole.nodes)
    assert replace(on, made_at="") == replace(whole, made_at="")


def test_going_on_over_another_chain_is_refused(ledger, tmp_path):
    found = trace_utxo(ledger, ["miner-1"])
    same_chain(found, ledger)
    other = ingest(MadeChain(outputs_chain(60, seed=2)), tmp_path)
    with pytest.raises(UsageError, match="reorganised"):
        same_chain(found, other)
    with pytest.raises(UsageError, match="of chain 'ltc'"):
        same_chain(replace(found, chain="ltc"), ledger)


def test_the_outputs_of_an_address_are_counted_as_the_chain_has_them(ledger, blocks):
    known = knowledge(ledger, lambda text: (), Limits())
    number = ledger.address_id("miner-0")
    paid = sum(o.address == "miner-0" for b in blocks for tx in b.transactions for o in tx.outputs)
    assert known.uses([number]) == [paid]
    found = trace_utxo(ledger, ["miner-0"], limits=Limits(max_reuse=3))
    assert {stop.reason for stop in found.stops} >= {"degree"}


def test_clusters_and_coinjoins_beside_the_ledger_are_used(ledger):
    import pyarrow as pa
    import pyarrow.parquet as pq

    addresses = ledger.counts["addresses"]
    labels = pa.table({"address": range(addresses), "cluster": [n % 3 for n in range(addresses)]})
    pq.write_table(labels, ledger.folder / "labels.parquet")
    plain = trace_utxo(ledger, ["miner-0"], limits=NO_LIMITS)
    joined = plain.edges[0].txid
    row = {"tx": [ledger.transaction_id(joined)], "protocol": ["whirlpool"], "confidence": [0.95]}
    pq.write_table(pa.table(row), ledger.folder / "coinjoins.parquet")
    found = trace_utxo(ledger, ["miner-0"], limits=NO_LIMITS)
    assert all(node.cluster == ledger.address_id(node.address) % 3 for node in found.nodes)
    assert "coinjoin" in {stop.reason for stop in found.stops}
    assert joined not in {edge.txid for edge in found.edges}


def test_seeds_are_read_from_csv_with_and_without_a_header():
    theft = f"{TXID},A Theft,2500\n{'cd' * 32},A Theft,100\n"
    assert read_file(theft, "thefts.csv") == [TXID, "cd" * 32]
    assert read_file(f"name,txid,vout\nA Theft,{TXID},2\n", "seeds.csv") == [f"{TXID}:2"]
    assert read_file("\ufeffaddress\nbc1qexample\n\n", "seeds.csv") == ["bc1qexample"]


@pytest.mark.parametrize(
    "text", ["", "txid\n", "=cmd|' /C calc'!A0\n", f"txid,vout\n{TXID},-1\n", "a\x1b[2Jb\n"]
)
def test_a_file_of_seeds_that_holds_something_else_is_refused(text):
    with pytest.raises(UsageError, match=r"seeds\.csv"):
        read_file(text, "seeds.csv")


def test_the_known_thefts_read_as_seeds(shared_data):
    path = shared_data / "money" / "thefts" / "taintchain_example_dataset.csv"
    seeds = read_file(path.read_text("utf-8"), path.name)
    assert len(seeds) == len(path.read_text("utf-8").split())  # one a line, none left out
