"""Spark finds what DuckDB finds: the same campaigns in the same order, with the same figures and examples."""

import pytest

from calls.records.campaigns import made_calls as made
from calls.records.campaigns.made_calls import Book, town
from quivive.calls.records.campaigns.find import find
from quivive.engines import DuckDB, Spark


def test_both_engines_find_the_same():
    pytest.importorskip("pyspark")
    book = town(Book())
    kinds = (made.dialer, made.wangiri, made.rotation, made.sim_box, made.neighbours, made.borrowed)
    for add in kinds:
        add(book)
    book.call(911, made.reached(1), 100, 20)
    records = book.records()
    spark = Spark("local[1]")
    try:
        on_spark = find(records, spark, do_not_originate=["1206555."])
    finally:
        spark.close()
    on_duckdb = find(records, DuckDB(), do_not_originate=["1206555."])
    assert on_duckdb == on_spark
    assert len({each.kind for each in on_duckdb[0]}) == 7
