"""Which rows and columns has a CSV or Parquet file, whoever wrote it?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from quivive.calls.records.layouts import native, opening
from quivive.calls.records.layouts.sheet import Sheet
from quivive.calls.records.times import quoted
from quivive.errors import Unreadable, UsageError

_HEAD = 1 << 16
_ROWS = 200
_DELIMITERS = ",;\t|"
_UNITS = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
_VALUE = re.compile(
    r"\+?[\d\s.:/-]{5,}|\d+|\d{4}-\d\d-\d\d[T ].*|sips?:.*|tel:.*|ANSWERED|NO ANSWER|BUSY|FAILED"
)


def head_of(path: Path) -> bytes:
    """The first bytes of a file, unpacked if it is gzip. Raises Unreadable."""
    with opening.binary(path) as file:
        return file.read(_HEAD)


def encoding_of(head: bytes) -> str:
    """'utf-8', 'utf-16' or 'latin-1', by a mark at the beginning or by what reads."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start > len(head) - 4 else "latin-1"
    return "utf-8"


def csv_sheet(path: Path, head: bytes, number: int, layout: str | None) -> Sheet:
    """The rows of a delimited file. Raises Unreadable."""
    encoding = encoding_of(head)
    lines = _lines(head.decode(encoding, "replace").lstrip("\ufeff"))
    delimiter, rows = _split(lines)
    if not rows or max(map(len, rows)) < 2:
        raise Unreadable(
            f"{path} is no table: its lines have no columns divided by comma, semicolon, tab or '|'."
        )
    told = native.NATIVE.get(layout) if layout else None
    known = told or native.recognise(rows)
    header = known is None and not _is_data(rows[0])
    width = max(map(len, rows))
    if known:
        columns = [*known.columns, *(f"more{n}" for n in range(width - len(known.columns)))]
    else:
        columns = _names(rows[0]) if header else [f"column{n + 1}" for n in range(width)]
    body = rows[1:] if header else rows
    sample = {name: [row[place] for row in body if place < len(row)] for place, name in enumerate(columns)}
    options = {
        "delim": quoted(delimiter), "header": "true" if header else "false", "quote": quoted('"'),
        "escape": quoted('"'),
        "columns": "{" + ", ".join(f"{quoted(name)}: 'varchar'" for name in columns) + "}",
        "auto_detect": "false",
        "null_padding": "true", "ignore_errors": "true", "store_rejects": "true",
        "rejects_table": quoted(f"rejects{number}"),
        "rejects_scan": quoted(f"scan{number}"), "rejects_limit": "0", "encoding": quoted(encoding),
        "strict_mode": "false",
        "compression": quoted("gzip" if opening.is_gzip(path) else "none"), "parallel": "false",
    }  # fmt: skip
    sql = (
        f"select * from read_csv({quoted(str(path))}, {', '.join(f'{k} = {v}' for k, v in options.items())})"
    )
    return Sheet(path.name, known.name if known else "csv", tuple(columns), sql, sample,
                 known.fields if known else None, first=2 if header else 1,
                     rejects=f"rejects{number}")  # fmt: skip


def parquet_sheet(path: Path) -> Sheet:
    """The rows of a Parquet file. Raises Unreadable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        columns = file.schema_arrow.names
        first = next(file.iter_batches(_ROWS), None)
        rows = first.to_pylist() if first else []
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"{path} is no whole Parquet file.") from error
    if len(set(columns)) < len(columns):
        raise Unreadable(f"{path} has two columns of one name.")
    sample = {name: ["" if row[name] is None else _text(row[name]) for row in rows] for name in columns}
    # the times of a file that no program can hold are found when they are read
    kinds: Mapping[str, Any] = {field.name: field.type for field in file.schema_arrow}
    shown = ", ".join(f"{_as_text(name, kinds[name])} as {identifier(name)}" for name in columns)
    sql = f"select {shown} from read_parquet({quoted(str(path))})"
    return Sheet(path.name, "parquet", tuple(columns), sql, sample, direct=path)


def identifier(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _as_text(name: str, kind: Any) -> str:
    import pyarrow as pa

    column = identifier(name)
    if pa.types.is_duration(kind):
        return f"cast({column} / {_UNITS[kind.unit]} as varchar)"
    if pa.types.is_floating(kind):
        whole = f"{column} = floor({column}) and abs({column}) < 1e18"
        return (f"case when {whole} then cast(cast({column} as bigint) as varchar) "
                f"else cast({column} as varchar) end")  # fmt: skip
    return f"cast({column} as varchar)"


def _lines(text: str) -> str:
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text if end < 0 or len(text) < _HEAD // 4 else text[: end + 1]


def _split(text: str) -> tuple[str, list[list[str]]]:
    """The delimiter by which most lines have one and the same number of columns, and the first rows."""
    best: tuple[int, int, str, list[list[str]]] = (0, 0, ",", [])
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter),
                range(_ROWS), strict=False)
                    if any(row)]  # fmt: skip
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        width = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 0
        if width > 1 and (widths.count(width), width) > best[:2]:
            best = (widths.count(width), width, delimiter, rows)
    return best[2], best[3]


def _is_data(row: Sequence[str]) -> bool:
    """Whether a first row holds values, not names."""
    return any(_VALUE.fullmatch(cell.strip()) for cell in row)


def _names(row: Sequence[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(row, 1):
        name = cell.strip() or f"column{place}"
        if name.lower() in (each.lower() for each in names):
            name = f"{name}_{place}"
        names.append(name)
    if len(names) > 2000:
        raise UsageError("A table of more than 2,000 columns is not read.")
    return names
