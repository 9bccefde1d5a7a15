"""`quivive money coinjoin`, as an analyst and a script use it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from money import made_rounds as made
from quivive.cli.money_coinjoin import coinjoin
from quivive.money.coinjoin.nouns import Candidate, Coin


def _line(each: Candidate) -> str:
    """As JSON of an explorer; owners are made up, so scripts are left out."""

    def out(coin: Coin) -> dict[str, object]:
        kinds = {made.SEGWIT: "v0_p2wpkh", "nulldata": "op_return", "scripthash": "p2sh"}
        kind = kinds.get(coin.type or "")
        return {"value": coin.value, "scriptpubkey_type": kind, "scriptpubkey_address": coin.owner}

    vin = [{"txid": "0c" * 32, "vout": 0, "prevout": out(coin)} for coin in each.inputs]
    status = {"block_time": each.time}
    return json.dumps(
        {"txid": each.txid, "vin": vin, "vout": [out(c) for c in each.outputs], "status": status}
    )


@pytest.fixture
def rounds(tmp_path: Path) -> Path:
    """A round of each protocol, a payment, and a broken line."""
    rng = Random(21)
    lines = [_line(maker(rng)) for maker in (*made.ROUNDS.values(), made.post_mix)]
    lines.insert(2, "broken")
    path = tmp_path / "transactions.jsonl"
    path.write_text("\n".join(lines))
    return path


NAMES = ["whirlpool", "wasabi2", "wasabi1", "joinmarket", "whirlpool_tx0", "none"]


def _run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(coinjoin, [str(word) for word in words], input=stdin)


def test_jsonl_gives_one_object_a_transaction_and_names_the_broken_line(rounds: Path) -> None:
    result = _run(rounds, "--jsonl")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["protocol"] for each in found if "txid" in each] == NAMES
    assert {"file": str(rounds), "line": 3, "error": "neither JSON nor a line of Dumplings nor hex."} in found
    first = found[0]
    said = "txid protocol confidence equal_value equal_outputs participants reasons coinjoin"
    assert list(first) == said.split()
    assert first["coinjoin"] is True
    assert f"{rounds}, line 3: " in result.stderr
    assert result.exit_code == 3


def test_json_gives_one_document(rounds: Path) -> None:
    whole = json.loads(_run(rounds, "--json").stdout)
    assert whole["schema"] == "quivive.coinjoins/1"
    assert [each["protocol"] for each in whole["transactions"] if "txid" in each] == NAMES


def test_an_analyst_reads_what_it_is_how_sure_and_why(rounds: Path) -> None:
    result = _run(rounds)
    assert "a Whirlpool mix, confidence 0.98, some" in result.stdout
    assert "entry into Whirlpool (one owner, no CoinJoin)" in result.stdout
    assert "no two outputs are of the same value" in result.stdout
    assert "6 transactions: 1 wasabi1, 1 wasabi2, 1 joinmarket, 1 whirlpool" in result.stderr
    assert "1 could not be read" in result.stderr


def test_a_missing_file_is_named_and_stops_nothing(rounds: Path, tmp_path: Path) -> None:
    result = _run(tmp_path / "missing", rounds, "--jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["file"] == str(tmp_path / "missing")
    assert "cannot be opened" in lines[0]["error"]
    assert len(lines) == 8
    assert result.exit_code == 3


def test_standard_input_folders_and_an_output_file(rounds: Path, tmp_path: Path) -> None:
    whole = "\n".join(line for line in rounds.read_text().splitlines() if line != "broken")
    result = _run("-", "--jsonl", "-o", tmp_path / "out.jsonl", stdin=whole)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 6
    rounds.write_text(whole)
    (tmp_path / "out.jsonl").unlink()
    assert len(_run(tmp_path, "--jsonl").stdout.splitlines()) == 6


def test_an_empty_file_has_no_transactions(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for form in ("--jsonl", "--json"):
        result = _run(tmp_path / "empty", form)
        assert result.exit_code == 0
        assert "0 transactions: none." in result.stderr
    assert json.loads(result.stdout)["transactions"] == []


def test_two_forms_at_once_are_wrong_use(rounds: Path) -> None:
    assert _run(rounds, "--json", "--jsonl").exit_code == 2
