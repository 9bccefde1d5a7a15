"""How does traced money go from output to output, step by step?

Transactions are taken in chain order (backward: in reverse), each once, when everything that flows into it
is known; a heap holds those that are due. So a trace of any shape is computed without a pass over the ledger,
and each method's amounts are those of a pass over all of it, up to where the trace stops.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quivive.errors import UsageError
from quivive.money.trace import mixing, stops
from quivive.money.trace.mixing import Mixed, Traced
from quivive.money.trace.nouns import Amount, Direction, Limits, Method
from quivive.money.trace.reading import Flows, Knowledge, Rows, maker
from quivive.money.trace.stops import Why

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag


_BEYOND = 2**62
"""Less this and a transaction's number: what it paid beyond its inputs."""


@dataclass(frozen=True, slots=True)
class Place:
    """One output in the walk. A negative number is an input whose output the ledger does not hold."""

    output: int
    tx: int
    position: int
    address: int
    traced: Traced
    depth: int
    tags: tuple[Tag, ...] = ()
    spender: int = -1


@dataclass
class Walk:
    """The graph as it grows: places and moves by output number, ends by output number."""

    places: dict[int, Place] = field(default_factory=dict)
    moves: list[tuple[int, int, int, Mapping[Method, Amount]]] = field(default_factory=list)
    """(output paid from, output paid to, transaction, amounts); always in the direction of the payment."""
    ends: dict[int, Why] = field(default_factory=dict)
    fees: dict[Method, Amount] = field(default_factory=dict)
    seeded: dict[Method, Amount] = field(default_factory=dict)
    """What the seeds hold; money that comes from one seed to another is counted once."""


def walk(
    flows: Flows,
    seeds: Sequence[int],
    methods: Sequence[Method],
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    known: Knowledge = Knowledge(),  # noqa: B008 (frozen)
    progress: Callable[[int, int], None] = lambda places, due: None,
) -> Walk:
    """Follow the whole of these outputs, given by their dense numbers.

    `progress` hears how many places are held and how many transactions are due. Raises UsageError where there
    are more seeds than places allowed.
    """
    unique = sorted(set(seeds))
    if limits.max_nodes is not None and len(unique) > limits.max_nodes:
        raise UsageError(
            f"{len(unique)} outputs to begin with are more than the {limits.max_nodes} places allowed."
        )
    walker = _Walker(flows, tuple(methods), direction, limits, known)
    walker.begin(unique)
    while walker.due:
        walker.step()
        progress(len(walker.found.places), len(walker.due))
    return walker.found


