"""How are a desk's own labelled cases read?"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quivive.errors import NotFound, UsageError
from quivive.intake import Input
from quivive.model import Channel

_SCAM = {"1", "scam", "spam", "phishing", "smishing", "fraud", "true", "yes"}
_LEGITIMATE = {"0", "legitimate", "ham", "ok", "false", "no", "genuine", "normal"}


@dataclass(frozen=True)
class Case:
    """One labelled input: `label` 1 scam, 0 legitimate; `period` is a month (2026-11) where known."""

    given: Input
    label: int
    period: str = ""


def load(path: Path) -> list[Case]:
    """Labelled cases from JSON lines or CSV (text or path, label, channel, date), or a folder with the
    subfolders `scam` and `legitimate`. Raises NotFound or UsageError naming the row."""
    if path.is_dir():
        return [*_folder(path / "scam", 1), *_folder(path / "legitimate", 0)]
    if not path.is_file():
        raise NotFound(f"There are no labelled cases at {path}.")
    rows = _csv_rows(path) if path.suffix == ".csv" else _json_rows(path)
    return [_case(row, number, path) for number, row in enumerate(rows, 1)]


def _folder(folder: Path, label: int) -> Iterator[Case]:
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}: labelled folders are named 'scam' and 'legitimate'.")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield Case(Input(str(path.relative_to(folder)), path=path), label)


def _json_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path.name}, line {number}: no JSON ({error}).") from error
        yield row if isinstance(row, dict) else {}


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _case(row: Mapping[str, Any], number: int, path: Path) -> Case:
    label = str(row.get("label", "")).strip().lower()
    if label not in _SCAM | _LEGITIMATE:
        raise UsageError(
            f"{path.name}, row {number}: label '{label}' is neither scam (1) nor legitimate (0)."
        )
    channel = _channel(row.get("channel"))
    name = str(row.get("id") or row.get("name") or f"row-{number}")
    period = str(row.get("date") or row.get("period") or "")[:7]
    if row.get("path"):
        given = Input(name, path=path.parent / str(row["path"]), channel=channel)
    elif isinstance(row.get("text"), str):
        given = Input(
            name, data=row["text"].encode("utf-8", "replace"), media_type="text/plain", channel=channel
        )
    else:
        raise UsageError(f"{path.name}, row {number}: a case needs 'text' or 'path'.")
    return Case(given, int(label in _SCAM), period)


def _channel(value: Any) -> Channel | None:
    known: dict[str, Channel] = {"sms": "sms", "email": "email", "chat": "chat", "call": "call"}
    return known.get(str(value or "").lower())
