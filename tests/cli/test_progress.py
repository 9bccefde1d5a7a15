"""Who waits at a terminal sees which question is being asked of what."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from quivive.workbench import Workbench

PICTURE = ROOT / "tests/data/media/qr.png"


def test_each_check_is_told_before_it_is_made(bench: Workbench) -> None:
    told: list[tuple[str, str]] = []
    given = bench.input(PICTURE)
    report = bench.check_input(given, tell=lambda detector, name: told.append((detector.name, name)))
    assert told == [(each.detector, each.item) for each in report.examinations]


def test_a_terminal_shows_that_a_picture_is_being_read() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "quivive", "check", str(PICTURE), "--detector", "media", "--exit-zero"]
    done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs,
                            env={**os.environ, "TERM": "xterm", "COLUMNS": "120"})  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # Linux says so at the other side's end
        pass
    assert done.wait() == 0
    assert b"qr.png: What stands written in this picture?" in shown


def test_a_file_of_messages_holds_no_progress(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "quivive", "check", str(PICTURE), "--detector", "media", "--exit-zero"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
