"""Does the whole of `Workbench.check` stay within time and memory on pictures and films made to break it?

    python benchmarks/media_hostile.py [--inputs 1200] [--seed 1] [--only NAME…] [--keep FOLDER] [--write]

Checks every file of tests/data/media/hostile_maker.py, the nested film of the shared data, and damaged copies
of good files of every format, with all detectors, in this process and its child. Wanted of each: a report
with a finding or 'could not look', no error that is not ours, at most SECONDS of processor time and MEBIBYTES
in either process, and the file afterwards as it was (sha256 and time of change). Times of several detectors
add up; which one took longest is told. --write writes results/media_hostile.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quivive import Workbench, __version__, config
from quivive.model import Report

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/data/media"))
from hostile_maker import damaged, files  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "media_hostile.json"
SHARED = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "media"
SECONDS = 5.0
MEBIBYTES = 1024
LABORIOUS = ("noise_of_49", "four_hundred", "page_of_small", "just_49")
"""Good pictures that are merely large or full: they are read, which takes its time."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """The most memory that this process and its children held, and the processor time of both."""

    def __enter__(self) -> Watch:
        self.parent = self.child = 0
        self._times: dict[int, tuple[float, float]] = {}
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts anew
        self._started, self._own = time.monotonic(), time.process_time()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._look()
        self._done.set()
        self._thread.join()
        self.seconds = time.monotonic() - self._started
        spent = sum(last - first for first, last in self._times.values())
        self.processor = time.process_time() - self._own + spent

    def _watch(self) -> None:
        while not self._done.wait(0.03):
            self._look()

    def _look(self) -> None:
        self.parent = max(self.parent, _peak("self"))
        for pid in _children():
            try:
                self.child = max(self.child, _peak(str(pid)))
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except (OSError, ValueError):  # it just ended
                continue
            used = (int(fields[11]) + int(fields[12])) / _TICKS
            young = time.monotonic() - self._started < 0.1
            first = self._times.get(pid, (used if young else 0.0, 0.0))[0]
            self._times[pid] = (first, used)


def _children() -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _peak(pid: str) -> int:
    """Most memory a process held, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def checked(bench: Workbench, path: Path) -> dict[str, Any]:
    """One file through every detector: what was said, what it took, what went wrong."""
    before = _state(path)
    with Watch() as watch:
        report = bench.check(path)
    slowest = max(report.examinations, key=lambda each: each.seconds, default=None)
    return {
        "name": path.name, "bytes": path.stat().st_size, "attention": report.attention,
        "could_not": sorted({each.skipped for each in report.examinations if each.skipped}),
        "findings": len(report.findings), "faults": faults(report, before != _state(path)),
        "seconds": round(watch.seconds, 2), "processor_seconds": round(watch.processor, 2),
        "parent_mebibytes": watch.parent, "child_mebibytes": watch.child,
        "slowest": f"{slowest.detector} {slowest.seconds:.2f} s" if slowest else "",
    }  # fmt: skip


def faults(report: Report, touched: bool) -> list[str]:
    """What a report must not hold or lack, and whether the evidence was changed."""
    bugs = [
        f"{e.detector}: {e.skipped}" for e in report.examinations if "report it as a bug" in str(e.skipped)
    ]
    said = report.findings or report.not_reached or any(each.skipped for each in report.examinations)
    said = said or not report.items[0].media_type.startswith(("image/", "video/", "audio/"))  # a text, say
    return bugs + ["nothing was said"] * (not said) + ["the file was changed"] * touched


def _state(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


def run(bench: Workbench, folder: Path, named: Iterable[tuple[str, bytes]], keep: Path | None) -> list[Any]:
    """A row for each file, which is written, checked and taken away again."""
    rows = []
    for name, data in named:
        path = folder / name
        path.write_bytes(data)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        rows.append(checked(bench, path))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        if keep and (rows[-1]["faults"] or too_much(rows[-1])):
            keep.mkdir(parents=True, exist_ok=True)
            (keep / name).write_bytes(data)
        path.unlink()
    return rows


def too_much(row: Mapping[str, Any]) -> bool:
    """More time or memory than a malformed file may take."""
    laborious = row["name"].startswith(LABORIOUS)
    memory = max(row["parent_mebibytes"], row["child_mebibytes"])
    return memory > MEBIBYTES or (row["processor_seconds"] > SECONDS and not laborious)


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The worst of many files."""
    if not rows:
        return {}
    slowest = max(rows, key=lambda row: row["processor_seconds"])
    return {
        "files": len(rows),
        "attention": dict(Counter(row["attention"] for row in rows).most_common()),
        "faults": [{"name": row["name"], "faults": row["faults"]} for row in rows if row["faults"]],
        "over_the_limits": [row["name"] for row in rows if too_much(row)],
        "most_processor_seconds": slowest["processor_seconds"],
        "slowest": slowest["name"],
        "most_seconds": max(row["seconds"] for row in rows),
        "most_parent_mebibytes": max(row["parent_mebibytes"] for row in rows),
        "most_child_mebibytes": max(row["child_mebibytes"] for row in rows),
    }


def _made(only: Sequence[str]) -> Iterable[tuple[str, bytes]]:
    for name, make in files().items():
        if not only or name in only:
            yield name, make()
    film = SHARED / "c2pa_rs" / "nested_moov_1000.mp4"
    if film.is_file() and not only:
        yield film.name, film.read_bytes()


def main() -> None:
    """Check all, print the result; with --write keep it for benchmarks/README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1200, help="damaged files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="names of hostile files")
    parser.add_argument("--keep", type=Path, help="folder for files that failed")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bench = Workbench(config.load(environ={"QUIVIVE_HOME": place}))
        bench.check(ROOT / "tests/data/media/qr.png")  # detectors and the child are there
        made = run(bench, Path(place), _made(given.only), given.keep)
        changed = run(bench, Path(place), damaged(given.inputs, given.seed), given.keep)
    result = {
        "date": datetime.now(UTC).date().isoformat(), "version": __version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, shared",
        "limits": {"processor_seconds": SECONDS, "mebibytes": MEBIBYTES}, "seed": given.seed,
        "detectors": [detector.name for detector in bench.detectors() if detector.name.startswith("media")],
        "made": summary([row for row in made if not row["name"].startswith(LABORIOUS)]),
        "damaged": summary(changed), "files": made,
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if given.write:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
