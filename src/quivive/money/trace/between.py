"""How is a ledger asked for a path from one address, transaction or cluster to another?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.errors import UsageError
from quivive.money.tags.categories import BRIDGES, MIXERS, SERVICES, any_in
from quivive.money.trace.nouns import Asset, Limits
from quivive.money.trace.of_ledger import Tagged, TagsOf, clusters, coin, knowledge, members
from quivive.money.trace.path import Found, Hop, Reach, Way, find_path
from quivive.money.trace.seeds import outputs_of, parse

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.tags.tag import Tag

SCHEMA = "quivive.path/1"
_ONE_BY_ONE = 5000
"""Addresses that are looked up singly."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of a path, and where it pays what the next one spends (the last: the goal)."""

    txid: str
    time: int
    address: str | None
    position: int | None
    amount: int
    who: str


@dataclass(frozen=True)
class Route:
    """A path in words and numbers; `amount` is the most that can have gone all along it."""

    amount: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Answer:
    """What was looked for, how far, and what was found. `addresses` are those of each side's cluster."""

    chain: str
    begin: str
    goal: str
    addresses: tuple[int, int]
    asset: Asset
    hops: int
    searched: int
    not_entered: dict[str, int]
    shortest: Route | None
    largest: Route | None


def path_between(
    ledger: Ledger,
    begin: str,
    goal: str,
    reach: Reach,
    *,
    labels: Path | None = None,
    tags_of: TagsOf = lambda address: (),
    tagged: Tagged = dict,
    through_services: bool = False,
) -> Answer:
    """The shortest and the largest path from one place to another, within `reach`.

    A place is an address (with `labels`, its whole cluster), a transaction or an output. CoinJoins are not
    gone through, nor, unless `through_services`, what is attributed to services, mixers and bridges. NotFound
    for what the ledger does not hold, UsageError where both places are the same.
    """
    ends = [_outputs(ledger, each, labels) for each in (begin, goal)]
    if not set(ends[1][0]) - set(ends[0][0]):
        raise UsageError(f"'{begin}' and '{goal}' are the same place, or of one cluster.")
    known = knowledge(ledger, tags_of, Limits(), None)

    def closed(tx: int) -> str | None:
        return reach.closed(tx) or ("CoinJoins" if known.coinjoin(tx) else None)

    shut = reach.shut if through_services else _services(ledger, tags_of, tagged)
    limits = replace(reach, closed=closed, shut=shut)
    found = find_path(ledger.flows(), ends[0][0], ends[1][0], limits)
    goals, sizes = set(ends[1][0]) - set(ends[0][0]), (ends[0][1], ends[1][1])
    return _answer(ledger, begin, goal, sizes, goals, limits, found, tags_of)


def to_json(answer: Answer) -> dict[str, Any]:
    """JSON `quivive.path/1`; amounts in the smallest unit."""

    def route(way: Route | None) -> dict[str, Any] | None:
        if way is None:
            return None
        steps = [asdict(step) for step in way.steps]
        return {"amount": way.amount, "transactions": len(way.steps), "steps": steps}

    return {
        "schema": SCHEMA,
        "chain": answer.chain,
        "from": answer.begin,
        "to": answer.goal,
        "addresses": list(answer.addresses),
        "hops": answer.hops,
        "searched": answer.searched,
        "not_entered": answer.not_entered,
        "shortest": route(answer.shortest),
        "largest": route(answer.largest),
    }


def _outputs(ledger: Ledger, place: str, labels: Path | None) -> tuple[list[int], int]:
    """Outputs of a place, and how many addresses stand behind it."""
    number = None if parse(place) or labels is None else ledger.address_id(place)
    cluster = clusters(labels)(number) if number is not None else None
    if cluster is None or labels is None:
        return outputs_of(ledger, place), 1
    owned = members(labels, cluster)
    offsets = ledger.flows().out_off
    txs, positions = ledger.outputs_to(owned)
    return [int(offsets[tx]) + int(n) for tx, n in zip(txs, positions, strict=True)], len(owned)


def _services(ledger: Ledger, tags_of: TagsOf, tagged: Tagged) -> Callable[[int], bool]:
    """Whether an address is attributed to a service, mixer or bridge.

    The first are looked up one by one; a search that comes to many reads all tags at once.
    """
    asked: dict[int, bool] = {}

    @cache
    def pooled() -> frozenset[int]:
        said = [text for text, tags in tagged().items() if _pools(tags)]
        return frozenset(number for number in ledger.address_ids(said) if number is not None)

    def shut(address: int) -> bool:
        if address not in asked:
            if len(asked) >= _ONE_BY_ONE:
                return address in pooled()
            asked[address] = _pools(tags_of(ledger.address(address)))
        return asked[address]

    return shut


def _pools(tags: Sequence[Tag]) -> bool:
    return any(any_in(tag.terms, SERVICES | MIXERS | BRIDGES) for tag in tags)


def _answer(
    ledger: Ledger,
    begin: str,
    goal: str,
    addresses: tuple[int, int],
    goals: set[int],
    reach: Reach,
    found: Found,
    tags_of: TagsOf,
) -> Answer:
    def route(way: Way | None) -> Route | None:
        return Route(way.amount, _steps(ledger, way.hops, goals, tags_of)) if way else None

    return Answer(
        ledger.chain, begin, goal, addresses, coin(ledger), reach.hops, found.searched, found.not_entered,
        route(found.shortest), route(found.largest),
    )  # fmt: skip


def _steps(ledger: Ledger, hops: Sequence[Hop], goals: set[int], tags_of: TagsOf) -> tuple[Step, ...]:
    flows, txs = ledger.flows(), [hop.tx for hop in hops]
    named = zip(hops, ledger.txids(txs), ledger.times(txs), strict=True)
    return tuple(_step(ledger, flows, hop, txid, int(time), goals, tags_of) for hop, txid, time in named)


def _step(
    ledger: Ledger, flows: Any, hop: Hop, txid: str, time: int, goals: set[int], tags_of: Callable[..., Any]
) -> Step:
    first, end = int(flows.out_off[hop.tx]), int(flows.out_off[hop.tx + 1])
    output = hop.output if hop.output is not None else next(o for o in range(first, end) if o in goals)
    number = int(flows.out_addr[output])
    address = ledger.address(number) if number >= 0 else None
    tags = tags_of(address) if address else ()
    best = max(tags, key=lambda tag: tag.level, default=None)
    who = (best.actor or best.label) if best else ""
    return Step(txid, time, address, output - first, hop.amount, who)
