"""How can a trace be handed to somebody? One self-contained HTML page: a picture, a table, nothing fetched.

Everything from the ledger and the tags is escaped by the template; the scripts are named by their hashes in
the page's content security policy, so that nothing else in the page can ever run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from quivive.money.tags import categories
from quivive.money.tags.categories import any_in
from quivive.money.trace.drawing import shown
from quivive.money.trace.drawing.layout import Picture, layout
from quivive.money.trace.nouns import METHODS, Amount, Asset, Edge, Node, Stop, Total, Trace, strictest
from quivive.money.trace.ways import weight

ROWS = 5000
"""Rows of the table; the other places are in the CSV and JSON."""
_PARTS = (
    ("unspent", "unspent"),
    ("at_services", "at services"),
    ("fees", "fees"),
    ("elsewhere", "elsewhere"),
)


def render(trace: Trace) -> str:
    """The page, in UTF-8."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("quivive.money.trace.drawing", "page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": shown.plain,
        "moment": shown.moment,
        "day": shown.day,
        "short": shown.short,
    }
    picture, rows = layout(trace), list(_rows(trace))
    style, *scripts = (_file(name) for name in ("page.css", "cytoscape.min.js", "page.js"))
    return environment.get_template(
        "page.html.j2"
    ).render(
        trace=trace,
        question=shown.question(trace),
        methods=[method for method in reversed(METHODS) if method in trace.methods],
        policy=_policy(style, scripts),
        style=Markup(style),  # noqa: S704 (our own file)
        scripts=[Markup(script) for script in scripts],  # noqa: S704 (our own files, and cytoscape.js)
        data=Markup(_data(trace, picture)),  # noqa: S704 (JSON without '<')
        rows=rows,
        sources=[row for row in rows if row["ended"]][:40],
        rows_left_out=max(len(trace.nodes) - ROWS, 0),
        bars=[_bar(total, trace.asset(total.asset), trace) for total in _ordered(trace)],
        picture=picture,
        because=shown.BECAUSE,
        ends=_ends(trace),
        coins=lambda amount, asset: shown.coins(amount, trace.asset(asset)),
        by_method=lambda taint, asset: shown.by_method(taint, trace.asset(asset)),
    )


def _file(name: str) -> str:
    """One of the page's files, with the line ends that a browser hashes."""
    text = files("quivive.money.trace.drawing").joinpath("page", name).read_text("utf-8")
    return text.replace("\r\n", "\n")


def _policy(style: str, scripts: list[str]) -> str:
    """Only these very scripts and this style; no connection, frame, form or picture (CSP level 3)."""

    def source(text: str) -> str:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    return (
        f"default-src 'none'; script-src {' '.join(map(source, scripts))}; style-src {source(style)}; "
        "form-action 'none'; base-uri 'none'"
    )


def _data(trace: Trace, picture: Picture) -> str:
    """What the picture's script reads. No '<' is left in it: no text can end the element around it."""
    stops = shown.stops_of(trace)
    assets = {node.id: node.asset for node in trace.nodes}
    most = max((weight(edge.taint)[0] for edge in picture.edges), default=0) or 1
    seeds = [node for node, _, _ in picture.places if node.depth == 0]
    value = {
        "methods": [method for method in reversed(METHODS) if method in trace.methods],
        "forward": trace.direction == "forward",
        "begin": max(seeds, key=lambda node: weight(node.taint)).id if seeds else "",
        "nodes": [_node(trace, node, stops.get(node.id), x, y) for node, x, y in picture.places],
        "edges": [_edge(trace, edge, assets[edge.source], most) for edge in picture.edges],
    }
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c")


def _edge(trace: Trace, edge: Edge, asset: str | None, most: Amount) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "txid": shown.plain(edge.txid),
        "amounts": {method: shown.brief(edge.taint[method], trace.asset(asset)) for method in trace.methods},
        "share": weight(edge.taint)[0] / most,
    }


def _node(trace: Trace, node: Node, stop: Stop | None, x: int, y: int) -> dict[str, Any]:
    asset = trace.asset(node.asset)
    return {
        "id": node.id,
        "x": x,
        "y": y,
        "kind": kind(node, stop),
        "name": shown.cut(shown.who(node)) or shown.short(node.address),
        "amounts": {method: f"{shown.brief(node.taint[method], asset)} {shown.plain(asset.symbol)}"
                    for method in trace.methods},
        "details": [
            ["Address", shown.plain(node.address or "none")],
            ["Traced", shown.by_method(node.taint, asset)],
            ["Lies there", shown.coins(node.value, asset)],
            ["When", f"{shown.moment(node.time)} UTC" if node.time is not None else ""],
            ["Output", shown.plain(node.id)],
            ["Who", shown.who(node)],
            ["What", shown.what(node)],
            ["Ended", shown.plain(stop.detail) if stop else ""],
        ],
    }  # fmt: skip


def kind(node: Node, stop: Stop | None) -> str:
    """How a place is drawn: 'seed', 'exchange', the reason why the trace ended there, or 'passed'."""
    if node.depth == 0:
        return "seed"
    if stop is None:
        return "passed"
    terms = [term for tag in node.tags for term in tag.terms]
    if stop.reason == "service" and any_in(terms, categories.EXCHANGES):
        return "exchange"
    return (
        stop.reason
        if stop.reason in ("service", "mixer", "bridge", "swap", "coinjoin", "unspent", "coinbase")
        else "ended"
    )


def _rows(trace: Trace) -> Iterator[dict[str, Any]]:
    """The table, the most traced money first."""
    stops = shown.stops_of(trace)
    ordered = sorted(trace.nodes, key=lambda node: (node.depth > 0, *(-each for each in weight(node.taint))))
    for node in ordered[:ROWS]:
        stop = stops.get(node.id)
        asset = trace.asset(node.asset)
        yield {
            "node": node,
            "kind": kind(node, stop),
            "amounts": [
                (shown.number(node.taint[m], asset), float(node.taint[m]) / 10**asset.decimals)
                for m in reversed(METHODS)
                if m in trace.methods
            ],
            "symbol": asset.symbol,
            "taint": node.taint[strictest(trace.methods)],
            "who": shown.who(node),
            "what": shown.what(node),
            "ended": shown.ended(stop, node) if stop else "",
            "detail": stop.detail if stop else "",
        }


def _ordered(trace: Trace) -> list[Total]:
    return sorted(trace.totals, key=lambda total: (total.asset or "", METHODS[::-1].index(total.method)))


def _bar(total: Total, asset: Asset, trace: Trace) -> dict[str, Any]:
    """A bar of 600 units for the parts of a total, and the parts in coins."""
    whole = sum(float(getattr(total, name)) for name, _ in _PARTS) or 1.0
    parts, at = [], 0.0
    for name, words in _PARTS:
        amount = getattr(total, name)
        width = 600 * float(amount) / whole
        words = {"elsewhere": "not followed" if trace.direction == "forward" else "other sources"}.get(
            name, words
        )
        parts.append({
            "name": name, "words": words, "x": round(at, 1), "width": round(width, 1), "some": bool(amount),
            "amount": shown.coins(amount, asset), "share": f"{float(amount) / whole:.1%}",
        })  # fmt: skip
        at += width
    first = total.method == strictest(trace.methods)
    return {"method": total.method, "parts": parts, "seed": shown.coins(total.seed, asset), "first": first}


def _ends(trace: Trace) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for stop in trace.stops:
        counted[shown.BECAUSE[stop.reason]] = counted.get(shown.BECAUSE[stop.reason], 0) + 1
    return sorted(counted.items(), key=lambda each: -each[1])
