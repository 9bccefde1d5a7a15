"""What the tests of senders, domains and links share: subjects made by hand, and findings by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from quivive.intake import take
from quivive.model import Context, Detector, Finding, House, Item, Observable, Yield
from quivive.observables import parse_value

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def context(**house: object) -> Context:
    """A context at noon with these house lists."""
    return Context(NOON, house=House(**house))  # type: ignore[arg-type]


def value(text: str, type_: str | None = None) -> Observable:
    """The observable that a whole string is."""
    if type_:
        return Observable(type_, text)
    found = parse_value(text)
    assert found is not None, text
    return found


def text_item(text: str, channel: str = "sms") -> Item:
    """A text message."""
    return take(text.encode(), "m.txt", "text/plain", channel)  # type: ignore[arg-type]


def mail_item(
    body: str = "Hello.", html: str = "", headers: Mapping[str, str] | None = None, before: str = ""
) -> Item:
    """A mail; `before` stands above all other header fields, as hosts write them."""
    fields = {"From": "Someone <someone@example.org>", "To": "you@example.com", "Subject": "Hello"}
    fields |= {"Date": "Sun, 22 Nov 2026 12:00:00 +0000", **(headers or {})}
    kind = "text/html" if html else "text/plain"
    lines = [f"{name}: {text}" for name, text in fields.items() if text]
    lines += ["MIME-Version: 1.0", f"Content-Type: {kind}; charset=utf-8", "", html or body]
    return take((before + "\r\n".join(lines) + "\r\n").encode(), "m.eml", "message/rfc822", "email")


def findings(detector: Detector, subject: Item | Observable, given: Context | None = None) -> list[Finding]:
    """All findings of one detector on one subject."""
    return [x for x in results(detector, subject, given) if isinstance(x, Finding)]


def results(detector: Detector, subject: Item | Observable, given: Context | None = None) -> list[Yield]:
    """Everything that one detector yields for one subject."""
    return list(detector.examine(subject, given or context()))


def codes(found: Iterable[Finding], *kinds: str) -> set[str]:
    """Codes of findings, all or those of some kinds."""
    return {f.code for f in found if not kinds or f.kind in kinds}
