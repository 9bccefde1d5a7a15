"""What does a ledger on disk know for a trace: tags by number, clusters, CoinJoins, busy addresses?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quivive.errors import Unreadable
from quivive.money.trace.nouns import Asset, Limits
from quivive.money.trace.reading import Knowledge

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.tags.tag import Tag

TagsOf = Callable[[str], tuple["Tag", ...]]
"""The tags of an address, by its text."""


def coin(ledger: Ledger) -> Asset:
    """How amounts of the ledger's own coin are written."""
    from quivive.money.chains import CHAINS

    chain = CHAINS[ledger.chain]
    return Asset(None, chain.coin, chain.decimals)


def knowledge(ledger: Ledger, tags_of: TagsOf, limits: Limits) -> Knowledge:
    """What a walk over this ledger may ask; unknown addresses in `limits.through` are left out."""
    through = ledger.address_ids(limits.through) if limits.through else []
    return Knowledge(
        tags=lambda numbers: [tags_of(text) for text in ledger.addresses(numbers)],
        uses=_uses(ledger),
        coinjoin=_coinjoins(ledger.folder / "coinjoins.parquet"),
        through=frozenset(number for number in through if number is not None),
    )


def clusters(path: Path) -> Callable[[int], int | None]:
    """The cluster of an address number, from a file of labels (columns address and cluster, in order).

    An address that is newer than the file has none. Without the file nothing has one.
    """
    if not path.is_file():
        return lambda address: None
    from quivive.money.ledger.columns import Column

    numbers, labels = (Column([path], name) for name in ("address", "cluster"))

    def cluster(address: int) -> int | None:
        if not 0 <= address < len(labels):
            return None
        if int(numbers[address]) != address:
            raise Unreadable(
                f"{path} does not hold the addresses in order: write it with 'quivive money cluster'."
            )
        return int(labels[address])

    return cluster


def members(path: Path, cluster: int) -> list[int]:
    """All addresses of a cluster, from a file of labels."""
    import pyarrow.dataset as ds

    found = ds.dataset(path).to_table(columns=["address"], filter=ds.field("cluster") == cluster)
    return [int(number) for number in found["address"].to_pylist()]


def _coinjoins(path: Path) -> Callable[[int], tuple[str, float] | None]:
    """Protocol and confidence of what was found to be a CoinJoin, where that was looked for."""
    if not path.is_file():
        return lambda tx: None
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["tx", "protocol", "confidence"])
    columns = (table[name].to_pylist() for name in ("tx", "protocol", "confidence"))
    found = {tx: (protocol, confidence) for tx, protocol, confidence in zip(*columns, strict=True)}
    return found.get


def _uses(ledger: Ledger) -> Callable[[Sequence[int]], Sequence[int]]:
    """How many outputs addresses received: counted when it is first asked, and kept beside the ledger."""

    @cache
    def counts() -> np.ndarray:
        from quivive.money.ledger.flows import index_folder, publish

        folder = index_folder(ledger, "uses")
        if not folder.exists():
            fresh = folder.with_name(f"new-{folder.name}")
            fresh.mkdir(parents=True, exist_ok=True)
            np.save(fresh / "uses.npy", _count(ledger))
            publish(fresh, folder)
        kept: np.ndarray = np.load(folder / "uses.npy", mmap_mode="r")
        return kept

    return lambda numbers: [int(counts()[number]) for number in numbers]


def _count(ledger: Ledger) -> np.ndarray:
    """Outputs received by each address, uint32[A]."""
    counted = np.zeros(ledger.counts["addresses"], np.uint32)
    for batch in ledger.batches("outputs", ["address"]):
        numbers, times = np.unique(np.asarray(batch.column(0)), return_counts=True)
        known = numbers >= 0
        counted[numbers[known]] += times[known].astype(np.uint32)
    return counted
