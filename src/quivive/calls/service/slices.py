"""How does a slice of accepted records become Parquet, and which campaigns are in the last window?

    python -m quivive.calls.service.slices < ORDER.json > OUTCOME.json

The service runs this as a process of its own for every slice, at low priority: calls are not held up, and
its memory goes back when it ends. Whatever it did not finish is done again by the next.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from quivive.calls.service import batches, hours
from quivive.calls.service.records_in import SCHEMA
from quivive.engines import DuckDB, Relation

GROUP = 65_536
"""Rows of a row group, and of what is in memory at once."""
FOUND = "campaigns.json"
_AHEAD = 60
"""Seconds by which the end of a slice may lie ahead; more is from a clock that was wrong."""


@dataclass(frozen=True)
class Order:
    """What to do: the slices to close, then the search through those of the `window` seconds before `at`."""

    folder: str
    close: tuple[int, ...]
    window: float
    at: float
    packs: str | None = None
    kept: float | None = None
    """Slices and hours older than so many seconds are deleted; None: none."""
    search: bool = True
    memory: str = "1GB"


@dataclass(frozen=True)
class Records:
    """As `records.campaigns.source` wants them."""

    sql: str
    relations: Mapping[str, Relation]


def main() -> None:
    """Read an order from stdin, carry it out, write the outcome to stdout."""
    os.nice(10)
    order = Order(**json.load(sys.stdin))
    json.dump(carry_out(replace(order, close=tuple(order.close))), sys.stdout)


def carry_out(order: Order) -> dict[str, Any]:
    """Close the slices, turn old hours of the journal to Parquet, search the window; figures of all that."""
    folder = Path(order.folder)
    with _alone(folder):
        rows = sum(close(folder, number) for number in order.close)
        turned = hours.turn_old(folder / "calls", order.at)
        if order.kept is not None:
            _forget(folder, order.at - order.kept)
        outcome: dict[str, Any] = {"slices": len(order.close), "rows": rows, "hours": turned}
        return outcome | (_search(order) if order.search else {})


def close(folder: Path, number: int) -> int:
    """Write one slice as Parquet and let its batches go; its rows. Done already: 0."""
    db = batches.open_db(folder)
    try:
        query = "select coalesce(sum(rows), 0), count(*) from batches where slice = ? and body is not null"
        expected, count = db.execute(query, (number,)).fetchone()
        if not count:
            return 0
        written = _write(batches.slice_path(folder, number), batches.bodies(db, number), number)
        if written != expected:
            raise RuntimeError(f"slice {number}: {written} rows instead of {expected}")
        with db:
            db.execute("update batches set body = null where slice = ?", (number,))
        return written
    finally:
        db.close()


def _write(path: Path, tables: Iterator[pa.Table], number: int) -> int:
    """All or nothing: under another name until it is on the disk."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(f".part{os.getpid()}")
    rows = 0
    with part.open("xb") as file:
        os.chmod(part, 0o600)
        with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            for group in _groups(tables):
                ids = pa.array(range((number << 28) + rows, (number << 28) + rows + len(group)), pa.int64())
                writer.write_table(group.set_column(0, SCHEMA.field("record"), ids))
                rows += len(group)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    _sync_folder(path.parent)
    return rows


def _groups(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _forget(folder: Path, before: float) -> None:
    """Delete the slices and hours that ended before that time."""
    ends = [(path, float(_number(path))) for path in (folder / "slices").glob("*.parquet")]
    ends += [(path, hours.end(path)) for path in (folder / "calls").glob("*.parquet")]
    for path, end in ends:
        if 0 < end < before:
            path.unlink()


def _search(order: Order) -> dict[str, Any]:
    """Campaigns of the window; where nothing was posted, of the calls that were answered."""
    from quivive.calls.countries.packs_in_force import load
    from quivive.calls.records.campaigns.find import find

    began = time.perf_counter()
    folder, since = Path(order.folder), order.at - order.window
    paths = sorted((folder / "slices").glob("*.parquet"))
    files = [path for path in paths if since < _number(path) <= order.at + _AHEAD]
    calls: Relation = files or hours.table(folder / "calls", since)
    names = ", ".join(field.name for field in SCHEMA)
    records = Records(f"select {names} from calls_of_window", {"calls_of_window": calls})  # noqa: S608
    engine = DuckDB(memory=order.memory, spill=folder / "spill")
    packs = load(Path(order.packs) if order.packs else None)
    campaigns, not_looked = find(records, engine, packs=packs)
    answer = {
        "at": order.at,
        "window_seconds": order.window,
        "from": "records" if files else "calls",
        "calls": sum(pq.read_metadata(path).num_rows for path in files) if files else len(calls),
        "campaigns": [asdict(each) for each in campaigns],
        "not_looked": [asdict(each) for each in not_looked],
    }
    _replace(folder / FOUND, json.dumps(answer, default=str).encode())
    kinds = [each.kind for each in campaigns]
    return {"calls": answer["calls"], "kinds": kinds, "seconds": time.perf_counter() - began}


def _number(path: Path) -> int:
    last = path.stem.rpartition("-")[2]
    return int(last) if last.isdigit() else -1


def _replace(path: Path, data: bytes) -> None:
    part = path.with_suffix(f".part{os.getpid()}")
    part.touch(0o600)
    part.write_bytes(data)
    part.rename(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits for a process that a killed service left behind; clears away what such a one did not finish."""
    with (folder / "slices.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob("**/*.part*"):
            path.unlink()
        yield


if __name__ == "__main__":
    main()
