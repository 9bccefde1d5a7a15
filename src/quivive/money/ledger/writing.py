"""How is a ledger changed, so that it is always whole?

New files are written beside the old ones and brought to the disk; then `ledger.json` is replaced. A segment
that is not full is written again with the blocks that follow, so that the files do not depend on how often a
run was interrupted.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quivive.engines import Engine, Relation
from quivive.errors import Unreadable, UsageError
from quivive.money.ledger import manifest as manifests
from quivive.money.ledger import numbering
from quivive.money.ledger.manifest import Manifest, Segment
from quivive.money.ledger.staged import Staged
from quivive.money.ledger.store import Ledger
from quivive.money.ledger.tables import FAMILIES

_ROWS = 131_072
"""Rows of a Parquet row group: what a look-up reads at least."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process may change a ledger; UsageError where another does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ledger.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"Another run is writing the ledger in {folder}: wait for its end.") from error
        yield


def room(ledger: Ledger) -> int:
    """Transactions that the last segment takes before it is full."""
    partial = _partial(ledger.manifest)
    return ledger.manifest.batch - (partial.rows["transactions"] if partial else 0)


def append(ledger: Ledger, staged: Staged, engine: Engine) -> Ledger:
    """The ledger with the staged blocks numbered at its end.

    Raises Unreadable, leaving the ledger as it was, where the blocks contradict it or themselves.
    """
    if staged.last is None:
        return ledger
    fresh = _numbered(ledger, staged, engine)
    if ledger.family == "utxo":
        _refuse_impossible(ledger, fresh, staged)
        _refuse_spent(ledger, fresh, engine)
    partial = _partial(ledger.manifest)
    whole = ledger.manifest.segments[: -1 if partial else None]
    if partial:
        fresh = {
            t: pa.concat_tables([pq.read_table(ledger.file(t, partial)), rows]) for t, rows in fresh.items()
        }
    segment = _write_segment(ledger, fresh, staged.last.height, staged.last.hash)
    return _commit(ledger, ledger.manifest.with_segments((*whole, segment)))


def truncate(ledger: Ledger, height: int) -> Ledger:
    """The ledger up to and with the block at `height`; later blocks are gone."""
    kept = [s for s in ledger.manifest.segments if s.last_height <= height]
    cut = next((s for s in ledger.manifest.segments if s.first_height <= height < s.last_height), None)
    if cut is None:
        return _commit(ledger, ledger.manifest.with_segments(tuple(kept)))
    tables = {table: pq.read_table(ledger.file(table, cut)) for table in FAMILIES[ledger.family]}
    blocks = tables["blocks"].filter(pc.field("height") <= height)
    after = tables["blocks"].filter(pc.field("height") == height + 1)
    limits = {"tx": after["first_tx"][0].as_py(), "address": after["first_address"][0].as_py()}
    tables = {
        name: blocks if name == "blocks" else rows.filter(pc.field(rows.schema[0].name) < limits["tx"])
        for name, rows in tables.items()
        if name not in ("addresses", "transfers")
    } | {
        name: tables[name].filter(pc.field(column) < limits[column])
        for name, column in (("addresses", "address"), ("transfers", "tx"))
        if name in tables
    }
    segment = _write_segment(ledger, tables, height, blocks["hash"][-1].as_py())
    return _commit(ledger, ledger.manifest.with_segments((*kept, segment)))


def restore(ledger: Ledger, manifest: Manifest) -> Ledger:
    """The ledger as an earlier manifest of it said; only within the lock under which that was read."""
    return _commit(ledger, replace(manifest, written=ledger.manifest.written))


def sweep(ledger: Ledger) -> None:
    """Remove what no manifest names: files of a run that was killed, and of replaced segments."""
    named = {path for table in FAMILIES[ledger.family] for path in ledger.files(table)}
    for table in FAMILIES[ledger.family]:
        for path in (ledger.folder / table).glob("*.parquet*"):
            if path not in named:
                path.unlink()
    shutil.rmtree(ledger.folder / "spill", ignore_errors=True)


def _commit(ledger: Ledger, manifest: Manifest) -> Ledger:
    manifests.write(ledger.folder, manifest)
    return Ledger(ledger.folder, manifest)


def _partial(manifest: Manifest) -> Segment | None:
    last = manifest.segments[-1] if manifest.segments else None
    return last if last and last.rows["transactions"] < manifest.batch else None


def _numbered(ledger: Ledger, staged: Staged, engine: Engine) -> dict[str, pa.Table]:
    """The rows to add, by table."""
    schemas = FAMILIES[ledger.family]
    relations: dict[str, Relation] = dict(staged.tables())
    held = {table: ledger.relation(table) for table in schemas}
    fresh: dict[str, pa.Table] = {}
    for table in numbering.ORDER[ledger.family]:
        sql = numbering.query(ledger.family, table, ledger.counts)
        relations[f"fresh_{table}"] = engine.query(sql, {**held, **relations})
        fresh[table] = relations[f"fresh_{table}"]
    fresh["blocks"] = _blocks(relations["new_blocks"], fresh["addresses"], ledger)
    return {table: fresh[table].select(schema.names).cast(schema) for table, schema in schemas.items()}


