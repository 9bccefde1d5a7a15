"""What did each provider hand in, in whatever layout?"""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calls.traceback.ways import NOON, REPORT
from quivive.calls.traceback import peers, sources
from quivive.errors import BadConfig, UsageError


def read(tmp_path: Path, name: str, text: str, **more):
    path = tmp_path / name
    path.write_text(text)
    return sources.read({"alpha": [path]}, REPORT, **more)[0]


def test_a_csv_is_read_by_the_names_of_its_columns(tmp_path):
    found = read(
        tmp_path,
        "a.csv",
        "calldate,src,dst,duration,billsec,disposition,in_trunk,out_trunk,uniqueid\n"
        "2026-11-22 12:00:01.5,+12125550101,1234#12025550102,55,45,ANSWERED,TG1,TG2,u1\n"
        "2026-11-22 18:00:00,+12125550101,12025550102,55,45,ANSWERED,TG1,TG2,u2\n",
    )
    (record,) = found.records  # the other lies outside the window
    assert (record.start, record.ring, record.seconds, record.answered) == (NOON + 1.5, 10, 45, True)
    assert (record.called, record.trunk, record.egress) == ("1234#12025550102", "TG1", "TG2")
    assert record.reference == "a.csv:2 (u1)"
    assert found.rows == 2


def test_a_map_tells_columns_that_names_do_not(tmp_path):
    text = "wann;wer;wen\n2026-11-22T12:00:00Z;+12125550101;+12025550102\n"
    assert "--map" in read(tmp_path, "a.csv", text).notes[0]
    (record,) = read(
        tmp_path, "a.csv", text, columns={"start": "wann", "calling": "wer", "called": "wen"}
    ).records
    assert record.calling == "+12125550101"


def test_a_field_that_there_is_not_cannot_be_mapped(tmp_path):
    with pytest.raises(UsageError, match="no field 'colour'"):
        read(tmp_path, "a.csv", "start,called\n1,2\n", columns={"colour": "start"})


def test_times_without_a_zone_are_of_the_zone_given(tmp_path):
    text = "time,from,to\n2026-11-22 13:00:00,12125550101,12025550102\n"
    (record,) = read(tmp_path, "a.csv", text, zone=ZoneInfo("Europe/Paris")).records
    assert record.start == NOON


@pytest.mark.parametrize(
    "time",
    ["1795348800", "1795348800000", "1795348800000000", "2026-11-22T13:00:00+01:00",
     "2026-11-22 12:00:00 UTC",
     "11/22/2026 12:00:00", "20261122120000"],
)  # fmt: skip
def test_times_are_read_as_tables_write_them(tmp_path, time):
    (record,) = read(tmp_path, "a.csv", f"start,calling,called\n{time},12125550101,12025550102\n").records
    assert record.start == NOON


def test_a_row_that_does_not_read_is_counted_and_named(tmp_path):
    text = "start,called\nyesterday,12025550102\n2026-11-22T12:00:00Z,12025550102\n"
    found = read(tmp_path, "a.csv", text)
    assert len(found.records) == 1
    assert "1 rows of a.csv do not read" in found.notes[0]
    assert "yesterday" in found.notes[0]


def test_an_answer_in_json_is_read_with_its_own_words(tmp_path):
    answer = {"providerName": "Alpha", "callDateTime": "2026-11-22T12:00:00Z", "calledNumber": "+12025550102",
              "callingNumber": "+12125550101", "upstreamProvider": "Beta", "attestation": "B", "OCN": "123A",
              "role": "Intermediate", "actionTaken": "trunk blocked"}  # fmt: skip
    found = read(tmp_path, "a.json", json.dumps({"answers": [answer]}))
    (record,) = found.records
    assert (record.upstream, record.attest_seen, record.spc, record.action) == (
        "Beta",
        "B",
        "123A",
        "trunk blocked",
    )
    assert found.answer


@pytest.mark.parametrize(
    ("status", "state"), [("refused", "refused"), ("no record", "not-found"), ("declined", "refused")]
)
def test_an_answer_that_is_none_is_kept_as_what_it_is(tmp_path, status, state):
    assert read(tmp_path, "a.json", json.dumps({"provider": "alpha", "status": status})).state == state


def test_a_file_of_answers_of_several_providers_is_divided(tmp_path):
    (tmp_path / "answers.csv").write_text(
        "provider,time,called,calling,received from,status\n"
        "Beta,2026-11-22T12:00:00Z,12025550102,12125550101,Gamma,ok\n"
        "Gamma,,,,,refused\n"
    )
    found = {each.name: each for each in sources.read({"answers": [tmp_path / "answers.csv"]}, REPORT)}
    assert found["Beta"].records[0].upstream == "Gamma"
    assert found["Gamma"].state == "refused"


