"""`quivive money request`, as an officer and a compliance officer use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from money import report_cases
from money.request_cases import bitcoin_case, evm, freeze_case, trace, txid
from quivive.cli.money_request import request
from quivive.errors import NotFound, UsageError


def run(*words: object) -> Result:
    return CliRunner().invoke(request, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump(freeze_case() | {"balance": freeze_case()["balance"]}), "utf-8")
    return path


def test_a_freeze_request_is_printed_as_markdown(case: Path) -> None:
    result = run("freeze", case)
    assert result.exit_code == 0
    assert result.output.startswith("# Request to freeze crypto-assets\n")
    assert "case.yaml (SHA-256 " in result.output


@pytest.mark.parametrize(("name", "begins"), [("a.html", "<!doctype html>"), ("a.json", "{"), ("a.md", "# ")])
def test_the_ending_of_the_file_says_the_form(case: Path, tmp_path: Path, name: str, begins: str) -> None:
    result = run("freeze", case, "-o", tmp_path / name)
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / name).read_text("utf-8").startswith(begins)


def test_a_trace_is_taken_as_the_trail(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(json.dumps(bitcoin_case()))
    (tmp_path / "trace.json").write_text(json.dumps(trace()))
    result = run("freeze", tmp_path / "case.json", "--trace", tmp_path / "trace.json", "--format", "json")
    found = json.loads(result.output)
    assert [hop["txid"] for hop in found["trail"]["hops"]] == [
        txid("seed"), txid("left"), txid("left"), txid("deposit")]  # fmt: skip
    assert [name for name, _ in found["files"]] == ["case.json", "trace.json"]


def test_a_refused_request_leaves_no_file(tmp_path: Path) -> None:
    value = freeze_case()
    del value["asset"]["contract"], value["case"]["number"]
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(value))
    with pytest.raises(UsageError, match=r"(?s)2 things are missing or wrong.*/case/number.*/asset/contract"):
        run("freeze", tmp_path / "case.yaml", "-o", tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(NotFound, match="nowhere"):
        run("freeze", "nowhere.yaml")


def test_a_language_that_there_is_not_is_said(case: Path) -> None:
    with pytest.raises(NotFound, match="there is en"):
        run("freeze", case, "--lang", "xx")


def test_a_report_is_written_and_taken_up_again(tmp_path: Path) -> None:
    (tmp_path / "report.yaml").write_text(yaml.safe_dump(report_cases.report()))
    assert run("str", tmp_path / "report.yaml", "-o", tmp_path / "report.xml").exit_code == 0
    again = run("str", tmp_path / "report.xml")
    assert again.output == (tmp_path / "report.xml").read_text("utf-8")


def test_a_report_that_does_not_fit_the_units_schema_is_not_written(
    tmp_path: Path, shared_data: Path
) -> None:
    schema = shared_data / "money" / "goaml" / "goAMLSchema_fiu_original.xsd"
    value = report_cases.report()
    (tmp_path / "report.yaml").write_text(yaml.safe_dump(value))
    assert run("str", tmp_path / "report.yaml", "--schema", schema).exit_code == 0
    value["indicators"] = ["PIGEON"]
    (tmp_path / "report.yaml").write_text(yaml.safe_dump(value))
    with pytest.raises(UsageError, match=r"(?s)does not fit.*/indicators/0: is 'PIGEON', which is no code"):
        run("str", tmp_path / "report.yaml", "--schema", schema, "-o", tmp_path / "report.xml")
    assert not (tmp_path / "report.xml").exists()


def test_the_addresses_of_a_case_become_a_tagpack_without_the_victims(case: Path) -> None:
    from quivive.money.tags.lists import pack_listing
    from quivive.money.tags.tagpack import read_pack

    result = run("tagpack", case, "--abuse", "scam")
    data = result.output.encode()
    listing = pack_listing(read_pack(data, "case.yaml"), data, "case.yaml", None, "")
    assert listing.faults == ()
    assert [(tag.address, tag.chain, tag.abuse) for tag in listing.tags] == [
        (evm("mule"), "eth", "scam"), (evm("deposit"), "eth", "scam")]  # fmt: skip
    assert evm("victim") not in result.output


def test_a_tagpack_with_a_word_outside_the_taxonomy_is_refused(case: Path) -> None:
    with pytest.raises(UsageError, match="no concept of the taxonomy"):
        run("tagpack", case, "--abuse", "pigeons")


def _message() -> dict[str, Any]:
    person = {"family_name": "Sample", "given_names": "Robin", "customer_number": "42"}
    company = {"company": "Example Exchange Ltd"}
    return {
        "originator": {"accounts": ["EX-1"], "persons": [person]},
        "beneficiary": {"accounts": ["EX-2"], "persons": [dict(person)]},
        "originating_vasp": company,
    }


def test_a_travel_rule_message_is_written_and_what_is_open_is_said(tmp_path: Path) -> None:
    (tmp_path / "message.yaml").write_text(yaml.safe_dump(_message()))
    result = run("travel-rule", tmp_path / "message.yaml")
    assert result.exit_code == 0
    person = json.loads(result.stdout)["Originator"]["originatorPersons"][0]["naturalPerson"]
    assert person["customerIdentification"] == "42"
    assert "the answer of the receiving provider adds it" in result.stderr


def test_the_version_of_the_standard_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "message.json").write_text(json.dumps(_message()))
    result = run("travel-rule", tmp_path / "message.json", "--form", "2023")
    assert json.loads(result.stdout)["payloadMetadata"]["payloadVersion"] == "101.2023"


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from quivive.cli.money_request import request; "
        "request.main(['freeze', '--help'], standalone_mode=False); "
        "print({'numba', 'duckdb', 'pyarrow', 'xmlschema', 'jinja2'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.rstrip().endswith("set()")
