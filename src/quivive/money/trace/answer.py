"""How does a walk over numbers become a trace that can be read?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quivive.errors import Error
from quivive.money.addresses import canonical_address
from quivive.money.trace.nouns import (
    ENDS,
    Amount,
    Asset,
    Direction,
    Edge,
    Limits,
    Method,
    Node,
    Seed,
    Stop,
    Total,
    Trace,
)
from quivive.money.trace.reading import Flows, Knowledge, Names
from quivive.money.trace.stoppable import stoppable
from quivive.money.trace.walk import Place, Walk, walk


def trace_outputs(
    flows: Flows,
    seeds: Sequence[int],
    names: Names,
    asset: Asset,
    *,
    methods: Sequence[Method],
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    known: Knowledge = Knowledge(),  # noqa: B008 (frozen)
    cluster: Callable[[int], int | None] = lambda address: None,
    progress: Callable[[int, int], None] = lambda places, due: None,
    **about: Any,
) -> Trace:
    """Trace the whole of these outputs (dense numbers) on a UTXO chain.

    `asset` is the chain's coin, `cluster` gives the cluster of an address number, `about` are the other
    fields of the Trace: chain, tip_height, tip_hash, made_at, sources, tool.
    """
    found = walk(flows, seeds, methods, direction, limits, known, progress)
    ids, txids = _ids(found, names)
    nodes = _nodes(found, names, ids, txids, tuple(methods), cluster)
    by_id = {node.id: node for node in nodes}
    stops = tuple(
        Stop(ids[output], why[0], why[1] + _of_whom(by_id[ids[output]], why[0], about.get("chain", "")),
             found.places[output].traced.taint(methods))
        for output, why in found.ends.items()
    )  # fmt: skip
    trace = Trace(
        direction=direction,
        methods=tuple(methods),
        seeds=tuple(Seed(n.txid, n.position, n.address, n.value) for n in nodes if n.depth == 0),
        nodes=nodes,
        edges=tuple(Edge(ids[a], ids[b], txids[tx], taint) for a, b, tx, taint in found.moves),
        stops=stops,
        totals=tuple(total(method, found.seeded[method], stops, found.fees[method]) for method in methods),
        assets=(asset,),
        limits=limits,
        **about,
    )
    return replace(trace, stoppable=stoppable(trace))


def total(
    method: Method, seed: Amount, stops: Sequence[Stop], fees: Amount = 0, asset: str | None = None
) -> Total:
    """Where the money is, summed over the stops; `fees` are those paid on the way."""
    sums: dict[str, Amount] = {"unspent": 0, "at_services": 0, "fees": fees, "elsewhere": 0}
    for stop in stops:
        sums[ENDS.get(stop.reason, "elsewhere")] += stop.taint[method]
    return Total(method, seed, **sums, asset=asset)


def _of_whom(node: Node, reason: str, chain: str) -> str:
    """A sentence where it is another address of the cluster that the attribution speaks of."""
    own = any(_same(tag.address, node.address, chain) for tag in node.tags)
    if reason not in ("service", "mixer", "bridge") or own or not node.tags:
        return ""
    return (
        f" This is said of {node.tags[0].address}, which probably has the same owner (common input "
        "ownership, a heuristic)."
    )


def _same(one: str, other: str | None, chain: str) -> bool:
    if one == other:
        return True
    try:
        return canonical_address(one, chain) == other
    except Error:
        return False


def _ids(found: Walk, names: Names) -> tuple[dict[int, str], dict[int, str]]:
    """Names of places by output number, and of transactions."""
    txs = {place.tx for place in found.places.values()} | {tx for _, _, tx, _ in found.moves}
    txs |= {place.spender for place in found.places.values() if place.spender >= 0}
    wanted = sorted(txs)
    txids = dict(zip(wanted, names.txids(wanted), strict=True))
    ids = {
        output: f"{txids[place.tx]}:{'' if output >= 0 else 'in'}{place.position}"
        for output, place in found.places.items()
    }
    return ids, txids


def _nodes(
    found: Walk,
    names: Names,
    ids: Mapping[int, str],
    txids: Mapping[int, str],
    methods: tuple[Method, ...],
    cluster: Callable[[int], int | None],
) -> tuple[Node, ...]:
    places = list(found.places.items())
    addresses = sorted({place.address for _, place in places if place.address >= 0})
    texts = dict(zip(addresses, names.addresses(addresses), strict=True))
    txs = sorted({place.tx for _, place in places})
    times = dict(zip(txs, (int(time) for time in names.times(txs)), strict=True))

    def node(output: int, place: Place) -> Node:
        return Node(
            id=ids[output],
            txid=txids[place.tx],
            position=place.position,
            address=texts.get(place.address),
            value=place.traced.value,
            depth=place.depth,
            time=times[place.tx],
            taint=place.traced.taint(methods),
            cluster=cluster(place.address) if place.address >= 0 else None,
            tags=place.tags,
            spans=place.traced.spans,
            spent_by=txids.get(place.spender),
        )

    return tuple(node(output, place) for output, place in places)
