"""What do the detectors read? The columns that they look at, which the engine reads once and keeps.

Four texts say who handed a call over and who signed it; the same four stand on very many calls. So each
different four of them is a *way* with a number, and calls carry the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pyarrow as pa

from quivive.engines import Engine, Relation

SIGNERS = ("trunk", "spc", "certificate", "origid")
"""Columns that name who handed a call over or signed it, each a group of its own."""
CALLS, WAYS = "kept_calls", "kept_ways"
"""The kept relations. Calls have `record, start, seconds, ring, answered, calling, called, way`, of which
`answered` also follows from `seconds`; ways have `way` and SIGNERS."""


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
    """Asks the engine about the kept calls, and, where more columns are needed, about the records."""

    def __init__(self, records: Records, engine: Engine) -> None:
        self._records, self._engine = records, engine
        self.kept: list[str] = []

    def rows(self, sql: str, **relations: pa.Table) -> list[dict[str, Any]]:
        """As `ask`, as dictionaries."""
        found: list[dict[str, Any]] = self.ask(sql, **relations).to_pylist()
        return found

    def ask(self, sql: str, **relations: pa.Table) -> pa.Table:
        """The answer to a query over what is kept and further tables."""
        return self._engine.query(sql, relations)

    def keep(self, name: str, sql: str, **relations: Relation) -> None:
        """The answer to a query becomes a relation of later ones."""
        self._engine.keep(name, sql, relations)
        self.kept.append(name)

    def whole(self, sql: str, **relations: pa.Table) -> list[dict[str, Any]]:
        """The answer to a query over all columns, as `{calls}`: dear, for it reads the files again."""
        # A subquery, not a common table expression: engines keep those whole before use.
        text = sql.replace("{calls}", f"({self._records.sql}) calls")
        found: list[dict[str, Any]] = self._engine.query(
            text, {**self._records.relations, **relations}
        ).to_pylist()
        return found


@contextmanager
def opened(records: Records, engine: Engine) -> Iterator[Source]:
    """The calls are kept while this lasts; what is kept then is dropped."""
    source = Source(records, engine)
    try:
        source.keep(WAYS, _ways(records), **records.relations)
        source.keep(CALLS, _calls(records), **records.relations)
        yield source
    finally:
        for name in source.kept:
            engine.drop(name)


def _ways(records: Records) -> str:
    names = ", ".join(SIGNERS)
    order = ", ".join(f"{name} nulls first" for name in SIGNERS)  # engines differ in where they put nulls
    return (
        f"select cast(row_number() over (order by {order}) as integer) as way, {names} "
        f"from (select distinct {names} from ({records.sql}) calls) ways"
    )


def _calls(records: Records) -> str:
    same = " and ".join(f"calls.{name} is not distinct from ways.{name}" for name in SIGNERS)
    return (
        "select record, start, seconds, ring, coalesce(answered, seconds > 0) as answered, calling, called, "
        f"way from ({records.sql}) calls join {WAYS} ways on {same}"
    )


def table(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as an Arrow table; `columns` are names and 'bigint' or 'varchar'."""
    types = {"bigint": pa.int64(), "varchar": pa.string()}
    fields = [(name, types[kind]) for name, kind in columns.items()]
    values = zip(*rows, strict=True) if rows else ([] for _ in fields)
    arrays = [pa.array(list(column), kind) for column, (_, kind) in zip(values, fields, strict=True)]
    return pa.table(arrays, names=[name for name, _ in fields])


def numbers(values: Iterable[int]) -> pa.Table:
    """A table of one column, `number`."""
    return table({"number": "bigint"}, [(each,) for each in sorted(set(values))])
