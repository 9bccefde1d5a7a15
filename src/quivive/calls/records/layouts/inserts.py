"""Which calls does FreeSWITCH's 'sql' template hold? An INSERT statement a call."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from quivive.calls.records.layouts import opening, rows
from quivive.calls.records.layouts.native import NATIVE
from quivive.calls.records.layouts.sheet import Refused, Sheet

STATEMENT = re.compile(r"\s*INSERT INTO \S+ VALUES \((.*)\);\s*", re.IGNORECASE)


def sheet(paths: Sequence[Path], folder: Path, name: str) -> Sheet:
    """The rows of files of statements."""
    written = rows.write((row for path in paths for row in _rows(path)), folder, name)
    columns = tuple(each for each in written.sample if not each.startswith("#"))
    label = paths[0].name if len(paths) == 1 else f"{len(paths)} files of statements"
    return Sheet(label, "freeswitch-sql", columns, written.sql, written.sample, NATIVE["freeswitch"].fields,
                 refused=tuple(written.refused), bad=written.bad)  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str] | Refused]:
    names = NATIVE["freeswitch"].columns
    with opening.text(path) as lines:
        for place, line in enumerate(lines, 1):
            found = STATEMENT.fullmatch(line)
            cells = next(csv.reader([found[1]], skipinitialspace=True), []) if found else []
            if len(cells) < NATIVE["freeswitch"].fewest:
                if line.strip():
                    yield Refused(path.name, f"line {place}", "This is no statement that inserts a call.")
                continue
            yield {rows.FILE: path.name, rows.PLACE: str(place), **dict(zip(names, cells, strict=False))}
