"""How does a walk over accounts become a trace that can be read?

A node is a transfer that brought traced money to an address ('txid:position'). Where the asset changes, as at
an exchange run by a contract, the trace of that asset ends, and its pattern 'asset-change' names the transfer
with which a trace of the other asset begins. Address poisoning is looked for in the whole history of the
accounts that were followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from quivive.money.trace.account_book import COIN, Book, Hop
from quivive.money.trace.account_walk import Found, walk
from quivive.money.trace.answer import total
from quivive.money.trace.nouns import (
    METHODS,
    Asset,
    Direction,
    Edge,
    Limits,
    Method,
    Node,
    Pattern,
    Seed,
    Stop,
    Trace,
)
from quivive.money.trace.reading import Knowledge, Names
from quivive.money.trace.stoppable import stoppable

AssetOf = Callable[[str | None], Asset]
ASSET_CHANGE = "asset-change"


def trace_transfers(
    book: Book,
    seeds: Sequence[int],
    names: Names,
    asset_of: AssetOf,
    *,
    methods: Sequence[Method] = METHODS,
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    known: Knowledge = Knowledge(),  # noqa: B008 (frozen)
    signers: Callable[[Sequence[int]], Sequence[int]] = lambda txs: [COIN for _ in txs],
    progress: Callable[[int, int], None] = lambda places, due: None,
    **about: Any,
) -> Trace:
    """Trace the whole of these transfers (numbers of the book).

    `signers` gives who signed each transaction (-1: not known), `about` are the other fields of the Trace:
    chain, tip_height, tip_hash, made_at, sources, tool.
    """
    found = walk(book, seeds, methods, direction, limits, known, progress)
    called = _Called(found, names)
    nodes = tuple(_node(found, number, called) for number in found.places)
    stops = tuple(
        Stop(called.ids[end.place], end.reason, _detail(found, end.place, end.detail, end.other, called),
             end.traced)
        for end in found.ends
    )  # fmt: skip
    contracts = sorted({node.asset or "" for node in nodes})
    trace = Trace(
        direction=direction,
        methods=tuple(methods),
        seeds=tuple(Seed(n.txid, n.position, n.address, n.value, n.asset) for n in nodes if n.depth == 0),
        nodes=nodes,
        edges=_edges(found, called, direction),
        stops=stops,
        totals=_totals(found, nodes, stops, methods, called),
        assets=tuple(asset_of(contract or None) for contract in contracts),
        limits=limits,
        patterns=(*_asset_changes(found, called), *_poisoning(found, called, signers, names)),
        **about,
    )
    return replace(trace, stoppable=stoppable(trace))


class _Called:
    """What the numbers in a walk are called."""

    def __init__(self, found: Found, names: Names) -> None:
        hops = [place.hop for place in found.places.values()]
        others = [end.other for end in found.ends if end.other is not None]
        txs = sorted({hop.tx for hop in (*hops, *others)})
        known = {number for hop in (*hops, *others) for number in (hop.receiver, hop.sender, hop.asset)}
        addresses = sorted(number for number in known if number >= 0)
        self.txids = dict(zip(txs, names.txids(txs), strict=True))
        self.times = dict(zip(txs, (int(time) for time in names.times(txs)), strict=True))
        self.texts: dict[int, str] = dict(zip(addresses, names.addresses(addresses), strict=True))
        rest = {end.place for end in found.ends}
        self.moved_on = {
            near: found.places[far].hop.tx for near, far, _ in reversed(found.moves) if near not in rest
        }
        """The transaction that the walk first took a place's money to, where none of it is left there."""
        self.ids = {number: self.id(place.hop) for number, place in found.places.items()}

    def id(self, hop: Hop) -> str:
        """'txid:position'."""
        return f"{self.txids[hop.tx]}:{hop.position}"


