"""`quivive money tags` and `quivive money screen`, as an analyst and a compliance desk use them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from money import made_addresses as made
from quivive.cli import cli
from quivive.errors import NotFound

OURS, THEIRS = made.segwit("ours"), made.ethereum("theirs")
TABLE = f"address,label,network,abuse,actor\n{OURS},case 12,BTC,scam,gang\n{THEIRS},case 13,ETH,,\n"


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["money", *map(str, words)], input=stdin)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(TABLE)
    return path


def ofac(folder: Path, *addresses: str) -> Path:
    folder.mkdir()
    (folder / "sanctioned_addresses_XBT.txt").write_text("\n".join(addresses) + "\n")
    return folder


def test_added_lists_are_asked_from_then_on(table: Path) -> None:
    added = run("tags", "add", table, "--date", "2026-02-01")
    assert added.exit_code == 0
    assert "own.csv, version of 2026-02-01: 2 tags kept" in added.stdout
    shown = run("tags", "show", OURS.upper())
    assert "case 12 (gang) · scam" in shown.stdout
    assert "own.csv" in shown.stdout
    assert "own.csv, version of 2026-02-01 · 2 tags" in run("tags", "lists").stdout


def test_nothing_is_written_but_the_houses_own_file(table: Path) -> None:
    run("tags", "add", table)
    home = Path(os.environ["QUIVIVE_HOME"])
    assert [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()] == [
        "money/tags.sqlite"
    ]


def test_a_bad_file_and_a_bad_row_stop_nothing(table: Path, tmp_path: Path) -> None:
    table.write_text(TABLE + f"{made.wrong(OURS)},case 14,BTC,scam,\n")
    bad = tmp_path / "bad.yaml"
    bad.write_text("tags: [1\n")
    added = run("tags", "add", bad, table)
    assert added.exit_code == 3
    assert "bad.yaml, line" in added.stderr
    assert "own.csv, line 4" in added.stderr
    assert "2 tags kept, 1 not as they stand" in added.stdout


def test_tags_are_shown_as_json_with_source_confidence_and_conflicts(table: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(f"address,label,network,actor,confidence,source\n{OURS},x,BTC,firm,forensic,our file\n")
    value = json.loads(run("tags", "show", OURS, "--tags", table, "--tags", other, "--json").stdout)
    (told,) = value["addresses"]
    assert [each["level"] for each in told["tags"]] == [50, 5]
    assert told["tags"][0]["source"] == "our file"
    assert told["conflicts"] == [{"field": "actor", "values": ["firm", "gang"]}]
    assert len(value["lists"]) > 50


def test_an_address_that_no_list_knows_is_not_called_good() -> None:
    shown = run("tags", "show", made.bitcoin("nobody"))
    assert "no tag among" in shown.stdout
    assert "says nothing about who holds it" in shown.stdout


def test_a_tag_for_another_chain_is_shown_with_the_reason(table: Path) -> None:
    shown = run("tags", "show", THEIRS, "--tags", table, "--chain", "bsc")
    assert "listed for Ethereum: the same address on BNB Smart Chain" in shown.stdout


def test_the_command_screens_by_list_version(tmp_path: Path) -> None:
    listed = made.bitcoin("listed")
    old = ofac(tmp_path / "old", made.bitcoin("other"))
    new = ofac(tmp_path / "new", made.bitcoin("other"), listed)
    # Later than what ships, so that these versions are the newest at hand.
    found = run("screen", listed, OURS, "--list", f"2040-01-01={old}", "--list", f"2040-02-01={new}")
    assert found.exit_code == 1
    assert f"{listed} is on OFAC sanctioned digital currency addresses of 2040-02-01" in found.stdout
    assert "Listed since the version of 2040-02-01; not on that of 2040-01-01." in found.stdout
    assert f"{OURS} is not on OFAC sanctioned digital currency addresses of 2040-02-01" in found.stdout
    assert run("screen", listed, "--list", f"2040-02-01={new}", "--exit-zero").exit_code == 0


def test_what_is_not_listed_ends_with_status_0_and_what_is_no_address_with_3() -> None:
    assert run("screen", OURS).exit_code == 0
    assert run("screen", OURS, "nonsense").exit_code == 3
    assert run("screen").exit_code == 2


def test_many_addresses_are_screened_from_a_file_or_standard_input(tmp_path: Path) -> None:
    lines = f"# ours\n{OURS}\n\n{json.dumps({'address': THEIRS, 'chain': 'ARB'})}\n{{broken\n"
    (tmp_path / "asked.txt").write_text(lines)
    from_file = run("screen", "--file", tmp_path / "asked.txt", "--jsonl")
    from_input = run("screen", "-", "--jsonl", stdin=lines)
    assert from_file.stdout == from_input.stdout
    results = [json.loads(line) for line in from_file.stdout.splitlines()]
    assert [(each["chain"], each["result"]) for each in results] == [
        ("btc", "not-listed"), ("arb", "not-listed"), ("", "could-not-look"),
    ]  # fmt: skip
    assert from_file.exit_code == 3


def test_the_json_is_one_list() -> None:
    (value,) = json.loads(run("screen", OURS, "--json").stdout)
    assert value["schema"] == "quivive.screening/1"
    assert value["lists"][0]["date"]


def test_an_own_sanctions_list_is_screened_and_named(tmp_path: Path) -> None:
    own = tmp_path / "eu.csv"
    own.write_text(f"address,label,network\n{OURS},EU entry 7,BTC\n")
    assert run("tags", "add", own, "--sanctions", "--date", "2026-02-01").exit_code == 0
    found = run("screen", OURS)
    assert found.exit_code == 1
    assert "is on eu.csv of 2026-02-01: EU entry 7." in found.stdout
    assert "is not on OFAC" in found.stdout


def test_the_changes_between_two_versions_are_listed(tmp_path: Path) -> None:
    old = ofac(tmp_path / "old", made.bitcoin(1), made.bitcoin(2))
    new = ofac(tmp_path / "new", made.bitcoin(2), made.bitcoin(3))
    found = run("tags", "delta", f"2026-01-01={old}", f"2026-02-01={new}")
    assert "2026-01-01 → 2026-02-01: 1 added, 1 removed." in found.stdout
    assert f"+ {made.bitcoin(3)}" in found.stdout
    assert f"- {made.bitcoin(1)}" in found.stdout
    (value,) = json.loads(run("tags", "delta", old, new, "--json").stdout)
    assert [each["address"] for each in value["added"]] == [made.bitcoin(3)]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert run("screen", "--file", tmp_path / "none.txt").exit_code == 2
    missing = run("screen", OURS, "--ledger", tmp_path)
    assert missing.exit_code == 2
    assert "quivive money cluster" in missing.stderr
    assert isinstance(run("screen", OURS, "--list", tmp_path / "none").exception, NotFound)


def test_hostile_labels_cannot_move_the_cursor(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"address,label,network\n{OURS},\x1b[2Jgone\u202e,BTC\n")
    shown = run("tags", "show", OURS, "--tags", own)
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout
