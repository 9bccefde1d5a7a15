"""How does a trace get into a spreadsheet? CSV, one row a place."""

from __future__ import annotations

import csv
import io

from quivive.money.trace.drawing.shown import moment, number, plain, stops_of
from quivive.money.trace.nouns import METHODS, Node, Stop, Trace

COLUMNS = ("depth", "txid", "position", "address", "time_utc", "asset", "value", *METHODS, "stopped", "why",
           "tags", "categories", "cluster", "spent_by", "paid_from")  # fmt: skip


def render(trace: Trace) -> str:
    """RFC 4180 with a header. Amounts in coins, with a point and without separators. Cells that a spreadsheet
    would run as a formula begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    stops = stops_of(trace)
    paid_from: dict[str, list[str]] = {}
    for edge in trace.edges:
        paid_from.setdefault(edge.target, []).append(edge.source)
    for node in trace.nodes:
        row = _row(trace, node, stops.get(node.id), paid_from.get(node.id, []))
        writer.writerow([cell(value) for value in row])
    return out.getvalue()


def _row(trace: Trace, node: Node, stop: Stop | None, paid_from: list[str]) -> list[str]:
    asset = trace.asset(node.asset)
    taint = [number(node.taint[m], asset).replace(",", "") if m in node.taint else "" for m in METHODS]
    return [
        str(node.depth),
        node.txid,
        str(node.position),
        node.address or "",
        moment(node.time),
        asset.symbol,
        number(node.value, asset).replace(",", ""),
        *taint,
        stop.reason if stop else "",
        stop.detail if stop else "",
        "; ".join(dict.fromkeys(f"{tag.actor or tag.label} ({tag.pack or tag.source})" for tag in node.tags)),
        " ".join(dict.fromkeys(term for tag in node.tags for term in tag.terms)),
        "" if node.cluster is None else str(node.cluster),
        node.spent_by or "",
        " ".join(paid_from),
    ]


def cell(value: str) -> str:
    """What a spreadsheet shows as it stands (OWASP, CSV injection)."""
    text = plain(value)
    is_number = text.lstrip("+-").replace(".", "", 1).isdecimal()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "|", "%") and not is_number else text
