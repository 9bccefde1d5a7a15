"""Which batches of call records were accepted, each once, and to which slice of time do they belong?

SQLite keeps them: a batch is wholly there or not at all, and on the disk before it counts as accepted. Its
key stays after its records have become Parquet, so that a batch sent again after a crash doubles nothing.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from quivive.errors import CouldNotKeep

_TABLES = """
create table if not exists batches (
  key text primary key, digest text not null, slice integer, at real not null,
  rows integer not null, refused integer not null, body blob);
create index if not exists open_batches on batches (slice) where body is not null;
create index if not exists batch_ages on batches (at);
"""


class AnotherBody(ValueError):
    """The key was used before, for another body."""


@dataclass(frozen=True)
class Accepted:
    """What became of a batch. `again`: it had been accepted before, and nothing was done."""

    rows: int
    refused: int
    again: bool


class Batches:
    """The batches of one service, which alone adds to them. Safe to use from several threads."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Raises CouldNotKeep if the folder cannot be written."""
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()
        with _in_words(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = open_db(folder)
            self._db.executescript(_TABLES)

    def find(self, key: str, digest: str) -> Accepted | None:
        """What became of a batch of that key, if there was one. Raises AnotherBody."""
        with self._lock, _in_words(self._folder):
            return self._find(key, digest)

    def add(self, key: str, digest: str, records: pa.Table, refused: int) -> Accepted:
        """Accept a batch: on the disk when this returns. Raises AnotherBody, CouldNotKeep."""
        body = _packed(records)
        with self._lock, _in_words(self._folder):
            found = self._find(key, digest)
            if found:
                return found
            values = (key, digest, None, self._clock(), len(records), refused, body)
            with self._db:
                self._db.execute("insert into batches values (?,?,?,?,?,?,?)", values)
        return Accepted(len(records), refused, False)

    def seal(self) -> list[int]:
        """End the present slice; all slices that are not Parquet yet, the oldest first.

        A slice's number is the Unix second of its end, or the next that is free: clocks are set back.
        """
        with self._lock, _in_words(self._folder), self._db as db:
            number = int(self._clock())
            while self._is_taken(number):
                number += 1
            db.execute("update batches set slice = ? where slice is null", (number,))
            rows = db.execute("select distinct slice from batches where body is not null order by slice")
            return [int(row[0]) for row in rows]

    def _is_taken(self, number: int) -> bool:
        row = self._db.execute("select 1 from batches where slice = ?", (number,)).fetchone()
        return row is not None or slice_path(self._folder, number).exists()

    def forget(self, seconds: float) -> None:
        """Forget the keys of batches older than that; their records are Parquet."""
        with self._lock, _in_words(self._folder), self._db:
            self._db.execute("delete from batches where at < ? and body is null", (self._clock() - seconds,))

    def close(self) -> None:
        """Nothing more is accepted."""
        with self._lock:
            self._db.close()

    def _find(self, key: str, digest: str) -> Accepted | None:
        row = self._db.execute("select digest, rows, refused from batches where key = ?", (key,)).fetchone()
        if row is None:
            return None
        if row[0] != digest:
            raise AnotherBody("This Idempotency-Key was used for another body.")
        return Accepted(int(row[1]), int(row[2]), True)


def open_db(folder: Path) -> sqlite3.Connection:
    """The database, each commit of which is on the disk (synchronous: full)."""
    path = folder / "batches.sqlite"
    path.touch(0o600)
    db = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("pragma cache_size = -8192")
    return db


def slice_path(folder: Path, number: int) -> Path:
    """The Parquet file of a slice."""
    end = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime(number))
    return folder / "slices" / f"{end}-{number}.parquet"


def bodies(db: sqlite3.Connection, number: int | None) -> Iterator[pa.Table]:
    """The records of one slice that are not Parquet yet, batch by batch in the order of their coming.

    None: of the present slice.
    """
    keys = db.execute(
        "select rowid from batches where slice is ? and body is not null order by rowid", (number,)
    )
    for (rowid,) in keys.fetchall():
        (body,) = db.execute("select body from batches where rowid = ?", (rowid,)).fetchone()
        yield pa.ipc.open_stream(body).read_all()


def _packed(records: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, records.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(records)
    return out.getvalue().to_pybytes()  # type: ignore[no-any-return]


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise CouldNotKeep(f"Records cannot be kept in {folder}: {error}.") from error
