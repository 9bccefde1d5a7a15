"""`quivive money trace | path` as a desk uses them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import ROOT
from money.made_chain import MadeChain, accounts_chain
from money.made_theft import address, tags, theft_chain, txid
from quivive.cli.money_path import path
from quivive.cli.money_trace import trace
from quivive.money.ingest import ingest
from quivive.money.trace import wire


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with a ledger and a list of tags."""
    folder = tmp_path_factory.mktemp("desk")
    ingest(MadeChain(theft_chain()), folder / "ledger")
    (folder / "tags.yaml").write_text(tags(), "utf-8")
    return folder


def run(desk, command, *arguments, tagged=True, **more):
    given = [*map(str, arguments), "--ledger", str(desk / "ledger")]
    given += ["--tags", str(desk / "tags.yaml")] if tagged else []
    return CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=True, **more)


def as_json(desk, *arguments, **more):
    result = run(desk, trace, *arguments, "--json", **more)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_stolen_output_is_followed_to_where_it_can_be_stopped(desk):
    result = run(desk, trace, f"{txid('theft')}:0")
    assert result.exit_code == 0
    assert "Where did the money go?  9.9999 BTC from 1 place" in result.stdout
    assert f"EXCHANGE Example Exchange: 1.5 BTC at {address('exchange')}" in result.stdout
    assert "✖ CoinJoin" in result.stdout
    assert "\x1b" not in result.stdout
    assert "Ends: 2 paid to an attributed service, 2 unspent, 1 paid to a mixer" in result.stdout


def test_the_json_is_a_trace_that_reads_back(desk):
    value = as_json(desk, address("thief"))
    assert value["schema"] == "quivive.trace/1"
    assert value["methods"] == ["poison", "haircut", "fifo"]
    assert {stop["reason"] for stop in value["stops"]} == {"service", "mixer", "coinjoin", "unspent"}
    fifo = next(total for total in value["totals"] if total["method"] == "fifo")
    assert fifo["seed"] == sum(fifo[part] for part in ("unspent", "at_services", "fees", "elsewhere"))
    assert any("tags.yaml" in source for source in value["sources"])
    assert wire.to_json(wire.from_json(value)) == value


def test_one_method_follows_only_what_it_reaches(desk):
    value = as_json(desk, txid("mined-1"), "--method", "fifo")
    assert value["methods"] == ["fifo"]
    assert set(value["nodes"][0]["taint"]) == {"fifo"}


def test_backward_it_finds_whose_money_it_was(desk):
    result = run(desk, trace, txid("joined"), "--backward", "--method", "haircut")
    assert "Where did the money come from?" in result.stdout
    assert "newly mined" in result.stdout


def test_limits_are_kept_and_none_lifts_them(desk):
    near = as_json(desk, txid("theft"), "--depth", 1)
    assert {stop["reason"] for stop in near["stops"]} == {"service", "depth"}
    far = as_json(desk, txid("theft"), "--depth", "none", "--min-share", "none", "--max-nodes", "none")
    assert far["limits"]["depth"] is None
    through = as_json(desk, txid("theft"), "--through", address("exchange"))
    assert {stop["reason"] for stop in through["stops"]} == {"mixer", "coinjoin", "unspent"}


def test_an_earlier_trace_goes_on_as_if_it_had_never_stopped(desk, tmp_path):
    first = run(desk, trace, txid("theft"), "--depth", 2, "--json")
    (tmp_path / "trace.json").write_text(first.stdout, "utf-8")
    on = run(desk, trace, "--resume", tmp_path / "trace.json", "--depth", 20, "--json")
    assert on.exit_code == 0, on.stderr
    assert "1 of 1 places where limits stopped the earlier trace are passed now" in on.stderr
    whole = as_json(desk, txid("theft"), "--depth", 20)
    assert {**json.loads(on.stdout), "made_at": ""} == {**whole, "made_at": ""}


def test_an_earlier_trace_keeps_its_seeds_and_method(desk, tmp_path):
    (tmp_path / "trace.json").write_text(run(desk, trace, txid("theft"), "--json").stdout, "utf-8")
    for more in ((txid("theft"),), ("--method", "fifo"), ("--backward",)):
        result = run(desk, trace, *more, "--resume", tmp_path / "trace.json")
        assert result.exit_code == 2
        assert "give only limits" in result.stderr


