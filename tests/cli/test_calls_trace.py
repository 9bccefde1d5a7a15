"""`quivive calls trace`, as a user types it."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from conftest import ROOT
from quivive.cli import cli

HEAD = "start,calling,called,seconds,ring,trunk,egress,id\n"
NORTH = "2026-11-22T12:01:10Z,+12125550101,+12025550102,45,12,customer-7,south,n1\n"
SOUTH = "2026-11-22T11:59:30Z,2125550101,1234#12025550102,45,11,north,,s1\n"
REPORT = ["--called", "+1 202-555-0102", "--calling", "+12125550101", "--at", "2026-11-22T13:00:00+01:00"]


@pytest.fixture
def records(tmp_path):
    (tmp_path / "north.csv").write_text(HEAD + NORTH)
    (tmp_path / "south.csv").write_text(HEAD + SOUTH)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["calls", "trace", *map(str, arguments)])


def test_a_call_is_traced_to_its_customer(records):
    found = run(*REPORT, "--first", "south", "--providers", records)
    assert found.exit_code == 0, found.output
    assert "COMPLETE: the call began at north, with customer-7." in found.output


def test_json_holds_hops_gaps_and_what_to_ask(records):
    found = run(*REPORT, "--provider", f"south={records / 'south.csv'}", "--provider", "north=", "--json")
    assert found.exit_code == 1
    said = json.loads(found.output)
    assert [(hop["provider"], hop["state"]) for hop in said["hops"]] == [
        ("south", "found"),
        ("north", "silent"),
    ]
    assert said["hops"][0]["record"] == "south.csv:2 (s1)"
    assert said["gaps"][0]["missing"] == "north"
    assert said["ask"][0]["whom"] == "north"
    assert said["ask"][0]["by_utc"]


def test_a_gap_stands_in_capitals(records):
    found = run(*REPORT, "--provider", f"south={records / 'south.csv'}")
    assert "GAP AFTER SOUTH" in found.output
    assert "64.1200(n)(1)" in found.output


def test_no_provider_with_the_call_is_status_three(records):
    found = run("--called", "+12025550177", "--at", "2026-11-22T12:00:00Z", "--providers", records)
    assert found.exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--at", "2026-11-22T12:00:00Z", "--called", "+12025550102"], "--provider"),
     (["--called", "+12025550102", "--provider", "a="], "--at"),
     (["--called", "+12025550102", "--provider", "a=", "--at", "2026-11-22T12:00:00"], "no zone"),
     (["--called", "alice", "--provider", "a=", "--at", "1"], "no telephone number"),
     (["--called", "1", "--provider", "a", "--at", "1"], "NAME=FILE"),
     (["--called", "1", "--provider", "a=", "--at", "1", "--map", "x"], "FIELD=COLUMN"),
     (["--called", "1", "--provider", "a=", "--at", "1", "--zone", "Mars/North"], "no zone 'Mars/North'"),
     (["--called", "1", "--provider", "a=", "--at", "1", "--peers", "none.csv"], "NAME=TRUNK")],
)  # fmt: skip
def test_wrong_use_is_told_with_the_way_out(arguments, said):
    found = run(*arguments)
    assert found.exit_code != 0
    assert said in found.output + str(found.exception)


def test_captures_without_a_reported_call_show_which_legs_are_one(shared_data):
    folder = shared_data / "calls" / "pcap"
    found = run("--provider", f"carrier={folder / 'asterisk-CARRIER_G711U.pcap'}",
                "--provider", f"customer={folder / 'asterisk-CUSTOMER_G711U.pcap'}", "--json")  # fmt: skip
    assert found.exit_code == 0
    (call,) = json.loads(found.output)["calls"]
    assert len(call["legs"]) == 3


def test_generated_ways_are_traced_without_a_wrong_hop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import calls_traceback

    result = calls_traceback.measured(24, 77_000, tmp_path)
    assert result["hops_wrong"] == 0
    assert result["ends_without_a_word"] == 0
    assert result["gaps"] == result["gaps_named"] > 0
    assert result["share_right_or_named_ambiguous"] > 0.9
    sys.modules.pop("calls_traceback", None)
