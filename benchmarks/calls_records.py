"""Which campaigns do we find in call records, how many false alarms, how fast, and with how much memory?

    python benchmarks/calls_records.py [--seeds 11-20] [--calls 1000000] [--large 10900000] [--small]

The records are generated (benchmarks/call_traffic): public sets of call records do not exist, so these
figures are about the generator's traffic and no operator's. Thresholds were set on seeds 1 to 10, never on
those here.

Each seed is a day of about a million calls, eight campaigns of each kind among them. One more day, of ten
million (another seed again), is for speed and memory: a fresh process on one core reads the
Parquet file and runs every detector; CPU seconds are that process's own, from its first line, imports
counted apart.

How it is counted:
* The calls of a report are those that its detector means: of the numbers that it names, on the trunk or under
  the signing party that it names, between its first and last call.
* A report is true if at least half of its calls are of one generated campaign; a false alarm if fewer than
  half are of any. A report of another kind than the campaign it hits is neither found nor a false alarm: one
  campaign can be a dialer that also rotates numbers.
* A campaign is found if true reports of its own kind hold at least half of its calls together (a scam centre
  with five numbers may be five reports); `recall_one` counts those that a single report holds half of.
  `recall_merged` also counts those in reports that hold several campaigns of their kind, none of them half:
  forgers that share a carrier which signs nothing look like one.
* False alarms are given for a million ordinary calls, as reports and as ordinary calls inside any report.

Then a small day goes through DuckDB and through Spark: the campaigns have to be equal, sentence for sentence.
Writes benchmarks/results/calls_records.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
TARGETS = {"records_per_cpu_second": 1_000_000, "recall": 0.9, "false_alarms_per_million": 10}
LARGE_SEED = 22
"""A weekday: weekends have fewer calls."""


def peak_mb() -> int:
    """Peak memory of this process; ru_maxrss would hold that of the process that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


def generate(path: Path, seed: int, calls: float) -> dict[str, Any]:
    """A day of records at `path` and its truth; returns what is known of it without the calls."""
    from call_traffic.traffic import Load, world
    from call_traffic.writing import write

    truth = write(world(seed, Load(calls / 86_400)), path)
    return {"seed": seed, "calls": truth["calls"], "campaigns": len(truth["campaigns"])}


