"""Which sanctioned addresses share a cluster with an address, by a ledger at hand?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.money.screening import sanctioned_in
from quivive.money.trace.of_ledger import clusters

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.tags.book import TagBook

Mates = Callable[[str], tuple[str, ...]]
"""Sanctioned addresses in the cluster of an address, itself left out."""


def sanctioned_mates(ledger: Ledger, labels: Path, book: TagBook) -> Mates:
    """Asks the ledger for each sanctioned address once; any number of addresses can be held against them.

    `labels` is what `quivive money cluster` wrote. An address that the ledger has not seen has no cluster.
    """
    listed = list(sanctioned_in(book, ledger.chain))
    cluster_of = clusters(labels)
    by_cluster: dict[int, tuple[tuple[int, str], ...]] = {}
    for text, number in zip(listed, _numbers(ledger, listed), strict=True):
        cluster = None if number is None else cluster_of(number)
        if number is not None and cluster is not None:
            by_cluster[cluster] = (*by_cluster.get(cluster, ()), (number, text))

    def mates(address: str) -> tuple[str, ...]:
        number = ledger.address_id(address)
        cluster = None if number is None else cluster_of(number)
        found = by_cluster.get(cluster, ()) if cluster is not None else ()
        return tuple(text for other, text in found if other != number)

    return mates


def _numbers(ledger: Ledger, texts: Sequence[str]) -> list[int | None]:
    return ledger.address_ids(texts) if texts else []
