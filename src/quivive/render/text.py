"""How does a report read in a terminal? Worst first, then what to do, what is in it, what was not seen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from quivive.intake import VALUE_TYPE
from quivive.model import Advice, Finding, Item, LikelihoodRatio, Report
from quivive.render.lang import labels
from quivive.render.pictures import beside
from quivive.render.safe import inert, place, plain, shown, skipped, worst_first

WIDTH = 96
_COLOURS = {"act": "1;31", "look": "1;33", "could-not-look": "1;35", "nothing-found": "1", "fail": "31",
            "review": "33", "open": "35", "pass": "32"}  # fmt: skip
_OF_WALLETS = ("wallet/", "exposure/")
_OF_PICTURES = ("c2pa/trusted", "c2pa/unknown-signer", "c2pa/remote-not-fetched", "history/", "media/")
_FACTUAL = frozenset(
    {
        VALUE_TYPE,
        "message/sip",
        "application/x-x509-cert",
        "application/vnd.tcpdump.pcap",
        "application/x-pcapng",
    }
)
_SIGNS = {
    "fail": "!!",
    "review": "! ",
    "open": "? ",
    "informational": "- ",
    "pass": "+ ",
    "notApplicable": "  ",
}


def render(reports: Sequence[Report], language: str, verbose: int = 0, colour: bool = False) -> str:
    """Terminal text of all reports, with a count line at the end where there are several."""
    words = labels(language)
    several = len(reports) > 1
    parts = ["\n".join(_report(report, words, verbose, colour, steps=not several)) for report in reports]
    if several:
        # Said once for all: the same steps under every input are not read.
        parts.append("\n".join(_section(words["what-to-do"], _numbered(_together(reports)))))
        parts.append(_counts(reports, words))
    return "\n\n".join(parts) + "\n"


def _report(
    report: Report, words: Mapping[str, str], verbose: int, colour: bool, steps: bool
) -> Iterable[str]:
    level = _paint(words[f"attention/{report.attention}"].upper(), report.attention, colour)
    yield f"{level}  {inert(report.name)}"
    yield from _wrap(words[f"attention/{report.attention}/means"], "   ")
    root = report.items[0] if report.items else None
    for finding in worst_first(report):
        said = finding.kind in ("fail", "review") or finding.weight or finding.proposition
        if verbose or said or _answers(finding, root):
            yield from _finding(finding, words, verbose, colour, len(report.items) > 1)
    if steps:
        yield from _section(words["what-to-do"], _numbered(report.advice))
    yield from _section(words["found-in-it"], _observables(report, verbose))
    yield from _section(words["could-not-look"], skipped(report) if verbose else [])
    yield from _section(words["not-reached"], [inert(note) for note in report.not_reached])
    yield "   " + _summary(report, words, verbose)
    if verbose > 1:
        yield from _section(words["examined"], _details(report))


def _answers(finding: Finding, root: Item | None) -> bool:
    """Whether what was asked is what this says: of values, wallets, records, recordings and pictures, people
    want the facts."""
    if root is None or finding.kind not in ("informational", "pass", "open"):
        return False
    if finding.code.startswith(_OF_WALLETS):
        return True
    if root.media_type.startswith("image/"):
        return finding.item == root.name and finding.code.startswith(_OF_PICTURES)
    if root.media_type in _FACTUAL or root.media_type.startswith(("audio/", "video/")):
        return finding.kind == "pass" or root.media_type == VALUE_TYPE or finding.item == root.name
    return False


def _finding(
    finding: Finding, words: Mapping[str, str], verbose: int, colour: bool, several: bool
) -> Iterable[str]:
    sign = _paint(_SIGNS[finding.kind], finding.kind, colour)
    body = _wrap(inert(finding.message), "      ")
    yield f"   {sign} {body[0].lstrip()}"
    yield from body[1:]
    if finding.where and finding.where.quote:
        yield from _wrap(f"“{inert(finding.where.quote)}”", "        ")[:4]
    if finding.weight:
        yield f"        {weight_words(finding.weight, words)}"
    if verbose:
        for line in beside(finding):
            yield from _wrap(line, "        ", "          ")
        where = f" · {inert(finding.item)}" if several else ""
        at = f" · {place(finding.where)}" if verbose > 1 and finding.where else ""
        score = f" · {words['score']} {finding.score:.2f}" if finding.score is not None else ""
        yield f"        {finding.code} ({words['kind/' + finding.kind]}){score}{where}{at}"
        for reference in finding.references:
            yield f"        {plain(reference)}"


def weight_words(weight: LikelihoodRatio, words: Mapping[str, str]) -> str:
    """A ratio in words and numbers: verbal scale, log10 value, interval, the propositions."""
    return words["weight"].format(
        verbal=words.get(f"verbal/{weight.verbal}", weight.verbal),
        log10=f"{weight.log10:+.1f}",
        low=f"{weight.low:+.1f}",
        high=f"{weight.high:+.1f}",
    )


def _together(reports: Sequence[Report]) -> list[Advice]:
    """The steps of all reports, those of the worst first, each once; whom to tell comes last."""
    levels = ("act", "look", "could-not-look", "nothing-found")
    worst = min(levels.index(report.attention) for report in reports)
    steps = {
        step.code: step
        for report in reports
        if levels.index(report.attention) == worst
        for step in report.advice
    }
    return sorted(
        steps.values(), key=lambda step: (step.code.startswith("report-to/"), step.topic == "general")
    )


def _numbered(steps: Iterable[Advice]) -> list[str]:
    return [f"{number}. {step.text}" for number, step in enumerate(steps, 1)]


def _observables(report: Report, verbose: int) -> list[str]:
    """Values that people can act on; for -v those too that only machines compare (hashes of pictures)."""
    values = dict.fromkeys((o.type, shown(o)) for o in report.observables if verbose or o.match == "exact")
    listed = [f"{kind}: {value}" for kind, value in values]
    most = len(listed) if verbose else 12
    return listed[:most] + ([f"… {len(listed) - most} more (-v)"] if len(listed) > most else [])


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    listed = list(lines)
    if listed:
        yield f"   {title}"
        for line in listed:
            yield from _wrap(line, "      ", "         ")


def _summary(report: Report, words: Mapping[str, str], verbose: int) -> str:
    missed = len(skipped(report))
    text = words["summary"].format(checks=len(report.examinations), items=len(report.items))
    if missed:
        text += " " + words["summary-missed"].format(missed=missed) + ("" if verbose else " (-v)")
    return text


def _details(report: Report) -> Iterable[str]:
    for item in report.items:
        yield f"{inert(item.name)} · {plain(item.media_type)} · {item.size} B · sha256 {item.sha256}"
    for e in report.examinations:
        yield f"{e.detector} {e.version} · {inert(e.item)} · {e.seconds:.3f} s"
    for source in report.sources:
        yield f"{source.name} · {source.date} · sha256 {source.sha256}"
    yield " ".join(f"{key} {value}" for key, value in report.tool.items()) + f" · {report.examined_at}"


def _counts(reports: Sequence[Report], words: Mapping[str, str]) -> str:
    levels = ("act", "look", "could-not-look", "nothing-found")
    counts = {level: sum(report.attention == level for report in reports) for level in levels}
    listed = ", ".join(f"{count} {words[f'attention/{level}']}" for level, count in counts.items() if count)
    return words["inputs"].format(count=len(reports)) + ": " + listed


def _wrap(text: str, indent: str, hanging: str | None = None) -> list[str]:
    following = indent if hanging is None else hanging
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=following) or [indent]


def _paint(text: str, kind: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour and kind in _COLOURS else text
