"""Generated call records look like an operator's, tell no tales, and are judged by rules that can fail."""

import hashlib
import json
import sys

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from conftest import ROOT

SEED, CALLS = 7, 60_000


@pytest.fixture(scope="module")
def generator():
    """The generator's modules; the folder of benchmarks is no package, so it is put on the path."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from call_traffic import mobile, traffic, writing

    yield type("generator", (), {"traffic": traffic, "writing": writing, "mobile": mobile})
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def benchmark(generator):
    import calls_records

    return calls_records


def load(generator, calls=CALLS, campaigns=20):
    return generator.traffic.Load(calls / 86_400, campaigns=campaigns)


@pytest.fixture(scope="module")
def day(generator, tmp_path_factory):
    """One small day with every kind of campaign: its file, its rows, its truth."""
    path = tmp_path_factory.mktemp("traffic") / "day.parquet"
    truth = generator.writing.write(generator.traffic.world(SEED, load(generator)), path)
    return path, pq.read_table(path), truth


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(generator, day, tmp_path):
    def written(seed):
        path = tmp_path / f"{seed}.parquet"
        generator.writing.write(generator.traffic.world(seed, load(generator)), path)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert written(SEED) == hashlib.sha256(day[0].read_bytes()).hexdigest()
    assert written(SEED + 1) != written(SEED)


def test_records_are_sorted_by_time_and_lie_within_their_day(day):
    start = day[1]["start"].cast("int64").to_numpy()
    assert (np.diff(start) >= 0).all()
    assert start[-1] - start[0] < 86_400_000_000
    assert day[1]["id"].to_pylist() == list(range(1, len(start) + 1))


def test_every_kind_of_campaign_is_there_and_the_truth_names_its_calls(day):
    from quivive.calls.records.campaigns.campaign import KINDS

    _, rows, truth = day
    assert {each["kind"] for each in truth["campaigns"]} == set(KINDS)
    named = [call for each in truth["campaigns"] for call in each["calls"]]
    assert len(named) == len(set(named)) == sum(each["size"] for each in truth["campaigns"])
    assert 0 <= min(named) <= max(named) < rows.num_rows


def test_campaigns_do_what_their_kind_says(day):
    path, rows, truth = day
    listed = set(path.with_name("day-dno.txt").read_text().split())
    for each in truth["campaigns"]:
        calls = rows.take(each["calls"]).to_pydict()
        pairs = list(zip(calls["calling"], calls["called"], strict=True))
        shown = len(set(calls["calling"]))
        if each["kind"] == "neighbour-spoofing":
            assert sum(a // 10_000 == b // 10_000 for a, b in pairs) > 0.6 * len(pairs)
        if each["kind"] == "wangiri":
            assert calls["disposition"].count("ANSWERED") < 0.06 * len(pairs)
            assert np.median(calls["ring"]) <= 5
        if each["kind"] == "several-trunks":
            assert shown == 1
            assert len(set(calls["trunk_in"])) >= 4
        if each["kind"] == "do-not-originate":
            assert {str(number) for number in calls["calling"]} <= listed
        if each["kind"] == "number-rotation":
            assert len(pairs) / shown < 9
        if each["kind"] == "sim-box":
            assert None not in calls["imei"]
            assert len(set(calls["cell"])) <= 3


def test_no_column_and_no_value_gives_campaigns_away(day):
    """Empty columns, operators, trunks, certificates of campaigns are seen on ordinary calls, too."""
    _, rows, truth = day
    fraud = np.zeros(rows.num_rows, bool)
    fraud[[call for each in truth["campaigns"] for call in each["calls"]]] = True
    assert not {"campaign", "source", "kind"} & set(rows.column_names)
    for name in ("trunk_in", "trunk_out", "spc", "certificate", "attest", "verstat", "disposition"):
        values = np.array([str(value) for value in rows[name].to_pylist()])
        own = set(values[fraud]) - set(values[~fraud])
        assert len(own) <= 0.05 * len(set(values)), name  # the least of fifty operators has a dozen calls


def test_part_of_the_traffic_is_unsigned_withheld_or_not_mobile(day):
    rows = day[1]
    for name, low, high in (("spc", 0.2, 0.7), ("calling", 0.002, 0.05), ("imei", 0.5, 0.95)):
        assert low < rows[name].null_count / rows.num_rows < high, name
    assert rows["spc"].null_count == rows["attest"].null_count == rows["origid"].null_count


def test_people_are_called_back_and_rest_at_night(day):
    rows = day[1]
    calling, called = rows["calling"].fill_null(0).to_numpy(), rows["called"].to_numpy()
    pairs = set(zip(calling.tolist(), called.tolist(), strict=True))
    assert sum((b, a) in pairs for a, b in pairs) > 0.05 * len(pairs)
    hour = (rows["start"].cast("int64").to_numpy() // 3_600_000_000 - 5) % 24
    assert (hour == 3).sum() * 10 < (hour == 11).sum()


def test_a_persons_line_is_nobody_elses(generator):
    made = generator.traffic.world(SEED, load(generator))
    people = made.plan.person(np.arange(made.plan.people)).number
    assert len(np.unique(people)) == len(people)
    lines = made.plan.line(np.zeros(2804, int), np.arange(4096, 6900))
    assert not np.isin(lines, people).any()


def test_csv_says_what_parquet_says(generator, day, tmp_path):
    path = tmp_path / "day.csv"
    generator.writing.write(generator.traffic.world(SEED, load(generator)), path)
    table = pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(
        column_types={"called": "string", "start": "string"}))  # fmt: skip
    assert table["called"][0].as_py() == f"+{day[1]['called'][0].as_py()}"
    assert table["start"][0].as_py().endswith("-0500")
    assert table["seconds"].to_pylist() == day[1]["seconds"].to_pylist()
    assert json.loads(path.with_name("day-truth.json").read_text()) == day[2]


def test_slices_hold_no_more_than_their_minutes_and_ask_for_a_rate(generator):
    made = generator.traffic.world(3, generator.traffic.Load(rate=20, hours=1, begin=10))
    tables = list(generator.writing.tables(made, minutes=10))
    assert len(tables) == 6
    for place, (table, _) in enumerate(tables):
        start = table["start"].cast("int64").to_numpy()
        assert made.begin + place * 600_000_000 <= start.min()
        assert start.max() < made.begin + (place + 1) * 600_000_000
    assert 0.6 < sum(table.num_rows for table, _ in tables) / 72_000 < 1.4


def reports_of(path, truth, kind, numbers, first=0, last=1 << 62):
    return {
        "kind": kind,
        "key": "",
        "calls": 1,
        "numbers": numbers,
        "place": {},
        "first": first,
        "last": last,
    }


def test_a_report_of_a_campaigns_numbers_finds_it_and_raises_no_alarm(benchmark, day):
    path, rows, truth = day
    campaign = next(each for each in truth["campaigns"] if each["kind"] == "wangiri")
    numbers = sorted(set(rows["calling"].take(campaign["calls"]).to_pylist()))
    seen = benchmark.judged(path, [reports_of(path, truth, "wangiri", numbers)])
    assert seen["kinds"]["wangiri"]["found"] == seen["kinds"]["wangiri"]["found_by_one"] == 1
    assert seen["false_alarms"] == []
    wrong_kind = benchmark.judged(path, [reports_of(path, truth, "dialer", numbers)])
    assert sum(kind["found"] for kind in wrong_kind["kinds"].values()) == 0
    assert wrong_kind["false_alarms"] == []


def test_reports_of_parts_find_a_campaign_together_but_not_one_alone(benchmark, day):
    path, rows, truth = day
    for campaign in (each for each in truth["campaigns"] if each["kind"] == "wangiri"):
        numbers = sorted(set(rows["calling"].take(campaign["calls"]).to_pylist()))
        if len(numbers) > 4:
            break
    seen = benchmark.judged(path, [reports_of(path, truth, "wangiri", [number]) for number in numbers])
    assert seen["kinds"]["wangiri"]["found"] == 1
    assert seen["kinds"]["wangiri"]["found_by_one"] == 0


def test_a_report_of_ordinary_numbers_is_a_false_alarm_and_its_calls_are_counted(benchmark, day):
    path, rows, truth = day
    fraud = {call for each in truth["campaigns"] for call in each["calls"]}
    shown = {rows["calling"][call].as_py() for call in fraud}
    calling = rows["calling"].to_pylist()
    number = next(each for each in calling if each is not None and each not in shown)
    seen = benchmark.judged(path, [reports_of(path, truth, "dialer", [number])])
    assert [alarm["kind"] for alarm in seen["false_alarms"]] == ["dialer"]
    assert seen["ordinary_calls_inside"] == calling.count(number)
    nothing = benchmark.judged(path, [reports_of(path, truth, "dialer", [1])])
    assert len(nothing["false_alarms"]) == 1


def test_a_report_of_two_campaigns_of_a_kind_finds_neither_but_both_merged(benchmark, day):
    path, rows, truth = day
    known = benchmark.judged(path, [])
    numbers = {
        number
        for each in truth["campaigns"]
        if each["kind"] == "neighbour-spoofing"
        for number in rows["calling"].take(each["calls"]).to_pylist()
    }
    sizes = [each["size"] for each in truth["campaigns"] if each["kind"] == "neighbour-spoofing"]
    assert known["kinds"]["neighbour-spoofing"]["found_merged"] == 0
    seen = benchmark.judged(path, [reports_of(path, truth, "neighbour-spoofing", sorted(numbers))])
    assert seen["kinds"]["neighbour-spoofing"]["found_merged"] == len(sizes)
    assert seen["kinds"]["neighbour-spoofing"]["found"] == int(2 * max(sizes) >= sum(sizes))
