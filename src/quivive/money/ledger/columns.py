"""What stands in these rows of a column, without reading the whole column?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_KEPT = 64
"""Row groups kept in memory: 64 of 131,072 rows of 8 bytes are 64 MiB."""


class Column:
    """A column over several Parquet files, read by row group; a slice is an array of the column's type."""

    def __init__(self, files: Sequence[Path], name: str) -> None:
        self._name = name
        self._files = [pq.ParquetFile(path, memory_map=True) for path in files]
        self._groups = [(file, group) for file in self._files for group in range(file.num_row_groups)]
        rows = [file.metadata.row_group(group).num_rows for file, group in self._groups]
        self._ends = np.cumsum(rows, dtype=np.int64) if rows else np.zeros(0, np.int64)
        self._kept: OrderedDict[int, pa.Array] = OrderedDict()

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, rows: slice | int | np.ndarray | Sequence[int]) -> Any:
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            return self._slice(start, stop)
        if isinstance(rows, int | np.integer):
            return self.take([int(rows)])[0]
        return self._rows(np.asarray(rows, np.int64))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.load() if dtype is None else self.load().astype(dtype)

    def load(self) -> np.ndarray:
        """All of it, int64."""
        return self._slice(0, len(self))

    def take(self, rows: Sequence[int]) -> list[Any]:
        """The values of these rows."""
        where = np.searchsorted(self._ends, np.asarray(rows, np.int64), "right")
        return [
            self._group(g)[row - self._start(g)].as_py() for row, g in zip(rows, where.tolist(), strict=True)
        ]

    def _rows(self, rows: np.ndarray) -> np.ndarray:
        """Numbers in these rows, int64, a row group at a time."""
        if rows.size and not 0 <= int(rows.min()) <= int(rows.max()) < len(self):
            raise IndexError(f"The column '{self._name}' has {len(self)} rows.")
        values = np.empty(rows.shape, np.int64)
        where = np.searchsorted(self._ends, rows, "right")
        for g in np.unique(where).tolist():
            inside = where == g
            values[inside] = np.asarray(self._group(g))[rows[inside] - self._start(g)]
        return values

    def _slice(self, start: int, stop: int) -> np.ndarray:
        parts = []
        while start < stop:
            g = int(np.searchsorted(self._ends, start, "right"))
            end = min(stop, int(self._ends[g]))
            first = self._start(g)
            parts.append(np.asarray(self._group(g)[start - first : end - first]))
            start = end
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _start(self, group: int) -> int:
        return int(self._ends[group - 1]) if group else 0

    def _group(self, number: int) -> pa.Array:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        file, group = self._groups[number]
        values = file.read_row_group(group, columns=[self._name]).column(0).combine_chunks()
        self._kept[number] = values
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return values
