"""How much of each account's money is tainted by these transfers: by poison, by haircut, first in first out?

An account of an account chain holds one pool of each asset. The three rules are those of `money.taint`:
* poison: once tainted money came in, whatever goes out is tainted in full, for good;
* haircut: what goes out has the share of taint that the pool has then;
* FIFO: what came in first goes out first (Clayton's case, 1816), exact to the wei.
What a pool must have held before the first transfer that is known, so that it never falls below zero, counts
as clean and as the oldest money. Amounts are Python's integers of any size, in the asset's smallest unit;
haircut is in floats. All of it runs backward too: the transfers in reverse, sender and receiver exchanged,
what is left at the end in the place of what was there at the beginning. What comes forward from one transfer
to another by haircut or FIFO goes back from that to the first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from quivive.errors import UsageError

NOBODY = -1
"""As sender: minted, mined or unknown; as receiver: a fee, or burnt. As asset: the chain's own coin."""
Lot = tuple[int, int | None]
"""An amount and the origin of its taint; None is clean."""


@dataclass(frozen=True, slots=True)
class Part:
    """Money on its way from pool to pool.

    `lots` are FIFO's in their order, `haircut` amounts by origin, `poison` the origins that poison it.
    """

    value: int
    lots: tuple[Lot, ...]
    haircut: Mapping[int, float]
    poison: tuple[int, ...]

    @property
    def fifo(self) -> int:
        """Tainted amount by FIFO."""
        return sum(amount for amount, origin in self.lots if origin is not None)

    def renamed(self, origin: int) -> Part:
        """The same money with one origin in place of those it had."""
        lots = tuple((amount, None if old is None else origin) for amount, old in self.lots)
        haircut = {origin: sum(self.haircut.values())} if self.haircut else {}
        return Part(self.value, lots, haircut, (origin,) if self.poison else ())


def clean(value: int) -> Part:
    """Money without taint."""
    return Part(value, ((value, None),), {}, ())


def whole(value: int, origin: int) -> Part:
    """Money tainted in full."""
    return Part(value, ((value, origin),), {origin: float(value)}, (origin,))


@dataclass(slots=True)
class Pool:
    """One asset at one account."""

    balance: int = 0
    lots: deque[Lot] = field(default_factory=deque)
    haircut: dict[int, float] = field(default_factory=dict)
    poison: dict[int, int] = field(default_factory=dict)
    """Origins and their values, in the order in which they came."""

    def put(self, part: Part) -> None:
        """Take money in."""
        self.balance += part.value
        for amount, origin in part.lots:
            if self.lots and self.lots[-1][1] == origin:
                amount += self.lots.pop()[0]
            self.lots.append((amount, origin))
        for origin, share in part.haircut.items():
            self.haircut[origin] = self.haircut.get(origin, 0.0) + share
        for origin in part.poison:
            self.poison[origin] = part.value

    def take(self, value: int) -> Part:
        """Pay money out; what the pool does not hold it had before, clean."""
        if value > self.balance:
            self.lots.appendleft((value - self.balance, None))
            self.balance = value
        part = Part(value, tuple(self._first(value)), self._share(value), tuple(self.poison))
        self.balance -= value
        return part

    def _first(self, value: int) -> Iterator[Lot]:
        while value:
            amount, origin = self.lots.popleft()
            if amount > value:
                self.lots.appendleft((amount - value, origin))
            yield min(amount, value), origin
            value -= min(amount, value)

    def _share(self, value: int) -> dict[int, float]:
        if value == self.balance:
            taken, self.haircut = self.haircut, {}
            return taken
        share = value / self.balance
        taken = {origin: amount * share for origin, amount in self.haircut.items()}
        self.haircut = {origin: amount - taken[origin] for origin, amount in self.haircut.items()}
        return taken


def opening(balance: int) -> Pool:
    """A pool that holds this much, clean."""
    return Pool(balance, deque([(balance, None)] if balance else []))


def least(moves: Iterable[int]) -> int:
    """The least that a pool must have held before these moves (in positive, out negative)."""
    lowest = balance = 0
    for move in moves:
        balance += move
        lowest = min(lowest, balance)
    return -lowest


