"""How many outputs did an address receive?

Counted over the ledger once and kept beside it; a later run reads only the segments that have come since.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.ledger.manifest import Segment


def uses_of(ledger: Ledger) -> Callable[[Sequence[int]], list[int]]:
    """Outputs received by addresses, by their numbers. Nothing is counted before it is asked for."""

    @cache
    def counts() -> tuple[np.ndarray, dict[int, int]]:
        full = [s for s in ledger.manifest.segments if s.rows["transactions"] >= ledger.manifest.batch]
        late: dict[int, int] = {}
        for numbers, times in _counted(ledger, [s for s in ledger.manifest.segments if s not in full]):
            for number, time in zip(numbers.tolist(), times.tolist(), strict=True):
                late[number] = late.get(number, 0) + time
        return _kept(ledger, full), late

    def uses(numbers: Sequence[int]) -> list[int]:
        kept, late = counts()
        return [(int(kept[n]) if n < len(kept) else 0) + late.get(n, 0) for n in numbers]

    return uses


def _kept(ledger: Ledger, segments: Sequence[Segment]) -> np.ndarray:
    """Counts of all these segments, uint32[A]; those that an earlier run counted are read, not counted."""
    if not segments:
        return np.zeros(0, np.uint32)
    done = next((n for n in range(len(segments), 0, -1) if _file(ledger, segments[n - 1]).is_file()), 0)
    if done < len(segments):
        known = np.load(_file(ledger, segments[done - 1])) if done else np.zeros(0, np.uint32)
        _keep(ledger, segments[-1], _added(ledger, segments[done:], known))
    kept: np.ndarray = np.load(_file(ledger, segments[-1]), mmap_mode="r")
    return kept


def _added(ledger: Ledger, segments: Sequence[Segment], known: np.ndarray) -> np.ndarray:
    counts = np.zeros(ledger.counts["addresses"], np.uint32)
    counts[: len(known)] = known
    for numbers, times in _counted(ledger, segments):
        counts[numbers] += times.astype(np.uint32)
    return counts


def _counted(ledger: Ledger, segments: Iterable[Segment]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Addresses and how many outputs each received, a batch of rows at a time."""
    import pyarrow.parquet as pq

    for segment in segments:
        with pq.ParquetFile(ledger.file("outputs", segment)) as file:
            for batch in file.iter_batches(1 << 20, columns=["address"]):
                numbers, times = np.unique(np.asarray(batch.column(0)), return_counts=True)
                yield numbers[numbers >= 0], times[numbers >= 0]


def _file(ledger: Ledger, segment: Segment) -> Path:
    """Named by the segment up to which it counts and its last block, which a reorganisation changes."""
    return ledger.folder / "index" / "uses" / f"{segment.number:06}-{segment.last_hash[-16:]}.npy"


def _keep(ledger: Ledger, segment: Segment, counts: np.ndarray) -> None:
    """Written whole or not at all; what it replaces is taken away."""
    path = _file(ledger, segment)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as file:
        np.save(file, counts)
    fresh.replace(path)
    for old in path.parent.glob("*.npy"):
        if old != path:
            old.unlink(missing_ok=True)
