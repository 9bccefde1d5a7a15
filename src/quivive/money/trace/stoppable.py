"""Where can the money still be stopped, and whom must one ask?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from quivive.money.tags import categories
from quivive.money.tags.categories import any_in
from quivive.money.trace.nouns import Node, Stop, Stoppable, Trace, strictest
from quivive.money.trace.ways import Ways, weight

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

Holder = Literal["exchange", "issuer", "service", "owner"]
_FIRST: Mapping[Holder, int] = {"exchange": 0, "issuer": 0, "service": 1, "owner": 2}
_WHY: Mapping[Holder, str] = {
    "exchange": "Attributed to {entity}, an exchange: it knows whose account this is and can freeze it.",
    "issuer": "{entity}, the issuer of {symbol}, can freeze it at this address.",
    "service": "Paid to {entity}, a service that may know its customer and may still hold the money.",
    "owner": "It lies there unspent. Watch the address: the next payment shows where it goes.",
}
_SINCE = " These coins have moved on since, as deposits do; what counts is the account at {entity}."


def stoppable(trace: Trace) -> tuple[Stoppable, ...]:
    """Deposits at exchanges and issuer-freezable tokens first, then other services, then what lies unspent.

    Within each the largest amounts come first. Mixers and bridges stop nothing. Empty for a backward trace.
    """
    if trace.direction == "backward":
        return ()
    nodes = {node.id: node for node in trace.nodes}
    paths = Ways(trace)
    groups: dict[tuple[Holder, str, str | None, str | None], list[tuple[Node, Stop]]] = {}
    for stop in trace.stops:
        node = nodes[stop.node]
        holder, entity = _holder(trace, node, stop)
        if holder and node.address and any(stop.taint.values()):
            groups.setdefault((holder, node.address, entity, node.asset), []).append((node, stop))
    found = [_one(trace, paths, *key, held) for key, held in groups.items()]
    return tuple(sorted(found, key=lambda each: _rank(trace, each)))


def entity(tags: Sequence[Tag]) -> str | None:
    """Who the most confident tag says this is."""
    best = max(tags, key=lambda tag: tag.level, default=None)
    return (best.actor or best.label or None) if best else None


def _holder(trace: Trace, node: Node, stop: Stop) -> tuple[Holder | None, str | None]:
    terms = [term for tag in node.tags for term in tag.terms]
    if stop.reason == "service":
        kind: Holder = "exchange" if any_in(terms, categories.EXCHANGES) else "service"
        serving = [tag for tag in node.tags if any_in(tag.terms, categories.SERVICES)]
        return kind, entity(serving)
    if stop.reason != "unspent":
        return None, None
    issuer = trace.asset(node.asset).issuer
    return ("issuer", issuer) if issuer else ("owner", entity(node.tags))


def _one(
    trace: Trace,
    paths: Ways,
    holder: Holder,
    address: str,
    who: str | None,
    asset: str | None,
    held: Sequence[tuple[Node, Stop]],
) -> Stoppable:
    taint = {method: sum(stop.taint[method] for _, stop in held) for method in trace.methods}
    why = _WHY[holder] + (_SINCE if holder != "owner" and all(node.spent_by for node, _ in held) else "")
    words = {"entity": who or "the service", "symbol": trace.asset(asset).symbol}
    txids = dict.fromkeys(txid for node, _ in held for txid in paths.to(node.id))
    return Stoppable(
        address=address,
        entity=who,
        holder=holder,
        why=why.format(**words),
        amount=taint[strictest(trace.methods)],
        value=sum(node.value for node, _ in held),
        taint=taint,
        txids=tuple(txids),
        nodes=tuple(node.id for node, _ in held),
        asset=asset,
    )


def _rank(trace: Trace, each: Stoppable) -> tuple[int, tuple[float, ...], str]:
    """Whoever can hold it, then the amount: in whole units, so that 18 decimals do not outweigh 8."""
    unit = 10 ** trace.asset(each.asset).decimals
    return _FIRST[each.holder], tuple(-amount / unit for amount in weight(each.taint)), each.address
