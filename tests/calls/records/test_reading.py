"""Do files of call records become the relation `calls`, with nothing guessed and nothing lost in silence?"""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calls.records import made_records as made
from quivive.calls.numbers import canonical
from quivive.calls.records.columns import COLUMNS
from quivive.calls.records.mapping import given
from quivive.calls.records.normalising import number_of, number_sql
from quivive.calls.records.reading import Records, open_records
from quivive.engines import DuckDB, Spark
from quivive.errors import Unreadable, UsageError

CALLS = made.calls()


def rows(records: Records) -> list[dict[str, Any]]:
    found = DuckDB().query(f"select * from ({records.sql}) c order by record", records.relations)
    assert found.schema.names == [column.name for column in COLUMNS]
    return found.to_pylist()  # type: ignore[no-any-return]


def written(tmp_path: Path, text: str, name: str = "calls.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def line(start: str, called: str = "+12125550100", calling: str = "+12025550100") -> str:
    return f"start,calling,called,seconds\n{start},{calling},{called},5\n"


@pytest.mark.parametrize(
    "header",
    [
        "calling,called,start,seconds,answered,trunk",
        "A-Number;B-Number;Call Date;Talk Time (s);Call Result;Ingress Trunk",
        "callerNumber\tcalleeNumber\tstartTime\tbillSec\tisAnswered\ttrunkIn",
        "src|dst|calldate|billsec|disposition|in_trunk",
        "ORIG_TN,DEST_TN,SETUP_TIME,BILLABLE_SECONDS,STATUS,ORIG_CARRIER",
        "ani,dnis,timestamp,talk_secs,result,peer",
        "cdr_caller,cdr_callee,call_start_utc,call_talk_seconds,call_status,customer",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_columns_are_told_by_the_words_in_their_names(tmp_path: Path, header: str, encoding: str) -> None:
    sign = next(each for each in ";\t|," if each in header)
    lines = [
        [
            f"+{c.calling}",
            f"+{c.called}",
            made.clock(c.start),
            c.seconds,
            "yes" if c.answered else "no",
            "acme",
        ]
        for c in CALLS
    ]
    path = written(tmp_path, header + "\r\n" + made.rows(lines, sign), encoding=encoding)
    with open_records([path]) as records:
        found = rows(records)
        assert [
            (r["start"] // 1_000_000, r["seconds"], r["answered"], r["calling"], r["called"]) for r in found
        ] == [(c.start, c.seconds, c.answered, c.calling, c.called) for c in CALLS]
        assert {r["trunk"] for r in found} == {"acme"}
        columns = header.split(sign)
        assert records.parts[0].columns["calling"] == columns[0]
        assert records.parts[0].columns["start"] == columns[2]


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(line("2026-03-02T05:00:05Z").encode()))
    with open_records([path]) as records:
        assert records.calls == 1


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-03-02T05:00:05Z", 0), ("2026-03-02 05:00:05", 0), ("2026-03-02T00:00:05-05:00", 0),
        ("2026-03-02T06:30:05.250+0130", 250_000), ("2026-03-02 07:00:05+02", 0),
        ("2026/03/02 05:00:05 UTC", 0),
        ("20260302050005", 0), ("20260302T050005Z", 0), ("1772427605", 0), ("1772427605.5", 500_000),
        ("1772427605250", 250_000), ("1772427605000007", 7), ("1772427605000007000", 7),
    ],
)  # fmt: skip
def test_a_time_is_read_in_every_common_form(tmp_path: Path, text: str, micros: int) -> None:
    with open_records([written(tmp_path, line(text))]) as records:
        assert rows(records)[0]["start"] == made.FIRST * 1_000_000 + micros


def test_a_day_whose_order_is_open_is_not_guessed(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "when,calling,called\n02/03/2026 05:00:05,+12025550100,+12125550100\n".replace("when", "start"),
    )
    with pytest.raises(UsageError, match="'start' is named like start, but its values do not read"):
        open_records([path])
    with open_records([path], given(["start=start:%d/%m/%Y %H:%M:%S"])) as records:
        assert rows(records)[0]["start"] == made.FIRST * 1_000_000


def test_date_and_time_in_two_columns_make_the_start(tmp_path: Path) -> None:
    path = written(tmp_path, "date,time,caller,callee\n2026-03-02,05:00:05,+12025550100,+12125550100\n")
    with open_records([path]) as records:
        assert rows(records)[0]["start"] == made.FIRST * 1_000_000


@pytest.mark.parametrize(
    ("text", "utc", "said"),
    [
        ("2026-07-01 12:00:00", "2026-07-01T10:00:00", None),
        ("2026-01-10 12:00:00", "2026-01-10T11:00:00", None),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00", "came twice"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00", "never came"),
    ],
)
def test_local_times_are_of_the_zone_and_doubtful_ones_are_said(
    tmp_path: Path, text: str, utc: str, said: str | None
) -> None:
    with open_records([written(tmp_path, line(text))], zone="Europe/Paris") as records:
        start = datetime.fromtimestamp(rows(records)[0]["start"] / 1e6, UTC)
        assert f"{start:%Y-%m-%dT%H:%M:%S}" == utc
        assert any(said in note for note in records.notes) if said else not records.notes


def test_a_time_without_zone_is_utc_and_that_is_said(tmp_path: Path) -> None:
    with open_records([written(tmp_path, line("2026-03-02 05:00:05"))]) as records:
        assert any("--zone" in note for note in records.notes)