def one(path: Path, name: str) -> None:
    """Reads one file and runs all detectors on one engine; prints campaigns and what it took."""
    imported = time.process_time()
    from quivive.calls.records.campaigns.find import find
    from quivive.calls.records.reading import open_records
    from quivive.engines import engine

    if name == "duckdb":  # one core: readers and detectors open connections of their own
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    chosen = engine(name)
    began, wall = time.process_time(), time.perf_counter()
    opened = open_records([path], engine=name)
    listed = path.with_name(f"{path.stem}-dno.txt").read_text().split()
    found, not_looked = find(opened, chosen, do_not_originate=listed)
    took = {
        "importing_cpu_s": round(began - imported, 2),
        "cpu_s": round(time.process_time() - began, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
        "peak_mb": peak_mb(),
        "not_looked": [each.kind for each in not_looked],
    }
    campaigns = [{**asdict(each), "examples": len(each.examples)} for each in found]
    print(json.dumps({"campaigns": campaigns, **took}))


def apart(path: Path, engine: str = "duckdb") -> dict[str, Any]:
    """`one` in a process of its own."""
    command = [sys.executable, __file__, "--one", str(path), "--engine", engine]
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


class Day:
    """The records as they were exported, and what is true about them."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        table = pq.read_table(path, columns=["start", "calling"])
        self.start = table["start"].cast("int64").to_numpy()
        self.calling = table["calling"].fill_null(0).to_numpy()
        self.order = np.argsort(self.calling, kind="stable")
        self.ordered = self.calling[self.order]
        self.path = path
        self.truth = json.loads(path.with_name(f"{path.stem}-truth.json").read_text())["campaigns"]
        self.campaign = np.full(len(self.start), -1)
        for number, each in enumerate(self.truth):
            self.campaign[each["calls"]] = number
        self.sources = pq.read_table(path.with_name(f"{path.stem}-sources.parquet"))[
            "source"
        ].combine_chunks()
        self._coded: dict[str, tuple[Any, dict[str, int]]] = {}

    def coded(self, column: str) -> tuple[Any, dict[str, int]]:
        """A text column as codes, and the code of each text; -1 where it is empty."""
        import pyarrow.parquet as pq

        if column not in self._coded:
            values = pq.read_table(self.path, columns=[column])[column].combine_chunks().dictionary_encode()
            codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            self._coded[column] = (
                codes,
                {text: code for code, text in enumerate(values.dictionary.to_pylist())},
            )
        return self._coded[column]

    def selected(self, report: dict[str, Any]) -> Any:
        """The rows that a report means."""
        numbers = np.array(report["numbers"], np.int64)
        first = np.searchsorted(self.ordered, numbers, "left")
        last = np.searchsorted(self.ordered, numbers, "right")
        parts = [np.arange(a, b) for a, b in zip(first, last, strict=True)]
        rows = self.order[np.concatenate([np.zeros(0, int), *parts])]
        rows = rows[(self.start[rows] >= report["first"]) & (self.start[rows] <= report["last"])]
        for name, value in report["place"].items():
            codes, texts = self.coded({"trunk": "trunk_in", "egress": "trunk_out"}.get(name, name))
            wanted = texts.get(value, -2) if value else -1  # the empty text: the column is empty
            rows = rows[codes[rows] == wanted]
        return np.unique(rows)


def judged(path: Path, reports: list[dict[str, Any]]) -> dict[str, Any]:
    """What of the reports is right, by kind; see the head of this module."""
    day = Day(path)
    single = Counter[int]()
    covered, kindred, inside = np.zeros((3, len(day.start)), bool)
    kind_of = np.array([*(each["kind"] for each in day.truth), ""])  # the last, -1, is of ordinary calls
    alarms: list[dict[str, Any]] = []
    unlike = 0
    for report in reports:
        rows = day.selected(report)
        inside[rows] = True
        unlike += abs(len(rows) - report["calls"]) > 0.1 * report["calls"]
        alike = kind_of[day.campaign[rows]] == report["kind"]
        if 2 * int(alike.sum()) >= len(rows):
            kindred[rows[alike]] = True
        hit, counts = np.unique(day.campaign[rows], return_counts=True)
        own = {int(h): int(c) for h, c in zip(hit, counts, strict=True) if h >= 0}
        best = max(own, key=lambda number: own[number], default=-1)
        if 2 * sum(own.values()) < len(rows) or not len(rows):
            alarms.append(
                {
                    "kind": report["kind"],
                    "key": report["key"],
                    "calls": report["calls"],
                    "what": _what(day, rows),
                }
            )
        elif 2 * own[best] >= len(rows) and day.truth[best]["kind"] == report["kind"]:
            covered[rows[day.campaign[rows] == best]] = True
            single[best] = max(single[best], own[best])
    ordinary = int((day.campaign < 0).sum())
    kinds: dict[str, Any] = {}
    for number, each in enumerate(day.truth):
        kind = kinds.setdefault(
            each["kind"], {"campaigns": 0, "found": 0, "found_by_one": 0, "found_merged": 0, "missed": []}
        )
        kind["campaigns"] += 1
        found = 2 * int(covered[each["calls"]].sum()) >= each["size"]
        kind["found"] += int(found)
        kind["found_merged"] += int(2 * int(kindred[each["calls"]].sum()) >= each["size"])
        kind["found_by_one"] += int(2 * single[number] >= each["size"])
        if not found:
            kind["missed"].append(f"{each['variant']} of {each['size']} calls")
    return {
        "ordinary_calls": ordinary,
        "reports": len(reports),
        "reports_of_other_size_than_said": int(unlike),
        "kinds": kinds,
        "false_alarms": alarms,
        "ordinary_calls_inside": int((inside & (day.campaign < 0)).sum()),
    }


def _what(day: Day, rows: Any) -> str:
    """What most of the calls of a false alarm are."""
    names = day.sources.take(rows).to_pylist() if len(rows) else ["nothing"]
    return str(Counter(names).most_common(1)[0][0])


def summed(days: list[dict[str, Any]]) -> dict[str, Any]:
    """All days together, and the least and greatest of them."""
    kinds = {}
    for kind in days[0]["kinds"]:
        each = [day["kinds"][kind] for day in days]
        campaigns = sum(k["campaigns"] for k in each)
        shares = [k["found"] / k["campaigns"] for k in each]
        kinds[kind] = {
            "campaigns": campaigns,
            "recall": round(sum(k["found"] for k in each) / campaigns, 4),
            "recall_by_day": [round(min(shares), 3), round(max(shares), 3)],
            "recall_one": round(sum(k["found_by_one"] for k in each) / campaigns, 4),
            "recall_merged": round(sum(k["found_merged"] for k in each) / campaigns, 4),
            "missed": dict(Counter(name.split(" of ")[0] for k in each for name in k["missed"])),
            "false_alarms": sum(a["kind"] == kind for day in days for a in day["false_alarms"]),
        }
    million = sum(day["ordinary_calls"] for day in days) / 1e6
    alarms = [len(day["false_alarms"]) / day["ordinary_calls"] * 1e6 for day in days]
    inside = [day["ordinary_calls_inside"] / day["ordinary_calls"] * 1e6 for day in days]
    return {
        "ordinary_calls": round(million * 1e6),
        "kinds": kinds,
        "false_alarms_per_million": round(sum(len(day["false_alarms"]) for day in days) / million, 2),
        "false_alarms_per_million_by_day": [round(min(alarms), 2), round(max(alarms), 2)],
        "false_alarms_by_what": dict(
            Counter(f"{a['kind']}: {a['what']}" for day in days for a in day["false_alarms"]).most_common(20)
        ),
        "ordinary_calls_inside_per_million": round(
            sum(day["ordinary_calls_inside"] for day in days) / million, 1
        ),
        "ordinary_calls_inside_per_million_by_day": [round(min(inside), 1), round(max(inside), 1)],
        "reports": sum(day["reports"] for day in days),
        "reports_of_other_size_than_said": sum(day["reports_of_other_size_than_said"] for day in days),
    }


def accuracy(folder: Path, seeds: list[int], calls: float) -> dict[str, Any]:
    """Every seed's day, and all together."""
    days = []
    for seed in seeds:
        path = folder / f"day{seed}.parquet"
        known = generate(path, seed, calls)
        ran = apart(path)
        day = {
            **known,
            **judged(path, ran["campaigns"]),
            "cpu_s": ran["cpu_s"],
            "not_looked": ran["not_looked"],
        }
        found = {kind: f"{k['found']}/{k['campaigns']}" for kind, k in day["kinds"].items()}
        print(seed, known["calls"], "calls,", len(day["false_alarms"]), "false alarms,", found, flush=True)
        days.append(day)
        for each in folder.iterdir():
            each.unlink()
    return {"seeds": seeds, **summed(days), "days": days}


def speed(folder: Path, calls: float) -> dict[str, Any]:
    """The large day: records a CPU second through reading and all detectors; its accuracy, too."""
    path = folder / "large.parquet"
    known = generate(path, LARGE_SEED, calls)
    ran = apart(path)
    day = judged(path, ran.pop("campaigns"))
    result = {
        **known, **ran, "file_mb": round(path.stat().st_size / 1e6),
        "records_per_cpu_second": round(known["calls"] / ran["cpu_s"]),
        "accuracy": summed([day]),
    }  # fmt: skip
    for each in folder.iterdir():
        each.unlink()
    return result


def engines(folder: Path, calls: float) -> dict[str, Any]:
    """Whether DuckDB and Spark find the same in one small day; None where Spark is not installed."""
    path = folder / "engines.parquet"
    known = generate(path, 11, calls)
    first = apart(path)
    try:
        second = apart(path, "spark")
    except SystemExit as error:
        return {**known, "equal": None, "why": str(error).strip().splitlines()[-1]}
    return {**known, "reports": len(first["campaigns"]), "equal": first["campaigns"] == second["campaigns"]}


def main() -> None:
    """Measure, print, write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="11-20")
    parser.add_argument("--calls", type=float, default=1_000_000)
    parser.add_argument("--large", type=float, default=10_900_000)
    parser.add_argument("--small", action="store_true", help="two seeds and a million calls; writes nothing")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--engine", default="duckdb", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.engine)
        return
    first, _, last = given.seeds.partition("-")
    seeds = list(range(int(first), int(last or first) + 1))[: 2 if given.small else None]
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        accurate = accuracy(folder, seeds, given.calls)
        result = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "generated": "by benchmarks/call_traffic, not measured traffic",
            "targets": TARGETS,
            "accuracy": accurate,
            "speed": speed(folder, 1_000_000 if given.small else given.large),
            "engines": engines(folder, 200_000),
            "load_before_and_after": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        }
    shown = {name: value for name, value in accurate.items() if name != "days"}
    print(json.dumps({**result, "accuracy": shown}, indent=2))
    if not given.small:
        path = ROOT / "benchmarks" / "results" / "calls_records.json"
        path.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
