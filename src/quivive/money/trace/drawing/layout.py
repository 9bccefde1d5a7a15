"""Where does each place stand in a picture of a trace? Money flows from left to right."""

from __future__ import annotations

from dataclasses import dataclass

from quivive.money.trace.nouns import Edge, Node, Trace
from quivive.money.trace.ways import Ways, weight

ACROSS, DOWN = 175, 76
"""Distances between levels, and between places of a level, in pixels at zoom 1."""
MOST_EDGES = 1500


@dataclass(frozen=True)
class Picture:
    """Places with their coordinates, and the payments between them; how many of each are left out."""

    places: tuple[tuple[Node, int, int], ...]
    edges: tuple[Edge, ...]
    places_left_out: int
    edges_left_out: int


def layout(trace: Trace, most: int = 120) -> Picture:
    """The places with the most traced money, about `most`, as trees side by side.

    A place stands one level beside the one it hangs on, and in one row with the most important that hangs on
    it: the main flow of each seed is a straight line at the top of its tree.
    """
    ways = Ways(trace)
    kept = ways.most(most)
    levels, heights = _places(ways, kept)
    turn = 1 if trace.direction == "forward" else -1
    placed = tuple(
        (node, turn * levels[node.id] * ACROSS, heights[node.id] * DOWN)
        for node in trace.nodes
        if node.id in heights
    )
    between = [edge for edge in trace.edges if edge.source in heights and edge.target in heights]
    shown = sorted(between, key=lambda edge: weight(edge.taint), reverse=True)[:MOST_EDGES]
    return Picture(placed, tuple(shown), len(trace.nodes) - len(placed), len(trace.edges) - len(shown))


def _places(ways: Ways, kept: set[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Level and height of each kept place; without recursion, as a peel chain may be thousands deep."""
    following = {before: [n for n in nodes if n.id in kept] for before, nodes in ways.next().items()}
    levels: dict[str, int] = {}
    heights: dict[str, int] = {}
    leaves = 0
    todo = [(seed, 0, False) for seed in reversed(following.get(None, []))]
    while todo:
        node, level, done = todo.pop()
        below = following.get(node.id, [])
        if done:
            heights[node.id] = heights[below[0].id]
            continue
        levels[node.id] = level
        if not below:
            heights[node.id] = leaves
            leaves += 1
            continue
        todo.append((node, level, True))
        todo += [(each, level + 1, False) for each in reversed(below)]
    return levels, heights
