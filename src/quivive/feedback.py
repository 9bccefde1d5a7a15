"""How does a desk tell that a finding was wrong, or that something was missed? Kept as data, here only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from quivive.errors import NotFound, UsageError
from quivive.model import Finding, Report

FILE = "feedback.jsonl"
Verdict = Literal["wrong", "missed", "right"]


def record(
    report: Report, verdict: Verdict, *, finding: str | None, note: str, at: datetime, keep_text: bool = False
) -> dict[str, Any]:
    """One line of feedback: the report's hashes, the finding's code and score, never its text unless asked.

    Raises UsageError if the verdict needs a finding, NotFound if the report has none of that id or code.
    """
    if verdict != "missed" and finding is None:
        raise UsageError(f"Which finding is {verdict}? Name it by id (f3) or code, as the report shows it.")
    found = _find(report, finding) if finding and verdict != "missed" else None
    return {
        "at": at.isoformat(timespec="seconds"),
        "verdict": verdict,
        "report": report.name,
        "sha256": report.items[0].sha256 if report.items else "",
        "attention": report.attention,
        "code": found.code if found else (finding or ""),
        "detector": found.detector if found else "",
        "score": report.score("scam-message"),
        "note": note,
        "version": report.tool.get("version", ""),
        "text": next((i.text for i in report.items if i.text), None) if keep_text else None,
    }


def append(home: Path, line: dict[str, Any]) -> Path:
    """Add a line to the home's feedback file; raises UsageError where it cannot be written."""
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Set QUIVIVE_HOME.") from error
    return path


def read(home: Path) -> Iterator[dict[str, Any]]:
    """All feedback kept in a home, oldest first; a damaged line is left out."""
    path = home / FILE
    if not path.is_file():
        return
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _find(report: Report, name: str) -> Finding:
    for finding in report.findings:
        if name in (finding.id, finding.code):
            return finding
    known = ", ".join(f"{f.id} ({f.code})" for f in report.findings) or "none"
    raise NotFound(f"The report has no finding '{name}'; it has {known}.")
