"""Which tags and which text stand in HTML or XML, in time linear to its length?

Tokens follow the HTML standard (§13.2.5) as far as a reader notices. No tree is built: tree builders need
quadratic time for deep nesting or for many attributes, and hostile mails bring both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?is)<!--.*?(?:--!?>|\Z)"
    r"|<(?P<end>/?)(?P<tag>[a-z][^\s/>]*+)"
    r"(?P<attributes>(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+))?+|=)*+)>?"
    r"|<[!?/][^>]*+>?"
)
_ATTRIBUTE = re.compile(
    r"(?is)(?P<name>=?[^\s/>=]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)|'(?P<single>[^']*+)|(?P<bare>[^\s>]*+)))?+"
)
_LONG_NUMBER = re.compile(r"(?i)&#(?:[0-9]{8,}|x[0-9a-f]{8,});?")
RAW = frozenset({"script", "style", "noembed", "noframes", "xmp", "iframe"})
RCDATA = frozenset({"title", "textarea"})
"""Elements whose content holds no tags (HTML §13.1.2): raw, and with character references."""


@dataclass(frozen=True)
class Token:
    """A start tag ('div'), an end tag ('/div') or text ('')."""

    tag: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def tokens(source: str) -> Iterator[Token]:
    """Tags and text of HTML or XML in linear time; entities that a document declares are not resolved."""
    position = 0
    while position < len(source):
        match = _TOKEN.search(source, position)
        if match is None:
            break
        if match.start() > position:
            yield Token("", _unescape(source[position : match.start()]))
        position = match.end()
        tag = (match["tag"] or "").lower()
        if tag and match["end"]:
            yield Token("/" + tag)
        elif tag:
            yield Token(tag, attributes=_attributes(match["attributes"]))
            if tag in RAW or tag in RCDATA:
                end = re.compile(rf"(?i)</{tag}(?=[\s/>])").search(source, position)
                stop = end.start() if end else len(source)
                raw = source[position:stop]
                yield Token("", _unescape(raw) if tag in RCDATA else raw)
                position = stop
    if position < len(source):
        yield Token("", _unescape(source[position:]))


def _attributes(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = match["double"] or match["single"] or match["bare"] or ""
        found.setdefault(match["name"].lower(), _unescape(value))
    return found


def _unescape(text: str) -> str:
    """Character references resolved; numbers too long for Python's int become U+FFFD."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text
