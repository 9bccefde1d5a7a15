"""Which addresses does somebody name, and as what?

A tag of another address of a cluster speaks for the address only by a heuristic (common input ownership):
such attributions stay apart from those of the address itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from quivive.money.exposure.walk import Ints

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

_UNSAID = "named, of no category"


@dataclass(frozen=True)
class Category:
    """What a row of an exposure is about."""

    name: str
    by_cluster: bool = False


class Naming(Protocol):
    """Says what addresses are tagged as."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """What codes stand for."""
        ...

    @property
    def any(self) -> bool:
        """Whether any tag names anybody, as far as was asked."""
        ...

    def codes_of(self, addresses: Ints) -> Ints:
        """The category of each address, -1 for none."""
        ...

    def tags_of(self, address: int) -> tuple[Tag, ...]:
        """What is said of an address, the surest first."""
        ...

    def among(self, addresses: Ints) -> tuple[Tag, ...]:
        """What is said of these very addresses."""
        ...


class Asked:
    """Asks the lists for each address when it is first reached, so that what is not reached costs nothing."""

    def __init__(self, texts: Callable[[Sequence[int]], Sequence[str]],
                 said: Callable[[str], Sequence[Tag]]) -> None:  # fmt: skip
        self._texts, self._said = texts, said
        self._codes: dict[int, int] = {}
        self._numbers: dict[Category, int] = {}
        self._tags: dict[int, tuple[Tag, ...]] = {}

    @property
    def categories(self) -> tuple[Category, ...]:
        """In the order in which they were met."""
        return tuple(self._numbers)

    @property
    def any(self) -> bool:
        """Whether a tag named one of the addresses asked for."""
        return bool(self._tags)

    def codes_of(self, addresses: Ints) -> Ints:
        """The category of each address, -1 for none."""
        each, index = np.unique(addresses, return_inverse=True)
        wanted = each.tolist()
        fresh = [number for number in wanted if number not in self._codes]
        for number, text in zip(fresh, self._texts(fresh) if fresh else (), strict=True):
            self._codes[number] = self._code(number, _sorted(self._said(text)))
        return np.array([self._codes[number] for number in wanted], np.int64)[index]

    def tags_of(self, address: int) -> tuple[Tag, ...]:
        """What was said of an address that was asked for."""
        return self._tags.get(address, ())

    def among(self, addresses: Ints) -> tuple[Tag, ...]:
        """What is said of these very addresses."""
        self.codes_of(addresses)
        return tuple(tag for number in addresses.tolist() for tag in self._tags.get(number, ()))

    def _code(self, number: int, tags: tuple[Tag, ...]) -> int:
        if not tags:
            return -1
        self._tags[number] = tags
        return self._numbers.setdefault(Category(category_of(tags)), len(self._numbers))


@dataclass(frozen=True)
class Tagged:
    """Tagged addresses, and clusters where labels are given: sorted ids, each a code into `categories`."""

    categories: tuple[Category, ...]
    addresses: Ints
    codes: Ints
    clusters: Ints
    cluster_codes: Ints
    tags: Mapping[int, tuple[Tag, ...]]
    cluster_tags: Mapping[int, tuple[Tag, ...]] = field(default_factory=dict)
    labels: Ints | None = None

    @property
    def any(self) -> bool:
        """Whether any tag names an address of the ledger."""
        return bool(self.tags)

    def codes_of(self, addresses: Ints) -> Ints:
        """The category of each address, -1 for none; the address's own tag before its cluster's."""
        code = _found(self.addresses, self.codes, addresses)
        if self.labels is None or not len(self.clusters):
            return code
        of_cluster = _found(self.clusters, self.cluster_codes, cluster_of(self.labels, addresses))
        return np.where(code >= 0, code, of_cluster)

    def tags_of(self, address: int) -> tuple[Tag, ...]:
        """What is said of the address, else of its cluster."""
        if address in self.tags or self.labels is None:
            return self.tags.get(address, ())
        return self.cluster_tags.get(int(cluster_of(self.labels, np.array([address]))[0]), ())

    def among(self, addresses: Ints) -> tuple[Tag, ...]:
        """What is said of these very addresses."""
        named = addresses[np.isin(addresses, self.addresses)].tolist()
        return tuple(tag for number in named for tag in self.tags[number])


def tagged(tags: Mapping[int, Sequence[Tag]], labels: Ints | None = None) -> Tagged:
    """From tags by address id, and each address's cluster where that is known."""
    own = {address: _sorted(said) for address, said in tags.items() if said}
    named = {address: category_of(said) for address, said in own.items()}
    clusters = _by_cluster(own, labels)
    of_cluster = {cluster: category_of(said) for cluster, said in clusters.items()}
    categories = sorted({Category(name) for name in named.values()}
                        | {Category(name, True) for name in of_cluster.values()},
                        key=lambda c: (c.name, c.by_cluster))  # fmt: skip
    code = {category: number for number, category in enumerate(categories)}
    return Tagged(
        tuple(categories),
        *_columns({address: code[Category(name)] for address, name in named.items()}),
        *_columns({cluster: code[Category(name, True)] for cluster, name in of_cluster.items()}),
        own, clusters, labels,
    )  # fmt: skip


