"""10,000 damaged inputs over every reader: bounded time and memory, a report each time, nothing leaks.

    python benchmarks/fuzz.py [--inputs 10000] [--jobs 2] [--seed 1] [--seconds 60] [--memory 6144]

Seeds are the files in tests/data and examples/ and small ones made here, one or more for each media type that
a detector accepts. Each input is a seed with random damage (flipped, cut, repeated, swapped bytes, spliced
with another seed, control characters, tags). A child process with limits on memory and processor time
examines them; what kills or stops it is counted and kept with --keep.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SPLINTERS = (
    b"\x00", b"\xff" * 8, b"\x1b[2J\x1b]0;x\x07", b"<script>alert(1)</script>", b"\r\n\r\n", b"--", b"%%EOF",
    b"PK\x03\x04", "\u202e\u0000".encode(), b"\xed\xa0\x80", b"A" * 5000, b"=?utf-8?b?", b"((((" * 200,
    b"[" * 2000, b"{" * 500, b"Content-Type: multipart/mixed; boundary=\"\"\r\n", b"\\u" * 50, b"&a;" * 100,
    b"https://a.example/", b"9" * 400, "١٢٣".encode(), b"data:text/html;base64,", b"\xf0\x9f\x98\x80" * 50,
)  # fmt: skip

LEVELS = ("act", "look", "nothing-found", "could-not-look")


def seeds() -> list[tuple[str, bytes]]:
    """(name, bytes) of every fixture up to 300 kB, and small ones for types that have none."""
    found = [
        (path.name, path.read_bytes())
        for folder in ("tests/data", "examples")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".md") and path.stat().st_size <= 300_000
    ]
    return [
        *found,
        *generated("archives", "make_archives", "ARCHIVES"),
        *generated("documents", "make_documents", "DOCUMENTS"),
        ("a.txt", b"Hi mum, this is my new number +44 7700 900123 https://a.example.org/x"),
        ("a.html", b"<html><body><a href='https://a.example.org'>bank</a><form><input type=password></form>"),
        ("a.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Prize\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        ("a.rtf", b"{\\rtf1\\ansi Dear customer, {\\field{\\*\\fldinst HYPERLINK \"http://a.example\"}}}"),
        ("a.mbox", b"From a@example.org Tue Nov  3 11:02:00 2026\nFrom: a@example.org\n\nhello\n\n"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Caller>This is the bank, read me the code.\n"),
        ("chat.txt", b"03/11/2026, 09:12 - Tom: new number\n03/11/2026, 09:14 - Rose: Tom?\n" * 3),
        ("call.txt", b"Caller: This is the bank.\nCallee: Who?\nCaller: Read me the code.\n" * 3),
        ("sms.xml", b"<?xml version='1.0'?><smses count='1'><sms address='+12025550123' date='0' type='1' "
                    b"body='hello'/></smses>"),
        ("result.json", b'{"name":"x","type":"personal_chat","messages":[{"type":"message","from":"a",'
                        b'"date":"2026-01-01T00:00:00","text":"hi"}]}'),
    ]  # fmt: skip


def generated(folder: str, module: str, table: str) -> list[tuple[str, bytes]]:
    """What a fixture generator of the tests makes: table of name → function."""
    sys.path.insert(0, str(ROOT / "tests" / "data" / folder))
    makers = getattr(importlib.import_module(module), table)
    made = [(name, make() if callable(make) else make) for name, make in makers.items()]
    return [(name, data.encode() if isinstance(data, str) else data) for name, data in made]


def damage(data: bytes, others: list[tuple[str, bytes]], rng: random.Random) -> bytes:
    """One to six random injuries."""
    raw = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(raw) + 1)
        kind = rng.randrange(7)
        if kind == 0 and raw:
            for _ in range(rng.randint(1, 30)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        elif kind == 1:
            del raw[at : at + rng.randint(1, max(1, len(raw) // 4))]
        elif kind == 2:
            raw = raw[:at]
        elif kind == 3:
            raw[at:at] = rng.choice(SPLINTERS)
        elif kind == 4:
            piece = raw[at : at + rng.randint(1, 200)]
            raw[at:at] = piece * rng.randint(2, 40)
        elif kind == 5:
            other = rng.choice(others)[1]
            raw[at:] = other[rng.randrange(len(other) + 1) :]
        else:
            half = len(raw) // 2
            raw = raw[half:] + raw[:half]
    return bytes(raw[:2_000_000])


def examine(jobs: Any, results: Any, memory: int) -> None:
    """The child: examine what comes, render every form, say what happened."""
    resource.setrlimit(resource.RLIMIT_AS, (memory * 2**20, memory * 2**20))
    from quivive import codec
    from quivive.render import FORMS
    from quivive.workbench import Workbench

    bench = Workbench()
    for number, name, data in iter(jobs.get, None):
        started = time.monotonic()
        try:
            report = bench.check(data, name=name)
            shown = [bench.render([report], form) for form in FORMS]
            codec.loads(codec.dumps(report))
            bugs = [e.skipped for e in report.examinations if e.skipped and "report it as a bug" in e.skipped]
            outcome = "bug caught: " + bugs[0] if bugs else report.attention
            if any(c in text for text in shown for c in "\x1b\x9b\u202e") or "<script" in shown[1]:
                outcome = "output not inert"
        except Exception as error:  # what must not happen is counted, not hidden
            outcome = f"raised {type(error).__name__}: {error}"[:200]
        results.put((number, outcome, time.monotonic() - started))


def main() -> None:
    """Run, print the counts, write benchmarks/results/fuzz.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first process; the next takes the next")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60.0, help="most for one input")
    parser.add_argument("--memory", type=int, default=6144, help="MiB of address space")
    parser.add_argument("--keep", type=Path, help="folder for inputs that failed")
    given = parser.parse_args()
    share = partial(fuzz, given.inputs // given.jobs, given.seconds, given.memory, given.keep)
    with ThreadPoolExecutor(given.jobs) as threads:  # threads only wait for their child processes
        parts = list(threads.map(share, range(given.seed, given.seed + given.jobs)))
    summary = together(parts)
    print(json.dumps(summary, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "fuzz.json").write_text(json.dumps(summary, indent=2) + "\n")


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One summary of several runs with seeds of their own."""
    sums = {key: Counter[str]() for key in ("outcomes", "by_suffix")}
    for part in parts:
        for key, counts in sums.items():
            counts.update(part[key])
    return {
        "inputs": sum(part["inputs"] for part in parts),
        "seeds": [part["seed"] for part in parts],
        "outcomes": dict(sums["outcomes"].most_common()),
        "slowest_s": max(part["slowest_s"] for part in parts),
        "by_suffix": dict(sorted(sums["by_suffix"].items())),
    }


def fuzz(inputs: int, seconds: float, memory: int, keep: Path | None, seed: int) -> dict[str, Any]:
    """Counts of outcomes, the slowest input, and how many killed or stopped the child."""
    rng = random.Random(seed)
    known = seeds()
    context = multiprocessing.get_context("spawn")
    outcomes: Counter[str] = Counter()
    names: Counter[str] = Counter()
    slowest = (0.0, "")
    child, jobs, results = start(context, memory)
    for number in range(inputs):
        name, data = known[number % len(known)]
        data = damage(data, known, rng)
        jobs.put((number, name, data))
        outcome, took, alive = wait(child, results, seconds)
        if not alive:
            child.kill()
            child, jobs, results = start(context, memory)
        if keep and (not alive or outcome not in LEVELS):
            keep.mkdir(exist_ok=True)
            (keep / f"{number}-{name}").write_bytes(data)
        outcomes[outcome] += 1
        names[Path(name).suffix] += 1
        slowest = max(slowest, (round(took, 2), f"{number}-{name}"))
    jobs.put(None)
    return {"inputs": inputs, "seed": seed, "outcomes": dict(outcomes.most_common()), "slowest_s": slowest,
            "by_suffix": dict(sorted(names.items()))}  # fmt: skip


def start(context: Any, memory: int) -> tuple[Any, Any, Any]:
    """A child process with its queues."""
    jobs, results = context.Queue(), context.Queue()
    child = context.Process(target=examine, args=(jobs, results, memory), daemon=True)
    child.start()
    return child, jobs, results


def wait(child: Any, results: Any, seconds: float) -> tuple[str, float, bool]:
    """(outcome, seconds, whether the child lives)."""
    from queue import Empty

    deadline = time.monotonic() + seconds + 30
    while time.monotonic() < deadline:
        try:
            _, outcome, took = results.get(timeout=0.5)
            return (outcome, took, True) if took <= seconds else ("too slow", took, True)
        except Empty:
            if not child.is_alive():
                return f"killed the process ({child.exitcode})", 0.0, False
    return "stopped at the time limit", seconds, False


if __name__ == "__main__":
    main()
