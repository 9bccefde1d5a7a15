"""What does an e-mail say, who says they sent it, and what does it carry?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from quivive.errors import Unreadable
from quivive.messages.mails import html, mime
from quivive.messages.mails.charsets import to_text
from quivive.messages.mails.html import Link, Page
from quivive.model import Limits

ADDRESSES = 200
"""Addresses of one header field that are read."""

_WORD = re.compile(r"\w+")
_PLAIN_LINK = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"'\u00a0]{3,2000}")
_ADDRESS = re.compile(r"[^\s<>\"(),;:@]+@[^\s<>\"(),;@]+")
_COMMENT = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Address:
    """A mailbox: 'display' is the name shown, `domain` the lower-case part after the last '@'."""

    display: str
    address: str
    domain: str


@dataclass(frozen=True)
class Attachment:
    """A file a mail carries. `media_type` is what the mail says; the bytes may say otherwise."""

    name: str
    media_type: str
    data: bytes
    inline: bool
    content_id: str = ""


@dataclass(frozen=True)
class Mail:
    """One e-mail as its reader and its mail program see it."""

    headers: tuple[mime.Field, ...]
    """In order; each has `name`, `value` (encoded words decoded) and `raw`."""
    sender: Address | None
    reply_to: tuple[Address, ...]
    return_path: Address | None
    to: tuple[Address, ...]
    subject: str
    date: datetime | None
    body_text: str
    """The text/plain parts shown in place."""
    body_html: str
    """The text/html parts shown in place."""
    page: Page | None
    """`body_html` as read by `html.read`: its text, links, forms and what it hides."""
    text: str
    """Subject, an empty line, and the body that says most: what a person reads."""
    links: tuple[Link, ...]
    attachments: tuple[Attachment, ...]
    received: tuple[str, ...]
    authentication_results: tuple[str, ...]
    defects: tuple[str, ...]

    def header(self, name: str) -> str:
        """Decoded value of the first field of this name, '' where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Decoded values of all fields of this name, in order."""
        return tuple(field.value for field in self.headers if field.name.lower() == name.lower())


def parse(data: bytes, limits: Limits = Limits()) -> Mail:
    """Read an RFC 5322 message however malformed. Raises Unreadable when it has neither fields nor body."""
    entity = mime.read(data)
    if not entity.fields and not any(part.data.strip() for part in entity.parts):
        raise Unreadable("This is no e-mail: it has neither header fields nor a body.")
    plain, marked_up, attached = _sort(entity.parts)
    return compose(
        entity.fields,
        _join(plain, limits),
        _join(marked_up, replace(limits, text=html.LENGTH)),
        tuple(_attachment(part) for part in attached),
        entity.defects,
        limits,
    )


def compose(
    fields: tuple[mime.Field, ...],
    body_text: str,
    body_html: str,
    attachments: tuple[Attachment, ...],
    defects: tuple[str, ...],
    limits: Limits = Limits(),
) -> Mail:
    """A mail from its header fields and bodies, whatever file format they stood in."""
    first = _first_values(fields)
    page = html.read(body_html) if body_html.strip() else None
    subject = re.sub(r"\s+", " ", first.get("subject", "")).strip()[:2000]
    body = _best_body(body_text, page)
    return Mail(
        headers=fields,
        sender=_one(first.get("from", "") or first.get("sender", "")),
        reply_to=addresses(first.get("reply-to", "")),
        return_path=_one(first.get("return-path", "")),
        to=addresses(first.get("to", "")),
        subject=subject,
        date=_date(first.get("date", "")),
        body_text=body_text,
        body_html=body_html,
        page=page,
        text=f"{subject}\n\n{body}".strip()[: limits.text],
        links=_links(body_text, page),
        attachments=attachments,
        received=tuple(field.value for field in fields if field.name.lower() == "received"),
        authentication_results=tuple(
            field.value for field in fields if field.name.lower() == "authentication-results"
        ),
        defects=defects,
    )


def _first_values(fields: tuple[mime.Field, ...]) -> dict[str, str]:
    first: dict[str, str] = {}
    for field in fields:
        if field.value.strip():
            first.setdefault(field.name.lower(), field.value.strip())
    return first


def _sort(parts: tuple[mime.Part, ...]) -> tuple[list[mime.Part], list[mime.Part], list[mime.Part]]:
    """Parts shown as plain text, parts shown as HTML, and the rest."""
    plain: list[mime.Part] = []
    marked_up: list[mime.Part] = []
    attached: list[mime.Part] = []
    for part in parts:
        shown = part.disposition != "attachment" and (not part.name or len(parts) == 1)
        if shown and part.media_type in ("text/html", "application/xhtml+xml"):
            marked_up.append(part)
        elif shown and part.media_type in ("text/plain", "text/enriched", "text/richtext", "text"):
            page = part.media_type != "text/plain" or _is_page(part)
            (marked_up if page else plain).append(part)
        elif part.data.strip() and part.media_type != "text/x-amp-html":
            attached.append(part)
    return plain, marked_up, attached


def _is_page(part: mime.Part) -> bool:
    return html.looks_like_html(part.data[:2000].decode("latin-1"))


def _join(parts: list[mime.Part], limits: Limits) -> str:
    texts, left = [], limits.text
    for part in parts:
        if left <= 0:
            break
        text = to_text(part.data[: left * 4], part.charset)[:left]
        left -= len(text)
        texts.append(text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    return "\n".join(texts)


def _best_body(body_text: str, page: Page | None) -> str:
    """The plain body, unless the HTML body (which mail programs show) says more or something else."""
    shown = page.text or "\n".join(page.hidden) if page else ""
    plain, rich = set(_WORD.findall(body_text.lower())), set(_WORD.findall(shown.lower()))
    if not rich or (plain and len(plain & rich) * 2 >= len(rich)):
        return body_text.strip() or shown
    return shown


def _links(body_text: str, page: Page | None) -> tuple[Link, ...]:
    """Links of the HTML body with their words, then addresses that stand in the plain body."""
    found = {(link.href, link.shown_text): link for link in (page.links if page else ())}
    known = {link.href for link in found.values()}
    for match in _PLAIN_LINK.finditer(body_text):
        href = match[0].rstrip(".,;:!?)]}>*_")
        if href not in known and len(found) < html.LINKS:
            found.setdefault((href, href), Link(href, href))
    return tuple(found.values())


def _attachment(part: mime.Part) -> Attachment:
    return Attachment(
        name=part.name or ("mail" if part.media_type == "message/rfc822" else f"part {part.path}"),
        media_type=part.media_type,
        data=part.data,
        inline=part.disposition == "inline" or bool(part.content_id),
        content_id=part.content_id,
    )


def _date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(re.sub(r"\([^()]*\)", "", value[:100]).strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _one(value: str) -> Address | None:
    return next(iter(addresses(value)), None)


def addresses(value: str) -> tuple[Address, ...]:
    """Mailboxes of a header value (RFC 5322 §3.4), read as mail programs do when it breaks the rules."""
    pieces = (piece for piece in _mailboxes(value[: mime.FIELD_BYTES]) if piece.strip())
    return tuple(_mailbox(piece) for piece in islice(pieces, ADDRESSES))


def _mailboxes(value: str) -> Iterator[str]:
    """Cut at commas and semicolons outside quotes, comments and angle brackets."""
    start, quoted, comment, angle = 0, False, 0, False
    for position, character in enumerate(value):
        if character == '"' and value[position - 1 : position] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif character in "()":
            comment = max(0, comment + (1 if character == "(" else -1))
        elif character in "<>":
            angle = character == "<"
        elif character in ",;" and not comment and not angle:
            yield value[start:position]
            start = position + 1
    yield value[start:]


def _mailbox(piece: str) -> Address:
    """The last bracketed address counts: a display name may hold another one to mislead."""
    piece = piece.strip()
    before, bracket, inside = piece.rpartition("<")
    if bracket:
        address, display = inside.partition(">")[0].strip(), before
    else:
        match = _ADDRESS.search(piece)
        address = match[0] if match else ""
        comment = _COMMENT.search(piece)
        display = comment[1] if comment else piece.replace(address, "") if address else piece
    display = re.sub(r'\\(["\\])', r"\1", display.strip().strip('"')).strip()
    domain = address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""
    return Address(display[:500], address[:500], domain[:255])
