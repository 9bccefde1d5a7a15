"""Does `quivive check` stay within time and memory, and without a verdict, on sound made to break it?

    python benchmarks/voices_hostile.py [--inputs 2000] [--seed 1] [--keep FOLDER] [--write]

Files of every kind that a desk may be sent by mistake or with intent, noises in which nobody speaks (as they
are, over G.711 and over AMR), and damaged files of every container: half of them a tone, half 1.2 s of
speech. Each runs through the command in a child process with limits on memory (MEMORY) and processor time
(SECONDS); what the child used is measured. Wanted: an answer for each, no error that is not ours, no verdict
('synthetic', 'nothing synthetic') where nobody speaks. --write writes results/voices_hostile.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from quivive import __version__

ROOT = Path(__file__).parents[1]
# not the folder of this script, in which there is another 'voices'
sys.path[:] = [str(ROOT / "tests"), *(path for path in sys.path if path != str(ROOT / "benchmarks"))]
from voices.hostile_maker import damaged, files, silent  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "voices_hostile.json"
MEMORY = 4096
"""MiB of address space of a child; libraries alone reserve about half of it."""
SECONDS = 150
"""Seconds of processor time of a child, its start (about 2) included."""
BATCH = 100
"""Damaged files to a child."""
VERDICTS = ("synthetic", "nothing-synthetic")
"""What of the codes of `voices.synthetic` is a verdict; 'cannot tell' and 'insufficient speech' are none."""


class Run(NamedTuple):
    """What a child said of files and what it used: seconds of processor time, MiB at most.

    The kernel counts the memory of this process, some 150 MiB, as the child's least.
    """

    reports: Sequence[Mapping[str, Any]]
    seconds: float
    mebibytes: int
    fault: str


def check(paths: Iterable[Path], *options: str) -> Run:
    """Examine files with one command under limits; `fault` says how it ended if not well."""
    command = [sys.executable, "-m", "quivive", "check", *map(str, paths), "--jsonl", "--exit-zero"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as erred:
        child = subprocess.Popen([*command, "--jobs", "1", *options], stdout=said, stderr=erred,
                                 env=environment, preexec_fn=_limited)  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        erred.seek(0)
        reports = [json.loads(line) for line in said.read().splitlines() if child.returncode == 0]
        fault = "" if child.returncode == 0 else f"exit status {child.returncode}: {erred.read()[-300:]!r}"
    return Run(reports, round(used.ru_utime + used.ru_stime, 2), used.ru_maxrss // 1024, fault)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY * 2**20, MEMORY * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def answer(report: Mapping[str, Any]) -> str:
    """In one word what a report says of the voice; 'error' where a detector broke."""
    if any("report it as a bug" in str(each["skipped"]) for each in report["examinations"]):
        return "error"
    codes = [each["code"] for each in report["findings"]]
    voices = sorted({code.partition("/")[2] for code in codes if code.startswith("voice/")})
    if voices:
        return ", ".join(voices)
    return "nobody speaks" if "speech/none" in codes else str(report["attention"])


def verdict(report: Mapping[str, Any]) -> bool:
    """Whether a voice is called a machine's, or unsuspicious."""
    mine = [each["code"] for each in report["findings"] if each["code"].startswith("voice/")]
    return any(word in code for code in mine for word in VERDICTS)


def on_files(folder: Path) -> list[dict[str, Any]]:
    """Each kind of file through a child of its own, by every detector."""
    rows = []
    for kind, (name, make) in files().items():
        path = folder / name
        path.write_bytes(make())
        done = check([path])
        said = [answer(report) for report in done.reports]
        skipped = [each["skipped"] for report in done.reports for each in report["examinations"]]
        rows.append({"kind": kind, "bytes": path.stat().st_size, "answer": done.fault or ", ".join(said),
                     "could_not": [each for each in skipped if each][:1],
                     "seconds": done.seconds, "mebibytes": done.mebibytes})  # fmt: skip
        print(rows[-1], file=sys.stderr)
        path.unlink()
    return rows


def on_noises(folder: Path) -> dict[str, Any]:
    """All noises through one child: what was said of them, and of which somebody was heard speaking."""
    paths = _written(folder, silent())
    done = check(paths, "--detector", "voices")
    said = dict(zip((path.name for path in paths), done.reports, strict=False))
    heard = {name: answer(report) for name, report in said.items() if answer(report) != "nobody speaks"}
    return {
        "files": len(paths), "answered": len(done.reports), "fault": done.fault,
        "verdicts": [name for name, report in said.items() if verdict(report)],
        "heard_as_speech": heard, "seconds": done.seconds, "mebibytes": done.mebibytes,
    }  # fmt: skip


def on_damaged(folder: Path, inputs: int, seed: int, keep: Path | None) -> dict[str, Any]:
    """Damaged files, BATCH to a child; the files of a child that dies go one by one."""
    answers: Counter[str] = Counter()
    faults: list[str] = []
    verdicts: list[str] = []
    used = []
    made = damaged(inputs, seed)
    while paths := _written(folder, islice(made, BATCH)):
        runs = [check(paths, "--detector", "voices")]
        if runs[0].fault:
            runs = [check([path], "--detector", "voices") for path in paths]
        for run in runs:
            used.append((run.seconds, run.mebibytes))
            answers.update(answer(report) for report in run.reports)
            verdicts += [_name(each) for each in run.reports if verdict(each) and "tone" in _name(each)]
            faults += [_name(each) for each in run.reports if answer(each) == "error"]
        dead = [(path, run.fault) for path, run in zip(paths, runs, strict=False) if run.fault]
        faults += [f"{path.name}: {fault}" for path, fault in dead]
        for path in paths:
            if keep and any(fault.startswith(path.name) for fault in [*faults, *verdicts]):
                keep.mkdir(parents=True, exist_ok=True)
                (keep / path.name).write_bytes(path.read_bytes())
            path.unlink()
        print(f"{sum(answers.values())} of {inputs}", file=sys.stderr)
    return {
        "inputs": inputs, "answered": sum(answers.values()), "seed": seed, "faults": faults,
        "verdicts_on_tones": verdicts, "answers": dict(answers.most_common()),
        "seconds_a_file": round(sum(seconds for seconds, _ in used) / max(inputs, 1), 3),
        "mebibytes": max(mebibytes for _, mebibytes in used),
    }  # fmt: skip


def _name(report: Mapping[str, Any]) -> str:
    return str(report["items"][0]["name"])


def _written(folder: Path, named: Iterable[tuple[str, bytes]]) -> list[Path]:
    paths = []
    for name, data in named:
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    return paths


def main() -> None:
    """Run all three, print the result; with --write keep it for benchmarks/README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000, help="damaged files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for damaged files that failed")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        result = {
            "date": datetime.now(UTC).date().isoformat(),
            "version": __version__,
            "machine": f"{platform.machine()}, one thread, shared",
            "limits": {"mebibytes": MEMORY, "seconds": SECONDS},
            "files": on_files(folder),
            "noises": on_noises(folder),
            "damaged": on_damaged(folder, given.inputs, given.seed, given.keep),
        }
    print(json.dumps(result, indent=1))
    if given.write:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
