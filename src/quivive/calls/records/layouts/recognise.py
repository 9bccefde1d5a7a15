"""Which layout has a file of call records? Its first bytes tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from quivive.calls.records.layouts import inserts, kamailio, native, objects, tables
from quivive.calls.records.layouts.sheet import Sheet
from quivive.errors import Unreadable, UsageError

_TOGETHER = {"json": objects.sheet, "kamailio-acc": kamailio.sheet, "freeswitch-sql": inserts.sheet}
"""Read row by row: neighbours of one layout become one sheet."""
LAYOUTS = ("auto", "csv", "parquet", *_TOGETHER, *native.NATIVE)


def sheets(paths: Sequence[Path], folder: Path, layout: str | None) -> Iterator[Sheet]:
    """The files as sheets, in their order. Raises UsageError and Unreadable."""
    kinds = [(_kind(path, None if layout == "auto" else layout), path) for path in paths]
    number = 0
    for kind, group in groupby(kinds, key=lambda each: each[0]):
        files = [path for _, path in group]
        if kind in _TOGETHER:
            number += 1
            yield _TOGETHER[kind](files, folder, f"rows{number}")
            continue
        for path in files:
            number += 1
            if kind == "parquet":
                yield tables.parquet_sheet(path)
            else:
                yield tables.csv_sheet(path, tables.head_of(path), number, layout)


def _kind(path: Path, layout: str | None) -> str:
    if not path.is_file():
        raise UsageError(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    head = tables.head_of(path)
    if not head.strip():
        raise Unreadable(f"{path} is empty.")
    if layout:
        return layout if layout == "parquet" or layout in _TOGETHER else "csv"
    if head[:4] == b"PAR1":
        return "parquet"
    text = head.decode(tables.encoding_of(head), "replace").lstrip("\ufeff").lstrip()
    if text[:1] in ("{", "["):
        return "json"
    if inserts.STATEMENT.match(text.partition("\n")[0]):
        return "freeswitch-sql"
    return "kamailio-acc" if kamailio.is_accounting(text) else "csv"