def test_parquet_with_moments_in_microseconds_is_read(tmp_path):
    table = pa.table(
        {"start": [int(NOON * 1e6)], "calling": [12125550101], "called": [12025550102], "seconds": [45]}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (record,) = sources.read({"alpha": [tmp_path / "a.parquet"]}, REPORT)[0].records
    assert (record.start, record.called, record.answered) == (NOON, "12025550102", True)


def test_records_of_asterisk_are_read_in_their_own_layout(tmp_path):
    row = (
        '"","12125550101","12025550102","from-north","""A"" <12125550101>",'
        '"PJSIP/north-0000002a","PJSIP/south-0000002b",'
        '"Dial","PJSIP/12025550102@south","2026-11-22 12:00:00","2026-11-22 12:00:10",'
        '"2026-11-22 12:00:55",55,45,'
        '"ANSWERED","DOCUMENTATION","1795348800.42",""\n'
    )
    (record,) = read(tmp_path, "Master.csv", row).records
    assert (record.start, record.ring, record.seconds) == (NOON, 10, 45)
    book = peers.read([], ["alpha", "north", "south"])
    assert (book.of("alpha", record.trunk), book.of("alpha", record.egress)) == ("north", "south")


def test_nothing_handed_in_is_silence_and_an_unreadable_file_is_said(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 4)
    found = sources.read({"a": [], "b": [tmp_path / "empty.csv"], "c": [tmp_path / "noise.bin"]}, REPORT)
    assert [each.state for each in found] == ["silent", "silent", "silent"]
    assert "empty" in found[1].notes[0]
    assert found[2].notes


def test_a_table_without_rows_is_no_silence(tmp_path):
    found = read(tmp_path, "a.csv", "start,calling,called\n")
    assert (found.state, found.rows, found.records) == ("records", 0, ())
    assert read(tmp_path, "b.json", "[]").state == "records"
    empty = pa.table({"start": pa.array([], pa.int64()), "called": pa.array([], pa.string())})
    pq.write_table(empty, tmp_path / "c.parquet")
    assert sources.read({"alpha": [tmp_path / "c.parquet"]}, REPORT)[0].state == "records"


def test_a_missing_file_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="is no file"):
        sources.read({"a": [tmp_path / "none.csv"]}, REPORT)


def test_a_folder_is_read_provider_by_provider(tmp_path):
    (tmp_path / "north.csv").write_text("start,called\n")
    (tmp_path / "south").mkdir()
    (tmp_path / "south" / "a.csv").write_text("start,called\n")
    (tmp_path / "peers.csv").write_text("provider,trunk,peer\nsouth,TG1,north\n")
    files, told = sources.folder(tmp_path)
    assert sorted(files) == ["north", "south"]
    assert peers.read(told, list(files)).of("south", "TG1") == "north"
    assert peers.read(told, list(files)).of("north", "TG1") is None


def test_billing_in_steps_is_told_by_the_lengths(tmp_path):
    rows = "".join(f"2026-11-22T12:0{at}:00Z,1202555010{at},{6 * at + 6}\n" for at in range(5))
    assert read(tmp_path, "a.csv", "start,called,billsec\n" + rows).slack == 7
    assert read(tmp_path, "b.csv", "start,called,billsec\n" + rows.replace(",12\n", ",13\n")).slack == 2


@pytest.mark.parametrize(
    ("trunk", "name"),
    [("TG1", "north"), ("192.0.2.7:5060", "north"), ("sip:x@192.0.2.7", "north"), ("", None),
     ("PJSIP/TG1-0000001f", "north"), ("198.51.100.1", None), ("tg-south-01", "south"),
     ("cust-0042", "customer"), ("TG2", "east")],
)  # fmt: skip
def test_a_trunk_an_address_or_a_name_in_it_tells_the_provider(trunk, name):
    book = peers.read(["north=TG1,192.0.2.0/24,spc:123A,east=TG2"], ["alpha", "south"])
    assert book.of("alpha", trunk) == name
    assert book.signer("123a") == "north"


def test_a_trunk_that_is_said_to_be_of_two_is_refused():
    with pytest.raises(BadConfig, match="TG1"):
        peers.read(["north=TG1", "south=TG1"], [])
    book = peers.read(["north=alpha/TG1", "south=beta/TG1"], ["alpha", "beta"])
    assert (book.of("alpha", "TG1"), book.of("beta", "TG1")) == ("north", "south")


def test_a_file_of_peers_that_does_not_read_is_named(tmp_path):
    (tmp_path / "peers.json").write_text("{")
    with pytest.raises(BadConfig, match=r"peers\.json"):
        peers.read([str(tmp_path / "peers.json")], [])
