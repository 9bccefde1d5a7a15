"""Which cluster does each address of a ledger belong to?

What was worked out for a full segment of the ledger is kept beside it, so that a later run reads only what
came after. Labels are those of a run from scratch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quivive.errors import NotFound, UsageError
from quivive.money.clustering import Clusters
from quivive.money.coinjoin.of_ledger import coinjoins, refuse_accounts, rules
from quivive.money.scripts import OWNERLESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quivive.money.ledger import Ledger
    from quivive.money.ledger.manifest import Segment

LABELS = pa.schema([("address", pa.int64()), ("cluster", pa.int64())])


def clusters(ledger: Ledger, with_coinjoin: bool = False) -> Clusters:
    """Addresses by common input ownership; CoinJoins merge nothing unless `with_coinjoin`.

    Neither do doubtful transactions: a link lost is found again elsewhere, a wrong merge is not undone.
    Addresses that strangers share (`scripts.OWNERLESS`) merge nothing either.
    """
    refuse_accounts(ledger)
    segments = _segments(ledger)
    skipped = None if with_coinjoin else coinjoins(ledger).merge_nothing()
    shared = _shared(ledger)
    which = "with" if with_coinjoin else f"without-{rules()}"
    folder = ledger.folder / "index" / f"clusters-{which}"
    found, done = _kept(folder, segments)
    full = [s for s in segments[done:] if s.rows["transactions"] >= ledger.manifest.batch]
    found.extend_rows(_inputs(ledger, full, shared), skipped)
    if full:
        _keep(folder, found, segments[: done + len(full)])
    found.extend_rows(_inputs(ledger, segments[done + len(full) :], shared), skipped)
    return found


def write_labels(ledger: Ledger, found: Clusters, path: Path) -> Path:
    """Labels as Parquet with the columns address and cluster (int64), and beside it the addresses' strings.

    Returns the second file's path: `labels.parquet` has its strings in `labels.addresses.parquet`.
    """
    strings = path.with_name(f"{path.stem}.addresses.parquet")
    with pq.ParquetWriter(path, LABELS, compression="zstd") as writer:
        for batch in found.batches(ledger.counts["addresses"]):
            writer.write_batch(batch)
    schema = pa.schema([("address", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(strings, schema, compression="zstd") as writer:
        for batch in ledger.batches("addresses", schema.names):
            writer.write_batch(batch)
    return strings


def _segments(ledger: Ledger) -> Sequence[Segment]:
    return ledger.manifest.segments


def _shared(ledger: Ledger) -> NDArray[np.int64]:
    """Addresses of types that name no owner, in rising order."""
    numbers = [np.zeros(0, np.int64)]
    for batch in ledger.batches("addresses", ["address", "type"]):
        shared = pc.is_in(batch.column(1), pa.array(sorted(OWNERLESS)))
        numbers.append(np.asarray(batch.column(0).filter(shared)))
    return np.concatenate(numbers)


def _inputs(
    ledger: Ledger, segments: Sequence[Segment], shared: NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """Transaction and address of each input; -1 for addresses that name no owner."""
    for segment in segments:
        with pq.ParquetFile(ledger.file("inputs", segment)) as file:
            for batch in file.iter_batches(1 << 20, columns=["tx", "address"]):
                if not shared.size:
                    yield batch
                    continue
                address = np.asarray(batch.column(1))
                owned = np.where(np.isin(address, shared), -1, address)
                yield pa.record_batch({"tx": batch.column(0), "address": owned})


def _kept(folder: Path, segments: Sequence[Segment]) -> tuple[Clusters, int]:
    """The state after as many of these segments as an earlier run finished, if it read the same ones."""
    numbers = [s.number for s in segments]
    try:
        done: list[int] = json.loads((folder / "segments.json").read_text("utf-8"))
        if numbers[: len(done)] == done:
            return Clusters.load(folder / f"after-{done[-1]}.npy"), len(done)
    except (OSError, ValueError, UsageError):
        pass
    return Clusters(), 0


def _keep(folder: Path, found: Clusters, segments: Sequence[Segment]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [s.number for s in segments]
    state = folder / f"after-{numbers[-1]}.npy"
    found.save(state)
    fresh = folder / f"segments.{os.getpid()}.json"
    fresh.write_text(json.dumps(numbers), "utf-8")
    fresh.replace(folder / "segments.json")
    for old in folder.glob("after-*.npy"):
        if old != state:
            old.unlink(missing_ok=True)


def evidence(
    ledger: Ledger, one: str, other: str, with_coinjoin: bool = False
) -> list[dict[str, str]] | None:
    """The transactions that put two addresses into one cluster, each with two addresses it spent from.

    None where nothing did. NotFound for an address that the ledger has not seen.
    """
    from datetime import UTC, datetime

    from quivive.money.merging import merged_by

    begin, goal = _seen(ledger, one), _seen(ledger, other)
    skipped = None if with_coinjoin else coinjoins(ledger).merge_nothing()
    batches = list(_inputs(ledger, _segments(ledger), _shared(ledger)))
    txs, addresses = (np.concatenate([np.asarray(b.column(c)) for b in batches]) for c in (0, 1))
    offsets = np.searchsorted(txs, np.arange(ledger.counts["transactions"] + 1))
    chain = merged_by(offsets, addresses, skipped, begin, goal)
    if chain is None:
        return None
    dates = [datetime.fromtimestamp(t, UTC).date() for t in ledger.times([m.tx for m in chain]).tolist()]
    return [
        {
            "txid": ledger.txid(merge.tx),
            "date": str(date),
            "source": ledger.address(merge.source),
            "target": ledger.address(merge.target),
        }
        for merge, date in zip(chain, dates, strict=True)
    ]


def _seen(ledger: Ledger, text: str) -> int:
    number = ledger.address_id(text)
    if number is None:
        raise NotFound(f"The ledger in {ledger.folder} has not seen the address {text}.")
    return number
