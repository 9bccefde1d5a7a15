"""How fast: texts and mails a second through `check_many`, cold starts, and bogofilter on the same texts.

    python benchmarks/speed.py [--jobs 2]

Texts are the UCI SMS corpus and the SpamAssassin mail corpus (../shared/data or $QUIVIVE_DATA), through all
detectors, the start of the processes included. Writes benchmarks/results/speed.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quivive import __version__, config
from quivive.intake import Input
from quivive.workbench import Workbench

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "messages"
TARGETS = {"sms": 500, "mail": 50, "sms with embeddings": 20}


def texts(name: str, most: int) -> list[str]:
    """The first `most` messages of a corpus."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line, _ in zip(file, range(most), strict=False)]


def rate(bench: Workbench, messages: list[str], channel: Any, jobs: int) -> float:
    """Messages a second, start of the processes included."""
    inputs = [Input(f"m{n}.txt", data=text.encode(), media_type="text/plain", channel=channel)
              for n, text in enumerate(messages)]  # fmt: skip
    started = time.perf_counter()
    done = sum(1 for _ in bench.check_many(inputs, jobs=jobs))
    assert done == len(messages)
    return done / (time.perf_counter() - started)


def bogofilter(messages: list[str]) -> float | None:
    """Messages a second of bogofilter classifying the same texts with a small word list, in bulk mode."""
    if not shutil.which("bogofilter"):
        return None
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for flag, text in (("-s", messages[0]), ("-n", messages[1])):
            subprocess.run(["bogofilter", "-d", folder, flag], input=text.encode(), check=True)
        names = []
        for number, text in enumerate(messages):
            path = Path(folder) / f"{number}.txt"
            path.write_text(text, "utf-8")
            names.append(str(path))
        started = time.perf_counter()
        bulk = ["bogofilter", "-d", folder, "-b"]
        subprocess.run(bulk, input="\n".join(names).encode(), stdout=subprocess.DEVNULL, check=False)
        return len(names) / (time.perf_counter() - started)


def cold(*args: str) -> float:
    """Median seconds of five runs of the command as a whole process."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "quivive", *args], capture_output=True, check=False)
        times.append(time.perf_counter() - started)
    return sorted(times)[2]


def main() -> None:
    """Measure, print, write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    quick, full = (Workbench(replace(config.load(), embeddings=on)) for on in (False, True))
    sms, mails = texts("sms_uci_en", 5000), texts("email_spamassassin", 600)
    rates = {
        "sms": rate(quick, sms, "sms", given.jobs),
        "sms, one process": rate(quick, sms[:2000], "sms", 1),
        "mail": rate(quick, mails, "email", given.jobs),
        "sms with embeddings": rate(full, sms[:1000], "sms", given.jobs),
        "mail with embeddings": rate(full, mails[:100], "email", given.jobs),
    }
    peer = bogofilter(sms)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "jobs": given.jobs,
        "per_second": {name: round(value, 1) for name, value in rates.items()},
        "targets": TARGETS,
        "both_cores": round(rates["sms"] / rates["sms, one process"], 2),
        "bogofilter_sms_per_second": round(peer, 1) if peer else None,
        "sms_over_bogofilter": round(rates["sms"] / peer, 4) if peer else None,
        "cold_seconds": {
            "--help": round(cold("--help"), 3),
            "check --text": round(cold("check", "--text", "Your parcel is held, pay the fee"), 3),
        },
    }
    print(json.dumps(result, indent=2))
    (ROOT / "benchmarks" / "results" / "speed.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
