"""What does this Office or OpenDocument file say, where does it lead, and does it carry macros or files?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from quivive import observables
from quivive.errors import Unreadable
from quivive.intake import derive
from quivive.messages.documents.parts import Package, attribute, walk
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding

PICTURES = 10
FILES = 10
LINKS = 200
SLIDES = 200

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_TEXT_PARTS = re.compile(
    r"word/(?:document|header\d*|footer\d*|comments|footnotes|endnotes)\.xml"
    r"|ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml|xl/sharedStrings\.xml"
    r"|xl/(?:worksheets/sheet|comments)\d+\.xml|xl/drawings/drawing\d+\.xml|content\.xml"
)
_MANIFEST = "META-INF/manifest.xml"
_BREAKS = frozenset({"p", "br", "tr", "si", "row", "h"})
_PICTURE = re.compile(
    r"(?:(?:word|ppt|xl)/media|Pictures)/[^/]+\.(?:png|jpe?g|gif|bmp|webp|tiff?)", re.IGNORECASE
)
_MACROS = re.compile(
    r"(?:.*/)?vbaProject\.bin|xl/macrosheets/.*|Basic/.*/.*\.xml|Scripts/[^/]+/.*", re.IGNORECASE
)
_EMBEDDED = re.compile(
    r"(?:word|ppt|xl)/(?:embeddings|activeX)/[^/]+\.(?!rels|xml)\w+|Object [^/]*", re.IGNORECASE
)
_FORMULA = re.compile(r'\b(HYPERLINK|WEBSERVICE|IMAGE)\("([^"]{1,2048})"')
_FIELD = re.compile(r'\b(DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|HYPERLINK)\b\s*(?:\\\w\s*)*"?([^"\s]*)')
_REMOTE = re.compile(r"(?:https?|ftp|mhtml|smb|file)?:?(?://|\\\\)|mhtml:|ms-\w+:", re.IGNORECASE)
_FETCHED = {"attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath", "package"}
"""Relationships that Office follows by itself when the document is opened (ECMA-376 part 1, 15.2)."""

OFFICE_CODES: Mapping[str, str] = {
    "document/macros": "The document holds macros, small programs that run when “Enable content” is pressed.",
    "document/remote-template": "Opened, the document loads more content from {target}. "
    "That is how a harmless-looking document brings its program along.",
    "document/remote-picture": "Opened, the document loads a picture from {target}, "
    "which tells the sender that it was read.",
    "document/starts-program": "The document holds a field (DDE) that starts another program.",
    "document/embedded-object": "The document carries another file inside it ({name}).",
    "document/not-all-read": "Only part of the document was read: {what}.",
}


class Office:
    """Takes Word, Excel, PowerPoint and OpenDocument files apart."""

    name = "messages.office"
    version = "1"
    accepts = frozenset(
        {_OOXML + "wordprocessingml.document", _OOXML + "spreadsheetml.sheet",
         _OOXML + "presentationml.presentation", _ODF + "text", _ODF + "spreadsheet", _ODF + "presentation",
         _ODF + "graphics"}
    )  # fmt: skip
    online = False
    codes = OFFICE_CODES

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the standards decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield text, links, pictures and embedded files; raise CouldNotLook where it is damaged."""
        if not isinstance(subject, Item):
            return
        with Package(subject.data) as package:
            yield from self._warnings(subject, package)
            if _MANIFEST in package.names and b"encryption-data" in package.read(_MANIFEST):
                raise Unreadable("The document is locked with a password, in a way that is not opened here.")
            reader = _Reader(context.limits.text)
            parts = sorted(filter(_TEXT_PARTS.fullmatch, package.names), key=_order)
            for name in parts[:SLIDES]:
                reader.read(package.read(name))
            if len(parts) > SLIDES:
                what = f"{SLIDES} of {len(parts)} sheets or slides"
                yield finding(self, "document/not-all-read", "open", subject, params={"what": what})
            if not parts:
                raise Unreadable("There is no reader here for the text of this kind of Office file.")
            if any(c.isalnum() for c in reader.text):
                yield derive(
                    subject, "text", reader.text, origin="text of the document", limits=context.limits
                )
            yield from self._leads(subject, package, reader)
            yield from self._inside(subject, package, context)

    def _warnings(self, item: Item, package: Package) -> Iterator[Finding]:
        if any(_MACROS.fullmatch(name) for name in package.names):
            yield finding(self, "document/macros", "review", item)

    def _leads(self, item: Item, package: Package, reader: _Reader) -> Iterator[Yield]:
        """Links, and what the document would fetch or start by itself."""
        external = [pair for name in package.named("", ".rels") for pair in _external(package.read(name))]
        links = [target for kind, target in external if kind == "hyperlink"]
        links += reader.links + [target for kind, target in reader.fields if kind == "HYPERLINK"]
        yield from link_observables(item, links[:LINKS])
        pictures = [target for kind, target in external if kind == "image"]
        pictures += [target for kind, target in reader.fields if kind in ("INCLUDEPICTURE", "IMAGE")]
        fetched = [target for kind, target in external if kind in _FETCHED]
        fetched += [target for kind, target in reader.fields if kind in ("INCLUDETEXT", "WEBSERVICE")]
        fetched = [target for target in fetched if _REMOTE.match(target)]
        yield from self._remote(item, "document/remote-template", "fail", fetched)
        yield from self._remote(item, "document/remote-picture", "informational", pictures)
        if any(kind.startswith("DDE") for kind, _ in reader.fields):
            yield finding(self, "document/starts-program", "fail", item)

    def _remote(self, item: Item, code: str, kind: Kind, targets: list[str]) -> Iterator[Yield]:
        for target in list(dict.fromkeys(targets))[:3]:
            shown = observables.defang("url", target[:200])
            yield finding(self, code, kind, item, params={"target": shown})
        yield from link_observables(item, targets[:3])

    def _inside(self, item: Item, package: Package, context: Context) -> Iterator[Yield]:
        for name in list(filter(_PICTURE.fullmatch, package.names))[:PICTURES]:
            yield derive(item, name.rpartition("/")[2], package.read(name), origin="picture of the document",
                         limits=context.limits)  # fmt: skip
        for name in list(filter(_EMBEDDED.fullmatch, package.names))[:FILES]:
            short = name.rpartition("/")[2]
            yield finding(self, "document/embedded-object", "review", item, params={"name": short})
            yield derive(
                item, short, package.read(name), origin="file in the document", limits=context.limits
            )


