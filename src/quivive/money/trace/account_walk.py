"""How does traced money go from account to account, transfer by transfer?

Transfers are taken in chain order (backward: in reverse). When traced money comes to an account, its pool of
that asset is made as it was then, and its later transfers are taken in their turn; so each method's amounts
are those of a pass over the whole ledger, up to where the trace stops. Money that stops somewhere is clean
from there on.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quivive.errors import UsageError
from quivive.money.account_taint import NOBODY, Part, Pool, clean, least, opening, whole
from quivive.money.trace import stops
from quivive.money.trace.account_book import Book, Hop
from quivive.money.trace.account_shares import left_in, origins_of, said
from quivive.money.trace.nouns import Amount, Direction, Limits, Method, Reason
from quivive.money.trace.reading import Knowledge

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

Amounts = Mapping[Method, Amount]
Key = tuple[int, int]
"""Address and asset."""
_PAYING = ("native", "internal", "token")


@dataclass(frozen=True, slots=True)
class Place:
    """A transfer that moved traced money, as the money that it brought."""

    hop: Hop
    depth: int
    traced: Amounts
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class End:
    """Traced money of a place that went no further; `other` is what a swap paid in return."""

    place: int
    reason: Reason
    detail: str
    traced: Amounts
    other: Hop | None = None


@dataclass
class Found:
    """The graph as it grows. Places are named by their transfer's number."""

    places: dict[int, Place] = field(default_factory=dict)
    moves: list[tuple[int, int, Amounts]] = field(default_factory=list)
    """(place the money lay at, place it went to next in the walk, amounts)."""
    ends: list[End] = field(default_factory=list)
    fees: dict[int, dict[Method, Amount]] = field(default_factory=dict)
    seeded: dict[int, dict[Method, Amount]] = field(default_factory=dict)
    """By asset; money that comes from one seed to another is counted once."""
    accounts: dict[Key, Sequence[Hop]] = field(default_factory=dict)
    """The accounts that were followed, with all their transfers of that asset."""


def walk(
    book: Book,
    seeds: Sequence[int],
    methods: Sequence[Method],
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    known: Knowledge = Knowledge(),  # noqa: B008 (frozen)
    progress: Callable[[int, int], None] = lambda places, due: None,
) -> Found:
    """Follow the whole of these transfers, given by their numbers.

    Raises UsageError where there are more seeds than places allowed.
    """
    if limits.max_nodes is not None and len(seeds) > limits.max_nodes:
        raise UsageError(
            f"{len(seeds)} transfers to begin with are more than the {limits.max_nodes} places allowed."
        )
    walker = _Walker(book, tuple(methods), direction, limits, known)
    walker.begin(sorted(set(seeds)))
    while walker.due:
        walker.step()
        progress(len(walker.found.places), len(walker.due))
    walker.settle()
    return walker.found


