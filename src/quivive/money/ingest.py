"""How does a ledger come to hold what a source holds: resumed, exactly once, through reorganisations?"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from quivive.engines import DuckDB, Engine
from quivive.errors import Unreadable, UsageError
from quivive.money.blocks import Block, Source
from quivive.money.ledger import Ledger
from quivive.money.ledger import manifest as manifests
from quivive.money.ledger.manifest import BATCH
from quivive.money.ledger.staged import Staged
from quivive.money.ledger.writing import append, locked, restore, room, sweep, truncate

_AGAIN = 20
"""How often the chain may change its mind during one run."""

_NOT_TOLD = bytes(32)
"""The parent of a block whose source does not name it (bitcoin-etl)."""

Tell = Callable[[int, int], None]
"""Told the height reached and the height of the source's last block."""


class _Reorganised(Exception):
    """The source's chain changed below the block that was to come next."""


def ingest(
    source: Source,
    folder: str | Path,
    *,
    batch: int = BATCH,
    engine: Engine | None = None,
    tell: Tell = lambda height, tip: None,
) -> Ledger:
    """Bring the ledger in `folder` (made where there is none) to the last block of `source`.

    A run that is killed leaves whole segments of `batch` transactions; the next goes on there. Blocks that
    the source's chain no longer has are taken away. Unreadable where a block contradicts the ledger or
    itself: then the ledger is as it was before the run.
    """
    path = Path(folder)
    work = engine or DuckDB(spill=path / "spill")
    with locked(path):
        ledger = _opened(path, source, batch)
        before = ledger.manifest
        sweep(ledger)
        try:
            ledger = _followed(ledger, source, work, tell)
        except Unreadable:
            restore(Ledger.open(path), before)
            raise
        sweep(ledger)
    return ledger


def _opened(folder: Path, source: Source, batch: int) -> Ledger:
    if not (folder / manifests.NAME).exists():
        ledger = Ledger.create(folder, source.chain, batch)
    else:
        ledger = Ledger.open(folder)
    if ledger.chain != source.chain:
        raise UsageError(f"The ledger in {folder} is of {ledger.chain}, the source of {source.chain}.")
    lacks = tuple(sorted({*ledger.manifest.lacks, *getattr(source, "lacks", ())}))
    return Ledger(folder, replace(ledger.manifest, lacks=lacks))


def _followed(ledger: Ledger, source: Source, engine: Engine, tell: Tell) -> Ledger:
    for _ in range(_AGAIN):
        ledger = _rewound(ledger, source)
        try:
            return _extended(ledger, source, engine, tell)
        except _Reorganised:
            ledger = Ledger.open(ledger.folder)
    raise Unreadable(f"The source changed its chain {_AGAIN} times during this run: run it again.")


def _rewound(ledger: Ledger, source: Source) -> Ledger:
    """Without the blocks that the source's chain does not have (any more)."""
    if ledger.tip is None:
        return ledger
    height, tip = ledger.tip[0], source.tip()
    first = max(ledger.manifest.segments[0].first_height, source.first())
    if source.first() > height + 1:
        raise UsageError(
            f"The ledger ends at block {height}, the source begins at {source.first()}: blocks are missing."
        )
    at = min(height, tip)
    if at < first:
        return ledger
    while at >= first and ledger.hash_at(at) != source.hash_at(at):
        at -= 1
    if at < first:
        raise UsageError(
            f"The source and the ledger in {ledger.folder} have no block in common: these are two chains."
        )
    if at == min(height, tip):
        return ledger
    if tip < height:
        raise UsageError(
            f"The source left the ledger's chain after block {at}, and ends at {tip}, below the ledger's "
            f"{height}: wait until it has caught up."
        )
    return truncate(ledger, at)


def _extended(ledger: Ledger, source: Source, engine: Engine, tell: Tell) -> Ledger:
    start = ledger.tip[0] + 1 if ledger.tip else source.first()
    tip = source.tip()
    if start > tip:
        return ledger
    staged, left = Staged(ledger.family), room(ledger)
    previous = ledger.tip[1] if ledger.tip else None
    for block in _uncollected(source.blocks(start)):
        _refuse_gap(block, start, previous)
        staged.add(block)
        start, previous = start + 1, block.hash
        if staged.transactions >= left:
            ledger = append(ledger, staged, engine)
            staged, left = Staged(ledger.family), room(ledger)
            gc.collect()
        tell(block.height, max(tip, block.height))
    return append(ledger, staged, engine)


def _uncollected(blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks, without a search for garbage among their many small objects: none of them form cycles.

    Reading a node's answers takes half the time so. The table work between two steps does leave cycles:
    whoever does it collects them.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield from blocks
    finally:
        if was:
            gc.enable()


def _refuse_gap(block: Block, height: int, previous: bytes | None) -> None:
    if block.height != height:
        raise Unreadable(f"After block {height - 1} the source gave block {block.height}.")
    if previous is not None and block.previous not in (previous, _NOT_TOLD):
        raise _Reorganised