class _Reader:
    """Collects text, links and fields of one part after the other, at most `most` characters."""

    def __init__(self, most: int) -> None:
        self._most, self._pieces, self._size = most, list[str](), 0
        self._inside: list[str] = []
        self._field = ""
        self._index = False  # the cell's value is the number of a shared string, read by itself
        self.links: list[str] = []
        self.fields: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return "\n".join(line.strip() for line in lines if line.strip())

    def read(self, xml: bytes) -> None:
        walk(xml, self._start, self._end, self._characters)
        self._add("\n")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._inside.append(name)
        if name == "fldSimple":
            self._fields(attribute(attributes, "instr"))
        href = attribute(attributes, "href") if name in ("a", "hlinkClick") else ""
        if href and len(self.links) < LINKS:
            self.links.append(href)
        self._index = name == "c" and attribute(attributes, "t") == "s" if name != "v" else self._index
        if name in ("tab", "c"):
            self._add("\t")

    def _end(self, name: str) -> None:
        if self._inside:
            self._inside.pop()
        if name in _BREAKS:
            self._fields(self._field)
            self._field = ""
            self._add("\n")

    def _characters(self, text: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside == "instrText":
            self._field = (self._field + text)[:4096]
        elif inside == "f":
            self.fields += [(match[1], match[2]) for match in _FORMULA.finditer(text)][:LINKS]
        elif not (inside in ("delText", "script", "binary-data") or (inside == "v" and self._index)):
            self._add(text)

    def _fields(self, code: str) -> None:
        if len(self.fields) < LINKS:
            self.fields += [(match[1], match[2]) for match in _FIELD.finditer(code)]

    def _add(self, text: str) -> None:
        if self._size < self._most:
            self._pieces.append(text[: self._most - self._size])
            self._size += len(text)


def _external(xml: bytes) -> list[tuple[str, str]]:
    """External relationships of a .rels part: the last word of their type, and their target."""
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") == "External" and len(found) < 2 * LINKS:
            found.append((attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")))

    walk(xml, start)
    return found


def link_observables(item: Item, targets: list[str]) -> Iterator[Yield]:
    for target in dict.fromkeys(targets):
        found = observables.parse_value(re.sub(r"^(?:mailto|tel):", "", target).split("?subject")[0])
        if found:
            yield replace(found, item=item.name, where=Where(part="link", quote=target[:200]))


def _order(name: str) -> tuple[str, int]:
    """Slides and sheets by their number, not by its first digit; the body before its notes."""
    number = re.search(r"(\d+)\.xml$", name)
    return re.sub(r"\d+\.xml$", "", name), int(number[1]) if number else 0


DETECTORS = (Office,)