def test_page_graph_and_table_are_written_where_they_are_asked_for(desk, tmp_path):
    files = {name: tmp_path / f"trace.{name}" for name in ("html", "graphml", "csv")}
    options = [word for name, file in files.items() for word in (f"--{name}", file)]
    result = run(desk, trace, txid("theft"), *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert files["html"].read_text("utf-8").startswith("<!doctype html>")
    assert "<script>alert(1)" not in files["html"].read_text("utf-8")
    assert files["graphml"].read_text("utf-8").startswith("<?xml")
    assert files["csv"].read_text("utf-8").startswith("depth,txid,position,address")
    assert "trace.html" in result.stderr


def test_seeds_are_read_from_a_file_and_from_standard_input(desk, tmp_path):
    rows = f"txid,vout\n{txid('theft')},0\n{txid('mined-1')},0\n"
    (tmp_path / "seeds.csv").write_text(rows, "utf-8")
    from_file = as_json(desk, "--seeds", tmp_path / "seeds.csv")
    piped = as_json(desk, "--seeds", "-", input=rows)
    assert from_file["seeds"] == piped["seeds"]
    assert len(from_file["seeds"]) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [((), "Give a SEED"), (("--depth", "-1", "x"), "from 0 on"), (("--min-share", "2", "x"), "from 0 to 1"),
     (("--min-share", "nan", "x"), "not allowed"), (("--depth", "deep", "x"), "neither a number"),
     (("--asset", "USDT", "x"), "no tokens"), (("--seeds", "nowhere.csv"), "cannot be read")],
)  # fmt: skip
def test_a_wrong_call_is_told_in_a_sentence(desk, arguments, sentence):
    result = run(desk, trace, *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_path_is_told_step_by_step(desk):
    result = run(desk, path, txid("theft"), address("waiting"))
    assert result.exit_code == 0
    assert "Shortest path: 5 transactions, at most 3 BTC all the way" in result.stdout
    assert "Not gone through: CoinJoins (1)" in result.stdout
    value = json.loads(run(desk, path, txid("theft"), address("exchange"), "--json").stdout)
    assert value["schema"] == "quivive.path/1"
    assert value["shortest"]["steps"][0]["who"] == "Example Exchange"


def test_no_path_is_said_of_as_many_hops_as_were_searched(desk):
    result = run(desk, path, txid("theft"), address("waiting"), "--hops", 3)
    assert "None within 3 transactions." in result.stdout
    assert "Shortest" not in result.stdout


def test_an_account_ledger_is_traced_by_its_transfers(tmp_path):
    ledger = ingest(MadeChain(accounts_chain(30), "eth"), tmp_path / "ledger")
    seed = ledger.txid(0)
    value = as_json(tmp_path, seed, tagged=False)
    assert value["chain"] == "eth"
    assert value["seeds"]
    totals = [total for total in value["totals"] if total["method"] == "fifo"]
    for total in totals:
        assert total["seed"] == sum(total[part] for part in ("unspent", "at_services", "fees", "elsewhere"))
    drawn = run(tmp_path, trace, seed, tagged=False)
    assert "ETH" in drawn.stdout
    refused = run(tmp_path, path, seed, seed, tagged=False)
    assert refused.exit_code == 2
    assert "ledgers of outputs" in refused.stderr


def test_the_guide_shows_what_the_commands_print(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    ingest(MadeChain(theft_chain()), Path("ledger"))
    Path("services.yaml").write_text(tags("Example Mixer"), "utf-8")
    guide = (ROOT / "docs" / "guides" / "money-trace.md").read_text("utf-8")
    shown = re.findall(r"```console\n\$ quivive money (trace|path) (.*)\n((?s:.*?))```", guide)
    assert [name for name, _, _ in shown] == ["trace", "path"]
    for name, arguments, printed in shown:
        command = {"trace": trace, "path": path}[name]
        result = CliRunner().invoke(command, arguments.split(), catch_exceptions=False)
        assert result.stdout == printed
