"""What does an exposure consist of?

Amounts are whole numbers of the asset's smallest unit and add up to the side's total; shares are parts of
that total and add up to 1. Indirect amounts are by haircut, a convention: of a transaction's money everybody
who paid in holds a share. `poison` is what came into touch with a category at all: an upper bound that
overlaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

Way = Literal["incoming", "outgoing"]

ENDS: Final[Mapping[str, str]] = {
    "mined": "newly mined or minted, of nobody before",
    "before the ledger": "from before the ledger's first block, or from a source that it does not hold",
    "unattributed": "still lies at addresses that no tag names",
    "coinjoin": "passed through a CoinJoin, where shares say nothing of whose money it is: not followed",
    "own": "the address's own money on its way round",
    "fees": "paid to miners or validators",
    "cut off": "not followed further: a limit was reached",
}
"""Rows that are no category, and what they mean."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far money is followed.

    `min_share`: least share of a side's total worth a further hop. `branches`: most payments looked at on one
    side. `degree`: most payments of one intermediary account; beyond that it is a service that no tag names.
    """

    hops: int = 8
    min_share: float = 0.0001
    branches: int = 1_000_000
    degree: int = 10_000


@dataclass(frozen=True, slots=True)
class Entity:
    """One tagged address behind a row. `txids` lead from it to the subject (or from the subject to it)."""

    address: str
    name: str
    amount: int
    share: float
    hops: int
    txids: tuple[str, ...]
    tags: tuple[Tag, ...]
    through: tuple[str, ...] = ()
    """Of a direct counterparty: the largest way by which money passed through others as well."""
    by_cluster: bool = False
    """No tag names this very address: one names another address of its cluster, a heuristic."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came from (or went to) one category, or where following it ended (`category` is one of ENDS).

    `direct` and `indirect` add up to `share`. `hops` is the fewest, 1 a direct counterparty, `mean_hops` the
    mean by amount. `fiat` is the value on the days of the subject's own transactions, None without rates.
    """

    category: str
    amount: int
    share: float
    direct: float
    indirect: float
    poison: int
    hops: int
    mean_hops: float
    entities: tuple[Entity, ...] = ()
    more: int = 0
    """Tagged addresses beyond those listed."""
    by_cluster: bool = False
    fiat: str | None = None
    detail: Mapping[str, float] = field(default_factory=dict)
    """Of 'cut off': the share by limit."""
    examples: tuple[str, ...] = ()
    """Transactions of the largest parts of a row that has no entities."""
    conflicts: tuple[str, ...] = ()

    @property
    def attributed(self) -> bool:
        """Whether the row is a category of tags."""
        return self.category not in ENDS


@dataclass(frozen=True, slots=True)
class Side:
    """All that came in, or all that went out."""

    way: Way
    total: int
    transactions: int
    untagged: float
    """Share whose direct counterparty no tag names: what indirect exposure then looks behind."""
    rows: tuple[Row, ...]
    first_time: int | None = None
    last_time: int | None = None
    fiat: str | None = None
    days_without_rate: tuple[str, ...] = ()

    @property
    def attributed(self) -> float:
        """Share that some tag names, at whatever distance."""
        return sum(row.share for row in self.rows if row.attributed)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whose money an address, or the cluster it is held to belong to, has dealt with, in one asset."""

    chain: str
    address: str
    asset: str | None
    decimals: int | None
    cluster: int
    """How many addresses were looked at together: 1 is the address alone."""
    sides: tuple[Side, ...]
    tags: tuple[Tag, ...]
    limits: Limits
    could_not_look: tuple[str, ...]
    sources: tuple[str, ...] = ()
    currency: str | None = None
    rates: str | None = None
    tip: tuple[int, str] | None = None
    cluster_tags: tuple[Tag, ...] = ()
    """Tags of other addresses of the cluster."""
    list_dates: Mapping[str, date] = field(default_factory=dict)
    """Date of the version of each list that was asked, by its name (a tag's `pack`)."""
    found: bool = True
    """False where the ledger has never seen the address."""

    def side(self, way: Way) -> Side | None:
        """What came in, or what went out, if that was asked."""
        return next((side for side in self.sides if side.way == way), None)
