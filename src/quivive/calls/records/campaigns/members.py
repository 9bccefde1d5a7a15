"""The numbers of suspect groups with their figures, column by column: there may be hundreds of thousands."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from quivive.calls.records.campaigns.mixture import counted
from quivive.calls.records.campaigns.profile import FIGURES

Array: TypeAlias = np.ndarray[Any, Any]


class Members:
    """Rows of a table, by their places from 0; texts and their absence ('') are kept as codes."""

    def __init__(self, table: pa.Table) -> None:
        self.columns: dict[str, Array] = {}
        self._texts: dict[str, list[str]] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], Array]] = {}
        for name in table.column_names:
            column = table[name].combine_chunks()
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                coded = column.fill_null("").dictionary_encode()
                self._texts[name] = coded.dictionary.to_pylist()
                column = coded.indices
            self.columns[name] = column.to_numpy(zero_copy_only=False)
        self.counts = counted(self.columns)
        self.number = np.unique(self.columns["calling"], return_inverse=True)[1]
        """By row, the number's place among all numbers."""

    def groups(self, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Array]:
        """The places of the rows that have the same values under `keys`, in their order."""
        if keys not in self._groups:
            self._groups[keys] = self._grouped(keys)
        return self._groups[keys]

    def _grouped(self, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Array]:
        codes = np.zeros(len(self.number), np.int64)
        for key in keys:
            own, values = self._coded(key)
            codes = np.unique(codes * values + own, return_inverse=True)[1]
        order = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        return {
            tuple(self._value(key, int(rows[0])) for key in keys): rows
            for rows in (np.split(order, starts[1:]) if len(order) else ())
        }

    def _coded(self, key: str) -> tuple[Array, int]:
        """Small numbers that stand for the values of a column, and how many there are."""
        if key in self._texts:
            return self.columns[key], len(self._texts[key])
        values, own = np.unique(self.columns[key], return_inverse=True)
        return own, len(values)

    def figures(self, rows: Array) -> dict[str, int]:
        """The sums of the figures of some rows, and how many `numbers` (on one way each) they are."""
        return {"numbers": len(rows)} | {name: int(self.columns[name][rows].sum()) for name in FIGURES}

    def numbers(self, rows: Array) -> list[int]:
        """The different numbers of some rows, ascending."""
        found: list[int] = np.unique(self.columns["calling"][rows]).tolist()
        return found

    def span(self, rows: Array) -> tuple[int, int]:
        """When their first and last call began."""
        return int(self.columns["first"][rows].min()), int(self.columns["last"][rows].max())

    def _value(self, key: str, row: int) -> Any:
        code = self.columns[key][row].item()
        return self._texts[key][code] if key in self._texts else code
