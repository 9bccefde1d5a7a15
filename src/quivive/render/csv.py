"""How does a desk get its inputs into a spreadsheet? One row an input."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from quivive.model import Report
from quivive.render.safe import plain, shown, skipped, worst_first

COLUMNS = ("name", "attention", "sha256", "media_type", "score", "log10_lr", "low", "high", "verbal",
           "codes", "first_finding", "observables", "could_not_look", "not_reached", "examined_at",
           "version")  # fmt: skip


def render(reports: Sequence[Report]) -> str:
    """RFC 4180 with a header; cells that a spreadsheet would run as a formula begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for report in reports:
        writer.writerow([_cell(value) for value in _row(report)])
    return out.getvalue()


def _row(report: Report) -> list[str]:
    score, weight = report.score("scam-message"), report.weight("scam-message")
    ratio = (
        [f"{v:.2f}" for v in (weight.log10, weight.low, weight.high)] + [weight.verbal]
        if weight
        else [""] * 4
    )
    worst = [f for f in worst_first(report) if f.kind in ("fail", "review", "open")]
    root = report.items[0] if report.items else None
    return [
        report.name,
        report.attention,
        root.sha256 if root else "",
        root.media_type if root else "",
        "" if score is None else f"{score:.3f}",
        *ratio,
        " ".join(dict.fromkeys(f.code for f in worst)),
        worst[0].message if worst else "",
        " ".join(dict.fromkeys(f"{o.type}:{shown(o)}" for o in report.observables)),
        "; ".join(skipped(report)),
        "; ".join(report.not_reached),
        report.examined_at,
        str(report.tool.get("version", "")),
    ]


def _cell(value: str) -> str:
    text = plain(value)
    number = text.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") and not number else text
