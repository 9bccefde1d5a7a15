"""A trace over a ledger on disk: seeds as a user names them, clusters, busy addresses, going on later."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from money.made_chain import MadeChain, outputs_chain
from money.made_theft import address, theft_chain, txid
from quivive.errors import BadReport, NotFound, UsageError
from quivive.money.addresses import MWEB
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.tags.tag import Tag
from quivive.money.trace import between, wire
from quivive.money.trace.between import path_between, to_json
from quivive.money.trace.nouns import Limits
from quivive.money.trace.of_ledger import knowledge
from quivive.money.trace.path import Reach
from quivive.money.trace.seeds import outputs_of, parse, read_file
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
        output = tx.outputs[node.position]
        assert (node.address, node.value) == (output.address, output.value)
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


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value.update(schema="quivive.trace/0"),
        lambda value: value.update(direction="sideways"),
        lambda value: value["nodes"][0].update(value="much"),
        lambda value: value["nodes"][0]["taint"].update(fifo=None),
        lambda value: value["nodes"][0].update(spans=[[0, 0.5]]),
        lambda value: value["edges"].append({"source": "x"}),
        lambda value: value.pop("seeds"),
        lambda value: value["limits"].update(depth="far"),
        lambda value: value["limits"].update(min_share=float("inf")),
        lambda value: value["seeds"][0].update(txid=7),
        lambda value: value["stops"][0].update(reason="tired"),
        lambda value: value["ledger"].update(tip_height=10.5),
    ],
)
def test_a_trace_that_is_none_or_not_whole_is_refused(ledger, spoil):
    value = wire.to_json(trace_utxo(ledger, ["miner-0"]))
    spoil(value)
    with pytest.raises(BadReport, match="This"):
        wire.from_json(value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{" * 100_000, '{"schema": "quivive.trace/1"}'])
def test_what_is_no_trace_is_refused(text):
    with pytest.raises(BadReport, match="This"):
        wire.loads(text)


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


def test_outputs_are_counted_on_from_where_an_earlier_run_was(tmp_path, blocks):
    def counted(known: list) -> dict[str, int]:
        ledger = ingest(MadeChain(known), tmp_path, batch=40)
        uses = knowledge(ledger, lambda text: (), Limits()).uses(range(ledger.counts["addresses"]))
        return dict(zip(ledger.addresses(range(len(uses))), uses, strict=True))

    for known in (blocks[:12], blocks[:45], blocks, outputs_chain(60, seed=3, fork=blocks[:30])):
        paid = Counter(o.address for b in known for tx in b.transactions for o in tx.outputs if o.address)
        assert counted(known) == paid
    assert len(list((tmp_path / "index" / "uses").iterdir())) == 1


def write_labels(ledger, path, cluster_of) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = list(range(ledger.counts["addresses"]))
    pq.write_table(pa.table({"address": numbers, "cluster": [cluster_of(n) for n in numbers]}), path)


def test_clusters_written_into_the_ledger_are_told(ledger):
    write_labels(ledger, ledger.folder / "labels.parquet", lambda number: number % 3)
    try:
        found = trace_utxo(ledger, ["miner-0"], limits=NO_LIMITS)
    finally:
        (ledger.folder / "labels.parquet").unlink()
    assert all(node.cluster == ledger.address_id(node.address) % 3 for node in found.nodes)


@pytest.fixture(scope="module")
def theft(tmp_path_factory):
    return ingest(MadeChain(theft_chain()), tmp_path_factory.mktemp("theft"))


def exchange_tag(name: str) -> Tag:
    return Tag(address(name), "btc", "Example Exchange", category="exchange", pack="a list")


def test_it_stops_at_a_coinjoin_by_its_form(theft):
    found = trace_utxo(theft, [txid("theft")])
    stop = next(stop for stop in found.stops if stop.reason == "coinjoin")
    assert "whirlpool" in stop.detail
    assert stop.node == f"{txid('split')}:1"
    assert txid("coinjoin") not in {edge.txid for edge in found.edges}


def test_a_tag_of_another_address_of_the_cluster_stops_it_and_that_is_said(theft, tmp_path):
    deposit, hot = theft.address_id(address("exchange")), theft.address_id(address("miner"))
    labels = tmp_path / "labels.parquet"
    write_labels(theft, labels, lambda number: min(deposit, hot) if number in (deposit, hot) else number)
    tagged = {address("miner"): (exchange_tag("miner"),)}
    found = trace_utxo(theft, [txid("theft")], labels=labels, tagged=lambda: tagged,
                       tags_of=lambda text: tagged.get(text, ()))  # fmt: skip
    stops = [stop for stop in found.stops if stop.reason == "service"]
    assert len(stops) == 2
    assert all(f"said of {address('miner')}" in stop.detail and "heuristic" in stop.detail for stop in stops)
    plain = trace_utxo(theft, [txid("theft")], tags_of=lambda text: tagged.get(text, ()))
    assert "service" not in {stop.reason for stop in plain.stops}


def test_deposits_at_exchanges_come_before_what_lies_unspent(theft):
    of = {address("exchange"): (exchange_tag("exchange"),)}
    found = trace_utxo(theft, [txid("theft")], tags_of=lambda text: of.get(text, ()))
    first, *others = found.stoppable
    assert (first.holder, first.address, first.amount) == ("exchange", address("exchange"), 150_000_000)
    assert first.txids == tuple(map(txid, ("theft", "peel-1", "peel-2", "peel-3")))
    assert first.nodes == (f"{txid('peel-1')}:0", f"{txid('peel-3')}:0")
    assert {each.holder for each in others} == {"owner"}
    assert [each.amount for each in others] == sorted((each.amount for each in others), reverse=True)
    assert trace_utxo(theft, [txid("peel-3")], direction="backward").stoppable == ()


def test_a_deposit_that_has_moved_on_is_still_an_account_to_ask_about(theft):
    of = {address("thief"): (exchange_tag("thief"),)}
    found = trace_utxo(theft, [f"{txid('mined-0')}:0"], tags_of=lambda text: of.get(text, ()))
    assert found.stoppable[0].holder == "exchange"
    assert "moved on" in found.stoppable[0].why


def test_what_goes_into_litecoins_extension_block_is_lost_to_view(tmp_path):
    paid = (Output(900, "mweb_pegin", MWEB), Output(90, "witness_v0_keyhash", "somebody"))
    mined = Transaction(b"\1" * 32, (), (Output(1000, "witness_v0_keyhash", "owner"),))
    pegged = Transaction(b"\2" * 32, (Input(b"\1" * 32, 0),), paid)
    blocks = [Block(0, b"a" * 32, bytes(32), 0, (mined,)), Block(1, b"b" * 32, b"a" * 32, 600, (pegged,))]
    found = trace_utxo(ingest(MadeChain(blocks, "ltc"), tmp_path), [f"{'01' * 32}:0"])
    stop = next(stop for stop in found.stops if stop.reason == "mixer")
    assert "MWEB" in stop.detail
    assert stop.taint["fifo"] == 900


def test_a_trace_that_is_read_back_has_its_tags_whole(theft):
    tag = replace(exchange_tag("exchange"), concepts=("service",), lastmod=date(2026, 11, 1))
    of = {address("exchange"): (tag,)}
    found = trace_utxo(theft, [txid("theft")], tags_of=lambda text: of.get(text, ()))
    assert any(node.tags == (tag,) for node in found.nodes)
    assert wire.loads(wire.dumps(found)) == found
    value = wire.to_json(found)
    said = next(node["tags"][0] for node in value["nodes"] if node["tags"])
    for name, wrong in (("label", 7), ("cluster", "yes"), ("concepts", [3]), ("actor", ["x"])):
        kept, said[name] = said[name], wrong
        with pytest.raises(BadReport):
            wire.from_json(value)
        said[name] = kept


def test_a_path_leads_through_the_ledger_and_ends_where_services_pool_money(theft, monkeypatch):
    found = path_between(theft, txid("theft"), address("waiting"), Reach())
    names = ("peel-1", "peel-2", "peel-3", "split", "joined")
    assert [step.txid for step in found.shortest.steps] == [txid(name) for name in names]
    assert found.shortest.amount == 300_000_000
    assert to_json(found)["shortest"]["transactions"] == 5
    tagged = {address("peeled-2"): (exchange_tag("peeled-2"),)}
    asked = {"tags_of": lambda text: tagged.get(text, ()), "tagged": lambda: tagged}
    shut = path_between(theft, txid("theft"), address("waiting"), Reach(), **asked)
    assert shut.shortest is None
    assert shut.not_entered["places of attributed services"] == 1
    monkeypatch.setattr(between, "_ONE_BY_ONE", 0)  # as after thousands of addresses
    assert path_between(theft, txid("theft"), address("waiting"), Reach(), **asked) == shut
    through = path_between(theft, txid("theft"), address("waiting"), Reach(), through_services=True, **asked)
    assert [step.txid for step in through.shortest.steps] == [txid(name) for name in names]
    assert [step.who for step in through.shortest.steps] == ["", "Example Exchange", "", "", ""]


def test_a_path_between_clusters_begins_and_ends_at_any_of_their_addresses(theft, tmp_path):
    one, other = theft.address_id(address("waiting")), theft.address_id(address("rest"))
    labels = tmp_path / "labels.parquet"
    write_labels(theft, labels, lambda number: min(one, other) if number in (one, other) else number)
    found = path_between(theft, txid("theft"), address("waiting"), Reach(), labels=labels)
    assert len(found.shortest.steps) == 4
    assert found.addresses == (1, 2)
    with pytest.raises(UsageError, match="one cluster"):
        path_between(theft, address("rest"), address("waiting"), Reach(), labels=labels)


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
    text = path.read_text("utf-8")
    seeds = read_file(text, path.name)
    assert len(seeds) == len(text.splitlines())  # one a line, none left out
    assert all(len(seed) == 64 for seed in seeds)


@pytest.mark.parametrize("position", ["-1", "x", "99999999999", ""])
def test_a_seed_whose_position_is_no_number_is_refused_as_that(position):
    with pytest.raises(UsageError, match="after the colon stands its number"):
        parse("ab" * 32 + ":" + position)
