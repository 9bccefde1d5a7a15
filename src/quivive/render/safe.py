"""How is text from evidence made harmless to show? No control characters, no bidi tricks, no live links."""

from __future__ import annotations

import re
import unicodedata

from quivive.model import Finding, Observable, Report, Where
from quivive.observables import defang

ORDER = {"fail": 0, "review": 1, "open": 2, "informational": 3, "pass": 4, "notApplicable": 5}
_LIVE = re.compile(r"(?i)\b(?:https?|ftp)://[^\s<>\"'`]+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def plain(text: str, *, lines: bool = False) -> str:
    """`text` without characters that move a cursor, colour a terminal or turn reading direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char == "\n" and lines else " " if char in "\n\t" else "�"
        if unicodedata.category(char) in _UNSAFE and char not in "\u200c\u200d" else char
        for char in text
    )  # fmt: skip


def inert(text: str, *, lines: bool = False) -> str:
    """`plain`, with links and addresses defanged."""
    return _LIVE.sub(lambda m: _defang(m.group()), plain(text, lines=lines))


def _defang(found: str) -> str:
    return defang("url" if "://" in found else "email-addr", found)


def shown(observable: Observable) -> str:
    """An observable as it may be printed."""
    return plain(defang(observable.type, observable.value))


def place(where: Where | None) -> str:
    """Where in words: 'characters 10-24' or the named part."""
    if where is None:
        return ""
    span = f"{where.start}-{where.end}" if where.start is not None else ""
    return " ".join(part for part in (inert(where.part), span) if part)


def worst_first(report: Report) -> list[Finding]:
    """Findings by kind, then by weight, then in the order in which they were found."""
    return sorted(report.findings, key=lambda f: (ORDER[f.kind], -(f.weight.log10 if f.weight else 0.0)))


def skipped(report: Report) -> list[str]:
    """What could not be examined and why, each reason once."""
    reasons: dict[str, None] = {}
    for examination in report.examinations:
        if examination.skipped:
            reasons[f"{examination.item}: {examination.detector}: {examination.skipped}"] = None
    return [inert(reason) for reason in reasons]
