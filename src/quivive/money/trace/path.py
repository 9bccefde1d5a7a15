"""Did money go from these outputs to those, through which transactions, and how much at most?

Searched from both ends at once: forward through what spends an output, backward through what an input spends.
A path is a row of transactions; its length is their number. The shortest is the one of the fewest; the
largest is the one whose narrowest amount is largest (a widest path), among those of the hops allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from quivive.money.trace.reading import Flows, Rows, maker


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search goes. `closed` says of a transaction that it is not gone through, and why; money at
    addresses of which `shut` is true (services, where it is pooled) is not followed further."""

    hops: int = 8
    transactions: int = 100_000
    max_degree: int | None = 1000
    closed: Callable[[int], str | None] = lambda tx: None
    shut: Callable[[int], bool] = lambda address: False


@dataclass(frozen=True, slots=True)
class Hop:
    """One transaction of a path and the output by which it is left; None for the last, which pays the goal.

    `amount` is what the next transaction spends of it; for the last what the goal receives.
    """

    tx: int
    output: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Way:
    """A path; `amount` is the most that can have gone all along it: the least of what each step moved."""

    hops: tuple[Hop, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. `searched` is the number of hops up to which every path was looked for, less than
    asked where a limit was met; `not_entered` counts transactions that were not gone through, by reason."""

    shortest: Way | None
    largest: Way | None
    searched: int
    not_entered: dict[str, int]


def find_path(flows: Flows, begin: Iterable[int], goal: Iterable[int], reach: Reach) -> Found:
    """Search from the outputs `begin` to the outputs `goal`; one that is both is no payment between them."""
    search = _Search(flows, frozenset(begin), frozenset(goal), reach)
    shortest = search.run()
    return Found(shortest, search.widest(), search.searched, search.not_entered)


@dataclass
class _Search:
    flows: Flows
    begin: frozenset[int]
    goal: frozenset[int]
    reach: Reach
    ahead: dict[int, int] = field(default_factory=dict)
    """Transaction → the least number of transactions from the beginning, itself included."""
    back: dict[int, int] = field(default_factory=dict)
    not_entered: dict[str, int] = field(default_factory=dict)
    searched: int = 0
    verdicts: dict[int, bool] = field(default_factory=dict)
    services: set[int] = field(default_factory=set)

    def run(self) -> Way | None:
        """Look at ever longer paths until both searches together cover the hops allowed.

        After levels f and b every path of up to f + b - 1 transactions is among those known; and every path
        at all where one side has nothing left to go on with.
        """
        first = {int(self.flows.spender[o]) for o in self.begin - self.goal} - {-1}
        last = {maker(self.flows, output) for output in self.goal - self.begin}
        fresh_ahead, fresh_back = self._enter(self.ahead, first, 1), self._enter(self.back, last, 1)
        levels = [1, 1]
        self.searched = 1
        while sum(levels) - 1 < self.reach.hops and fresh_ahead and fresh_back:
            if len(self.ahead) + len(self.back) > self.reach.transactions:
                self._count("more transactions than allowed")
                break
            if len(fresh_ahead) <= len(fresh_back):
                levels[0] += 1
                fresh_ahead = self._enter(self.ahead, self._after(fresh_ahead), levels[0])
            else:
                levels[1] += 1
                fresh_back = self._enter(self.back, self._before(fresh_back), levels[1])
            self.searched = sum(levels) - 1
        else:
            self.searched = self.reach.hops
        return self._best(fewest=True)

    def widest(self) -> Way | None:
        """The path with the largest narrowest amount."""
        return self._best(fewest=False)

    def _best(self, fewest: bool) -> Way | None:
        """Over the transactions that both searches know, in chain order, which is an order of payment.

        For each transaction and number of hops the widest way to it is kept; of the ways of the same width
        the shorter.
        """
        within = sorted(self.ahead.keys() | self.back.keys())
        widest: dict[tuple[int, int], tuple[int, int | None, int | None]] = {}
        best: tuple[tuple[int, int], int, int] | None = None
        for tx in within:
            starting = sum(self._value(o) for o in self._inputs(tx) if o in self.begin and o not in self.goal)
            if starting:
                self._improve(widest, (tx, 1), (starting, None, None))
            paid = sum(self._value(o) for o in self._outputs(tx) if o in self.goal and o not in self.begin)
            hops = [n for n in range(1, self.reach.hops + 1) if (tx, n) in widest]
            for n in hops:
                if paid:
                    width = min(widest[tx, n][0], paid)
                    rank = (-n, width) if fewest else (width, -n)
                    if best is None or rank > best[0]:
                        best = (rank, tx, n)
            if hops and hops[0] < self.reach.hops:
                self._onward(widest, tx, hops)
        return self._way(widest, *best[1:]) if best else None

    def _onward(
        self, widest: dict[tuple[int, int], tuple[int, int | None, int | None]], tx: int, hops: Sequence[int]
    ) -> None:
        for output in self._outputs(tx):
            following = int(self.flows.spender[output])
            if following < 0 or (following not in self.ahead and following not in self.back):
                continue
            value = self._value(output) if self._passes(output) else 0
            for n in hops:
                if n < self.reach.hops and value:
                    self._improve(widest, (following, n + 1), (min(widest[tx, n][0], value), tx, output))

    def _improve(
        self,
        widest: dict[tuple[int, int], tuple[int, int | None, int | None]],
        key: tuple[int, int],
        way: tuple[int, int | None, int | None],
    ) -> None:
        if key not in widest or way[0] > widest[key][0]:
            widest[key] = way

    def _way(self, widest: dict[tuple[int, int], tuple[int, int | None, int | None]], tx: int, n: int) -> Way:
        """Read the path back from its last transaction."""
        paid = sum(self._value(o) for o in self._outputs(tx) if o in self.goal and o not in self.begin)
        hops = [Hop(tx, None, paid)]
        amount = min(widest[tx, n][0], paid)
        while widest[tx, n][1] is not None:
            _, before, output = widest[tx, n]
            assert before is not None
            assert output is not None
            hops.append(Hop(before, output, self._value(output)))
            tx, n = before, n - 1
        return Way(tuple(reversed(hops)), amount)

    def _enter(self, known: dict[int, int], txs: Iterable[int], level: int) -> set[int]:
        """Those that are new here and may be gone through."""
        fresh = {tx for tx in txs if tx not in known and self._open(tx)}
        known.update(dict.fromkeys(fresh, level))
        return fresh

    def _open(self, tx: int) -> bool:
        if tx not in self.verdicts:
            why = self._too_wide(tx) or self.reach.closed(tx)
            if why:
                self._count(why)
            self.verdicts[tx] = not why
        return self.verdicts[tx]

    def _too_wide(self, tx: int) -> str | None:
        if self.reach.max_degree is None:
            return None
        widest = max(len(self._range(self.flows.in_off, tx)), len(self._range(self.flows.out_off, tx)))
        return (
            f"more than {self.reach.max_degree} inputs or outputs" if widest > self.reach.max_degree else None
        )

    def _count(self, why: str) -> None:
        self.not_entered[why] = self.not_entered.get(why, 0) + 1

    def _after(self, txs: Iterable[int]) -> Iterator[int]:
        for tx in txs:
            for output in self._outputs(tx):
                following = int(self.flows.spender[output])
                if following >= 0 and self._passes(output):
                    yield following

    def _before(self, txs: Iterable[int]) -> Iterator[int]:
        for tx in txs:
            for output in self._inputs(tx):
                if output >= 0 and self._passes(output):
                    yield maker(self.flows, output)

    def _passes(self, output: int) -> bool:
        """Whether the money of an output is followed."""
        if not self._value(output):
            return False
        address = int(self.flows.out_addr[output])
        if address < 0 or not self.reach.shut(address):
            return True
        if output not in self.services:
            self.services.add(output)
            self._count("places of attributed services")
        return False

    def _outputs(self, tx: int) -> range:
        return self._range(self.flows.out_off, tx)

    def _inputs(self, tx: int) -> list[int]:
        rows = self._range(self.flows.in_off, tx)
        return [int(output) for output in self.flows.in_prev[rows.start : rows.stop]]

    def _range(self, offsets: Rows, tx: int) -> range:
        return range(int(offsets[tx]), int(offsets[tx + 1]))

    def _value(self, output: int) -> int:
        return int(self.flows.out_val[output]) if output >= 0 else 0
