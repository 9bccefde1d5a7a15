"""Which payments of a trace (`quivive.trace/1`) lead from its seeds to the address to freeze?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from quivive.money.chains import Chain
from quivive.money.requests import checks
from quivive.money.requests.form import Form, one_of, text
from quivive.money.requests.freeze.nouns import UNKNOWN, Asset, Hop, Trail
from quivive.money.requests.freeze.trail import MOST_HOPS, ways_back
from quivive.money.requests.problems import Problem
from quivive.money.requests.reading import Document

_STRICTEST = ("fifo", "haircut", "poison")
_GONE = ("fee", "coinjoin", "bridge", "swap")
"""Stops after which the money is elsewhere: paid to miners, mixed, or on as another asset or chain."""


@dataclass(frozen=True)
class _Node:
    id: str
    txid: str
    position: int | None
    address: str | None
    asset: str | None
    symbol: str
    decimals: int
    value: Decimal
    time: datetime | None
    taint: Mapping[str, Decimal]


def from_trace(
    document: Document, chain: Chain, asset: Asset, target: str | None, problems: list[Problem]
) -> Trail | None:
    """The part of a trace that leads to the address; None where it does not; `problems` says why."""
    before = len(problems)
    form = Form(document, ("trace",), problems)
    units = _units(form, chain, asset)
    form.need("schema", one_of("quivive.trace/1"))
    form.need("direction", one_of("forward"))
    traced_on = form.need("chain", checks.chain)
    if traced_on and traced_on.key != chain.key:
        form.fault(f"is {traced_on.key}, but the assets to freeze are on {chain.key}", "chain")
    nodes = _nodes(form, chain, units)
    edges = [edge for row in form.rows("edges") if (edge := _edge(row, nodes, chain))]
    if target is None or len(problems) > before:
        return None
    seeds = _seeds(form, nodes)
    ends = {n.id for n in nodes.values() if checks.same(n.address, target) and _holds(n, asset)}
    # What was passed on from there lies there no more; where all was, the way there is still shown.
    resting = _resting(form, {end: nodes[end] for end in ends}, {source for source, _, _ in edges})
    ends = set(resting) or ends
    way = ways_back(ends, [(source, to) for source, to, _ in edges])
    reached = ways_back(seeds, [(to, source) for source, to, _ in edges])
    _gaps(form, nodes, seeds, ends, way & reached, target, asset)
    if len(problems) > before:
        return None
    chosen = [edge for edge in edges if edge[0] in way & reached and edge[1] in way & reached]
    return _trail(form, document, [nodes[each] for each in seeds & way], nodes, chosen, resting)


def _asset(asset: Asset) -> str | None:
    from quivive.wallets import canonical

    return canonical(asset.contract) if asset.contract else None


def _holds(node: _Node, asset: Asset) -> bool:
    return asset.contract == UNKNOWN or node.asset == _asset(asset)


def _units(form: Form, chain: Chain, asset: Asset) -> dict[str | None, tuple[str, int]]:
    """Symbol and digits after the point of every asset in the trace, by contract."""
    from quivive.wallets import canonical

    found: dict[str | None, tuple[str, int]] = {None: (chain.coin, chain.decimals)}
    for row in form.rows("assets"):
        contract = row.may("contract", lambda value: canonical(checks.address(value, chain)))
        symbol, decimals = row.need("symbol", text(120)), row.need("decimals", lambda g: checks.whole(g, 77))
        if symbol is not None and decimals is not None:
            found[contract] = (symbol, decimals)
    return found | {_asset(asset): (asset.symbol, asset.decimals)}


def _nodes(form: Form, chain: Chain, units: Mapping[str | None, tuple[str, int]]) -> dict[str, _Node]:
    found: dict[str, _Node] = {}
    rows = list(form.rows("nodes"))
    if not rows:
        form.fault("has no nodes", "nodes")
    for row in rows:
        node = _node(row, chain, units)
        if node and node.id in found:
            row.fault(f"'{node.id}' stands there twice", "id")
        elif node:
            found[node.id] = node
    return found


def _node(row: Form, chain: Chain, units: Mapping[str | None, tuple[str, int]]) -> _Node | None:
    from quivive.wallets import canonical

    name = row.need("id", text(300))
    txid = row.need("txid", lambda value: checks.txid(value, chain))
    address = row.may("address", lambda value: checks.address(value, chain))
    contract = row.may("asset", lambda value: canonical(checks.address(value, chain)))
    symbol, decimals = units.get(contract, (contract or "", 0))
    value = row.need("value", lambda given: _coins(given, decimals))
    position = row.may("position", lambda given: checks.whole(given, 2**32) if given != "-1" else None)
    time = row.may("time", lambda given: datetime.fromtimestamp(checks.whole(given, 2**33), UTC))
    if name is None or txid is None or value is None:
        return None
    return _Node(
        name, txid, position, address, contract, symbol, decimals, value, time, _taint(row, decimals)
    )


def _coins(given: str, decimals: int) -> Decimal:
    """Whole coins from smallest units; haircut gives fractions of those, which are cut."""
    if "." in given or "e" in given.lower():
        try:
            return Decimal(int(float(given))).scaleb(-decimals)
        except (ValueError, OverflowError):
            raise ValueError(f"is no number: '{given}'") from None
    if not given.isdigit() or not given.isascii() or len(given) > 78:
        raise ValueError(f"is no amount in the smallest unit: '{given[:80]}'")
    return Decimal(given).scaleb(-decimals)


def _edge(row: Form, nodes: Mapping[str, _Node], chain: Chain) -> tuple[str, str, str] | None:
    source, to = row.need("source", text(300)), row.need("target", text(300))
    txid = row.need("txid", lambda value: checks.txid(value, chain))
    if source is None or to is None or txid is None:
        return None
    for name, end in (("source", source), ("target", to)):
        if end not in nodes:
            row.fault(f"there is a gap: the trace has no node '{end}'", name)
            return None
    if nodes[to].txid != txid:
        row.fault(f"is not the transaction that paid node '{to}' ({nodes[to].txid})", "txid")
        return None
    return source, to, txid


def _seeds(form: Form, nodes: Mapping[str, _Node]) -> set[str]:
    """Nodes that the trace began with: same transaction, and same output or address."""
    found: set[str] = set()
    by_txid: defaultdict[str, list[_Node]] = defaultdict(list)
    for node in nodes.values():
        by_txid[node.txid.removeprefix("0x")].append(node)
    for row in form.rows("seeds"):
        txid = row.need("txid", lambda value: value.strip().lower().removeprefix("0x"))
        address = row.may("address", text(200))
        position = row.may("position", lambda given: checks.whole(given, 2**32) if given != "-1" else None)
        here = by_txid.get(txid or "", [])
        at = {node.id for node in here if position is not None and node.position == position}
        found |= at or {node.id for node in here if address is None or checks.same(node.address, address)}
    if not found:
        form.fault("names no seed that is among its nodes", "seeds")
    return found


def _resting(form: Form, ends: Mapping[str, _Node], sources: set[str]) -> dict[str, Mapping[str, Decimal]]:
    """Nodes at which traced money stayed as far as the trace saw, and how much of it by each method.

    The trace says so in its stops; where it has none of a node, money that went no further stayed.
    """
    found: dict[str, Mapping[str, Decimal]] = {}
    stopped = set[str]()
    for row in form.rows("stops"):
        end, reason = row.may("node", text(300)), row.may("reason", text(40))
        if end is None or end not in ends:
            continue
        stopped.add(end)
        if reason not in _GONE:
            node = ends[end]
            here = _taint(row, node.decimals) or (node.taint if end not in sources else {})
            before = found.get(end, {})
            # Part of the money of one place may have stayed for one reason and part for another.
            found[end] = {m: here.get(m, Decimal()) + before.get(m, Decimal()) for m in {**before, **here}}
    return {end: node.taint for end, node in ends.items() if end not in sources | stopped} | found


def _taint(row: Form, decimals: int) -> dict[str, Decimal]:
    """Amounts by method, in whole coins."""
    table = row.table("taint", needed=False)
    read = {method: table.may(method, lambda given: _coins(given, decimals)) for method in _STRICTEST}
    return {method: amount for method, amount in read.items() if amount is not None}


def _gaps(
    form: Form, nodes: Mapping[str, _Node], seeds: set[str], ends: set[str], way: set[str], target: str,
    asset: Asset,
) -> None:  # fmt: skip
    """Say where the trail breaks, if it does."""
    if not ends:
        others = {n.asset or "the chain's own coin" for n in nodes.values() if checks.same(n.address, target)}
        what = f"only other assets there ({', '.join(sorted(others))})" if others else "it never gets there"
        form.fault(f"does not lead {asset.symbol} to {target}: {what}")
        return
    for end in sorted(ends - way):
        node = nodes[end]
        form.fault(f"there is a gap: node '{end}' (transaction {node.txid}) is at the address to freeze, but "
                   "no chain of payments leads there from a seed")  # fmt: skip
    for end in sorted(ends & seeds):
        form.fault(f"begins at the address to freeze itself (node '{end}'): there is no trail to it")


def _trail(
    form: Form, document: Document, seeds: list[_Node], nodes: Mapping[str, _Node],
    edges: list[tuple[str, str, str]], resting: Mapping[str, Mapping[str, Decimal]],
) -> Trail | None:  # fmt: skip
    of: dict[str, Any] = document if isinstance(document, dict) else {}
    methods = tuple(m for m in of.get("methods") or () if isinstance(m, str))
    method = next((m for m in _STRICTEST if m in methods), None)
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for source, to, _ in edges:
        sources[to].append(source)
    if len(sources) > MOST_HOPS:
        form.fault(f"leads there by more than {MOST_HOPS} payments: trace with a higher --min-share, so that "
                   "the request can be read")  # fmt: skip
        return None
    first = [_hop(node, (), nodes, method) for node in sorted(seeds, key=lambda n: n.id)]
    hops = [_hop(nodes[to], sources[to], nodes, method) for to in _in_order(sources, {n.id for n in seeds})]
    ledger: Any = of.get("ledger")
    ledger = ledger if isinstance(ledger, dict) else {}
    traced = sum((taint.get(method, Decimal()) for taint in resting.values()), Decimal()) if method else None
    return Trail(
        (*first, *hops), traced, method, methods,
        ledger.get("tip_height"), ledger.get("tip_hash"), of.get("made_at"),
    )  # fmt: skip


def _hop(node: _Node, sources: list[str] | tuple[()], nodes: Mapping[str, _Node], method: str | None) -> Hop:
    senders = dict.fromkeys(nodes[source].address or "(no address)" for source in sources)
    traced = node.taint.get(method, Decimal()) if method else None
    return Hop(
        node.txid, node.position, tuple(senders), node.address, node.value, node.symbol, traced, node.time
    )


def _in_order(sources: Mapping[str, list[str]], seeds: set[str]) -> list[str]:
    """Every node after all that pay it; rounds of payments (an account paid back) last, by name."""
    waiting = {to: set(froms) - {to} for to, froms in sources.items() if to not in seeds}
    done, order = set(seeds), list[str]()
    while waiting:
        ready = sorted(to for to, froms in waiting.items() if froms <= done) or sorted(waiting)[:1]
        order += ready
        done |= set(ready)
        for to in ready:
            del waiting[to]
    return order