def _node(found: Found, number: int, called: _Called) -> Node:
    place = found.places[number]
    hop = place.hop
    return Node(
        id=called.ids[number],
        txid=called.txids[hop.tx],
        position=hop.position,
        address=called.texts.get(hop.receiver),
        value=hop.value,
        depth=place.depth,
        time=called.times[hop.tx],
        taint=place.traced,
        asset=called.texts.get(hop.asset),
        tags=place.tags,
        spent_by=called.txids.get(called.moved_on.get(number, -1)),
    )


def _edges(found: Found, called: _Called, direction: Direction) -> tuple[Edge, ...]:
    """In the direction of the payment; the transaction is that of the later transfer."""
    edges = []
    for near, far, traced in found.moves:
        source, target = (near, far) if direction == "forward" else (far, near)
        txid = called.txids[found.places[target].hop.tx]
        edges.append(Edge(called.ids[source], called.ids[target], txid, traced))
    return tuple(edges)


def _totals(
    found: Found, nodes: Sequence[Node], stops: Sequence[Stop], methods: Sequence[Method], called: _Called
) -> tuple[Any, ...]:
    asset = {node.id: node.asset for node in nodes}
    totals = []
    for number, seeded in found.seeded.items():
        contract = called.texts.get(number)
        here = [stop for stop in stops if asset[stop.node] == contract]
        fees = found.fees.get(number, {})
        totals += [total(method, seeded[method], here, fees.get(method, 0), contract) for method in methods]
    return tuple(totals)


def _detail(found: Found, number: int, detail: str, other: Hop | None, called: _Called) -> str:
    if other is None:
        return detail
    hop = found.places[number].hop
    gave, got = (called.texts.get(each.asset, "the chain's coin") for each in (hop, other))
    who = called.texts.get(hop.sender if other.receiver == hop.sender else hop.receiver, "nobody")
    verb = ("paid", "received") if other.receiver == hop.sender else ("received", "paid")
    return (
        f"{detail} In this transaction {who} {verb[0]} {gave} and {verb[1]} {got}, as in a swap. To follow "
        f"that, trace {called.id(other)}."
    )


def _asset_changes(found: Found, called: _Called) -> list[Pattern]:
    return [
        Pattern(
            ASSET_CHANGE,
            _detail(found, end.place, end.detail, end.other, called),
            (called.txids[found.places[end.place].hop.tx],),
            (called.ids[end.place],),
        )
        for end in found.ends
        if end.other is not None
    ]


def _poisoning(
    found: Found, called: _Called, signers: Callable[[Sequence[int]], Sequence[int]], names: Names
) -> list[Pattern]:
    """Look-alike addresses in the histories of the accounts that were followed."""
    hops = {hop.number: hop for history in found.accounts.values() for hop in history if hop.kind != "fee"}
    if not hops:
        return []
    import numpy as np

    from quivive.money.patterns.address_poisoning import History, address_poisoning

    rows = [hops[number] for number in sorted(hops)]
    numbers = sorted({address for hop in rows for address in (hop.sender, hop.receiver) if address >= 0})
    place = {address: index for index, address in enumerate(numbers)} | {COIN: -1}
    txs = sorted({hop.tx for hop in rows})
    signed = dict(zip(txs, signers(txs), strict=True))
    columns = [
        [hop.tx for hop in rows],
        [hop.asset for hop in rows],
        [place[hop.sender] for hop in rows],
        [place[hop.receiver] for hop in rows],
    ]
    tx, asset, sender, receiver = (np.array(column, np.int64) for column in columns)
    initiator = np.array([place.get(signed[hop.tx], -1) for hop in rows], np.int64)
    value = np.array([float(hop.value) for hop in rows])
    victims = np.array(sorted({place[account] for account, _ in found.accounts}), np.int64)
    history = History(tx, asset, sender, receiver, value, initiator, names.addresses(numbers))
    seen = address_poisoning(history, victims)
    return [Pattern(each.kind, each.why, tuple(names.txids(list(each.txs)))) for each in seen]
