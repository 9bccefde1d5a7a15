"""What does a ledger on disk know for a trace: tags by number, clusters, CoinJoins, busy addresses?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quivive.errors import Unreadable
from quivive.money.trace.nouns import Asset, Limits
from quivive.money.trace.reading import Knowledge
from quivive.money.trace.uses import uses_of

if TYPE_CHECKING:
    from quivive.money.coinjoin.nouns import Coin
    from quivive.money.ledger import Ledger
    from quivive.money.ledger.columns import Column
    from quivive.money.tags.tag import Tag

TagsOf = Callable[[str], tuple["Tag", ...]]
"""The tags of an address, by its text."""
Tagged = Callable[[], Mapping[str, tuple["Tag", ...]]]
"""All tags that speak of the chain, by the address's text in the ledger."""
SURE = 0.5
"""From this confidence on a transaction has a CoinJoin protocol's own marks (`coinjoin.nouns.Verdict`)."""
_AT_ONCE = 1 << 20


def coin(ledger: Ledger) -> Asset:
    """How amounts of the ledger's own coin are written."""
    from quivive.money.chains import CHAINS

    chain = CHAINS[ledger.chain]
    return Asset(None, chain.coin, chain.decimals)


def knowledge(
    ledger: Ledger,
    tags_of: TagsOf,
    limits: Limits,
    labels: Path | None = None,
    tagged: Tagged = dict,
) -> Knowledge:
    """What a walk over this ledger may ask; unknown addresses in `limits.through` are left out.

    With `labels` (a file of clusters) the tags of all addresses of a cluster speak for each of them, by the
    heuristic that made the cluster; `tagged` gives all tags by address, for that.
    """
    through = ledger.address_ids(limits.through) if limits.through else []
    return Knowledge(
        tags=_tags(ledger, tags_of, labels, tagged),
        uses=uses_of(ledger),
        coinjoin=_coinjoins(ledger),
        spent=_spent(ledger),
        through=frozenset(number for number in through if number is not None),
    )


def clusters(path: Path | None) -> Callable[[int], int | None]:
    """The cluster of an address number, from a file of labels (columns address and cluster, in order).

    An address that is newer than the file has none. Without a file nothing has one.
    """
    if path is None:
        return lambda address: None
    numbers, labels = _columns(path)

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
    numbers, labels = _columns(path)
    found: list[int] = []
    for start in range(0, len(labels), _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, len(labels)))
        found += np.asarray(numbers[rows])[np.asarray(labels[rows]) == cluster].tolist()
    return found


def _columns(path: Path) -> tuple[Column, Column]:
    from quivive.money.ledger.columns import Column

    try:
        return Column([path], "address"), Column([path], "cluster")
    except (OSError, ValueError, KeyError) as error:
        raise Unreadable(f"{path} does not read as a file of clusters: {str(error).rstrip('.')}.") from error


def _tags(
    ledger: Ledger, tags_of: TagsOf, labels: Path | None, tagged: Tagged
) -> Callable[[Sequence[int]], list[tuple[Tag, ...]]]:
    """Tags of addresses by number: their own, else those of their cluster.

    What is paid into Litecoin's extension block is as good as mixed: inside it amounts and owners are hidden.
    """
    from quivive.money.addresses import MWEB
    from quivive.money.tags.tag import Tag

    cluster = clusters(labels)

    @cache
    def of_clusters() -> dict[int | None, tuple[Tag, ...]]:
        said = tagged() if labels else {}
        found: dict[int | None, tuple[Tag, ...]] = {}
        for number, tags in zip(ledger.address_ids(list(said)), said.values(), strict=True):
            if number is not None and (label := cluster(number)) is not None:
                found[label] = (*found.get(label, ()), *tags)
        return found

    name, said = "Litecoin's extension block (MWEB)", "the chain's own rules"
    hidden = (Tag(MWEB, ledger.chain, name, category="mixing", confidence="override", source=said),)

    def tags(numbers: Sequence[int]) -> list[tuple[Tag, ...]]:
        own = [hidden if text == MWEB else tags_of(text) for text in ledger.addresses(numbers)]
        return [
            each or (of_clusters().get(cluster(number), ()) if labels else ())
            for number, each in zip(numbers, own, strict=True)
        ]

    return tags


def _spent(ledger: Ledger) -> Callable[[int], int]:
    """Values of inputs as the source gave them, -1 where it did not."""

    def value(row: int) -> int:
        found = ledger.column("inputs", "value")[row]
        return -1 if found is None else int(found)

    return value


def _coinjoins(ledger: Ledger) -> Callable[[int], tuple[str, float] | None]:
    """Whether a transaction has a CoinJoin protocol's own marks; judged when the trace comes to it."""
    flows = ledger.flows()
    values, addresses = ledger.column("inputs", "value"), ledger.column("inputs", "address")

    def judged(tx: int) -> tuple[str, float] | None:
        ins = slice(int(flows.in_off[tx]), int(flows.in_off[tx + 1]))
        outs = slice(int(flows.out_off[tx]), int(flows.out_off[tx + 1]))
        paid = [int(value) for value in flows.out_val[outs]]
        # No protocol has fewer: ordinary payments are told apart without loading the compiled rules.
        if ins.stop - ins.start < 2 or len(paid) < 3 or len(set(paid)) == len(paid):
            return None
        from quivive.money.coinjoin.detect import detect
        from quivive.money.coinjoin.nouns import Candidate

        inputs = _coins(ledger, values[ins], addresses[ins])
        outputs = _coins(ledger, flows.out_val[outs], flows.out_addr[outs])
        verdict = detect(Candidate("", inputs, outputs, int(ledger.times([tx])[0])))
        sure = verdict.coinjoin and verdict.confidence >= SURE
        return (verdict.protocol, verdict.confidence) if sure else None

    return judged


def _coins(ledger: Ledger, values: Sequence[int], addresses: Sequence[int]) -> tuple[Coin, ...]:
    from quivive.money.coinjoin.nouns import Coin

    known = sorted({int(number) for number in addresses if number >= 0})
    types = dict(zip(known, ledger.address_types(known), strict=True))
    texts = dict(zip(known, ledger.addresses(known), strict=True))
    return tuple(
        Coin(int(value) if value >= 0 else None, types.get(int(number)), texts.get(int(number)))
        for value, number in zip(values, addresses, strict=True)
    )
