"""What does a saved page or an HTML attachment say, and does it ask for secrets?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from quivive.intake import decode, derive
from quivive.messages.mails import html
from quivive.messages.mails.charsets import to_text
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.observables import defang

_SENT_LOGIN: tuple[str, Kind] = ("page/attached-password-form", "fail")
_LOGIN: tuple[str, Kind] = ("page/password-form", "informational")
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})")


class HtmlDetector:
    """Opens HTML: its text, links, form targets and embedded pictures; nothing is loaded or run."""

    name = "messages.html"
    version = "1"
    accepts = frozenset({"text/html", "application/xhtml+xml"})
    online = False
    codes: Mapping[str, str] = {
        "page/attached-password-form": "The attached page asks for a password. "
        "Banks and shops do not send their login page as a file.",
        "page/password-form": "The page asks for a password.",
        "page/attached-script": "The attached page runs a script when it is opened.",
        "page/attached-redirect": "The attached page leads on to {target} by itself.",
        "page/not-all-read": "The page is longer than what was read of it.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the text a reader sees, links, pictures and what the page does besides."""
        if not isinstance(subject, Item):
            return
        page = html.read(_decode(subject.data))
        text = "\n\n".join(part for part in (page.title, page.text) if part)
        if text:
            meta = {"kind": "page", "subject": page.title[:500]}
            yield derive(subject, "text", text, origin="text of the page", meta=meta, limits=context.limits)
        yield from self._findings(subject, page)
        yield from html.observables_of(subject, page, context.country)
        yield from html.picture_items(subject, page, context.limits)

    def _findings(self, item: Item, page: html.Page) -> Iterator[Finding]:
        """A page on the web may have scripts and a login; one that came as an attachment should not."""
        attached = item.origin == "attachment"
        for form in [form for form in page.forms if form.password][:1]:
            code, kind = _SENT_LOGIN if attached else _LOGIN
            where = Where(part="form", quote=form.action[:200])
            yield finding(self, code, kind, item, where=where)
        if attached and page.script:
            yield finding(self, "page/attached-script", "review", item, where=Where(part="script"))
        if attached and page.refresh:
            params = {"target": defang("url", page.refresh)}
            yield finding(self, "page/attached-redirect", "review", item, params=params)
        if not page.complete:
            yield finding(self, "page/not-all-read", "open", item)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(data, html.LENGTH)
    declared = _CHARSET.search(data[:4096])
    charset = declared[1].decode("ascii", "replace") if declared else "utf-8"
    return to_text(data[: html.LENGTH * 4], charset).removeprefix("\ufeff")


DETECTORS = (HtmlDetector,)
