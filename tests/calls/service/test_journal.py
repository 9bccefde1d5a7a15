"""Does the journal keep every call, whole, through a torn line, a new hour, a full disk?"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from quivive.calls.service import hours
from quivive.calls.service.journal import HourlyJournal, read
from quivive.calls.service.judged import Judged
from quivive.errors import CouldNotKeep

HOUR = 1_795_395_600.0
"""2026-11-23T01:00:00Z."""


def call(start: float = HOUR, **changed: Any) -> Judged:
    shown = Judged(
        start=start, service="sip", calling="12025550100", called="12025550101", call_id="a@example.org",
        trunk="pbx", action="show", sip_code=302, verdict="valid", verstat="TN-Validation-Passed", attest="A",
        spc="709J", certificate="ab" * 32, x5u="https://cert.example.org/c.pem", origid="o")  # fmt: skip
    return replace(shown, **changed)


def calls_in(folder: Path) -> list[dict[str, Any]]:
    return [found for path in sorted(folder.glob("*.ndjson")) for found in read(path)]


def test_what_was_kept_is_read_again_with_every_field(tmp_path: Path) -> None:
    journal = HourlyJournal(tmp_path, lambda: HOUR)
    journal.keep([call(reasons=("date-old",)), call(calling=None, called="sip:ü@example.org\n{")])
    first, second = calls_in(tmp_path)
    journal.close()
    assert (first["calling"], first["reasons"], first["spc"]) == ("12025550100", ["date-old"], "709J")
    assert second["called"] == "sip:ü@example.org\n{"


def test_each_hour_has_its_file_and_a_clock_set_back_opens_no_old_one(tmp_path: Path) -> None:
    now = HOUR
    journal = HourlyJournal(tmp_path, lambda: now)
    journal.keep([call()])
    now += 3600
    journal.keep([call(now)])
    now -= 7200
    journal.keep([call(now)])
    journal.close()
    assert {path.name: len(list(read(path))) for path in tmp_path.iterdir()} == {
        "2026-11-23T01.ndjson": 1,
        "2026-11-23T02.ndjson": 2,
    }


def test_a_line_torn_by_a_crash_spoils_neither_those_before_nor_those_after(tmp_path: Path) -> None:
    journal = HourlyJournal(tmp_path, lambda: HOUR)
    journal.keep([call(), call(origid="torn")])
    journal.close()
    file = next(tmp_path.glob("*.ndjson"))
    file.write_bytes(file.read_bytes()[:-20])
    again = HourlyJournal(tmp_path, lambda: HOUR)
    again.keep([call(origid="later")])
    again.close()
    assert [found["origid"] for found in calls_in(tmp_path)] == ["o", "later"]


def test_a_write_that_the_disk_cut_short_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, write = HourlyJournal(tmp_path, lambda: HOUR), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:100]))
    journal.keep([call(), call()])
    journal.close()
    assert len(calls_in(tmp_path)) == 2


def test_a_full_disk_is_said_and_what_comes_after_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, write = HourlyJournal(tmp_path, lambda: HOUR), os.write
    turns = iter((lambda fd, data: write(fd, data[:30]), lambda fd, data: os.fstat(-1)))
    monkeypatch.setattr(os, "write", lambda fd, data: next(turns)(fd, data))
    with pytest.raises(CouldNotKeep):
        journal.keep([call(origid="lost")])
    monkeypatch.setattr(os, "write", write)
    journal.keep([call(origid="kept")])
    journal.close()
    assert [found["origid"] for found in calls_in(tmp_path)] == ["kept"]


def test_a_folder_that_cannot_be_made_is_refused_before_any_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotKeep):
        HourlyJournal(tmp_path / "file" / "calls", lambda: HOUR)


def test_an_hour_that_is_over_becomes_parquet_and_keeps_all(tmp_path: Path) -> None:
    journal = HourlyJournal(tmp_path, lambda: HOUR)
    journal.keep([call(HOUR + n, action="block", reasons=("signature-wrong", "date-old")) for n in range(5)])
    journal.close()
    assert hours.turn_old(tmp_path, HOUR + 3600) == 0, "calls of that hour may still come"
    assert hours.turn_old(tmp_path, HOUR + 3600 + hours.GRACE + 1) == 1
    (file,) = tmp_path.iterdir()
    rows = pq.read_table(file).to_pylist()
    assert [row["start"] for row in rows] == [int(HOUR + n) * 1_000_000 for n in range(5)]
    assert (rows[0]["calling"], rows[0]["action"], rows[0]["reasons"]) == (
        12025550100, "block", "signature-wrong date-old")  # fmt: skip


def test_lines_that_come_to_an_hour_already_turned_replace_nothing(tmp_path: Path) -> None:
    for origid in ("first", "second"):
        journal = HourlyJournal(tmp_path, lambda: HOUR)
        journal.keep([call(origid=origid)])
        journal.close()
        hours.turn_old(tmp_path, HOUR + 9000)
    table = hours.table(tmp_path, HOUR)
    assert sorted(table["origid"].to_pylist()) == ["first", "second"]


def test_the_calls_of_a_window_are_those_since_its_begin(tmp_path: Path) -> None:
    journal = HourlyJournal(tmp_path, lambda: HOUR)
    journal.keep([call(HOUR + n) for n in (0, 10, 20)])
    journal.close()
    assert hours.table(tmp_path, HOUR + 5)["start"].to_pylist() == [int(HOUR + n) * 10**6 for n in (10, 20)]
