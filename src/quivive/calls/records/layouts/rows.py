"""How do rows that Python reads reach the engine? As Parquet files of texts, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from quivive.calls.records.layouts.sheet import Refused
from quivive.calls.records.times import quoted

FILE, PLACE = "#file", "#place"
"""Columns that say where a row stands."""
_PART = 50_000
_NAMED = 20
Row = Mapping[str, str]


@dataclass
class Written:
    """The parts that were written, the columns in them, the first values, and what did not read."""

    paths: list[Path] = field(default_factory=list)
    sample: dict[str, list[str]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    bad: int = 0
    rows: int = 0

    @property
    def sql(self) -> str:
        """All the rows, in their order."""
        names = ", ".join(quoted(str(path)) for path in self.paths)
        return f"select * from read_parquet([{names}], union_by_name = true)"


def write(rows: Iterable[Row | Refused], folder: Path, name: str) -> Written:
    """Rows into parts of a folder; a refused row is counted and, among the first, kept."""
    done = Written()
    part: list[Row] = []
    for row in _counted(rows, done):
        part.append(row)
        if len(part) == _PART:
            _flush(part, folder / f"{name}-{len(done.paths)}.parquet", done)
            part = []
    _flush(part, folder / f"{name}-{len(done.paths)}.parquet", done)
    return done


def _counted(rows: Iterable[Row | Refused], done: Written) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Refused):
            done.bad += 1
            if len(done.refused) < _NAMED:
                done.refused.append(row)
            continue
        done.rows += 1
        if done.rows <= 200:
            for name, value in row.items():
                done.sample.setdefault(name, []).append(value)
        yield row


def _flush(part: list[Row], path: Path, done: Written) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not part and done.paths:
        return
    names = dict.fromkeys(name for row in part for name in row) or {FILE: None, PLACE: None}
    for name in names:
        done.sample.setdefault(name, [])
    columns = {name: pa.array([row.get(name) for row in part], pa.string()) for name in names}
    pq.write_table(pa.table(columns), path)
    done.paths.append(path)