@dataclass(frozen=True, slots=True)
class Transfers:
    """Transfers in chain order, sequences of one length. A value of None (more than a ledger holds) and a
    transfer to oneself move nothing."""

    sender: Sequence[int]
    receiver: Sequence[int]
    asset: Sequence[int]
    value: Sequence[int | None]

    def rows(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Number, sender, receiver, asset and value of the transfers that move something."""
        columns = zip(self.sender, self.receiver, self.asset, self.value, strict=True)
        for number, (sender, receiver, asset, value) in enumerate(columns):
            if value is not None and value < 0:
                raise UsageError(f"Transfer {number} has a negative amount.")
            if value and sender != receiver:
                yield number, int(sender), int(receiver), int(asset), int(value)


Amounts = dict[int, float]
"""By asset."""


@dataclass(frozen=True, slots=True)
class Taint:
    """What one rule says. Of each asset, at accounts + at services + fees = seed: by FIFO exactly."""

    amounts: list[float]
    """Tainted amount of each transfer."""
    at_accounts: dict[tuple[int, int], float]
    """Tainted amounts that lie at (account, asset) at the end."""
    at_services: dict[tuple[int, int], float]
    """Tainted amounts that were paid to accounts at which taint ends."""
    fees: Amounts
    """Tainted amounts paid to nobody: fees, and what was burnt."""
    seed: Amounts
    """The seeds' amounts, less what reached a seed from another."""


@dataclass(frozen=True, slots=True)
class AllThree:
    """The three rules side by side; integers by poison and FIFO."""

    poison: Taint
    haircut: Taint
    fifo: Taint


RULES = ("poison", "haircut", "fifo")


def taint(
    transfers: Transfers, seeds: Collection[int], stop: Collection[int] = (), backward: bool = False
) -> AllThree:
    """Follow the transfers numbered in `seeds`, tainted in full; at the accounts in `stop` taint ends.

    To follow all that an account received, give these transfers (`received_by`). Two passes: the first finds
    what accounts held before. Backward, `at_accounts` is what was there before the first transfer, and `fees`
    what came from nobody.
    """
    rows = list(transfers.rows())
    pools = _pools(rows, backward)
    if backward:
        rows = [(number, to, by, asset, value) for number, by, to, asset, value in reversed(rows)]
    run = _Run(pools, frozenset(seeds), frozenset(stop), len(transfers.value))
    for row in rows:
        run.step(*row)
    return run.result()


def received_by(transfers: Transfers, accounts: Collection[int], asset: int | None = None) -> list[int]:
    """Numbers of the transfers that these accounts received, of one asset or of all."""
    wanted = frozenset(accounts)
    return [row[0] for row in transfers.rows() if row[2] in wanted and asset in (None, row[3])]


def _pools(rows: Sequence[tuple[int, int, int, int, int]], at_end: bool) -> dict[tuple[int, int], Pool]:
    """Every pool as it was at the beginning, or with all its money as it is at the end."""
    balance: dict[tuple[int, int], int] = {}
    lowest: dict[tuple[int, int], int] = {}
    for _, sender, receiver, asset, value in rows:
        left = balance[sender, asset] = balance.get((sender, asset), 0) - value
        lowest[sender, asset] = min(lowest.get((sender, asset), 0), left)
        balance[receiver, asset] = balance.get((receiver, asset), 0) + value
    pools = (key for key in balance if key[0] != NOBODY)
    return {key: opening(-lowest.get(key, 0) + (balance[key] if at_end else 0)) for key in pools}


def amounts(part: Part) -> tuple[int, float, int]:
    """Tainted by poison, haircut and FIFO."""
    return part.value if part.poison else 0, sum(part.haircut.values()), part.fifo


class _Run:
    """The pass over all transfers."""

    def __init__(
        self, pools: dict[tuple[int, int], Pool], seeds: frozenset[int], stop: frozenset[int], count: int
    ) -> None:
        self._pools, self._seeds, self._stop = pools, seeds, stop
        self._found = {rule: Taint([0] * count, {}, {}, {}, {}) for rule in RULES}

    def step(self, number: int, sender: int, receiver: int, asset: int, value: int) -> None:
        """Move one transfer's money."""
        part = clean(value) if sender == NOBODY else self._pools[sender, asset].take(value)
        if number in self._seeds:
            had, part = part, whole(value, 0)
            self._count(
                "seed", asset, [all_ - some for all_, some in zip(amounts(part), amounts(had), strict=True)]
            )
        for rule, amount in zip(RULES, amounts(part), strict=True):
            self._found[rule].amounts[number] = amount
        if receiver == NOBODY:
            self._count("fees", asset, amounts(part))
        elif receiver in self._stop:
            self._count("at_services", (receiver, asset), amounts(part))
            self._pools[receiver, asset].put(clean(value))
        else:
            self._pools[receiver, asset].put(part)

    def _count(self, name: str, key: object, moved: Sequence[float]) -> None:
        for rule, amount in zip(RULES, moved, strict=True):
            if amount:
                sums = getattr(self._found[rule], name)
                sums[key] = sums.get(key, 0) + amount

    def result(self) -> AllThree:
        """What each rule says, with what lies at the accounts."""
        for key, pool in self._pools.items():
            self._count("at_accounts", key, amounts(pool.take(pool.balance)))
        return AllThree(*(self._found[rule] for rule in RULES))
