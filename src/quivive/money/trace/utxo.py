"""How is a ledger of outputs traced, from what the user names to a whole trace?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from quivive import __version__
from quivive.errors import UsageError
from quivive.money.trace.answer import trace_outputs
from quivive.money.trace.nouns import METHODS, Direction, Limits, Method, Trace
from quivive.money.trace.of_ledger import Tagged, TagsOf, clusters, coin, knowledge
from quivive.money.trace.seeds import outputs_of

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger

LABELS = "labels.parquet"
"""The file of clusters (`quivive money cluster --out`) that is looked for in a ledger's folder."""


def trace_utxo(
    ledger: Ledger,
    seeds: Sequence[str],
    *,
    methods: Sequence[Method] = METHODS,
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    tags_of: TagsOf = lambda address: (),
    labels: Path | None = None,
    tagged: Tagged = dict,
    sources: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda places, due: None,
    now: datetime | None = None,
) -> Trace:
    """Trace addresses, transactions or outputs ('txid:position') of a ledger of outputs.

    `labels` is a file of clusters, else that of the ledger's folder is taken where there is one; with it
    `tagged` gives all tags, which then speak for whole clusters. `sources` name the lists that are asked.
    """
    outputs = [output for seed in seeds for output in outputs_of(ledger, seed)]
    labels = labels or labels_of(ledger)
    height, block = ledger.tip or (None, None)
    return trace_outputs(
        ledger.flows(),
        outputs,
        ledger,
        coin(ledger),
        methods=methods,
        direction=direction,
        limits=limits,
        known=knowledge(ledger, tags_of, limits, labels, tagged),
        cluster=clusters(labels),
        progress=progress,
        chain=ledger.chain,
        tip_height=height,
        tip_hash=block.hex() if block else None,
        made_at=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        sources=tuple(sources),
        tool={"name": "quivive", "version": __version__},
    )


def labels_of(ledger: Ledger) -> Path | None:
    """The clusters that were written into a ledger's folder, if any."""
    path = ledger.folder / LABELS
    return path if path.is_file() else None


def seeds_again(trace: Trace) -> list[str]:
    """What to trace when an earlier trace is to go further: its seeds, by transaction and position."""
    return [f"{seed.txid}:{seed.position}" for seed in trace.seeds]


def same_chain(trace: Trace, ledger: Ledger) -> None:
    """UsageError unless the ledger still holds the block at which the earlier trace ended."""
    if trace.chain != ledger.chain:
        raise UsageError(f"The trace is of chain '{trace.chain}', the ledger of '{ledger.chain}'.")
    if trace.tip_height is None:
        return
    block = ledger.hash_at(trace.tip_height)
    if block is None or block.hex() != trace.tip_hash:
        raise UsageError(
            f"The trace ended at block {trace.tip_height} {trace.tip_hash}, which this ledger does not hold: "
            "it is older, or the chain was reorganised. Trace again from the seeds."
        )
