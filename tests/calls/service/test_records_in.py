"""Are posted records read as what they say, and what does not read named?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.calls.service.records_in import SCHEMA, Unreadable, read

NDJSON = "application/x-ndjson"
NOON = 1_795_348_800_000_000


Row = dict[str, Any]


def one(row: Row, columns: dict[str, str] | None = None, country: str | None = None) -> Row:
    batch = read(json.dumps(row).encode(), NDJSON, columns or {}, country)
    assert batch.records.schema.equals(SCHEMA)
    (found,) = batch.records.to_pylist()
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "start",
    [1_795_348_800, 1_795_348_800.0, 1_795_348_800_000, NOON, "1795348800", "2026-11-22T12:00:00Z",
     "2026-11-22T13:00:00+01:00", "2026-11-22 12:00:00"],
)  # fmt: skip
def test_a_start_is_read_in_every_usual_form(start: Any) -> None:
    assert one({"start": start})["start"] == NOON


@pytest.mark.parametrize("start", ["yesterday", -5, None, "", True, 1e300, "9999-12-31T00:00:00Z"])
def test_a_record_without_a_time_is_refused_and_named(start: Any) -> None:
    rows = [{"start": start}] if start is not None else [{"start": None, "id": "a"}]
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    batch = read(body, NDJSON, {})
    assert (len(batch.records), batch.refused, batch.reasons[0][0]) == (0, 1, 1)


@pytest.mark.parametrize(
    "said",
    [12025550100, "12025550100", "+12025550100", "+1 (202) 555-0100", "sip:+12025550100@example.org",
     "tel:+12025550100"],
)  # fmt: skip
def test_a_number_is_read_in_every_usual_form(said: Any) -> None:
    assert one({"start": 1, "calling": said})["calling"] == 12025550100


def test_a_national_number_needs_the_country() -> None:
    assert one({"start": 1, "calling": "(202) 555-0100"}, country="US")["calling"] == 12025550100


@pytest.mark.parametrize("said", ["anonymous", "", -3, 0, "+", 10**17])
def test_what_is_no_number_is_none(said: Any) -> None:
    assert one({"start": 1, "calling": said})["calling"] is None


def test_a_map_names_the_columns_of_the_exporter() -> None:
    row = {
        "when": 1_795_348_800,
        "ani": "+12025550100",
        "dnis": "+12025550101",
        "calling": "not this",
        "secs": "12.9",
    }
    found = one(row, {"when": "start", "ani": "calling", "dnis": "called", "secs": "seconds"})
    assert (found["start"], found["calling"], found["called"], found["seconds"]) == (
        NOON, 12025550100, 12025550101, 12)  # fmt: skip


def test_csv_is_read_with_quotes_blanks_and_crlf() -> None:
    first = b'2026-11-22T12:00:00Z,"+1 202 555 0100","a, b",ANSWERED'
    body = b"\r\n".join((b"start,calling,trunk,answered", first, b"1795348800,,,busy", b""))
    found, second = read(body, "text/csv; charset=utf-8", {}).records.to_pylist()
    assert (found["calling"], found["trunk"], found["answered"]) == (12025550100, "a, b", True)
    assert (second["start"], second["trunk"], second["answered"]) == (NOON, None, False)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", NDJSON),
        (b"[1]", NDJSON),
        (b"{", NDJSON),
        (b'{"a":' * 50_000, NDJSON),
        (b'{"start":1,"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}", NDJSON),
        (b'{"start":1}\n{"start":{"a":1}}', NDJSON),
        (b"", "text/csv"),
        (b"a,a\n1,2", "text/csv"),
        (b"start\n1,2,3", "text/csv"),
        (b"\xff\xfe\x00", "text/csv"),
        (b"start,calling\n1,\xff\n", "text/csv"),
        (b'{"start":1}', "application/xml"),
    ],
)
def test_a_body_that_does_not_read_is_refused_in_a_sentence(body: bytes, kind: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(body, kind, {})
    assert str(refused.value).endswith(".")


NAMES = st.sampled_from(["start", "calling", "called", "seconds", "answered", "trunk", "cause"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(NAMES, VALUES), max_size=5), st.binary(max_size=40))
def test_no_body_whatever_raises_anything_else(rows: list[Row], tail: bytes) -> None:
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    bodies = ((body, NDJSON), (body + b"\n" + tail, NDJSON), (tail, "text/csv"), (body, "text/csv"))
    for each, kind in (*bodies, (b"start,calling\n" + tail, "text/csv")):
        try:
            batch = read(each, kind, {}, "US")
        except Unreadable:
            continue
        assert batch.records.schema.equals(SCHEMA)
        assert batch.records["start"].null_count == 0