class _Walker:
    """The state of one walk."""

    def __init__(
        self,
        flows: Flows,
        methods: tuple[Method, ...],
        direction: Direction,
        limits: Limits,
        known: Knowledge,
    ) -> None:
        self.flows, self.methods, self.limits, self.known = flows, methods, limits, known
        self.forward = direction == "forward"
        self.found = Walk(fees=dict.fromkeys(methods, 0), seeded=dict.fromkeys(methods, 0))
        self.due: list[int] = []
        self.waiting: dict[int, list[int]] = {}
        self.seeds: frozenset[int] = frozenset()
        self.begun: Amount = 0
        self.is_full = False

    def begin(self, seeds: Sequence[int]) -> None:
        """Put the seeds in place; all of them count as wholly traced."""
        self.seeds = frozenset(seeds)
        values = dict(zip(seeds, _numbers(self.flows.out_val, seeds), strict=True))
        self.begun = sum(values.values())
        addresses = _numbers(self.flows.out_addr, seeds)
        for output, address, tags in zip(seeds, addresses, self._tags(addresses), strict=True):
            tx = maker(self.flows, output)
            traced = mixing.whole(values[output], self.methods)
            self._count(self.found.seeded, traced.taint(self.methods))
            self._enter(output, tx, address, traced, 0, tags)

    def step(self) -> None:
        """Take the next transaction."""
        key = heapq.heappop(self.due)
        tx = key if self.forward else -key
        outputs = sorted(self.waiting.pop(tx))
        first, last = int(self.flows.in_off[tx]), int(self.flows.in_off[tx + 1])
        made, end = int(self.flows.out_off[tx]), int(self.flows.out_off[tx + 1])
        why = self._closed(tx, last - first, end - made)
        if why:
            self.found.ends.update(dict.fromkeys(outputs, why))
            return
        came = [int(each) for each in self.flows.in_prev[first:last]]
        values = [int(each) for each in self.flows.out_val[made:end]]
        inputs = self._input_values(came, first, sum(values))
        spent = [output if output >= 0 else -1 - (first + place) for place, output in enumerate(came)]
        if self.forward:
            self._mix(mixing.forward, inputs, values, outputs, spent, range(made, end), tx)
            return
        if sum(inputs) < sum(values):  # money that no input of the ledger explains
            inputs.append(sum(values) - sum(inputs))
            spent.append(-_BEYOND - tx)
        self._mix(mixing.backward, inputs, values, outputs, range(made, end), spent, tx)

    def _mix(
        self,
        method: Callable[..., Mixed],
        inputs: list[int],
        values: list[int],
        outputs: list[int],
        row: Sequence[int],
        other: Sequence[int],
        tx: int,
    ) -> None:
        places = {output: place for place, output in enumerate(row)}
        traced = {places[output]: self.found.places[output].traced for output in outputs}
        mixed = method(inputs, values, traced, self.methods)
        depth = 1 + min(self.found.places[output].depth for output in outputs)
        fresh = {other[place]: each for place, each in mixed.reached.items()}
        if not self._room(fresh):
            self.found.ends.update(dict.fromkeys(outputs, stops.full(self.limits)))
            return
        for (origin, place), taint in mixed.moved.items():
            pair = (row[origin], other[place]) if self.forward else (other[place], row[origin])
            self.found.moves.append((*pair, tx, taint))
        self._count(self.found.fees, mixed.fee)
        self._reach(fresh, depth, tx)

    def _reach(self, fresh: Mapping[int, Traced], depth: int, tx: int) -> None:
        """Enter the places that a transaction reached, and see which of them lead on."""
        held = [output for output in fresh if output >= 0 and output not in self.seeds]
        addresses = _numbers(self.flows.out_addr, held)
        for output, address, tags in zip(held, addresses, self._tags(addresses), strict=True):
            made_by = tx if self.forward else maker(self.flows, output)
            self._enter(output, made_by, address, fresh[output], depth, tags)
        for output in fresh.keys() & self.seeds:
            self._count(self.found.seeded, fresh[output].taint(self.methods), -1)
        for output in (each for each in fresh if each < 0):
            position = max(-1 - output - int(self.flows.in_off[tx]), -1)
            self.found.places[output] = Place(output, tx, position, -1, fresh[output], depth)
            self.found.ends[output] = (
                "unknown",
                "The ledger does not hold the transaction that this came from.",
            )

    def _enter(
        self, output: int, tx: int, address: int, traced: Traced, depth: int, tags: tuple[Tag, ...]
    ) -> None:
        """Hold this place; have the next transaction wait for it, or note why the trace ends here."""
        position, spender = output - int(self.flows.out_off[tx]), int(self.flows.spender[output])
        place = Place(output, tx, position, address, traced, depth, tags, spender)
        self.found.places[output] = place
        following = spender if self.forward else tx
        why = self._end(place, following)
        if why:
            self.found.ends[place.output] = why
        elif following in self.waiting:
            self.waiting[following].append(place.output)
        else:
            self.waiting[following] = [place.output]
            heapq.heappush(self.due, following if self.forward else -following)

    def _end(self, place: Place, following: int) -> Why | None:
        """Why the trace ends at a place, as far as the place itself says."""
        seed = place.output in self.seeds
        free = seed or place.address in self.known.through
        if not free and (why := stops.attributed(place.tags)):
            return why
        if following < 0:
            return "unspent", "It has not been spent up to the ledger's last block."
        if not seed and (why := stops.too_small(self._share(place.traced), self.limits)):
            return why
        if why := stops.too_deep(place.depth, self.limits):
            return why
        if free or self.limits.max_reuse is None or place.address < 0:
            return None
        return stops.used_too_often(self.known.uses([place.address])[0], self.limits)

    def _closed(self, tx: int, inputs: int, outputs: int) -> Why | None:
        """Why the trace does not go through a transaction."""
        if self.is_full:
            return stops.full(self.limits)
        if not inputs:
            return "coinbase", "It was newly mined."
        if joined := self.known.coinjoin(tx):
            return stops.coinjoin(*joined)
        return stops.too_wide(inputs, outputs, self.limits)

    def _share(self, traced: Traced) -> float:
        """The share of the seeds' value, by the larger of fifo and haircut; poison alone goes by values."""
        taint = traced.taint(self.methods)
        amounts = [amount for method, amount in taint.items() if method != "poison"] or [traced.value]
        return max(amounts) / self.begun if self.begun else 0.0

    def _room(self, fresh: Mapping[int, Traced]) -> bool:
        held = len(self.found.places) + sum(output not in self.found.places for output in fresh)
        self.is_full = self.limits.max_nodes is not None and held > self.limits.max_nodes
        return not self.is_full

    def _input_values(self, came: Sequence[int], first: int, left: int) -> list[int]:
        """Values of the outputs spent; what known ones lack to pay for the outputs, the first unknown had."""
        known = [output for output in came if output >= 0]
        held = iter(_numbers(self.flows.out_val, known))
        values = [next(held) if output >= 0 else self.known.spent(first + n) for n, output in enumerate(came)]
        lacking = [place for place, value in enumerate(values) if value < 0]
        if lacking:
            values = [max(value, 0) for value in values]
            values[lacking[0]] = max(left - sum(values), 0)
        return values

    def _tags(self, addresses: Sequence[int]) -> list[tuple[Tag, ...]]:
        known = [address for address in addresses if address >= 0]
        tags = dict(zip(known, self.known.tags(known), strict=True)) if known else {}
        return [tags.get(address, ()) for address in addresses]

    def _count(self, sums: dict[Method, Amount], taint: Mapping[Method, Amount], sign: int = 1) -> None:
        for method in self.methods:
            sums[method] += sign * taint[method]


def _numbers(column: Rows, rows: Sequence[int]) -> list[int]:
    """Values of a column at these rows, read in one go."""
    return [int(each) for each in column[list(rows)]] if rows else []
