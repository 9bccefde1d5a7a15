"""What does this PDF say, where do its links lead, and what would it do when opened?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from quivive import observables
from quivive.intake import derive
from quivive.messages.documents import pdfium
from quivive.messages.mails.disguise import risks
from quivive.model import Context, Finding, Item, Source, Subject, Where, Yield, finding

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

PAGES = 50
DRAWN = 5
"""Pages that are drawn for the readers of pictures."""
PICTURES = 10
LINKS = 200
FILES = 20
WORDLESS = 30
"""Letters under which a page counts as a picture of text."""
SHAPES = 300
"""Drawn shapes from which a page may hold a QR code that is no picture."""

# ISO 32000-1, 12.6.4 'Action types' and 7.7.2 'Document catalog'.
_SCRIPT = re.compile(rb"/S\s*/JavaScript\b|/JS\s*[(<\d]|/JavaScript\s*\d+ \d+ R")
_LAUNCH = re.compile(rb"/S\s*/Launch\b")
_FORM = re.compile(rb"/S\s*/(?:SubmitForm|ImportData)\b")
_OPENING = re.compile(rb"/OpenAction\s*(?:<<|\d+ \d+ R)|/AA\s*(?:<<|\d+ \d+ R)")

PDF_CODES: Mapping[str, str] = {
    "document/opened-with-password-from-the-message": "The document was locked and the password stood "
    "in the message that brought it. That keeps mail filters, not strangers, from reading it.",
    "document/launches-program": "The document tries to start a program or open a file ({target}).",
    "document/script-on-opening": "The document holds a script and an action for when it is opened.",
    "document/script": "The document holds a script. Forms of offices may; letters and bills need none.",
    "document/sends-form": "The document is a form that sends what is typed into it over the network.",
    "document/embedded-file": "The document carries another file, {name}.",
    "document/embedded-program": "The document carries {name}, {kind}.",
    "document/link-shows-other-address": "The document shows {shown}, but the link behind it "
    "leads to {target}.",
    "document/not-all-read": "Only part of the document was read: {what}.",
}


class Pdf:
    """Takes PDFs apart."""

    name = "messages.pdf"
    version = "1"
    accepts = frozenset({"application/pdf"})
    online = False
    codes = PDF_CODES

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the standard decides."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield text, links, pictures and embedded files; raise Unreadable where it does not open."""
        if not isinstance(subject, Item):
            return
        document, password = pdfium.opened(subject.data, subject.hints)
        with closing(document), pdfium.faults():
            if password:
                yield finding(self, "document/opened-with-password-from-the-message", "review", subject)
            yield from self._text(subject, document, context)
            yield from self._pages(subject, document, context)
            yield from self._actions(subject, document)
            yield from self._files(subject, document, context)

    def _text(self, item: Item, document: PdfDocument, context: Context) -> Iterator[Yield]:
        pages: list[str] = []
        room = context.limits.text
        for number in range(min(len(document), PAGES)):
            if room > 0:
                pages.append(pdfium.page_text(document[number], room))
                room -= len(pages[-1]) + 1
        if len(pages) < len(document):
            what = f"the first {len(pages)} of {len(document)} pages"
            yield finding(self, "document/not-all-read", "open", item, params={"what": what})
        if any(c.isalnum() for page in pages for c in page):
            starts = [sum(len(page) + 1 for page in pages[:number]) for number in range(len(pages))]
            yield derive(item, "text", "\n".join(pages), origin="text of the document",
                         meta={"page_starts": ",".join(map(str, starts))}, limits=context.limits)  # fmt: skip

    def _pages(self, item: Item, document: PdfDocument, context: Context) -> Iterator[Yield]:
        drawn = taken = 0
        for number in range(min(len(document), PAGES)):
            page = document[number]
            for link in pdfium.links(document, page, LINKS):
                yield from self._link(item, link, number)
            pictures, shapes = pdfium.objects(page)
            wordless = sum(c.isalnum() for c in pdfium.page_text(page, 1000)) < WORDLESS
            if drawn < DRAWN and (shapes >= SHAPES or (wordless and (pictures or shapes))):
                drawn += 1
                yield self._picture(item, "page", number, pdfium.png(pdfium.drawn(page)), context)
                continue
            for picture in pictures[: PICTURES - taken]:
                taken += 1
                yield self._picture(item, "picture", number, pdfium.png(pdfium.pixels(picture)), context)

    def _picture(self, item: Item, what: str, number: int, data: bytes, context: Context) -> Item:
        return derive(item, f"{what} {number + 1}.png", data, "image/png", origin=f"{what} of the document",
                      meta={"page": str(number + 1)}, limits=context.limits)  # fmt: skip

    def _link(self, item: Item, link: pdfium.Link, number: int) -> Iterator[Yield]:
        place = Where(part=f"page {number + 1}", quote=link.shown[:200])
        found = observables.parse_value(link.target)
        if not found:
            return
        yield replace(found, item=item.name, where=place)
        said = next((o for o in observables.find(link.shown) if o.type in ("url", "domain-name")), None)
        if said and found.type == "url" and _differ(said.value, found.value):
            params = {"shown": observables.defang(said.type, said.value)[:200],
                      "target": observables.defang("url", found.value)[:200]}  # fmt: skip
            yield finding(
                self, "document/link-shows-other-address", "review", item, where=place, params=params
            )

    def _actions(self, item: Item, document: PdfDocument) -> Iterator[Finding]:
        names = pdfium.names(document)
        if _LAUNCH.search(names):
            pages = islice(document, PAGES)
            links = (link for page in pages for link in pdfium.links(document, page, LINKS) if link.launches)
            params = {"target": next((link.target[:100] for link in links), "") or "not named"}
            yield finding(self, "document/launches-program", "fail", item, params=params)
        if _SCRIPT.search(names):
            opening = _OPENING.search(names)
            code = "document/script-on-opening" if opening else "document/script"
            yield finding(self, code, "review" if opening else "informational", item)
        if _FORM.search(names):
            yield finding(self, "document/sends-form", "review", item)

    def _files(self, item: Item, document: PdfDocument, context: Context) -> Iterator[Yield]:
        for name, data in pdfium.files(document, FILES, context.limits.item_bytes):
            yield finding(self, "document/embedded-file", "informational", item, params={"name": name[:200]})
            for risk, params in risks(name, data):
                if risk == "program":
                    yield finding(self, "document/embedded-program", "fail", item, params=params)
            yield derive(item, name or "file", data, origin="file in the document", limits=context.limits)


def _differ(shown: str, target: str) -> bool:
    """Whether the two belong to different registrable domains."""
    hosts = [observables.host_of(value) for value in (shown, target)]
    shown_domain, target_domain = (observables.registrable(host) or host for host in hosts)
    return shown_domain != target_domain


DETECTORS = (Pdf,)
