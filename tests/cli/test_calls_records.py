"""Does `quivive calls records` say what it read, what it found and what it could not look for?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quivive.cli import cli

HEAD = "start,caller,callee,billsec,ring,disposition,trunk,signing_spc\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["calls", "records", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def dialer(tmp_path: Path) -> Path:
    """One number that dials a list (few answer, and hang up), among 400 ordinary calls."""
    path = tmp_path / "calls.csv"
    rows = []
    for n in range(400):
        moment = f"2026-03-02T{9 + n // 200:02}:{n // 4 % 60:02}:{n % 4 * 15:02}Z"
        seconds, word = (5, "ANSWERED") if n % 9 == 0 else (0, "NO ANSWER")
        rows.append(f"{moment},+12025550199,+1212555{n:04},{seconds},20,{word},in-1,709J\n")
    rows += [f"2026-03-02T{8 + n % 9:02}:{n % 60:02}:00Z,+1312555{n % 90:04},+1415555{n % 70:04},"
             f"{40 + n},9,ANSWERED,in-2,\n" for n in range(400)]  # fmt: skip
    path.write_text(HEAD + "".join(rows))
    return path


def test_a_campaign_is_told_with_its_calls_and_the_columns_it_was_read_from(dialer: Path) -> None:
    result = run(dialer, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["calls"]) == (1, 800)
    found = next(each for each in said["campaigns"] if each["kind"] == "dialer")
    assert found["key"] == "calling=12025550199"
    assert (found["calls"], found["first"], found["last"]) == (
        400,
        "2026-03-02T09:00:00Z",
        "2026-03-02T10:59:45Z",
    )
    assert {example["calling"] for example in found["examples"]} == {"+12025550199"}
    assert said["columns"][0]["columns"]["calling"] == "caller"
    assert {"kind", "key", "calls", "first", "last", "why", "examples"} <= set(found)


def test_the_analyst_reads_worst_first_and_then_how_the_columns_were_understood(dialer: Path) -> None:
    text = run(dialer).stdout
    assert text.index("!! Dialer traffic") < text.index("Read as csv: calls.csv, 800 calls")
    assert "calling ← caller" in text


def test_a_listed_number_that_calls_comes_first(dialer: Path, tmp_path: Path) -> None:
    (tmp_path / "never.txt").write_text("+12025550199\n")
    text = run(dialer, "--do-not-originate", tmp_path / "never.txt").stdout
    assert text.index("!! Calls that show a number which never calls") < text.index("!! Dialer traffic")


def test_what_the_records_do_not_say_is_not_looked_for_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text(
        "start,src,dst\n2026-03-02T09:00:00Z,+12025550100,+12125550100\nlater,+12025550100,+12125550100\n"
    )
    result = run(path, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 3
    assert {"dialer", "wangiri"} <= {each["kind"] for each in said["not_looked"]}
    assert said["refused"]["rows"] == 1
    assert said["refused"]["examples"][0]["place"] == "row 3"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--map", "calling"],
        ["--map", "caller=src"],
        ["--zone", "Mars/Olympus"],
        ["--country", "XX"],
        ["--layout", "abacus"],
    ],
)
def test_a_wrong_option_is_named(dialer: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["calls", "records", str(dialer), *arguments])
    assert result.exit_code != 0
    assert arguments[1] in str(result.exception) + result.output or arguments[1].split("=")[0] in str(
        result.exception
    )
