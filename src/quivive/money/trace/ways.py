"""By which payments did most of the traced money come to a place, and which places matter most?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.money.trace.nouns import METHODS, Amount, Edge, Node, Taint, Trace


class Ways:
    """A trace as trees that begin at its seeds: each place hangs on the payment that carried most to it.

    Forward the next place is the one paid, backward the one that paid.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.nodes = {node.id: node for node in trace.nodes}
        self.best: dict[str, Edge] = {}
        """Node → the payment that it hangs on; seeds have none."""
        self.payments: dict[str, int] = {}
        """Node → how many traced payments lead to it."""
        begun = {node.id for node in trace.nodes if node.depth == 0}
        for edge in trace.edges:
            place = self._end(edge)
            self.payments[place] = self.payments.get(place, 0) + 1
            known = self.best.get(place)
            if place not in begun and (known is None or weight(edge.taint) > weight(known.taint)):
                self.best[place] = edge

    def before(self, node: str) -> str | None:
        """The place that this one hangs on."""
        edge = self.best.get(node)
        if edge is None:
            return None
        return edge.source if self.trace.direction == "forward" else edge.target

    def to(self, node: str) -> list[str]:
        """Transactions from a seed to this node, each once; the one that made the seed comes first."""
        *between, seed = [node, *self._up(node)]
        txids = [self.best[each].txid for each in reversed(between)]
        return list(dict.fromkeys([self.nodes[seed].txid, *txids]))

    def next(self) -> dict[str | None, list[Node]]:
        """The places that hang on each place, the most traced money first; under None the seeds."""
        found: dict[str | None, list[Node]] = {}
        for node in sorted(self.trace.nodes, key=self.weight, reverse=True):
            found.setdefault(self.before(node.id), []).append(node)
        return found

    def most(self, number: int) -> set[str]:
        """About so many places that hold the most traced money, with all those on the way to them."""
        kept: set[str] = set()
        for node in sorted(
            self.trace.nodes, key=lambda each: (each.depth > 0, *(-w for w in self.weight(each)))
        ):
            if len(kept) >= number:
                break
            kept |= {node.id, *self._up(node.id)}
        return kept

    def weight(self, node: Node) -> tuple[Amount, ...]:
        """How much is traced there, by the strictest method first."""
        return weight(node.taint)

    def _up(self, node: str) -> Iterator[str]:
        """All places before this one; an account chain can lead back to where it was, which ends it."""
        seen = {node}
        before = self.before(node)
        while before is not None and before not in seen:
            seen.add(before)
            yield before
            before = self.before(before)

    def _end(self, edge: Edge) -> str:
        return edge.target if self.trace.direction == "forward" else edge.source


def weight(taint: Taint) -> tuple[Amount, ...]:
    """Amounts by the strictest method first, by which places are ordered."""
    return tuple(taint.get(method, 0) for method in reversed(METHODS))
