"""The same SQL gives the same ledger on DuckDB and on Spark."""

from __future__ import annotations

import os
import shutil

import pytest

from money.made_chain import MadeChain, accounts_chain, outputs_chain
from quivive.engines import DuckDB, Spark, engine
from quivive.errors import UsageError
from quivive.money.ingest import ingest
from quivive.money.relations import exposures, relations


@pytest.fixture(scope="module")
def spark():
    pytest.importorskip("pyspark", reason="Apache Spark is not installed (extra spark)")
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        pytest.skip("there is no Java for Apache Spark")
    running = Spark("local[2]")
    yield running
    running.close()


def tables(ledger, engine):
    return {
        t: ledger.sql(f"select * from {t} order by 1, 2", engine=engine).to_pylist() for t in ledger.counts
    }


def test_a_ledger_of_outputs_is_numbered_alike(tmp_path, spark):
    blocks = outputs_chain(60)
    here = ingest(MadeChain(blocks), tmp_path / "duckdb", batch=100)
    there = ingest(MadeChain(blocks), tmp_path / "spark", batch=100, engine=spark)
    assert tables(there, spark) == tables(here, DuckDB())


def test_a_ledger_of_accounts_is_numbered_alike(tmp_path, spark):
    blocks = accounts_chain(60)
    here = ingest(MadeChain(blocks, "eth"), tmp_path / "duckdb", batch=50)
    there = ingest(MadeChain(blocks, "eth"), tmp_path / "spark", batch=50, engine=spark)
    assert tables(there, spark) == tables(here, DuckDB())


def test_an_engine_that_is_not_known_is_named():
    with pytest.raises(UsageError, match="duckdb or spark"):
        engine("hadoop")


@pytest.mark.parametrize(("made", "chain"), [(outputs_chain, "btc"), (accounts_chain, "eth")])
def test_relations_and_exposures_are_alike(tmp_path, spark, made, chain):
    ledger = ingest(MadeChain(made(60), chain), tmp_path)
    here, there = relations(ledger, engine=DuckDB()), relations(ledger, engine=spark)
    assert here.to_pylist() == there.to_pylist()
    some = {row["source"]: "scam" for row in here.slice(0, 3).to_pylist()}
    assert (
        exposures(ledger, here, some, DuckDB()).to_pylist()
        == exposures(ledger, there, some, spark).to_pylist()
    )
