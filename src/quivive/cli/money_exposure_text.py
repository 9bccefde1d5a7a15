"""How does an exposure read on a terminal? Tables, reasons, and what could not be looked at: worst first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quivive.cli.common import counted
from quivive.render.safe import plain

if TYPE_CHECKING:
    from quivive.money.exposure.nouns import Entity, Exposure, Row, Side
    from quivive.money.risk import Reason, Statement
    from quivive.money.trace.nouns import Pattern

_WIDTH = 108
_LISTED = 3
"""Addresses and transactions shown of each row; the JSON has more."""
_LONGEST = 70
_TAGS = 8
_SHAPES = 2
"""Shapes shown of each kind."""
_TITLES = {"incoming": "What came in", "outgoing": "What went out"}


def as_text(found: Exposure, statement: Statement, patterns: Sequence[Pattern]) -> str:
    """Lines for a terminal; nothing in them comes from strangers unescaped."""
    lines = [*_head(found, statement)]
    for side in found.sides:
        lines += ["", *_side(found, side)]
    lines += ["", *_reasons(statement)]
    if patterns:
        lines += ["", "Shapes seen around it (heuristics; none proves anything):", *_patterns(patterns)]
    lines += ["", "Could not look:", *_listed(statement.could_not_look)]
    if statement.sources:
        lines += ["", *_wrapped(_asked(statement.sources), "")]
    return "\n".join(plain(line) for line in lines) + "\n"


def _head(found: Exposure, statement: Statement) -> Iterator[str]:
    asset = f", token {found.asset}" if found.asset else ""
    yield f"{found.address} ({found.chain}{asset})"
    if found.cluster > 1:
        others = counted(found.cluster - 1, "other address")
        yield f"Looked at with {others} of its cluster, which is a heuristic."
    yield from _wrapped(f"{statement.total} points. {statement.verdict}", "", "")
    for what, tags in (("tagged", found.tags), ("its cluster", found.cluster_tags)):
        for tag in tags[:_TAGS]:
            named = ", ".join(tag.terms) or "no category"
            yield from _wrapped(f"{what}: {_short(tag.label)} ({named}), {_source(tag)}", "  ")
        if len(tags) > _TAGS:
            yield f"  {what}: {len(tags) - _TAGS} more tags (see --json)"


def _side(found: Exposure, side: Side) -> Iterator[str]:
    worth = f", worth {side.fiat} {found.currency or ''}".rstrip() if side.fiat is not None else ""
    between = f", {_day(side.first_time)} to {_day(side.last_time)}" if side.first_time is not None else ""
    title = f"{_TITLES[side.way]}: {_amount(found, side.total)} in {side.transactions} transactions"
    yield title + between + worth
    if not side.rows:
        return
    header = ["", "share", "direct", "indirect", "amount", "touched", "hops"]
    table = [header + (["value"] if side.fiat is not None else [])]
    table += [_cells(found, row, side) for row in side.rows]
    yield from _table(table)
    for row in side.rows:
        yield from _behind(row)


def _cells(found: Exposure, row: Row, side: Side) -> list[str]:
    name = _short(row.category) + (" (by cluster)" if row.by_cluster else "")
    touched = _amount(found, row.poison) if row.attributed else ""
    hops = f"{row.hops}" if row.mean_hops - row.hops < 0.05 else f"{row.hops} (mean {row.mean_hops:.1f})"
    cells = [name, _percent(row.share), _percent(row.direct), _percent(row.indirect), _amount(found,
    row.amount), touched, hops]  # fmt: skip
    return [*cells, row.fiat or ""] if side.fiat is not None else cells


def _behind(row: Row) -> Iterator[str]:
    for each in row.entities[:_LISTED]:
        yield from _wrapped(f"{row.category}: {_entity(each)}", "  ")
    if more := row.more + max(len(row.entities) - _LISTED, 0):
        yield f"  {row.category}: {more} more addresses (see --json)"
    for conflict in row.conflicts[:_LISTED]:
        yield from _wrapped(f"the lists do not agree on {conflict}", "  ")


def _entity(each: Entity) -> str:
    who = f" {_short(each.name)}" if each.name else ""
    said = f" [{_source(each.tags[0])}]" if each.tags else ""
    guess = " by another address of its cluster" if each.by_cluster else ""
    far = "direct" if each.hops == 1 else f"{each.hops} hops"
    txids = ", ".join(each.txids[:_LISTED])
    return f"{each.address}{who}, {_percent(each.share)}, {far}{guess}{said}, tx {txids}"


def _reasons(statement: Statement) -> Iterator[str]:
    rules = statement.rules
    yield f"Reasons, by {_short(rules.name)} version {_short(rules.version)} of {_short(rules.dated)}:"
    for reason in statement.reasons:
        yield from _wrapped(f"{reason.points:>4}  {reason.method:<9}  {reason.sentence}", "", " " * 17)
        for line in _grounds(reason):
            yield from _wrapped(line, " " * 17)
    if not statement.reasons:
        yield "  none: that does not make it safe."
    else:
        yield f"{statement.total:>4}  is their sum. Points put cases in order; they are no probability."


def _grounds(reason: Reason) -> Iterator[str]:
    if reason.tags and reason.way not in ("address", "cluster"):
        said = dict.fromkeys(f"{_short(tag.label)} [{_source(tag)}]" for tag in reason.tags)
        latest = f"; latest list of {reason.list_date.isoformat()}" if reason.list_date else ""
        yield "tags: " + "; ".join(list(said)[:_LISTED]) + latest
    if reason.txids:
        yield "tx: " + ", ".join(reason.txids[:_LISTED]) + (" …" if len(reason.txids) > _LISTED else "")


def _patterns(patterns: Sequence[Pattern]) -> Iterator[str]:
    for kind in dict.fromkeys(each.kind for each in patterns):
        seen = [each for each in patterns if each.kind == kind]
        for each in seen[:_SHAPES]:
            yield from _wrapped(f"{kind}: {each.why}", "  ")
            more = " …" if len(each.txids) > _LISTED else ""
            yield from _wrapped("tx: " + ", ".join(each.txids[:_LISTED]) + more, "    ")
        if len(seen) > _SHAPES:
            yield f"  {kind}: {len(seen) - _SHAPES} more (see --json)"


def _asked(sources: Sequence[str]) -> str:
    more = f"; and {len(sources) - _LISTED} more (see --json)" if len(sources) > _LISTED else ""
    return f"Lists asked: {len(sources)}. {'; '.join(sources[:_LISTED])}{more}."


def _listed(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from _wrapped(f"- {sentence}", "  ", "    ")


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    """Lines within the width; made harmless first: a stranger's line break makes no line of its own."""
    return textwrap.wrap(plain(text), _WIDTH, initial_indent=indent,
                         subsequent_indent=hanging if hanging is not None else indent + "  ",
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """First column to the left, the others to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        yield "  " + "  ".join(cells).rstrip()


def _amount(found: Exposure, amount: int) -> str:
    from quivive.money.chains import CHAINS

    if found.decimals is None:
        return f"{amount} (smallest units)"
    digits = str(amount).rjust(found.decimals + 1, "0")
    whole, part = (digits[: -found.decimals], digits[-found.decimals :]) if found.decimals else (digits, "")
    coin = "" if found.asset else f" {CHAINS[found.chain].coin}" if found.chain in CHAINS else ""
    return whole + (f".{part.rstrip('0')}" if part.rstrip("0") else "") + coin


def _percent(share: float) -> str:
    if 0 < share < 0.0001:
        return "< 0.01 %"
    return f"{100 * share:.2f} %" if share else "-"


def _source(tag: object) -> str:
    day = getattr(tag, "lastmod", None)
    by = getattr(tag, "pack", "") or getattr(tag, "source", "") or "unnamed list"
    confidence = getattr(tag, "confidence", None) or "confidence unstated"
    return f"{_short(by)}, {_short(confidence)}, {day.isoformat() if day else 'undated'}"


def _short(text: str) -> str:
    """A name of a stranger's choosing: harmless, and not longer than a line."""
    text = plain(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _day(moment: int | None) -> str:
    return "?" if moment is None else datetime.fromtimestamp(moment, UTC).date().isoformat()
