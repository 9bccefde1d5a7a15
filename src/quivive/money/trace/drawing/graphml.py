"""How does a trace get into a graph program (Gephi, yEd, Maltego, i2)? GraphML."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from quivive.money.trace.drawing.shown import moment, plain, stops_of, what, who
from quivive.money.trace.nouns import Amount, Node, Stop, Trace

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NODE = {"label": "string", "address": "string", "txid": "string", "position": "int", "value": "double",
         "depth": "int", "time": "string", "asset": "string", "cluster": "long", "entity": "string",
         "category": "string", "stop": "string", "stop_detail": "string", "seed": "boolean"}  # fmt: skip
_EDGE = {"txid": "string"}


def render(trace: Trace) -> str:
    """GraphML 1.0 in UTF-8; amounts in coins. Control characters, which XML cannot hold, are replaced."""
    root = Element("graphml", {"xmlns": NAMESPACE})
    taint = {f"taint_{method}": "double" for method in trace.methods}
    _declare(root, "node", "n", {**_NODE, **taint})
    _declare(root, "edge", "e", {**_EDGE, **taint})
    graph = SubElement(root, "graph", {"id": "trace", "edgedefault": "directed"})
    stops = stops_of(trace)
    for node in trace.nodes:
        element = SubElement(graph, "node", {"id": plain(node.id)})
        _data(element, "n", _of_node(trace, node, stops.get(node.id)))
    assets = {node.id: node.asset for node in trace.nodes}
    for number, edge in enumerate(trace.edges):
        ends = {"id": f"e{number}", "source": plain(edge.source), "target": plain(edge.target)}
        decimals = trace.asset(assets.get(edge.source)).decimals
        amounts = {f"taint_{m}": _coins(amount, decimals) for m, amount in edge.taint.items()}
        _data(SubElement(graph, "edge", ends), "e", {"txid": edge.txid, **amounts})
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _of_node(trace: Trace, node: Node, stop: Stop | None) -> dict[str, object]:
    asset = trace.asset(node.asset)
    return {
        "label": who(node) or node.address or node.id,
        "address": node.address,
        "txid": node.txid,
        "position": node.position,
        "value": _coins(node.value, asset.decimals),
        "depth": node.depth,
        "time": moment(node.time),
        "asset": asset.symbol,
        "cluster": node.cluster,
        "entity": who(node),
        "category": what(node),
        "stop": stop.reason if stop else None,
        "stop_detail": stop.detail if stop else None,
        "seed": "true" if node.depth == 0 else "false",
        **{f"taint_{m}": _coins(amount, asset.decimals) for m, amount in node.taint.items()},
    }


def _declare(root: Element, kind: str, prefix: str, names: Mapping[str, str]) -> None:
    for name, type_ in names.items():
        key = {"id": f"{prefix}_{name}", "for": kind, "attr.name": name, "attr.type": type_}
        SubElement(root, "key", key)


def _data(element: Element, prefix: str, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if value is not None and value != "":
            SubElement(element, "data", {"key": f"{prefix}_{name}"}).text = plain(str(value))


def _coins(amount: Amount, decimals: int) -> float:
    coins: float = float(amount) / 10**decimals
    return coins
