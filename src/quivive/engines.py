"""Which engine does the table work: DuckDB here, or Apache Spark where the data outgrow one machine?

Both read the same SQL. A relation is an Arrow table, or Parquet files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from quivive.errors import NotInstalled, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Relation: TypeAlias = pa.Table | Sequence[Path]


class Engine(Protocol):
    """Answers SQL over named relations."""

    def query(self, sql: str, relations: Mapping[str, Relation], parameters: Sequence[Any] = ()) -> pa.Table:
        """The result as an Arrow table, rows in the order that the query asks for."""
        ...

    def keep(self, name: str, sql: str, relations: Mapping[str, Relation]) -> None:
        """The result becomes a relation `name` of later queries, until `drop`."""
        ...

    def drop(self, name: str) -> None:
        """Forget a relation that was kept; one that was not is no error."""
        ...


class DuckDB:
    """One process, which spills to `spill` what does not fit into `memory` ('8GB'; else 80 % of it)."""

    def __init__(self, memory: str | None = None, spill: Path | None = None) -> None:
        self._settings: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if memory:
            self._settings["memory_limit"] = memory
        if spill:
            self._settings["temp_directory"] = str(spill)

    def query(self, sql: str, relations: Mapping[str, Relation], parameters: Sequence[Any] = ()) -> pa.Table:
        """As `Engine.query`; parameters stand for the question marks in the text."""
        with self._named(relations):
            return self._connection.sql(sql, params=list(parameters)).to_arrow_table()

    def keep(self, name: str, sql: str, relations: Mapping[str, Relation]) -> None:
        """As `Engine.keep`."""
        with self._named(relations):
            self._connection.execute(f'create temp table "{name}" as {sql}')

    def drop(self, name: str) -> None:
        """As `Engine.drop`."""
        self._connection.execute(f'drop table if exists "{name}"')

    @contextmanager
    def _named(self, relations: Mapping[str, Relation]) -> Iterator[None]:
        for name, relation in relations.items():
            if isinstance(relation, pa.Table):
                self._connection.register(name, relation)
            else:
                self._connection.read_parquet([str(path) for path in relation]).create_view(name)
        try:
            yield
        finally:
            for name in relations:
                self._connection.execute(f'drop view "{name}"')

    @cached_property
    def _connection(self) -> DuckDBPyConnection:
        import duckdb

        return duckdb.connect(config=self._settings)


class Spark:
    """Apache Spark (extra `spark`), on this machine's cores unless `master` names a cluster."""

    def __init__(self, master: str = "local[*]") -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise NotInstalled("For Apache Spark install quivive[spark] and a Java of version 17.") from error
        self._session = (
            SparkSession.builder.master(master)
            .appName("quivive")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )

    def query(self, sql: str, relations: Mapping[str, Relation], parameters: Sequence[Any] = ()) -> pa.Table:
        """As `Engine.query`; Arrow tables pass through Parquet files that are gone afterwards."""
        with self._named(relations):
            return self._session.sql(sql, args=list(parameters) or None).toArrow()

    def keep(self, name: str, sql: str, relations: Mapping[str, Relation]) -> None:
        """As `Engine.keep`; it is computed now, while the relations are there."""
        with self._named(relations):
            self._session.sql(sql).localCheckpoint().createOrReplaceTempView(name)

    def drop(self, name: str) -> None:
        """As `Engine.drop`."""
        self._session.catalog.dropTempView(name)

    @contextmanager
    def _named(self, relations: Mapping[str, Relation]) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as folder:
            for name, relation in relations.items():
                paths = [str(path) for path in _as_files(relation, Path(folder) / f"{name}.parquet")]
                self._session.read.parquet(*paths).createOrReplaceTempView(name)
            yield

    def close(self) -> None:
        """End the session."""
        self._session.stop()


def _as_files(relation: Relation, path: Path) -> Sequence[Path]:
    if isinstance(relation, pa.Table):
        pq.write_table(relation, path)
        return [path]
    return relation


def engine(name: str) -> Engine:
    """'duckdb' or 'spark'."""
    if name == "duckdb":
        return DuckDB()
    if name == "spark":
        return Spark()
    raise UsageError(f"There is no engine '{name}': duckdb or spark.")
