"""In which form does this file give transactions, and which are they?

Dumplings' text, JSON of a node (Bitcoin Core) or an explorer (esplora, mempool.space), one object, an
array, or one per line, and raw hex. What cannot be read is named with its line and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as joined
from typing import IO

from quivive.errors import Unreadable
from quivive.money.coinjoin.nouns import Candidate
from quivive.money.coinjoin.reading import dumplings, node_json, raw
from quivive.money.coinjoin.reading.amounts import Faulty

LONGEST_LINE = 64 * 2**20
"""Bytes; the largest transaction that fits a block is 8 MB in hex."""
LARGEST_DOCUMENT = 512 * 2**20
"""Bytes of a JSON document over several lines."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A place in a file that is no transaction, and why."""

    name: str
    line: int
    fault: str


def read(stream: IO[bytes], name: str) -> Iterator[Candidate | Unread]:
    """The transactions of a file in order; a line that does not read becomes Unread.

    Raises Unreadable where a line or a JSON document is too long to be looked at.
    """
    number = 0
    while line := _line(stream, name, number + 1):
        number += 1
        text = line.lstrip(b"\xef\xbb\xbf").strip()
        if not text:
            continue
        if text[:1] in b"{[" and not _closed(text):
            yield from _document(text, stream, name, number)
            return
        yield from _guarded(text, name, number)


def _line(stream: IO[bytes], name: str, number: int) -> bytes:
    line = stream.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise Unreadable(
            f"{name}, line {number}: longer than {LONGEST_LINE >> 20} MiB, which is no transaction."
        )
    return line


def _closed(text: bytes) -> bool:
    """Whether a line of JSON ends as it should; what ends otherwise goes on in the next lines."""
    return len(text) > 1 and text[-1:] == (b"}" if text[:1] == b"{" else b"]") and node_json.parses(text)


def _document(first: bytes, stream: IO[bytes], name: str, number: int) -> Iterator[Candidate | Unread]:
    rest = stream.read(LARGEST_DOCUMENT + 1)
    if len(rest) > LARGEST_DOCUMENT:
        raise Unreadable(
            f"{name}: a JSON document of more than {LARGEST_DOCUMENT >> 20} MiB; give it line by line."
        )
    whole = first + b"\n" + rest
    if node_json.parses(whole) or not rest.strip():
        yield from _guarded(whole, name, number)
        return
    # No document, so lines of which the first is broken.
    for place, line in enumerate(joined((first,), rest.splitlines()), number):
        if line.strip():
            yield from _guarded(line.strip(), name, place)


def _guarded(text: bytes, name: str, number: int) -> Iterator[Candidate | Unread]:
    try:
        for each in _transactions(text):
            yield Unread(name, number, str(each)) if isinstance(each, Faulty) else each
    except Faulty as fault:
        yield Unread(name, number, str(fault))


def _transactions(text: bytes) -> Iterator[Candidate | Faulty]:
    if text[:1] in b"{[":
        yield from node_json.transactions(text)
    elif b":::" in text:
        yield dumplings.transaction(text)
    else:
        yield raw.transaction(text)
