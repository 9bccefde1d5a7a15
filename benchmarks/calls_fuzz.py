"""100,000 damaged inputs for every reader of calls: nothing but our own Error leaves, nothing takes a second.

    python benchmarks/calls_fuzz.py [--inputs 100000] [--jobs 2] [--seed 1] [--reader NAME]... [--keep FOLDER]

Seeds are made here and by the tests' makers; files of the shared data (../shared/data/calls or $QUIVIVE_DATA)
join them where they are there. An input is a seed with one to eight injuries, 64 KiB at most. Child processes
with limits on memory and time read them; what stops one is counted, and kept with --keep. Seconds are of
processor time, since the machine may be shared. Writes benchmarks/results/calls_fuzz.json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from calls_readers import READERS  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "calls_fuzz.json"
LARGEST = 65_536
BATCH = 250
PATIENCE = 20.0
"""Seconds of the clock after which a child that is still at one input is stopped."""
NUMBERS = (0, 1, 4, 8, 20, 60, 127, 128, 255, 256, 65_535, 65_536, 2**31 - 1, 2**32 - 1)


def damage(data: bytes, others: Sequence[bytes], words: Sequence[bytes], rng: random.Random) -> bytes:
    """One to eight injuries, most often few."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        injure(raw, others, words, rng)
    return bytes(raw[:LARGEST])


