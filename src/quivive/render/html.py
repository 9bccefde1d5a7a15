"""How can a victim be shown a report? One self-contained HTML page: no script, no link, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quivive.model import Finding, Item, LikelihoodRatio, Report, Where
from quivive.render.lang import labels
from quivive.render.pictures import pictures
from quivive.render.safe import inert, plain, shown, skipped, worst_first
from quivive.render.text import weight_words

MOST_TEXT = 20_000
"""Characters of one message that are shown."""
_LINKS = ("url", "domain-name", "email-addr")


@dataclass(frozen=True)
class Segment:
    """A stretch of a message and the numbers of the findings that mark it."""

    text: str
    numbers: tuple[int, ...]
    kind: str


@dataclass(frozen=True)
class Message:
    """A text item cut into segments."""

    name: str
    origin: str
    segments: tuple[Segment, ...]
    cut: bool


def render(reports: Sequence[Report], language: str) -> str:
    """The page, in UTF-8; every value from the evidence is escaped by the template and made inert here."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("quivive.render", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"inert": inert, "plain": plain, "shown": shown}
    words = labels(language)
    views = [_view(report, words) for report in reports]
    return environment.get_template("report.html.j2").render(views=views, words=words, language=language)


def _view(report: Report, words: Mapping[str, str]) -> dict[str, object]:
    findings = worst_first(report)
    numbers = {finding.id: number for number, finding in enumerate(findings, 1)}
    return {
        "report": report,
        "findings": [(numbers[f.id], f, _bar(f.weight, words), pictures(f)) for f in findings],
        "messages": [_message(report, item, findings, numbers) for item in report.items if item.text],
        "skipped": skipped(report),
        "observables": list({(o.type, shown(o)): o for o in report.observables}.values()),
    }


def _message(report: Report, item: Item, findings: Sequence[Finding], numbers: Mapping[str, int]) -> Message:
    text = item.text or ""
    marks = [(*span, numbers[f.id], f.kind) for f in findings if (span := _span(item, f.item, f.where))]
    links = [span for o in report.observables if o.type in _LINKS and (span := _span(item, o.item, o.where))]
    segments = tuple(_segments(text[:MOST_TEXT], marks, links))
    return Message(inert(item.name), plain(item.origin), segments, len(text) > MOST_TEXT)


def _span(item: Item, name: str, where: Where | None) -> tuple[int, int] | None:
    """The place of a finding or observable in the item's text, if it has one there."""
    if name != item.name or where is None or where.start is None or where.end is None:
        return None
    return where.start, where.end


def _segments(
    text: str, marks: Sequence[tuple[int, int, int, str]], links: Sequence[tuple[int, int]]
) -> Iterator[Segment]:
    """Cut `text` at every start and end of a mark or a link; characters of links are made unclickable."""
    places = [(mark[0], mark[1]) for mark in marks] + list(links)
    cuts = sorted({0, len(text), *(min(edge, len(text)) for place in places for edge in place)})
    for start, end in pairwise(cuts):
        over = [mark for mark in marks if mark[0] <= start and mark[1] >= end]
        linked = any(a <= start and b >= end for a, b in links)
        piece = plain(text[start:end], lines=True)
        shown_text = _unclickable(piece) if linked else inert(piece, lines=True)
        # The number stands once, where the mark ends.
        closing = tuple(mark[2] for mark in over if mark[1] == end)
        yield Segment(shown_text, closing, over[0][3] if over else "")


def _unclickable(piece: str) -> str:
    return piece.replace("http", "hxxp").replace("HTTP", "HXXP").replace(".", "[.]").replace("@", "[@]")


def _bar(weight: LikelihoodRatio | None, words: Mapping[str, str]) -> dict[str, object] | None:
    """Places on a 0-600 wide scale from log10 LR −6 to +6, and the same in words."""
    if weight is None:
        return None

    def at(value: float) -> float:
        return round((min(max(value, -6.0), 6.0) + 6.0) * 50.0, 1)

    return {
        "low": at(weight.low),
        "width": max(round(at(weight.high) - at(weight.low), 1), 2.0),
        "mid": at(weight.log10),
        "text": words["html/scale-text"].format(log10=f"{weight.log10:+.1f}"),
        "words": weight_words(weight, words),
        "propositions": f"{weight.proposition} / {weight.alternative} ({weight.calibration})",
    }
