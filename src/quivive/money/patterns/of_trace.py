"""Which shapes does a trace of a UTXO chain hold?

A trace holds only what it followed: a transaction's other inputs, and outputs that no limit let it reach, are
not in it, so that a shape may be missed, or a transaction of many inputs look like one of few. The sentence
says that the shape was seen in a trace. (A trace of accounts brings its own: `trace.account_answer` looks
through the whole history of each account.)
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.exposure.walk import Ints
from quivive.money.patterns.find import find
from quivive.money.patterns.mixing import ENTRY, EXIT
from quivive.money.patterns.view import Seen, View
from quivive.money.trace.nouns import Node, Pattern, Trace

_LIMIT: Final = " Only what this trace followed was looked at."


def patterns_of_trace(trace: Trace) -> tuple[Pattern, ...]:
    """The shapes in a trace, each with its nodes, the earliest first."""
    txids = _in_time(trace)
    view, mixers = _view(trace, txids)
    seen = find(view, mixers=mixers)
    return (*(_pattern(each, trace, txids) for each in seen), *_joined(trace))


def _in_time(trace: Trace) -> tuple[str, ...]:
    """Its transactions by the time of their blocks; a trace does not say which came first within a block."""
    times = {edge.txid: -1 for edge in trace.edges}
    times |= {node.txid: -1 if node.time is None else node.time for node in trace.nodes}
    return tuple(sorted(times, key=lambda txid: (times[txid], txid)))


def _pattern(seen: Seen, trace: Trace, txids: tuple[str, ...]) -> Pattern:
    named = tuple(txids[tx] for tx in seen.txs)
    nodes = tuple(node.id for node in trace.nodes if node.txid in set(named))
    return Pattern(seen.kind, seen.why + _LIMIT, named, nodes)


def _view(trace: Trace, txids: tuple[str, ...]) -> tuple[View, Ints]:
    """Nodes are outputs; an edge says that its transaction spent its source."""
    number = {txid: i for i, txid in enumerate(txids)}
    nodes = sorted(trace.nodes, key=lambda node: (number[node.txid], node.position, node.id))
    place = {node.id: i for i, node in enumerate(nodes)}
    address = {text: i for i, text in enumerate(sorted({n.address for n in nodes if n.address}))}
    spends = sorted({(number[edge.txid], place[edge.source]) for edge in trace.edges if edge.source in place})
    prev = np.array([output for _, output in spends], np.int64)
    out_addr = np.array([address.get(node.address or "", -1) for node in nodes], np.int64)
    out_val = np.array([node.value for node in nodes], np.int64)
    spender = np.full(len(nodes), -1, np.int64)
    spender[prev] = [tx for tx, _ in spends]
    view = View(
        _offsets([tx for tx, _ in spends], len(txids)), prev, out_addr[prev], out_val[prev],
        _offsets([number[node.txid] for node in nodes], len(txids)), out_addr, out_val, spender,
        _times(nodes, number), np.zeros(len(txids), bool),
    )  # fmt: skip
    return view, np.array(sorted({address[n.address] for n in nodes if n.address and _is_mixer(n)}), np.int64)


def _offsets(txs: list[int], size: int) -> Ints:
    counts = np.bincount(np.array(txs, np.int64), minlength=size)
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))


def _times(nodes: list[Node], number: dict[str, int]) -> Ints:
    times = np.full(len(number), -1, np.int64)
    for node in nodes:
        if node.time is not None:
            times[number[node.txid]] = node.time
    return times


def _joined(trace: Trace) -> list[Pattern]:
    """Where the trace stopped at a CoinJoin: it does not hold the CoinJoin itself."""
    kind = ENTRY if trace.direction == "forward" else EXIT
    nodes = {node.id: node for node in trace.nodes}
    return [Pattern(kind, stop.detail, (nodes[stop.node].txid,), (stop.node,))
            for stop in trace.stops if stop.reason == "coinjoin" and stop.node in nodes]  # fmt: skip


def _is_mixer(node: Node) -> bool:
    from quivive.money.tags.categories import MIXERS, any_in

    return any(any_in(tag.terms, MIXERS) for tag in node.tags)