def _blocks(staged: Relation, addresses: pa.Table, ledger: Ledger) -> pa.Table:
    """Blocks with the numbers at which their transactions and their new addresses begin."""
    assert isinstance(staged, pa.Table)
    first = np.asarray(staged["first"])
    seen = np.searchsorted(np.asarray(addresses["n"]), first, "left")
    columns = {name: staged[name] for name in ("height", "hash", "time", "transactions")}
    return pa.table(
        {
            **columns,
            "first_tx": first + ledger.counts["transactions"],
            "first_address": seen + ledger.counts["addresses"],
        }
    )


def _refuse_impossible(ledger: Ledger, fresh: dict[str, pa.Table], staged: Staged) -> None:
    """No transaction spends what is not there, spends it twice, or pays out more than it takes in."""
    inputs, outputs = fresh["inputs"], fresh["outputs"]
    prev, value, txs = (np.asarray(inputs[c]) for c in ("prev_tx", "value", "tx"))
    begins = ledger.manifest.segments[0].first_height if ledger.manifest.segments else _first_height(fresh)
    missing = (value < 0) & ((prev >= 0) | (begins == 0))
    if missing.any():
        _refuse(ledger, fresh, txs[missing.argmax()], "spends an output that is not in the chain before it")
    pairs = np.stack([prev, np.asarray(inputs["prev_position"], np.int64)])[:, prev >= 0]
    if pairs.size:
        order = np.lexsort(pairs[::-1])
        again = (np.diff(pairs[:, order]) == 0).all(0)
        if again.any():
            _refuse(ledger, fresh, txs[prev >= 0][order[1:][again.argmax()]], "spends an output twice")
    base = ledger.counts["transactions"]
    paid = _sums(np.asarray(outputs["tx"]) - base, np.asarray(outputs["value"]), staged.transactions)
    taken = _sums(txs - base, value, staged.transactions)
    known = ~np.asarray(fresh["transactions"]["coinbase"].combine_chunks().to_numpy(zero_copy_only=False))
    known[txs[value < 0] - base] = False
    if ((paid > taken) & known).any():
        bad = base + int(((paid > taken) & known).argmax())
        _refuse(ledger, fresh, bad, "pays out more than it takes in")


def _refuse_spent(ledger: Ledger, fresh: dict[str, pa.Table], engine: Engine) -> None:
    """No output is spent that an earlier batch has spent."""
    query = """
        select min(n.tx) as tx from new_inputs n
        join inputs i on i.prev_tx = n.prev_tx and i.prev_position = n.prev_position where n.prev_tx >= 0"""
    new = fresh["inputs"].select(["tx", "prev_tx", "prev_position"])
    twice = engine.query(query, {"inputs": ledger.relation("inputs"), "new_inputs": new})["tx"][0].as_py()
    if twice is not None:
        _refuse(ledger, fresh, twice, "spends an output twice")


def _sums(rows: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    sums = np.zeros(length, np.int64)
    np.add.at(sums, rows, values)
    return sums


def _first_height(fresh: dict[str, pa.Table]) -> int:
    height: int = fresh["blocks"]["height"][0].as_py()
    return height


def _refuse(ledger: Ledger, fresh: dict[str, pa.Table], tx: int, what: str) -> None:
    row = fresh["transactions"].slice(int(tx) - ledger.counts["transactions"], 1)
    txid, height = row["txid"][0].as_py().hex(), row["height"][0].as_py()
    raise Unreadable(
        f"Transaction {txid} in block {height} {what}: the blocks are not of one chain, or are damaged."
    )


def _write_segment(ledger: Ledger, tables: dict[str, pa.Table], height: int, last_hash: bytes) -> Segment:
    number = ledger.manifest.written + 1
    for name, rows in tables.items():
        folder = ledger.folder / name
        folder.mkdir(exist_ok=True)
        path = folder / f"{number:06}.parquet"
        pq.write_table(rows, path, compression="zstd", row_group_size=_ROWS, **_encoding(rows.schema))
        manifests.sync(path)
        manifests.sync(folder)
    first = tables["blocks"]["height"][0].as_py()
    return Segment(number, first, height, last_hash.hex(), {n: rows.num_rows for n, rows in tables.items()})


def _encoding(schema: pa.Schema) -> dict[str, object]:
    """Numbers as differences where they rise, texts by dictionary only where few differ."""
    few = [name for name in ("kind", "type") if name in schema.names]
    rising = [f.name for f in schema if pa.types.is_integer(f.type)]
    return {"use_dictionary": few, "column_encoding": dict.fromkeys(rising, "DELTA_BINARY_PACKED")}
