"""Does what the guide on money requests shows work as it stands there?"""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import ROOT
from money.request_cases import NOW
from quivive.money.requests.freeze.case import freeze_request
from quivive.money.requests.reading import Document, parse
from quivive.money.requests.suspicious_transaction.structure import structure
from quivive.money.requests.suspicious_transaction.writer import report
from quivive.money.requests.travel_rule.forms import drawn
from quivive.money.requests.travel_rule.message import message

GUIDE = (ROOT / "docs" / "guides" / "money-requests.md").read_text("utf-8")


def example(name: str) -> Document:
    """The YAML block of that name."""
    found = re.search(rf"^```yaml {name}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert found
    return parse(found[1].encode(), f"{name}.yaml")


def test_the_freeze_request_is_written() -> None:
    assert freeze_request(example("freeze"), NOW).amount > 12_000


def test_the_report_is_written() -> None:
    assert report(example("str")).root.findtext("transaction/t_to/to_account/account")


def test_the_travel_rule_message_fits_the_schema(shared_data: Path) -> None:
    schema = yaml.safe_load((shared_data / "money" / "ivms101" / "json-schema.json").read_text("utf-8"))
    found = message(example("travel-rule"), NOW)
    assert found.notes == ()
    jsonschema.validate(drawn(found.content, "code"), schema)


@pytest.mark.parametrize("name", ["conductor", "parties", "activity", "unhosted", "txid"])
def test_fields_that_the_guide_names_are_there(name: str) -> None:
    assert f"`{name}" in GUIDE
    assert name in {field.name for fields in structure().values() for field in fields}
