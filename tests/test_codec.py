import json

import pytest

from conftest import NOON
from fakes import Numbers, Splitter, Weighing
from quivive import codec
from quivive.errors import BadReport
from quivive.examine import examine
from quivive.intake import take
from quivive.model import Context

ITEM = take(b"1|2", "m.txt", "text/plain")
REPORT = examine(ITEM, [Numbers(), Splitter(), Weighing()], Context(now=NOON))


def test_a_report_survives_the_wire():
    assert codec.loads(codec.dumps(REPORT)) == REPORT


def test_the_wire_form_has_the_published_keys():
    value = codec.to_json(REPORT)
    assert value["schema"] == "quivive/report/1"
    top = "attention items examinations findings observables advice not_reached models data tool"
    assert set(top.split()) <= value.keys()
    assert {"name", "media_type", "sha256", "size", "parent"} <= value["items"][0].keys()
    assert {"detector", "version", "item", "seconds", "findings", "skipped"} <= value["examinations"][
        0
    ].keys()
    finding = next(f for f in value["findings"] if f["weight"])
    assert list(finding)[:9] == [
        "id",
        "item",
        "detector",
        "code",
        "kind",
        "message",
        "where",
        "score",
        "weight",
    ]
    assert {"proposition", "log10_lr", "low", "high", "verbal"} <= finding["weight"].keys()
    assert {"observables", "figures", "references"} <= finding.keys()
    assert value["observables"][0].items() >= {"type": "phone-number", "value": "+12025550123"}.items()
    assert value["data"] == [{"name": "fake data", "date": "2026-11-01", "sha256": "00" * 32, "licence": ""}]


def test_examinations_list_the_ids_of_their_findings():
    value = codec.to_json(REPORT)
    ids = [i for examination in value["examinations"] for i in examination["findings"]]
    assert sorted(ids) == sorted(f["id"] for f in value["findings"])


def test_json_text_is_inert_in_a_terminal():
    item = take("a\x1b[31m\x9b2J\u202e\u2066b\x7f".encode(), "m.txt", "text/plain")
    text = codec.dumps(examine(item, [Numbers()], Context(now=NOON)))
    assert all(char.isprintable() for char in text)
    assert codec.loads(text).items[0].text == "a\x1b[31m\x9b2J\u202e\u2066b\x7f"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "quivive/report/2"}', "[" * 100_000, "nonsense"]
)
def test_what_is_no_report_is_refused_with_a_sentence(text):
    with pytest.raises(BadReport):
        codec.loads(text)


def test_a_damaged_report_is_refused():
    value = codec.to_json(REPORT)
    del value["findings"][0]["code"]
    with pytest.raises(BadReport):
        codec.loads(json.dumps(value))


def test_one_object_an_array_and_lines_are_all_read():
    one = codec.dumps(REPORT)
    assert codec.loads_all(one) == [REPORT]
    assert codec.loads_all(f"[{one},{one}]") == [REPORT, REPORT]
    assert codec.loads_all(f"{one}\n{one}\n") == [REPORT, REPORT]