def test_rows_that_do_not_read_are_counted_and_named(tmp_path: Path) -> None:
    text = (
        line("2026-03-02T05:00:05Z")
        + "yesterday,+12025550100,+12125550100,5\n,,,\n2026-03-02T05:00:06Z,+12025550101,x,5\n"
    )
    with open_records([written(tmp_path, text)]) as records:
        assert (records.calls, records.bad) == (2, 2)
        assert [(r.place, r.why) for r in records.refused] == [
            ("row 3", "Its time 'yesterday' does not read."), ("row 4", "It has no time."),
        ]  # fmt: skip
        assert any("the called number of 1 records" in note for note in records.notes)


def test_two_columns_that_could_be_the_caller_are_an_error_that_says_how_to_choose(tmp_path: Path) -> None:
    path = written(
        tmp_path, "start,src,caller,dst\n2026-03-02T05:00:05Z,+12025550100,+12025550101,+12125550100\n"
    )
    with pytest.raises(UsageError, match=r"'src', 'caller' could each be calling.*--map calling=src"):
        open_records([path])
    with open_records([path], given(["calling=caller"])) as records:
        assert rows(records)[0]["calling"] == 12025550101


def test_a_missing_column_is_an_error_that_names_those_that_are_there(tmp_path: Path) -> None:
    path = written(tmp_path, "start,alpha,beta\n2026-03-02T05:00:05Z,+12025550100,+12125550100\n")
    with pytest.raises(
        UsageError, match=r"calling or called.*'start', 'alpha', 'beta'.*--map calling=COLUMN"
    ):
        open_records([path])
    with open_records([path], given(["calling=alpha,called=3"])) as records:
        assert rows(records)[0]["called"] == 12125550100


@pytest.mark.parametrize("country", [None, "US", "FR", "DE"])
def test_the_fast_way_of_reading_numbers_agrees_with_the_careful_one(country: str | None) -> None:
    import duckdb

    texts = ["+12025550100", "12025550100", "2025550100", "+33199005501", "33199005501", "0199005501",
        "0033199005501",
             "+4930234567", "112", "+1", "+120255501001234567", "1 202 555 0100", "(202) 555-0100",
             "sip:+12025550100@a.example",
             "7005550100", "1002555010"]  # fmt: skip
    for text in texts:
        fast = duckdb.execute(f"select {number_sql('t', country)} from (select ? as t) s", [text]).fetchall()[
            0
        ][0]
        if fast is not None:
            assert str(fast) == canonical(text, country), text
            assert fast == number_of(text, country)


def test_national_numbers_are_of_the_country_and_without_it_that_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, line("2026-03-02T05:00:05Z", "01 99 00 55 01", "0199005502"))
    with open_records([path], country="FR") as records:
        row = rows(records)[0]
        assert (row["calling"], row["called"]) == (33199005502, 33199005501)
    with open_records([path]) as records:
        assert any("--country" in note for note in records.notes)


def typed(zone: str | None = "UTC", text: bool = False) -> pa.Table:
    starts = [c.start * 1_000_000 for c in CALLS]
    numbers = {side: [getattr(c, side) for c in CALLS] for side in ("calling", "called")}
    return pa.table({
        "start": pa.array(starts, pa.timestamp("us", zone)),
        "calling": pa.array([f"+{n}" for n in numbers["calling"]] if text else numbers["calling"]),
        "called": pa.array([f"+{n}" for n in numbers["called"]] if text else numbers["called"]),
        "duration": pa.array([c.seconds for c in CALLS], pa.int32()),
        "disposition": ["ANSWERED" if c.answered else "BUSY" for c in CALLS],
        "trunk_in": ["acme"] * len(CALLS), "sip_code": pa.array([200 if c.answered else 486 for c in CALLS],
        pa.int16()),
    })  # fmt: skip


def test_a_parquet_file_of_numbers_and_moments_is_read_as_it_lies_and_alike(tmp_path: Path) -> None:
    pq.write_table(typed(), tmp_path / "direct.parquet")
    pq.write_table(typed(text=True), tmp_path / "brought.parquet")
    with (
        open_records([tmp_path / "direct.parquet"]) as direct,
        open_records([tmp_path / "brought.parquet"]) as brought,
    ):
        assert direct.relations == {}
        assert brought.relations != {}
        assert rows(direct) == rows(brought)
        assert rows(direct)[0]["calling"] == CALLS[0].calling


def test_spark_and_duckdb_read_the_same_calls(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java 17")
    pq.write_table(typed(), tmp_path / "direct.parquet")
    path = written(tmp_path, made.asterisk(CALLS))
    spark = Spark("local[1]")
    asked = "select * from ({}) c order by record"
    with open_records([tmp_path / "direct.parquet", path]) as here:
        expected = DuckDB().query(asked.format(here.sql), here.relations).to_pylist()
    with open_records([tmp_path / "direct.parquet", path], engine="spark") as there:
        found = spark.query(asked.format(there.sql), there.relations).to_pylist()
    assert found == expected
    assert len(found) == 2 * len(CALLS)


def test_records_are_numbered_over_all_files(tmp_path: Path) -> None:
    pq.write_table(typed(), tmp_path / "a.parquet")
    path = written(tmp_path, line("2026-03-02T05:00:05Z"))
    with open_records([tmp_path / "a.parquet", path, path]) as records:
        assert [row["record"] for row in rows(records)] == list(range(len(CALLS) + 2))


@pytest.mark.parametrize("name", ["empty.csv", "noise.csv", "torn.parquet", "torn.csv.gz", "lonely.csv"])
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    damaged = {"empty.csv": b"", "noise.csv": bytes(range(256)) * 40, "torn.parquet": b"PAR1" + b"\0" * 90,
               "torn.csv.gz": gzip.compress(line("2026-03-02T05:00:05Z").encode())[:20],
               "lonely.csv": b"one\ntwo\nthree\n"}  # fmt: skip
    (tmp_path / name).write_bytes(damaged[name])
    with pytest.raises((Unreadable, UsageError)):
        open_records([tmp_path / name])
