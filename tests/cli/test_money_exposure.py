"""`quivive money exposure`, as an analyst reads it and a program does."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import base58
import pytest
from click.testing import CliRunner, Result

from money.made_chain import MadeChain, accounts_chain, digest, outputs_chain
from quivive.cli.money_exposure import exposure
from quivive.errors import BadConfig, NotFound, UsageError
from quivive.money.blocks import Block, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.risk import recount

HOSTILE = "Bad\x1b[2J\x1b]8;;http://evil.example\x07\nguy\u202eexe"


def p2pkh(name: str | None) -> str | None:
    """A well-formed address made from a name."""
    return name and base58.b58encode_check(b"\0" + hashlib.sha256(name.encode()).digest()[:20]).decode()


def spelt(block: Block) -> Block:
    """The block with addresses that have checksums."""

    def output(each: Output) -> Output:
        return replace(each, address=p2pkh(each.address))

    def paid(tx: Transaction) -> Transaction:
        return replace(tx, outputs=tuple(map(output, tx.outputs)))

    return replace(block, transactions=tuple(map(paid, block.transactions)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exposure")
    ingest(MadeChain([spelt(block) for block in outputs_chain(60, seed=3)]), folder / "btc")
    ingest(MadeChain(accounts_chain(150), "eth"), folder / "eth")
    with (folder / "tags.csv").open("w", newline="") as file:
        told = csv.writer(file)
        told.writerow(["address", "label", "network", "category", "abuse", "confidence", "source", "lastmod"])
        told.writerow([p2pkh("owner-0"), HOSTILE, "btc", "", "scam", "service_data", "made up", "2026-01-02"])
        told.writerow([p2pkh("owner-5"), "An exchange", "btc", "exchange", "", "", "made up", "2026-01-02"])
    return folder


def run(place: Path, *words: object, address: str | None = None) -> Result:
    asked = [address or p2pkh("owner-18"), "--ledger", place / "btc", "--tags", place / "tags.csv", *words]
    return CliRunner().invoke(exposure, [str(word) for word in asked])


def test_it_reads_tables_then_reasons_then_what_could_not_be_looked_at(place: Path) -> None:
    result = run(place)
    assert result.exit_code == 1, result.output
    order = ["points. Reasons against it", "What came in", "What went out", "Reasons, by Quivive risk rules",
             "is their sum", "Could not look:", "Lists asked:"]  # fmt: skip
    places = [result.output.index(text) for text in order]
    assert places == sorted(places)
    assert (
        result.output.index("  scam ") < result.output.index("  exchange ") < result.output.index("  mined ")
    )


def test_a_hostile_label_moves_no_cursor_and_makes_no_line(place: Path) -> None:
    text = run(place).output
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert not any(line.startswith("guy") for line in text.splitlines())


def test_the_json_has_shares_reasons_and_a_total_that_adds_up(place: Path) -> None:
    told = json.loads(run(place, "--json").output)
    assert [side["way"] for side in told["sides"]] == ["incoming", "outgoing"]
    for side in told["sides"]:
        assert sum(row["share"] for row in side["rows"]) == pytest.approx(1)
    assert recount(told["risk"]) == told["risk"]["total"] > 0
    assert {"kind", "why", "txids", "nodes"} == set(told["patterns"][0])


@pytest.mark.parametrize(
    ("flags", "ways"),
    [
        (["--backward"], ["incoming"]),
        (["--forward"], ["outgoing"]),
        (["--backward", "--forward"], ["incoming", "outgoing"]),
    ],
)
def test_one_way_or_both(place: Path, flags: list[str], ways: list[str]) -> None:
    assert [side["way"] for side in json.loads(run(place, "--json", *flags).output)["sides"]] == ways


def test_rates_give_values_and_missing_days_are_told(place: Path, tmp_path: Path) -> None:
    times = Ledger.open(place / "btc").sql("select time from blocks")["time"].to_pylist()
    days = sorted({datetime.fromtimestamp(moment, UTC).date().isoformat() for moment in times})
    rates = tmp_path / "rates.csv"
    rates.write_text("date,price,currency\n" + "".join(f"{day},100,EUR\n" for day in days))
    assert "value" in run(place, "--rates", rates).output
    assert "EUR" in run(place, "--rates", rates).output
    rates.write_text("date,price\n1999-01-01,100\n")
    assert "No rate for" in run(place, "--rates", rates).output


def test_what_is_said_of_the_cluster_is_a_heuristic(place: Path) -> None:
    told = json.loads(run(place, "--cluster", "--json").output)
    assert told["addresses_looked_at_together"] > 1
    assert ("cluster-abuse", "heuristic") in {(r["rule"], r["method"]) for r in told["risk"]["reasons"]}
    assert not any(r["method"] == "fact" for r in told["risk"]["reasons"])


def test_an_address_nobody_has_seen_could_not_be_looked_at(place: Path) -> None:
    result = run(place, address=p2pkh("nobody at all"))
    assert result.exit_code == 3
    assert "Could not look: the ledger has never seen this address" in result.output


def test_no_reasons_do_not_read_as_safe(place: Path, tmp_path: Path) -> None:
    none = tmp_path / "none.yaml"
    none.write_text("name: none\nversion: 1\ndated: 2026-11-22\nrules: []\n")
    result = run(place, "--rules", none)
    assert result.exit_code == 0
    assert "That does not make it safe" in result.output
    assert run(place, "--exit-zero").exit_code == 0


def test_an_account_of_an_account_chain_has_exposure_too(place: Path) -> None:
    name, token = (f"0x{digest(1, i).hex()[:40]}" for i in (0, 10))
    words = [name, "--ledger", str(place / "eth"), "--asset", token]
    result = CliRunner().invoke(exposure, words)
    assert result.exit_code in (0, 1), result.output
    assert "(smallest units)" in result.output
    assert "One asset was followed" in result.output.replace("\n    ", " ")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--rates", "{place}/none.csv"], NotFound),
        (["--rates", "{place}/tags.csv"], BadConfig),
        (["--rules", "{place}/tags.csv"], BadConfig),
        (["--labels", "{place}/none.parquet"], NotFound),
        (["--asset", "0x" + "12" * 20], UsageError),
    ],
)
def test_wrong_files_are_refused_in_a_sentence(place: Path, words: list[str], fault: type[Exception]) -> None:
    result = run(place, *(word.format(place=place) for word in words))
    assert isinstance(result.exception, fault)
    assert str(result.exception).endswith(".")
