"""How is the relation `calls` asked?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from quivive.engines import Engine, Relation

ANSWERED = "coalesce(answered, seconds > 0)"
"""Whether a call was answered, where the records say so or give its length; else null."""


class Records(Protocol):
    """Call records: `sql` selects exactly the columns of `calls.records.columns` from `relations`."""

    @property
    def sql(self) -> str:
        """A select statement in the dialect that DuckDB and Spark share."""
        ...

    @property
    def relations(self) -> Mapping[str, Relation]:
        """What the statement reads, by name."""
        ...


class Source:
    """Records and the engine that reads them."""

    def __init__(self, records: Records, engine: Engine) -> None:
        self._records, self.engine = records, engine

    def rows(self, sql: str, **relations: pa.Table) -> list[dict[str, Any]]:
        """As `ask`, as dictionaries."""
        found: list[dict[str, Any]] = self.ask(sql, **relations).to_pylist()
        return found

    def ask(self, sql: str, **relations: pa.Table) -> pa.Table:
        """The answer to a query over `{calls}` and further tables.

        The records are a subquery, not a common table expression: engines keep those whole before use.
        """
        text = sql.replace("{calls}", f"({self._records.sql}) calls")
        return self.engine.query(text, {**self._records.relations, **relations})


def table(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as an Arrow table; `columns` are names and 'bigint' or 'varchar'."""
    types = {"bigint": pa.int64(), "varchar": pa.string()}
    fields = [(name, types[kind]) for name, kind in columns.items()]
    values = zip(*rows, strict=True) if rows else ([] for _ in fields)
    arrays = [pa.array(list(column), kind) for column, (_, kind) in zip(values, fields, strict=True)]
    return pa.table(arrays, names=[name for name, _ in fields])
