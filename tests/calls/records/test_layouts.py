"""Do the records of Asterisk, FreeSWITCH, Kamailio and our own service become the calls that were made?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calls.records import made_records as made
from quivive.calls.records.reading import Records, open_records
from quivive.engines import DuckDB

CALLS = made.calls()


def rows(records: Records) -> list[dict[str, Any]]:
    found = DuckDB().query(f"select * from ({records.sql}) c order by start, record", records.relations)
    return found.to_pylist()  # type: ignore[no-any-return]


def as_made(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["start"] // 1_000_000, row["seconds"], row["answered"], row["calling"], row["called"]


WHOLE = [(c.start, c.seconds, c.answered, c.calling, c.called) for c in CALLS]


@pytest.mark.parametrize(
    ("name", "text", "layout"),
    [
        ("Master.csv", made.asterisk(CALLS), "asterisk"),
        ("fs.csv", made.freeswitch(CALLS), "freeswitch"),
        ("fs.sql", made.freeswitch_sql(CALLS), "freeswitch-sql"),
    ],
)
def test_a_switch_s_own_file_is_recognised_and_gives_every_call(
    tmp_path: Path, name: str, text: str, layout: str
) -> None:
    (tmp_path / name).write_text(text)
    with open_records([tmp_path / name]) as records:
        found = rows(records)
        assert records.parts[0].layout == layout
        assert [as_made(row) for row in found] == WHOLE
        assert [row["ring"] for row in found] == [c.ring for c in CALLS]
        assert records.bad == 0


def test_an_asterisk_channel_stands_for_its_peer(tmp_path: Path) -> None:
    (tmp_path / "Master.csv").write_text(made.asterisk(CALLS))
    with open_records([tmp_path / "Master.csv"]) as records:
        assert {(row["trunk"], row["egress"]) for row in rows(records)} == {("PJSIP/acme", "PJSIP/out")}


def test_freeswitch_s_json_files_are_read_together(tmp_path: Path) -> None:
    paths = []
    for call in CALLS:
        paths.append(tmp_path / f"{call.number:03}.cdr.json")
        paths[-1].write_text(made.freeswitch_json(call))
    with open_records(paths) as records:
        found = rows(records)
        assert records.parts[0].layout == "freeswitch-json"
        assert [as_made(row) for row in found] == WHOLE
        assert [row["ring"] for row in found] == [c.ring for c in CALLS]
        assert {row["trunk"] for row in found} == {"192.0.2.7"}
        assert found[0]["call_id"] == "0@pbx.example"


@pytest.mark.parametrize(
    "write", [made.kamailio_log, made.kamailio_flat, made.kamailio_text, made.kamailio_table]
)
def test_kamailio_s_invite_and_bye_make_one_call_with_its_seconds(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "acc"
    path.write_text(write(CALLS))
    with open_records([path]) as records:
        found = rows(records)
        assert records.parts[0].layout == "kamailio-acc"
        replied = sorted((c.start + c.ring, c.seconds, c.answered, c.calling, c.called) for c in CALLS)
        assert sorted(as_made(row) for row in found) == replied
        assert all(row["ring"] is None for row in found)  # a row's time is that of the reply


def test_a_call_that_stands_in_acc_and_in_missed_calls_counts_once(tmp_path: Path) -> None:
    for name in ("acc", "missed_calls"):
        (tmp_path / name).write_text(
            made.kamailio_flat(CALLS if name == "acc" else [c for c in CALLS if not c.answered])
        )
    with open_records([tmp_path / "acc", tmp_path / "missed_calls"]) as records:
        assert records.calls == len(CALLS)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_call_that_is_renewed_or_tried_again_is_one_call(tmp_path: Path, newest_first: bool) -> None:
    tail = "+12025550100|x|192.0.2.9|+12125550100|+12125550100|y"
    lines = [
        f"INVITE|f|t|call|486|Busy|1772427600|{tail}",
        f"INVITE|f|t|call|200|OK|1772427605|{tail}",
        "INVITE|t|f|call|200|OK|1772427700|g||||g|",
        "BYE|t|f|call|200|OK|1772427800|g||||g|",
        f"INVITE|f|t|lost|486|Busy|1772427601|{tail}",
        f"INVITE|f|t|lost|503|Gone|1772427602|{tail}",
    ]
    (tmp_path / "acc").write_text("\n".join(reversed(lines) if newest_first else lines) + "\n")
    with open_records([tmp_path / "acc"]) as records:
        found = [(r["call_id"], r["start"] // 1_000_000, r["seconds"], r["sip_code"]) for r in rows(records)]
    assert sorted(found) == [("call", 1772427605, 195, 200), ("lost", 1772427602, 0, 503)]


def test_the_service_s_journal_does_not_say_who_answered(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-02T05.ndjson"
    path.write_text(made.journal(CALLS) + '{"start": 17724')
    with open_records([path]) as records:
        found = rows(records)
        assert records.parts[0].layout == "journal"
        assert [(row["start"], row["answered"], row["seconds"]) for row in found] == [
            (c.start * 1_000_000 + 250_000, None, None) for c in CALLS
        ]
        assert found[0]["spc"] == "709J"
        assert (records.bad, records.refused[0].place) == (1, f"line {len(CALLS) + 1}")
