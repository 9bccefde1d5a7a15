from dataclasses import replace

import pytest

import fakes
from quivive import codec, pool
from quivive.errors import NotFound
from quivive.intake import Input
from quivive.model import Limits
from quivive.workbench import Workbench

SCAM = "Hi mum, I lost my phone, this is my new number. Buy two gift cards and send me the codes"


def test_a_file_bytes_and_a_value_are_checked(bench, tmp_path):
    path = tmp_path / "m.txt"
    path.write_text(SCAM)
    assert bench.check(path).attention == "act"
    assert bench.check(str(path)).items[0].name == "m.txt"
    assert bench.check(SCAM.encode(), name="m.txt").attention == "act"
    value = bench.check("+44 20 7946 0958")
    assert [o.value for o in value.observables] == ["+442079460958"]


def test_a_string_that_is_neither_says_what_to_do(bench):
    with pytest.raises(NotFound, match="--text"):
        bench.check("no such thing")


def test_an_unknown_detector_is_refused_with_the_near_one(bench):
    with pytest.raises(NotFound, match=r"messages\.flags"):
        bench.check(b"x", detectors=["messages.flag"])


def test_detectors_can_be_chosen_by_name_or_prefix(bench):
    report = bench.check(SCAM.encode(), name="m.txt", detectors=["messages.flags"])
    assert {e.detector for e in report.examinations} == {"messages.flags"}
    report = bench.check(SCAM.encode(), name="m.txt", detectors=["messages"])
    assert len({e.detector for e in report.examinations}) > 1


def test_a_report_carries_hash_versions_dates_and_utc_time(bench):
    report = bench.check(SCAM.encode(), name="m.txt")
    assert len(report.items[0].sha256) == 64
    assert report.tool["version"]
    assert report.examined_at == "2026-11-22T12:00:00+00:00"
    assert all(source.date and source.sha256 for source in report.sources)


def test_the_same_input_gives_the_same_bytes(bench):
    def text() -> str:
        report = bench.check(SCAM.encode(), name="m.txt")
        examined = tuple(replace(e, seconds=0.0) for e in report.examinations)
        return codec.dumps(replace(report, examinations=examined))

    assert text() == text()


def test_too_large_a_file_is_a_report_that_says_so(bench, tmp_path):
    small = Workbench(replace(bench.settings, limits=Limits(item_bytes=10)))
    path = tmp_path / "big.txt"
    path.write_text("x" * 11)
    report = small.check(path)
    assert report.attention == "could-not-look"
    assert "limit" in report.examinations[0].skipped


def test_many_are_checked_in_order_on_several_processes(bench):
    inputs = [Input(f"m{n}.txt", data=f"message {n}".encode(), media_type="text/plain") for n in range(40)]
    reports = list(bench.check_many(inputs, jobs=2))
    assert [report.name for report in reports] == [given.name for given in inputs]


def test_one_that_cannot_be_read_stops_nothing(bench, tmp_path):
    gone = Input("gone.txt", path=tmp_path / "gone.txt")
    fine = Input("fine.txt", data=b"hello", media_type="text/plain")
    reports = list(bench.check_many([fine, gone, fine], jobs=1))
    assert [report.name for report in reports] == ["fine.txt", "gone.txt", "fine.txt"]
    assert reports[1].attention == "could-not-look"


def test_one_that_kills_its_process_stops_nothing(bench, monkeypatch):
    monkeypatch.setattr(pool, "examine_chunk", fakes.die_of_the_deadly)
    inputs = [Input(n, data=b"x", media_type="text/plain") for n in ("a", "b", "deadly", "c", "d", "e")]
    reports = list(bench.check_many(inputs, jobs=2))
    assert [report.name for report in reports] == ["a", "b", "deadly", "c", "d", "e"]
    assert [r.name for r in reports if "crashed" in str(r.examinations[0].skipped)] == ["deadly"]


def test_a_desks_lists_speak_and_are_named_with_their_date(bench, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("value,date\nevil.example.net,2026-10-01\n")
    house = replace(bench.settings.house, bad_values={"+44 20 7946 0958": "our case 7"})
    ours = Workbench(replace(bench.settings, lists=(path,), house=house))
    report = ours.check(b"see https://login.evil.example.net/x or call +442079460958", name="m.txt")
    assert [f.kind for f in report.findings if f.code.startswith("indicator/")] == ["fail"] * 3
    assert any("our case 7" in f.message for f in report.findings)
    assert ("list bad.csv", "2026-10-01") in {(s.name, s.date) for s in report.sources}


def test_an_empty_file_is_no_file_in_which_nothing_was_found(bench):
    report = bench.check(b"", name="voicemail.amr")
    assert report.attention == "could-not-look"
    assert [each.skipped for each in report.examinations] == ["It is empty: nothing arrived."]