class _Walker:
    """The state of a walk."""

    def __init__(
        self, book: Book, methods: tuple[Method, ...], direction: Direction, limits: Limits, known: Knowledge
    ) -> None:
        self._book, self._methods, self._limits, self._known = book, methods, limits, known
        self._forward = direction == "forward"
        self._pools: dict[Key, Pool] = {}
        self._seeds: frozenset[int] = frozenset()
        self._total: dict[int, int] = {}
        self._queued: set[int] = set()
        self.due: list[tuple[int, int, Hop]] = []
        self.found = Found()

    def begin(self, seeds: Sequence[int]) -> None:
        """Queue the seeds."""
        self._seeds = frozenset(seeds)
        for hop in map(self._book.hop, seeds):
            if hop.value and hop.sender != hop.receiver:
                self._total[hop.asset] = self._total.get(hop.asset, 0) + hop.value
                self._queue(hop)

    def step(self) -> None:
        """Move the money of the transfer that is next."""
        hop = heapq.heappop(self.due)[2]
        source, target = self._ends(hop)
        pool = self._pools.get((source, hop.asset))
        part = pool.take(hop.value) if pool else clean(hop.value)
        origins = tuple(origins_of(part, self._methods))
        if hop.number in self._seeds:
            self._seeded(hop, part)
            self._place(hop, target, whole(hop.value, hop.number), origins)
        elif not any(said(part, self._methods).values()):
            self._put(target, hop, part)
        elif self._forward and target == NOBODY:
            self._add(self.found.fees, hop.asset, said(part, self._methods))
        elif self._full():
            self._cut(origins)
            self._put(target, hop, clean(hop.value))
        else:
            self._place(hop, target, part, origins)

    def settle(self) -> None:
        """What is left in the pools stays there; backward it was there before the ledger's first block."""
        for (_, asset), pool in self._pools.items():
            for origin, left in left_in(pool).items():
                traced = {method: left[method] for method in self._methods}
                if any(traced.values()):
                    self.found.ends.append(End(origin, *self._rest(asset), traced))

    def _rest(self, asset: int) -> tuple[Reason, str]:
        if self._forward:
            return "unspent", "It has not been moved on by the ledger's last block."
        return "unknown", "The account held this before the first transfer of it that the ledger knows."

    def _ends(self, hop: Hop) -> tuple[int, int]:
        """Where the walk comes from and goes to."""
        return (hop.sender, hop.receiver) if self._forward else (hop.receiver, hop.sender)

    def _queue(self, hop: Hop) -> None:
        if hop.number not in self._queued:
            self._queued.add(hop.number)
            heapq.heappush(self.due, (hop.number if self._forward else -hop.number, hop.position, hop))

    def _seeded(self, hop: Hop, part: Part) -> None:
        had = said(part, self._methods)
        new = said(whole(hop.value, hop.number), self._methods)
        self._add(self.found.seeded, hop.asset, {method: new[method] - had[method] for method in had})

    def _place(
        self, hop: Hop, target: int, part: Part, origins: Sequence[tuple[int, dict[Method, Amount]]]
    ) -> None:
        """Make the place that this transfer brought money to, and go on from there or stop."""
        seed = hop.number in self._seeds
        depth = 0 if seed else 1 + min(self.found.places[origin].depth for origin, _ in origins)
        tags = self._known.tags([hop.receiver])[0] if hop.receiver >= 0 else ()
        place = Place(hop, depth, said(part, self._methods), tags)
        self.found.places[hop.number] = place
        self.found.moves += [(origin, hop.number, traced) for origin, traced in origins]
        if (end := self._end(place, target, part)) is not None:
            self.found.ends.append(end)
            part = clean(hop.value)
        elif (target, hop.asset) not in self._pools:
            self._open(target, hop)
        self._put(target, hop, part.renamed(hop.number))

    def _put(self, target: int, hop: Hop, part: Part) -> None:
        if (pool := self._pools.get((target, hop.asset))) is not None:
            pool.put(part)

    def _open(self, account: int, hop: Hop) -> None:
        """Make an account's pool as it was when this transfer came, and queue those that are to come."""
        hops = self._book.transfers_of(account, hop.asset)
        self.found.accounts[account, hop.asset] = hops
        moving = [each for each in hops if each.value and each.sender != each.receiver]
        moves = [each.value if each.receiver == account else -each.value for each in moving]
        before = hop.number if self._forward else hop.number + 1
        held = sum(move for each, move in zip(moving, moves, strict=True) if each.number < before)
        self._pools[account, hop.asset] = opening(least(moves) + held)
        for each in moving:
            if each.number != hop.number and (each.number > hop.number) == self._forward:
                self._queue(each)

    def _end(self, place: Place, account: int, part: Part) -> End | None:
        """Whether the trace ends here, and why."""
        hop, other = place.hop, self._swap(place)
        if other is not None:
            return End(hop.number, "swap", "The asset changes here.", place.traced, other)
        why = self._nobody() if account == NOBODY else self._why(place, account)
        return End(hop.number, why[0], why[1], place.traced) if why else None

    def _nobody(self) -> stops.Why:
        return ("fee", "It was paid to nobody.") if self._forward else ("coinbase", "It was newly made.")

    def _why(self, place: Place, account: int) -> stops.Why | None:
        through = account in self._known.through
        tags = place.tags if self._forward else self._known.tags([account])[0]
        if not through and (why := stops.attributed(tags)):
            return why if self._forward else (why[0], f"The trace ends at its sender. {why[1]}")
        if why := stops.too_deep(place.depth, self._limits):
            return why
        if (account, place.hop.asset) in self._pools:
            return None
        if not through and (why := self._busy(account)):
            return why
        return None if through or not place.depth else stops.too_small(self._share(place), self._limits)

    def _busy(self, account: int) -> stops.Why | None:
        most, uses = self._limits.max_reuse, self._book.uses(account)
        if most is None or uses <= most:
            return None
        return "degree", (
            f"The account made and received {uses} transfers, more than {most}: it is likely a service or a "
            "contract that nobody has attributed yet."
        )

    def _share(self, place: Place) -> float:
        """Of the seeds in this asset, by the larger of fifo and haircut."""
        shares = [place.traced[method] for method in self._methods if method != "poison"]
        return max(shares) / self._total[place.hop.asset] if shares else 1.0

    def _swap(self, place: Place) -> Hop | None:
        """What whoever paid this (backward: whoever got it) got (gave) in return by the same transaction."""
        hop = place.hop
        if not place.depth:
            return None
        for other in self._book.transfers_in(hop.tx):
            same = other.receiver == hop.sender if self._forward else other.sender == hop.receiver
            if same and other.asset != hop.asset and other.value and other.kind in _PAYING:
                return other
        return None

    def _full(self) -> bool:
        return self._limits.max_nodes is not None and len(self.found.places) >= self._limits.max_nodes

    def _cut(self, origins: Sequence[tuple[int, dict[Method, Amount]]]) -> None:
        self.found.ends += [End(origin, *stops.full(self._limits), traced) for origin, traced in origins]

    def _add(self, sums: dict[int, dict[Method, Amount]], asset: int, traced: Amounts) -> None:
        kept = sums.setdefault(asset, dict.fromkeys(self._methods, 0))
        for method, amount in traced.items():
            kept[method] += amount
