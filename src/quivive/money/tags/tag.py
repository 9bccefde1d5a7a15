"""What does somebody say of an address? The nouns of attribution.

The words are those of GraphSense: a tag attributes an address to a label, often to an actor, with a
concept of the INTERPOL taxonomy (`category`, `abuse`, `concepts`), and says how its maker came to know
(`confidence`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

LEVELS: Mapping[str, int] = MappingProxyType({
    "override": 100, "ownership": 100, "ledger_immanent": 100, "manual_transaction": 90, "service_api": 70,
    "forensic_investigation": 70, "authority_data": 60,
    "trusted_provider": 50, "service_data": 50, "forensic": 50, "untrusted_transaction": 40, "web_crawl": 20,
    "heuristic": 10, "unknown": 5,
})  # fmt: skip
"""Confidence of a source, 0 to 100, as `confidence.csv` of graphsense-tagpack-tool 25.8 gives it."""

UNSTATED = LEVELS["unknown"]


@dataclass(frozen=True, slots=True)
class Tag:
    """One statement about one address; `address` is spelled as its source spells it.

    `chain` is a key such as 'btc', 'eth', 'trx'. `category` says what the actor is (exchange, mixing_service,
    …), `abuse` what the address was used for (scam, sanction, …), `confidence` how its maker knows, `source`
    where that can be read, `lastmod` when it was last looked at, `pack` the list that it stands in.
    `cluster`: whoever made the tag says that it speaks for the whole cluster of the address.
    """

    address: str
    chain: str
    label: str
    actor: str | None = None
    category: str | None = None
    abuse: str | None = None
    confidence: str | None = None
    source: str = ""
    lastmod: date | None = None
    licence: str | None = None
    pack: str = ""
    concepts: tuple[str, ...] = ()
    cluster: bool = False

    @property
    def level(self) -> int:
        """Confidence, 0 to 100; what is not in GraphSense's table counts as unknown."""
        return LEVELS.get(self.confidence or "unknown", UNSTATED)

    @property
    def terms(self) -> tuple[str, ...]:
        """Every concept that the tag names, each once: category, abuse, then the others."""
        named = (self.category, self.abuse, *self.concepts)
        return tuple(dict.fromkeys(term for term in named if term))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Tags of one address that do not agree in a field ('actor', 'category' or 'abuse').

    `values` are what they say, most confident first; all tags that say something there are in `tags`.
    """

    field: str
    values: tuple[str, ...]
    tags: tuple[Tag, ...]
