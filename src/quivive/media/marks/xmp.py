"""Which properties does an XMP packet hold (ISO 16684-1), also one that is not quite XML?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from xml.parsers import expat

from quivive.media.marks.carried import Text

JPEG_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
MOST_OCTETS = 16 * 2**20
MOST_DEPTH = 100
MOST_PROPERTIES = 2_000
MOST_ELEMENTS = 30_000
MOST_ALIKE = 100
"""Properties of one name; editors list every document that a picture was ever part of."""
_STRUCTURE = ("rdf:", "x:", "xml")


class _Enough(Exception):
    """The packet declares entities, nests too deeply or has too many properties."""


class _Collector:
    """Element and attribute values under the nearest name that is not RDF's own."""

    def __init__(self) -> None:
        self.found: list[Text] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self._elements = 0
        self._alike: Counter[str] = Counter()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) >= MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise _Enough
        self._open.append(name)
        self._words.clear()
        for key, value in attributes.items():
            if key == "rdf:resource":
                self._keep(self._property(), value)
            elif not key.startswith(("xml", *_STRUCTURE)):
                self._keep(key, value)

    def end(self, _: str) -> None:
        words = "".join(self._words).strip()
        if words:
            self._keep(self._property(), words)
        self._words.clear()
        self._open.pop()

    def characters(self, words: str) -> None:
        self._words.append(words)

    def refuse(self, *_: object) -> None:
        raise _Enough

    def _property(self) -> str:
        return next((name for name in reversed(self._open) if not name.startswith(_STRUCTURE)), "")

    def _keep(self, key: str, value: str) -> None:
        self._alike[key] += 1
        if len(self.found) >= MOST_PROPERTIES:
            raise _Enough
        if self._alike[key] <= MOST_ALIKE:
            self.found.append(Text("XMP", key, value))


def read(packet: bytes) -> Iterator[Text]:
    """Properties in order, up to the place where the packet is no XML any more. Never raises.

    Names keep the prefix that the packet uses; prefixes need not be declared, since writers forget to.
    """
    collector = _Collector()
    parser = expat.ParserCreate(namespace_separator=None)
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.characters
    parser.EntityDeclHandler = collector.refuse
    with suppress(expat.ExpatError, _Enough, ValueError):  # what came before the fault counts
        parser.Parse(packet[:MOST_OCTETS].strip(b"\0 \r\n\t"), True)
    yield from collector.found