def injure(raw: bytearray, others: Sequence[bytes], words: Sequence[bytes], rng: random.Random) -> None:
    """One injury, in place."""
    at = rng.randrange(len(raw) + 1)
    end = min(len(raw), at + rng.choice((1, 2, 4, 16, 64, 512)))
    match rng.randrange(9):
        case 0 if raw:
            raw[at % len(raw)] ^= 1 << rng.randrange(8)
        case 1 if raw:
            raw[at % len(raw)] = rng.randrange(256)
        case 2:
            del raw[at:end]
        case 3:
            del raw[at:]
        case 4:
            raw[at:at] = raw[at:end] * rng.choice((1, 2, 30))
        case 5:
            other = rng.choice(others)
            raw[at:] = other[rng.randrange(len(other) + 1) :]
        case 6:  # a length, or what may be one
            size = rng.choice((1, 2, 4))
            number = rng.choice(NUMBERS) & (256**size - 1)
            raw[at : at + size] = number.to_bytes(size, rng.choice(("big", "little")))
        case 7 if rng.random() < 0.1 and at < end:  # one piece over and over, to the largest size
            raw[at:at] = raw[at:end] * ((LARGEST - len(raw)) // (end - at))
        case _:
            raw[at : rng.choice((at, end))] = rng.choice(words)


def read_batch(reader: Any, numbers: range, seed: int, now_at: Any) -> dict[str, Any]:
    """What became of inputs, by number: outcomes, the slowest, the numbers that raised what they must not."""
    from quivive.errors import Error

    outcomes: Counter[str] = Counter()
    slowest, raised = (0.0, 0, 0), []
    for number in numbers:
        now_at.value = number
        data = input_of(reader, seed, number)
        started = time.process_time()
        try:
            outcome = reader.read(data)
        except Error:
            outcome = "refused"
        except Exception as error:  # what must not happen is counted, not hidden
            outcome = f"raised {type(error).__name__}"
            raised.append((number, f"{type(error).__name__}: {error}"[:200]))
        outcomes[outcome] += 1
        slowest = max(slowest, (time.process_time() - started, number, len(data)))
    return {"outcomes": outcomes, "slowest": slowest, "raised": raised}


def input_of(reader: Any, seed: int, number: int) -> bytes:
    """The input of that number: always the same."""
    rng = random.Random(f"{seed} {number}")
    made: bytes | None = reader.made(rng)
    if made is not None:
        return made[:LARGEST]
    return damage(rng.choice(reader.seeds), reader.seeds, reader.words, rng)


def child(name: str, seed: int, memory: int, jobs: Any, results: Any, now_at: Any) -> None:
    """A process that reads batches until there are none."""
    reader = READERS[name]()
    reader.read(reader.seeds[0])  # imports count for nobody
    resource.setrlimit(resource.RLIMIT_AS, (memory * 2**20, memory * 2**20))
    for first, last in iter(jobs.get, None):
        done = read_batch(reader, range(first, last), seed, now_at)
        done["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        results.put(((first, last), done))


class Child:
    """A child process with its queues and the number of the input that it is at."""

    def __init__(self, name: str, seed: int, memory: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.jobs, self.results = context.Queue(), context.Queue()
        self.now_at = context.Value("q", -1, lock=False)
        arguments = (name, seed, memory, self.jobs, self.results, self.now_at)
        self.process = context.Process(target=child, args=arguments, daemon=True)
        self.process.start()

    def answer(self) -> dict[str, Any] | None:
        """What became of the batch, None if the child died or stayed at one input."""
        at, since = self.now_at.value, time.monotonic()
        while True:
            try:
                done: dict[str, Any] = self.results.get(timeout=0.2)[1]
                return done
            except Empty:
                if self.now_at.value != at:
                    at, since = self.now_at.value, time.monotonic()
                if not self.process.is_alive() or time.monotonic() - since > PATIENCE:
                    return None

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.join()


def fuzz(name: str, inputs: int, seed: int, memory: int, keep: Path | None) -> dict[str, Any]:
    """All inputs of one reader, in one child after another."""
    outcomes: Counter[str] = Counter()
    slowest, peak, bad = (0.0, 0, 0), 0, []
    started = time.monotonic()
    running = Child(name, seed, memory)
    left = [(first, min(inputs, first + BATCH)) for first in range(0, inputs, BATCH)]
    while left:
        first, last = left.pop()
        running.jobs.put((first, last))
        done = running.answer()
        if done is None:  # what stopped the child is counted; the rest of its batch is read by the next
            stopped = max(first, running.now_at.value)
            bad.append((stopped, f"stopped the process (exit status {running.process.exitcode})"))
            outcomes["stopped the process"] += 1
            left += [each for each in ((first, stopped), (stopped + 1, last)) if each[0] < each[1]]
            running.stop()
            running = Child(name, seed, memory)
            continue
        outcomes += done["outcomes"]
        slowest, peak = max(slowest, done["slowest"]), max(peak, done["peak_mib"])
        bad += done["raised"]
    running.stop()
    kept = {number for number, _ in bad} | ({slowest[1]} if keep else set())
    if keep:
        save(name, seed, kept, keep)
    return {
        "inputs": inputs,
        "outcomes": dict(outcomes.most_common()),
        "errors_not_ours": len(bad),
        "first_errors": [f"input {number}: {said}" for number, said in bad[:10]],
        "over_a_second": slowest[0] > 1,
        "slowest_s": round(slowest[0], 4),
        "slowest_input": {"number": slowest[1], "bytes": slowest[2]},
        "peak_mib": peak,
        "minutes": round((time.monotonic() - started) / 60, 1),
    }


def save(name: str, seed: int, numbers: set[int], folder: Path) -> None:
    """Write inputs out, as they were read."""
    folder.mkdir(parents=True, exist_ok=True)
    reader = READERS[name]()
    for number in sorted(numbers)[:50]:
        (folder / f"{name.replace(' ', '-')}-{seed}-{number}.bin").write_bytes(input_of(reader, seed, number))


def main() -> None:
    """Run, print, write benchmarks/results/calls_fuzz.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000, help="of each reader")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, default=3072, help="MiB of address space of a child")
    parser.add_argument("--reader", action="append", choices=sorted(READERS), help="only this one")
    parser.add_argument("--keep", type=Path, help="folder for inputs that failed, and the slowest")
    given = parser.parse_args()
    names = given.reader or list(READERS)
    with ThreadPoolExecutor(given.jobs) as threads:  # threads only wait for their child processes
        parts = list(
            threads.map(lambda name: fuzz(name, given.inputs, given.seed, given.memory, given.keep), names)
        )
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{multiprocessing.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}",
        "seed": given.seed,
        "readers": dict(zip(names, parts, strict=True)),
    }
    print(json.dumps(result, indent=2))
    if not given.reader:
        RESULT.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
