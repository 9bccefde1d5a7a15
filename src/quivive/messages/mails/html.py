"""What does a page or an HTML mail say to its reader, where does it lead, and what does it hide?

Nothing is fetched and nothing is run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import unquote_to_bytes

from quivive.intake import derive
from quivive.messages.mails.charsets import base64
from quivive.messages.mails.markup import RAW, Token, tokens
from quivive.messages.mails.visibility import colour, ground, hides, hiding_classes, tiny
from quivive.model import Item, Limits, Observable, Where
from quivive.observables import find

LENGTH = 8_000_000
"""Characters of one page that are read."""
TOKENS = 150_000
"""Tags and pieces of text of one page that are read."""
LINKS = 2000
PICTURES = 50

_OPENING = re.compile(r"(?i)\s*(?:<!doctype html|<(?:html|head|body|table|div|center|p|meta|style)[\s>])")
_NO_SPACE = re.compile(r"[\t\r\n]+")
_TRACKING_PIXEL = 200
"""Bytes up to which a picture shows nothing."""
_SPACES = re.compile(r"[ \t\r\n\f]+")
_PADDING = re.compile(r"(?:[\u00ad\u034f\u200b-\u200f\u2007\ufeff][ \u00a0\t\n]?){4,}")
"""What newsletters put behind their first words so that a mail program shows nothing else."""
_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body br center dd div dl dt fieldset figure footer form h1 h2 "
        "h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section select table tbody "
        "td tfoot th thead title tr ul"
    )
)
_CELLS = frozenset({"td", "th"})
_VOID = frozenset(str.split("area base br col embed hr image img input link meta source track wbr"))
_FETCHED = frozenset({"img", "image", "iframe", "frame", "embed", "source"})
_CLOSED_BY_ITSELF = frozenset(str.split("p li td th tr option dt dd a"))


@dataclass(frozen=True)
class Link:
    """Where a link leads and the words a reader sees on it."""

    href: str
    shown_text: str


@dataclass(frozen=True)
class Form:
    """Where a form sends what is typed, and whether it asks for a password."""

    action: str
    password: bool


@dataclass(frozen=True)
class Page:
    """What a reader sees of a page (`text`), where it leads, and what it keeps from the eye."""

    title: str
    text: str
    links: tuple[Link, ...]
    forms: tuple[Form, ...]
    pictures: tuple[str, ...]
    """`data:` URIs of pictures, in order."""
    remote: tuple[str, ...]
    """Addresses of pictures and frames that a mail program would fetch."""
    hidden: tuple[str, ...]
    """Pieces of text that are in the page but not shown."""
    script: bool
    refresh: str
    """Where a `meta refresh` leads."""
    complete: bool
    """False: the page was longer than what was read."""


def read(source: str) -> Page:
    """Read a page as a browser without style sheets or scripts would show it. Never raises."""
    reader, count = _Reader(), 0
    for token in islice(tokens(source[:LENGTH]), TOKENS):
        reader.take(token)
        count += 1
    return reader.page(complete=len(source) <= LENGTH and count < TOKENS)


def looks_like_html(text: str) -> bool:
    """Whether text that calls itself plain is a page."""
    return bool(_OPENING.match(text[:2000]))


@dataclass(frozen=True)
class _Open:
    """An open element. What it removes from view stays removed; size and colours may be overridden."""

    tag: str
    removed: bool
    tiny: bool
    colour: str
    ground: str

    def unseen(self) -> bool:
        """Whether text at this place cannot be read."""
        return self.removed or self.tiny or (self.colour != "" and self.colour == self.ground)


class _Reader:
    """Walks over the tokens with the stack of open elements and gathers what the page says."""

    def __init__(self) -> None:
        self.stack = [_Open("", False, False, "", "white")]
        self.open_tags: Counter[str] = Counter()
        self.shown: list[str] = []
        self.concealed: list[str] = []
        self.links: list[Link] = []
        self.link: tuple[str, list[str]] | None = None
        self.forms: list[Form] = []
        self.pictures: list[str] = []
        self.remote: list[str] = []
        self.title: list[str] = []
        self.hiding_classes: set[str] = set()
        self.script = False
        self.refresh = ""

    def take(self, token: Token) -> None:
        if not token.tag:
            self._text(token.text)
        elif token.tag.startswith("/"):
            self._end(token.tag[1:])
        else:
            self._start(token.tag, token.attributes)

    def page(self, complete: bool) -> Page:
        self._end_link()
        shown = _layout(self.shown)
        hidden = tuple(_SPACES.sub(" ", piece).strip() for piece in self.concealed if piece.strip())
        return Page(
            title=_layout(self.title),
            text=shown,
            links=tuple(self.links),
            forms=tuple(self.forms),
            pictures=tuple(self.pictures),
            remote=tuple(self.remote),
            hidden=hidden,
            script=self.script,
            refresh=self.refresh,
            complete=complete,
        )

    def _text(self, text: str) -> None:
        top = self.stack[-1]
        if top.tag == "style":
            self.hiding_classes |= hiding_classes(text)
        elif top.tag == "script":
            self.script = self.script or bool(text.strip())
        elif top.tag == "title":
            self.title.append(text)
        elif top.tag in RAW:
            return
        elif top.unseen():
            self.concealed.append(text)
        else:
            text = text if self.open_tags["pre"] else _SPACES.sub(" ", text)
            self.shown.append(text)
            if self.link:
                self.link[1].append(text)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _CLOSED_BY_ITSELF and self.stack[-1].tag == tag:
            self._end(tag)
        self._break(tag)
        self._note(tag, attributes)
        if tag not in _VOID and len(self.stack) < 100_000:
            self.stack.append(self._opened(tag, attributes))
            self.open_tags[tag] += 1

    def _end(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if self.open_tags[tag]:
            while True:
                closed = self.stack.pop().tag
                self.open_tags[closed] -= 1
                if closed == tag:
                    break
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS and not self.stack[-1].removed:
            self.shown.append("\t" if tag in _CELLS else "\n")

    def _opened(self, tag: str, attributes: dict[str, str]) -> _Open:
        above, style = self.stack[-1], attributes.get("style", "")
        removed = (
            above.removed
            or "hidden" in attributes
            or hides(style)
            or any(name in self.hiding_classes for name in attributes.get("class", "").lower().split())
        )
        no_size = tiny(style)
        return _Open(
            tag=tag,
            removed=removed,
            tiny=above.tiny if no_size is None else no_size,
            colour=colour(style, attributes) or ("" if tag == "a" else above.colour),
            ground=ground(style, attributes) or above.ground,
        )

    def _note(self, tag: str, attributes: dict[str, str]) -> None:
        """What an element does besides holding text."""
        if tag in ("a", "area") and attributes.get("href"):
            self._end_link()
            self.link = (attributes["href"].strip(), [attributes.get("alt", "")])
            if tag == "area":
                self._end_link()
        elif tag == "form":
            self.forms.append(Form(attributes.get("action", "").strip(), False))
        elif tag == "input" and attributes.get("type", "").strip().lower() == "password":
            action = self.forms.pop().action if self.forms else ""
            self.forms.append(Form(action, True))
        elif tag in _FETCHED or (tag == "input" and attributes.get("type", "").lower() == "image"):
            self._source(attributes)
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.refresh = attributes.get("content", "").partition("=")[2].strip(" '\"")
        if any(name.startswith("on") and value for name, value in attributes.items()):
            self.script = True

    def _source(self, attributes: dict[str, str]) -> None:
        address = attributes.get("src", "").strip()
        if address.lower().startswith("data:image/"):
            if len(self.pictures) < PICTURES:
                self.pictures.append(address)
        elif address and len(self.remote) < LINKS:
            self.remote.append(address)
        if self.link and attributes.get("alt"):
            self.link[1].append(attributes["alt"])

    def _end_link(self) -> None:
        if self.link and len(self.links) < LINKS:
            words = _SPACES.sub(" ", "".join(self.link[1])).strip()
            self.links.append(Link(self.link[0], words[:1000]))
        self.link = None


def _layout(pieces: list[str]) -> str:
    """Lines as they would be read: no space at their ends, at most one empty line between them."""
    text = _PADDING.sub(" ", "".join(pieces)).replace("\u00a0", " ")
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def observables_of(item: Item, page: Page, country: str | None) -> Iterator[Observable]:
    """Links, form targets and redirections of a page, with the words that stand on them."""
    targets = [(link.href, link.shown_text, "link") for link in page.links]
    targets += [(form.action, "", "form") for form in page.forms]
    targets += [(page.refresh, "", "redirection")]
    seen: set[tuple[str, str]] = set()
    for href, shown, part in targets:
        for found in find(_NO_SPACE.sub("", href)[:4000], country):
            if (found.type, found.value) not in seen:
                seen.add((found.type, found.value))
                yield replace(found, item=item.name, where=Where(part=part, quote=shown[:200]))


def picture_items(item: Item, page: Page, limits: Limits) -> Iterator[Item]:
    """Pictures that a page carries in itself as `data:` URIs (RFC 2397)."""
    for number, uri in enumerate(page.pictures, 1):
        head, _, body = uri.partition(",")
        if head.lower().endswith(";base64"):
            data = base64(unquote_to_bytes(body))
        else:
            data = unquote_to_bytes(body)
        if len(data) > _TRACKING_PIXEL:
            yield derive(item, f"picture {number}", data, origin="picture in the page", limits=limits)
