"""`quivive money ingest | cluster | merged` as a desk uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from money.made_blocks import COIN, KEY_HASH, block, block_hash, chain_of, coinbase, transaction, txid, write

OTHER = "76a914" + "22" * 20 + "88ac"
THIRD = "76a914" + "33" * 20 + "88ac"


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "quivive", "money", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "COLUMNS": "100"},
        check=False,
    )


@pytest.fixture
def spent(tmp_path):
    """A block file in which one transaction spends from two addresses."""
    blocks = chain_of(2)
    first = blocks[-1]
    mine = coinbase(3, script=OTHER)
    third = block(block_hash(first), [mine])
    earlier = txid(coinbase(2))
    joins = transaction([(earlier, 0), (txid(mine), 0)], [(60 * COIN, THIRD), (30 * COIN, KEY_HASH)])
    fourth = block(block_hash(third), [coinbase(4), joins])
    return write(tmp_path / "blk00000.dat", *blocks, third, fourth), txid(joins)


def test_a_block_file_becomes_a_ledger_with_clusters(tmp_path, spent):
    file, _ = spent
    made = run("ingest", file, "--ledger", "ledger", "--chain", "btc-regtest", "--json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    summary = json.loads(made.stdout)
    assert summary["chain"] == "btc-regtest"
    assert summary["rows"]["inputs"] == 2
    said = run("cluster", "--ledger", "ledger", "--out", "labels.parquet", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "3 addresses in 2 clusters; 1 of them has several addresses, the largest 2." in said.stdout
    assert "it proves nothing" in said.stdout
    assert (tmp_path / "labels.parquet").exists()
    assert (tmp_path / "labels.addresses.parquet").exists()


def test_what_merged_two_addresses_is_told(tmp_path, spent):
    import duckdb

    file, joins = spent
    run("ingest", file, "--ledger", "ledger", cwd=tmp_path)
    addresses = f"select text from '{tmp_path}/ledger/addresses/*.parquet' where address < 2"
    texts = [text for (text,) in duckdb.sql(addresses).fetchall()]
    told = run("merged", *texts, "--ledger", "ledger", "--json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert [step["txid"] for step in json.loads(told.stdout)["steps"]] == [joins]


def test_change_is_told_with_its_rules_and_who_paid_whom_is_written(tmp_path, spent):
    import duckdb

    file, joins = spent
    run("ingest", file, "--ledger", "ledger", cwd=tmp_path)
    told = run("change", joins, "--ledger", "ledger", "--json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    (found,) = json.loads(told.stdout)
    assert found["txid"] == joins
    assert found["position"] == 1
    assert "self" in found["rules"]  # it pays back an address that it spends from
    unknown = run("change", "00" * 32, "--ledger", "ledger", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "does not hold the transaction" in unknown.stderr
    done = run("relations", "--ledger", "ledger", "--out", "who.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = duckdb.sql(f"select source, target, value from '{tmp_path}/who.parquet'").fetchall()
    assert rows == [(0, 2, 30 * COIN), (1, 0, 15 * COIN), (1, 2, 30 * COIN)]


def test_a_truncated_block_is_refused_by_file_and_place_and_the_ledger_stays(tmp_path, spent):
    file, _ = spent
    run("ingest", file, "--ledger", "ledger", cwd=tmp_path)
    before = {p: p.read_bytes() for p in (tmp_path / "ledger").rglob("*") if p.is_file()}
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "blk00000.dat").write_bytes(file.read_bytes()[: -4096 - 10])
    refused = run("ingest", cut / "blk00000.dat", "--ledger", "ledger", cwd=tmp_path)
    assert refused.returncode == 2
    assert "blk00000.dat" in refused.stderr
    assert "byte" in refused.stderr
    assert {p: p.read_bytes() for p in (tmp_path / "ledger").rglob("*") if p.is_file()} == before


def test_a_folder_without_a_ledger_is_told_what_to_do(tmp_path):
    refused = run("cluster", "--ledger", "nowhere", cwd=tmp_path)
    assert refused.returncode == 2
    assert "quivive money ingest" in refused.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("out", ["gone/labels.parquet", "."])
@pytest.mark.parametrize("command", ["cluster", "relations"])
def test_a_file_that_cannot_be_written_is_refused_in_a_sentence(tmp_path, spent, command, out):
    run("ingest", spent[0], "--ledger", "ledger", cwd=tmp_path)
    refused = run(command, "--ledger", "ledger", "--out", out, cwd=tmp_path)
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_labels_that_are_none_and_a_file_in_the_place_of_a_ledger_are_refused(tmp_path, spent):
    run("ingest", spent[0], "--ledger", "ledger", cwd=tmp_path)
    wrong = run("relations", "--ledger", "ledger", "--labels", spent[0], "--out", "r.parquet", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "does not read as a file of clusters" in wrong.stderr
    table = next((tmp_path / "ledger" / "blocks").glob("*.parquet"))
    columns = run("relations", "--ledger", "ledger", "--labels", table, "--out", "r.parquet", cwd=tmp_path)
    assert columns.returncode == 2
    assert "no columns address and cluster" in columns.stderr
    file = run("cluster", "--ledger", spent[0], cwd=tmp_path)
    assert file.returncode == 2
    assert "There is no ledger in" in file.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no full device")
def test_a_full_disk_is_told_in_a_sentence(tmp_path, spent):
    run("ingest", spent[0], "--ledger", "ledger", cwd=tmp_path)
    with open("/dev/full", "w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "quivive", "money", "cluster", "--ledger", "ledger"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False,
        )  # fmt: skip
    assert told.returncode == 2
    assert "could not read or write" in told.stderr
    assert "Traceback" not in told.stderr
