"""The numbers of suspect groups with their figures, column by column: there may be hundreds of thousands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa

from quivive.calls.records.campaigns.mixture import Array, counted
from quivive.calls.records.campaigns.profile import FIGURES
from quivive.calls.records.campaigns.source import SIGNERS, WAYS, Source

_SHORT = 1 << 16
"""So many different codes sort in one go."""


class Members:
    """Rows by their places from 0; `columns` are integers, those of SIGNERS codes of texts ('' for none).

    `counts` are the calls of each row by how they ended (`mixture.counted`), `number` is by row the place of
    its number among all numbers.
    """

    def __init__(self, table: pa.Table, source: Source) -> None:
        self.columns: dict[str, Array] = {
            name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names
        }
        self._texts: dict[str, list[str]] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], Array]] = {}
        self.counts = counted(self.columns)
        self.number = np.unique(self.columns["calling"], return_inverse=True)[1]
        self._name_ways(source)

    def groups(self, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Array]:
        """The places of the rows that have the same values under `keys`, in their order."""
        if keys not in self._groups:
            self._groups[keys] = self._grouped(keys)
        return self._groups[keys]

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

    def alike(self, rows: Array, besides: Collection[str]) -> dict[str, str]:
        """Those of SIGNERS, without `besides`, that have one value in all of some rows, and it."""
        found = {}
        for name in SIGNERS:
            codes = np.unique(self.columns[name][rows])
            if name not in besides and len(codes) == 1 and self._texts[name][int(codes[0])]:
                found[name] = self._texts[name][int(codes[0])]
        return found

    def _name_ways(self, source: Source) -> None:
        used, places = np.unique(self.columns["way"], return_inverse=True)
        named = source.ask(
            f"select ways.* from {WAYS} ways join used on ways.way = used.way order by ways.way",
            used=pa.table({"way": pa.array(used, pa.int64())}),
        )
        for name in SIGNERS:
            coded = named[name].combine_chunks().fill_null("").dictionary_encode()
            self._texts[name] = coded.dictionary.to_pylist()
            self.columns[name] = coded.indices.to_numpy()[places]

    def _grouped(self, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Array]:
        codes, most = np.zeros(len(self.number), np.int64), 1
        for key in keys:
            own, values = self._coded(key)
            codes, most = codes * values + own, most * values
            if most > _SHORT:
                kinds, codes = np.unique(codes, return_inverse=True)
                most = len(kinds)
        order = np.argsort(codes.astype(np.uint16) if most <= _SHORT else codes, kind="stable")
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

    def _value(self, key: str, row: int) -> Any:
        code = self.columns[key][row].item()
        return self._texts[key][code] if key in self._texts else code