def category_of(tags: Sequence[Tag]) -> str:
    """One concept for all that is said of an address: the gravest, then the most confident, then by name."""
    said = [(gravity(term), -tag.level, term) for tag in tags for term in exact_terms(tag)]
    return min(said)[2] if said else _UNSAID


def conflicts_of(tags: Sequence[Tag]) -> tuple[str, ...]:
    """The concepts beside the one that counts, where tags of one address name several."""
    chosen = category_of(tags)
    others = sorted({term for tag in tags for term in exact_terms(tag)} - {chosen, _UNSAID})
    return tuple(others)


def cluster_of(labels: Ints, addresses: Ints) -> Ints:
    """Labels; an address newer than the labels is its own cluster."""
    known = (addresses >= 0) & (addresses < len(labels))
    return np.where(known, labels[np.where(known, addresses, 0)] if len(labels) else -1, addresses)


def exact_terms(tag: Tag) -> tuple[str, ...]:
    """What a tag names, without words that are only broader ones for another of its words."""
    from quivive.money.tags.categories import line

    implied = {broader for term in tag.terms for broader in line(term)[1:]}
    return tuple(term for term in tag.terms if term not in implied)


def gravity(term: str) -> int:
    """Rank of a concept, 0 the worst: sanctions, abuse, mixers, frozen, bridges, exchanges, services."""
    from quivive.money.tags import categories as c

    groups = (c.SANCTIONED, c.ABUSES, c.MIXERS, c.FROZEN, c.BRIDGES, c.EXCHANGES, c.SERVICES)
    return next((rank for rank, group in enumerate(groups) if term in group), len(groups))


def _sorted(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """In an order that does not depend on the order in which lists were read."""
    return tuple(sorted(tags, key=lambda t: (-t.level, t.pack, t.label, t.actor or "", t.source, t.terms)))


def _by_cluster(tags: Mapping[int, tuple[Tag, ...]], labels: Ints | None) -> dict[int, tuple[Tag, ...]]:
    if labels is None:
        return {}
    found: dict[int, list[Tag]] = {}
    addresses = np.array(sorted(tags), np.int64)
    for address, cluster in zip(addresses.tolist(), cluster_of(labels, addresses).tolist(), strict=True):
        found.setdefault(cluster, []).extend(tags[address])
    return {cluster: _sorted(said) for cluster, said in found.items()}


def _columns(codes: Mapping[int, int]) -> tuple[Ints, Ints]:
    ids = np.array(sorted(codes), np.int64)
    return ids, np.array([codes[i] for i in ids.tolist()], np.int64)


def _found(ids: Ints, codes: Ints, wanted: Ints) -> Ints:
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[place] == wanted, codes[place], -1)
