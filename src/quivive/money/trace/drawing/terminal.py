"""How does a trace read in a terminal? A tree, where the money is, and where it can still be stopped."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from quivive.money.trace.drawing.shown import (
    BECAUSE,
    brief,
    by_method,
    coins,
    day,
    ended,
    plain,
    question,
    short,
    stops_of,
    who,
)
from quivive.money.trace.nouns import METHODS, Amount, Asset, Node, Stop, Stoppable, Total, Trace, strictest
from quivive.money.trace.ways import Ways

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

PLACES = 60
"""Places drawn; those with the most traced money are chosen."""
LEVELS = 24
"""Levels of the tree that fit side by side."""
LISTED = 12
_STYLES = {"service": "green", "mixer": "red", "bridge": "magenta", "swap": "magenta", "coinjoin": "red",
           "unspent": "cyan", "coinbase": "cyan"}  # fmt: skip
_HOLDERS = {"exchange": "EXCHANGE", "issuer": "ISSUER", "service": "SERVICE", "owner": "UNSPENT"}


def render(trace: Trace, colour: bool = False, width: int = 110, places: int = PLACES) -> str:
    """Text of `width` columns; without `colour` there is no escape sequence in it."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=not colour, force_terminal=colour, highlight=False,
                      color_system="standard" if colour else None, emoji=False, markup=False)  # fmt: skip
    console.print(_title(trace), style="bold", soft_wrap=True)
    console.print(_about(trace), soft_wrap=True)
    console.print()
    drawing = _Drawing(trace, places)
    for tree in drawing.trees():
        console.print(tree, no_wrap=True, overflow="ellipsis", crop=False)
    for line in (*drawing.left_out(), "", *_totals(trace), *_where(trace), *_patterns(trace), *_why(trace)):
        console.print(line, soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _title(trace: Trace) -> str:
    seeds: dict[str | None, int] = {}
    for seed in trace.seeds:
        seeds[seed.asset] = seeds.get(seed.asset, 0) + seed.value
    sums = ", ".join(coins(value, trace.asset(asset)) for asset, value in seeds.items())
    return f"{question(trace)}  {sums} from {_count(len(trace.seeds), 'place', 'places')}"


def _about(trace: Trace) -> str:
    tip = "" if trace.tip_height is None else f", ledger up to block {trace.tip_height:,}"
    first, *others = (method for method in reversed(METHODS) if method in trace.methods)
    beside = f" (in brackets {' · '.join(others)})" if others else ""
    places = _count(len(trace.nodes), "place", "places")
    return f"{plain(trace.chain)}{tip}; {places}, amounts by {first}{beside}"


class _Drawing:
    """The tree of the places that matter most, and a count of the others."""

    def __init__(self, trace: Trace, places: int) -> None:
        self.trace = trace
        self.ways = Ways(trace)
        self.kept = self.ways.most(places)
        self.next = self.ways.next()
        self.stops = stops_of(trace)
        self.drawn: set[str] = set()

    def trees(self) -> Iterator[Tree]:
        """One tree for each seed that is drawn."""
        from rich.tree import Tree

        for seed in self.next.get(None, []):
            if seed.id not in self.kept:
                continue
            root = Tree(self._line(seed), guide_style="dim")
            self.drawn.add(seed.id)
            self._grow(root, seed)
            yield root

    def _grow(self, root: Tree, seed: Node) -> None:
        """Without recursion, so that a peel chain of a thousand links is only long."""
        todo = [(root, seed, 0)]
        while todo:
            branch, node, level = todo.pop()
            following = self.next.get(node.id, [])
            shown = [each for each in following if each.id in self.kept] if level < LEVELS else []
            for each in shown:
                self.drawn.add(each.id)
                todo.append((branch.add(self._line(each)), each, level + 1))
            rest = [each for each in following if each not in shown]
            if rest:
                branch.add(self._others(rest))

    def _line(self, node: Node) -> Text:
        from rich.text import Text

        stop = self.stops.get(node.id)
        asset = self.trace.asset(node.asset)
        first, *others = (brief(amount, asset) for amount in _amounts(node))
        line = Text(f"{first} {plain(asset.symbol)}", style="bold")
        line.append(" at " if node.depth == 0 else self._towards(), style="dim")
        line.append(short(node.address))
        line.append(f"  {day(node.time)}", style="dim")
        if node.depth == 0:
            line.append("  ◆ SEED", style="bold yellow")
        elif node.tags and (stop is None or not _names(stop)):
            line.append(f"  ◆ {who(node)}", style="yellow")
        if stop:
            words = _upper(ended(stop, node), stop) + self._part(stop, node)
            line.append(f"  {words}", style=_STYLES.get(stop.reason, "dim"))
        more = self.ways.payments.get(node.id, 0) - 1
        if more > 0:
            line.append(f"  + {_count(more, 'payment', 'payments')} joined", style="dim")
        if others:
            line.append(f"  ({' · '.join(others)})", style="dim")
        return line

    def _part(self, stop: Stop, node: Node) -> str:
        """How much ended there, where some went on (account chains)."""
        method = strictest(self.trace.methods)
        if stop.taint[method] == node.taint[method]:
            return ""
        return f" {brief(stop.taint[method], self.trace.asset(node.asset))}"

    def _towards(self) -> str:
        return " to " if self.trace.direction == "forward" else " from "

    def _others(self, nodes: Sequence[Node]) -> Text:
        from rich.text import Text

        below = _count(len(nodes), "other place", "other places")
        return Text(f"… {below}: {self._sums(nodes)}", style="dim")

    def _sums(self, nodes: Sequence[Node]) -> str:
        method = strictest(self.trace.methods)
        sums: dict[str | None, int | float] = {}
        for node in nodes:
            sums[node.asset] = sums.get(node.asset, 0) + node.taint[method]
        return ", ".join(f"{method} {coins(value, self.trace.asset(asset))}" for asset, value in sums.items())

    def left_out(self) -> Iterator[str]:
        """How many places are not drawn, and where they are."""
        rest = len(self.trace.nodes) - len(self.drawn)
        if rest:
            yield (
                f"{_count(rest, 'place is', 'places are')} not drawn, those with the least traced money; "
                "--json, --csv and --html have all."
            )


def _amounts(node: Node) -> list[Amount]:
    """By method, the strictest first."""
    return [node.taint[method] for method in reversed(METHODS) if method in node.taint]


def _upper(text: str, stop: Stop) -> str:
    """What counts most stands out without colour too."""
    return text.upper() if stop.reason == "unspent" else text


def _names(stop: Stop) -> bool:
    return stop.reason in ("service", "mixer", "bridge")


def _totals(trace: Trace) -> Iterator[str]:
    forward = trace.direction == "forward"
    yield "Where the money is" if forward else "Where the money is from"
    for total in sorted(trace.totals, key=lambda each: ("fifo", "haircut", "poison").index(each.method)):
        yield f"  {total.method:8}{_sum(total, trace.asset(total.asset), forward)}"
    yield ""


def _sum(total: Total, asset: Asset, forward: bool) -> str:
    """The parts, those that are nothing left out."""
    parts = {
        "unspent": total.unspent,
        "at services": total.at_services,
        "fees": total.fees,
        "not followed further" if forward else "from other sources": total.elsewhere,
    }
    said = [f"{coins(amount, asset)} {name}" for name, amount in parts.items() if amount]
    if total.method == "poison":
        return f"{', '.join(said) or 'nothing'}: counted in full wherever it was mixed, an upper bound"
    return f"{' + '.join(said) or 'nothing'} = {coins(total.seed, asset)} traced"


def _where(trace: Trace) -> Iterator[str]:
    if trace.direction == "backward":
        return
    yield "Where can it still be stopped?"
    if not trace.stoppable:
        yield "  Nowhere that this trace reached: raise the limits, or ask for the tags of services."
    listed = [each for each in trace.stoppable if each.amount or each.holder != "owner"][:LISTED]
    said = ""
    for each in listed:
        yield from _stoppable(trace, each, each.why != said)
        said = each.why
    rest = len(trace.stoppable) - len(listed)
    if rest > 0:
        yield f"  … and {_count(rest, 'other place', 'other places')} with less; --json and --html have all."
    yield ""


def _stoppable(trace: Trace, each: Stoppable, why: bool) -> Iterator[str]:
    asset = trace.asset(each.asset)
    name = f" {plain(each.entity)}" if each.entity else ""
    yield f"  {_HOLDERS[each.holder]}{name}: {coins(each.amount, asset)} at {plain(each.address)}"
    if why:
        yield f"    {plain(each.why)}"
    steps = len(each.txids) - 1
    way = f"{_count(steps, 'transaction', 'transactions')} from the seed" if steps else "where it began"
    yield f"    {by_method(each.taint, asset)}; {way}"


def _patterns(trace: Trace) -> Iterator[str]:
    if trace.patterns:
        yield "Patterns (heuristics, not facts)"
        for pattern in trace.patterns[:LISTED]:
            yield f"  {plain(pattern.kind)}: {plain(pattern.why)}"
        rest = len(trace.patterns) - LISTED
        if rest > 0:
            yield f"  … and {rest} more."
        yield ""


def _why(trace: Trace) -> Iterator[str]:
    """Why the trace ended, counted."""
    counted: dict[str, int] = {}
    for stop in trace.stops:
        counted[BECAUSE[stop.reason]] = counted.get(BECAUSE[stop.reason], 0) + 1
    said = ", ".join(f"{n} {reason}" for reason, n in sorted(counted.items(), key=lambda each: -each[1]))
    yield f"Ends: {said or 'none'}."
    if trace.lacks:
        yield f"Not in this ledger, so not followed: {plain(', '.join(trace.lacks))}."
    if any(stop.reason in ("value", "depth", "limit", "degree") for stop in trace.stops):
        yield "To go further: save it with --json, then --resume it with another --depth, --min-share …"


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
