"""How long does taint take over a whole ledger, and along one seed's way?

    python benchmarks/money_taint.py LEDGER [--runs 5] [--traces 2000]

LEDGER: folder that ../shared/tools/make_ledger.py wrote (5,000,000 transactions for the published figures).
Whole ledger: least processor seconds of some runs, from arrays in memory to every output's amount, for 1,000
random outputs as seeds and for all coinbases of a month (4,320 blocks), the last and the first: after the
first nearly everything is tainted. Each rule runs in a process of its own; its peak memory holds the ledger's
arrays and all imports. One seed: follow_haircut from random outputs, cut at 1 % of the seed's value, and at
1 % of each output's value. Writes benchmarks/results/money_taint.json.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
TARGETS = {"haircut_cpu_s": 0.3, "fifo_cpu_s": 1, "trace_p95_ms": 50}
MONTH = 4320
RULES = ("haircut", "fifo", "poison")


def peak_mb() -> int:
    """Peak memory of this process; ru_maxrss would hold that of the process that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


def ledger(folder: Path) -> tuple[Any, Any, Any, Any]:
    """in_off, in_prev, out_off, out_val, in memory."""
    in_off, in_prev, out_off, out_val = (
        np.load(folder / f"{name}.npy") for name in ("in_off", "in_prev", "out_off", "out_val")
    )
    return in_off, in_prev, out_off, out_val


def seed_sets(arrays: tuple[Any, Any, Any, Any]) -> dict[str, Any]:
    """1,000 random outputs, and the coinbases' outputs of a month."""
    in_off, _, out_off, out_val = arrays
    coinbases = out_off[:-1][np.diff(in_off) == 0]
    return {
        "1,000 random outputs": np.random.default_rng(7).choice(out_val.size, 1000, replace=False),
        "coinbases of the last month": coinbases[-MONTH:],
        "coinbases of the first month": coinbases[:MONTH],
    }


def whole(folder: Path, rule: str, runs: int) -> dict[str, Any]:
    """One rule over the whole ledger: seconds by set of seeds, what is tainted, and whether it adds up."""
    from quivive.money import taint

    work = getattr(taint, rule)
    arrays = ledger(folder)
    began = time.process_time()
    work(*(array[:2] if n % 2 == 0 else array[: int(arrays[n - 1][1])] for n, array in enumerate(arrays)), [])
    result: dict[str, Any] = {"getting_ready_cpu_s": round(time.process_time() - began, 3), "seeds": {}}
    for name, seeds in seed_sets(arrays).items():
        times = []
        for _ in range(runs):
            found = None
            began = time.process_time()
            found = work(*arrays, seeds)
            times.append(time.process_time() - began)
        now = taint.ends(found, arrays[1])
        result["seeds"][name] = {
            "cpu_s": round(min(times), 3),
            "tainted_outputs": int(np.count_nonzero(found.amounts)),
            "seed": found.seed,
            "not_accounted_for": None if rule == "poison" else found.seed - now.unspent - now.fees,
        }
    result["peak_mb"] = peak_mb()
    return result


def traces(folder: Path, count: int) -> dict[str, Any]:
    """Milliseconds of traces of one seed each, and how many transactions they went through."""
    from quivive.money.following import follow_haircut, spenders

    in_off, in_prev, out_off, out_val = ledger(folder)
    spender = spenders(in_off, in_prev, out_val.size)
    arrays = (in_off, in_prev.astype(np.int64), out_off, out_val, spender)
    seeds = np.random.default_rng(7).choice(out_val.size, count, replace=False)
    result: dict[str, Any] = {"traces": count}
    for name, cut in (("seed", {}), ("output", {"least": 0.0, "thinnest": 0.01})):
        follow_haircut(*arrays, seeds[:1], **cut)
        times, sizes = [], []
        for seed in seeds:
            began = time.perf_counter()
            sizes.append(follow_haircut(*arrays, np.array([seed]), **cut).transactions)
            times.append(time.perf_counter() - began)
        median, most, worst = (round(float(ms) * 1000, 3) for ms in np.percentile(times, [50, 95, 100]))
        result[f"1 % of the {name}"] = {
            "p50_ms": median,
            "p95_ms": most,
            "max_ms": worst,
            "p95_transactions": int(np.percentile(sizes, 95)),
        }
    return result


def apart(folder: Path, rule: str, runs: int, **environment: str) -> Any:
    """What a rule took in a process of its own."""
    command = [sys.executable, __file__, str(folder), "--rule", rule, "--runs", str(runs)]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, **environment})
    return json.loads(done.stdout)


def main() -> None:
    """Measure, print, write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--traces", type=int, default=2000)
    parser.add_argument("--rule", choices=RULES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rule:
        print(json.dumps(whole(given.folder, given.rule, given.runs)))
        return
    load_before = os.getloadavg()[0]
    measured = {}
    for rule in RULES:
        measured[rule] = apart(given.folder, rule, given.runs)
        with tempfile.TemporaryDirectory() as empty:
            new = apart(given.folder, rule, 1, NUMBA_CACHE_DIR=empty)
        measured[rule]["compiling_cpu_s"] = new["getting_ready_cpu_s"]
        print(rule, measured[rule], flush=True)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "transactions": int(np.load(given.folder / "cj.npy", mmap_mode="r").size),
        "outputs": int(np.load(given.folder / "out_val.npy", mmap_mode="r").size),
        "targets": TARGETS,
        "whole_ledger": measured,
        "one_seed": traces(given.folder, given.traces),
        "load_before_and_after": [round(load_before, 1), round(os.getloadavg()[0], 1)],
    }
    print(json.dumps(result, indent=2))
    (ROOT / "benchmarks" / "results" / "money_taint.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
