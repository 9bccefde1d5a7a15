"""Debian's SIPp, unmodified, as the border controller that asks the redirect server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.service.redirect.asked import Asked

SCENARIO = Path(__file__).parent / "invite.xml"
MISSING = "SIPp is not installed (Debian package sip-tester)"


def demanded() -> None:
    """Skip where SIPp is missing; fail where the tests run as continuous integration, which installs it."""
    if shutil.which("sipp"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@dataclass(frozen=True)
class Run:
    """What SIPp saw: the answer to each call by its number, and how long each took (milliseconds)."""

    answers: Mapping[int, tuple[str, str, str]]
    """Status line, P-Asserted-Identity or Reason, Contact."""
    repeated: int
    milliseconds: Sequence[float]
    output: str


def ask(folder: Path, calls: Sequence[Asked], port: int, rate: int, transport: str = "u1") -> Run:
    """Send the calls at `rate` a second by UDP ('u1') or TCP ('t1'). AssertionError if one is lost."""
    table = folder / "calls.csv"
    table.write_text("SEQUENTIAL\n" + "".join(f"{call.row}\n" for call in calls), "utf-8")
    command = ["sipp", f"127.0.0.1:{port}", "-sf", str(SCENARIO), "-inf", str(table), "-m", str(len(calls)),
               "-r", str(rate), "-t", transport, "-i", "127.0.0.1", "-nostdin", "-trace_logs", "-log_file",
               "log", "-trace_rtt", "-rtt_freq", "1", "-trace_err", "-error_file", "errors", "-timeout",
               "120", "-timeout_error", "-l", "4000"]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "TERM": "dumb"}
    )
    errors = folder / "errors"
    said = (errors.read_text("utf-8", "replace") if errors.exists() else "") + done.stderr
    assert done.returncode == 0, f"SIPp ended with {done.returncode}: {said[:2000]}"
    seen = list(_answers(folder / "log"))
    answers = {number: answer for number, *answer in seen}
    times = [
        float(line.split(";")[1]) for path in folder.glob("*_rtt.csv") for line in _lines(path)[1:] if line
    ]
    return Run(answers, len(seen) - len(answers), times, said)  # type: ignore[arg-type]


def _answers(path: Path) -> list[tuple[int, str, str, str]]:
    rows = [line.split("|", 3) for line in _lines(path) if line.count("|") >= 3]
    return [
        (int(number), status.strip(), said.strip(), where.strip()) for number, status, said, where in rows
    ]


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8", "replace").splitlines()
