"""What are the start line, header fields and body of a SIP message (RFC 3261 §7), as received?

The reader is lenient, since the sender may be hostile and the evidence must be shown all the same: it
raises only where the bytes are no SIP at all. Anything milder is named in `Message.problems`:

start-line-whitespace     more or other blanks than the single ones of §7.1, §7.2
method                    the method is no token
request-uri-whitespace    the Request-URI holds blanks
request-uri-brackets      the Request-URI stands in '<>'
version-missing           a request line without version
version-unknown           a SIP version other than 2.0
status-code               the status is no number from 100 to 699
head-unfinished           no empty line after the header fields
line-without-colon        a line that is no header field
header-name               a field name that is no token
fold-before-first-field   a continuation line with nothing to continue
too-many-fields           more fields than are read
bare-line-feed            all lines end in LF instead of CR LF: sent so, or saved so by an editor
mixed-line-ends           some lines end in CR LF and some in LF: strict readers see fewer lines
bare-carriage-return      a CR without LF inside a line: other readers may see another line there
control-character         NUL or another control character outside a quoted pair
not-utf8                  the head is not UTF-8
content-length            the Content-Length is no number
content-length-conflict   several Content-Lengths that disagree
body-short                the body is shorter than its Content-Length: cut off, or lied about
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from quivive.calls.sip import lexing, start_line
from quivive.calls.sip.lexing import WS
from quivive.calls.sip.start_line import is_start_line as is_start_line

COMPACT: Mapping[str, str] = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition",
    "e": "content-encoding", "f": "from", "i": "call-id", "j": "reject-contact", "k": "supported",
    "l": "content-length", "m": "contact", "n": "identity-info", "o": "event", "r": "refer-to",
    "s": "subject", "t": "to", "u": "allow-events", "v": "via", "x": "session-expires", "y": "identity",
}  # fmt: skip
"""Compact forms (IANA registry 'Header Fields' of the Session Initiation Protocol Parameters)."""
LISTS = frozenset(
    str.split(
        "accept accept-contact accept-encoding accept-language accept-resource-priority alert-info allow "
        "allow-events call-info contact content-encoding content-language diversion error-info "
        "geolocation history-info identity in-reply-to p-access-network-info p-asserted-identity "
        "p-associated-uri p-early-media p-media-authorization p-preferred-identity p-visited-network-id path "
        "permission-missing proxy-require reason record-route recv-info reject-contact request-disposition "
        "require resource-priority route security-client security-server security-verify service-route "
        "supported trigger-consent unsupported via warning"
    )
)
"""Fields whose grammar is a comma-separated list; in all others a comma is part of the value.

Identity is no list in RFC 8224 §4, but is sent as one: neither a token nor a bracketed URI holds a comma
that could be mistaken.
"""
MOST_FIELDS = 2_000
"""Header fields of one message that are read."""
_CONTROL = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_BARE_CONTROL = re.compile(rb"(?<!\\)[%b]" % re.escape(_CONTROL))
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_VERSION = re.compile(rb"SIP/2\.0", re.IGNORECASE)


class Header(NamedTuple):  # made a dozen times a message
    """A field: long lower-case name, and the received bytes of its value, unfolded (RFC 3261 §7.3.1)."""

    name: str
    value: bytes


@dataclass(frozen=True)
class Message:
    """A request (`method` and `uri` are set) or a response (`method` is None)."""

    method: str | None
    uri: str
    status: int | None
    reason: str
    version: str
    headers: tuple[Header, ...]
    body: bytes
    problems: tuple[str, ...]
    extra: bytes = b""
    """What follows the body in the same datagram: to be ignored (§18.3), and a place to hide a second one."""

    def all(self, name: str) -> tuple[bytes, ...]:
        """The values of every field of that name, comma lists taken apart where the grammar has them."""
        return self._values.get(name.lower(), ())

    def first(self, name: str) -> bytes | None:
        """The first of these values; None where there is no such field."""
        values = self.all(name)
        return values[0] if values else None

    @cached_property
    def _values(self) -> Mapping[str, tuple[bytes, ...]]:
        """By name; read once, since some forty fields are asked for a call."""
        found: dict[str, list[bytes]] = {}
        for name, value in self.headers:
            parts = [part for part in lexing.split(value, b",") if part] if name in LISTS else [value]
            found.setdefault(name, []).extend(parts)
        return {name: tuple(values[: lexing.MOST_VALUES]) for name, values in found.items()}


def parse(data: bytes) -> Message:
    """Read one message. Raises Unreadable where the first line is no start line of SIP.

    The body ends where Content-Length says, else with the data, as in a datagram (§18.3).
    """
    data = data.lstrip(b"\r\n")  # §7.5: CRLFs before the start line are ignored
    head, rest, cut_faults = _cut(data)
    line, _, lines = head.partition(b"\n")
    start = start_line.read(line.removesuffix(b"\r"))
    headers, faults = _fields(lines)
    body, extra, length_faults = _body(headers, rest)
    problems = [*start.problems, *cut_faults, *_bytes_faults(head)]
    problems += [*faults, *length_faults]
    return Message(
        start.method,
        start.uri,
        start.status,
        start.reason,
        start.version,
        headers,
        body,
        tuple(dict.fromkeys(problems)),
        extra,
    )


def _cut(data: bytes) -> tuple[bytes, bytes, list[str]]:
    """Head, what follows its empty line, and what is wrong with that line."""
    empty = _EMPTY_LINE.search(data)
    if empty is None:
        return data.rstrip(b"\r\n"), b"", ["head-unfinished"]
    head, rest = data[: empty.start()], data[empty.end() :]
    mixed = head.endswith(b"\r") != (empty.group() == b"\n\r\n")
    return head, rest, ["mixed-line-ends"] if mixed else []


def _bytes_faults(head: bytes) -> Iterator[str]:
    """What is wrong with the bytes of a head, whatever they mean."""
    ends = head.count(b"\r\n")
    if head.count(b"\n") > ends:
        yield "mixed-line-ends" if ends else "bare-line-feed"
    if head.count(b"\r") > ends + head.endswith(b"\r"):
        yield "bare-carriage-return"
    if len(head.translate(None, _CONTROL)) < len(head) and _BARE_CONTROL.search(head):
        yield "control-character"
    if not head.isascii():
        try:
            head.decode("utf-8")
        except UnicodeDecodeError:
            yield "not-utf8"


def _fields(lines: bytes) -> tuple[tuple[Header, ...], list[str]]:
    """The header fields, and what was wrong with lines that are none."""
    headers: list[Header] = []
    problems: list[str] = []
    for line in _unfold(lines):
        name, colon, value = line.partition(b":")
        if not line.strip(WS):
            continue
        if len(headers) == MOST_FIELDS:
            problems.append("too-many-fields")
            break
        if line[:1] in (b" ", b"\t"):
            problems.append("fold-before-first-field")
        elif not colon:
            problems.append("line-without-colon")
        else:
            long_name, is_token = _named(name)
            if not is_token:
                problems.append("header-name")
            headers.append(Header(long_name, value.strip(WS)))
    return tuple(headers), list(dict.fromkeys(problems))


@lru_cache(maxsize=256)
def _named(name: bytes) -> tuple[str, bool]:
    """The lower-case long name, and whether it is a token: a few dozen make up nearly all messages."""
    name = name.rstrip(WS)
    lower = lexing.text(name).lower()
    return COMPACT.get(lower, lower), lexing.is_token(name)


def _unfold(lines: bytes) -> Iterator[bytes]:
    """Logical lines: a line that begins with a blank goes on with the one before, behind one space."""
    if b"\n " not in lines and b"\n\t" not in lines:  # hardly a message is folded
        yield from (line.removesuffix(b"\r").rstrip(WS) for line in lines.split(b"\n"))
        return
    held: list[bytes] = []
    for line in lines.split(b"\n"):
        line = line.removesuffix(b"\r")
        if held and line[:1] in (b" ", b"\t"):
            held.append(line.strip(WS))
            continue
        if held:
            yield b" ".join(held)
        held = [line.rstrip(WS) if line[:1] not in (b" ", b"\t") else line]
    if held:
        yield b" ".join(held)


def _body(headers: tuple[Header, ...], rest: bytes) -> tuple[bytes, bytes, list[str]]:
    """Body, what follows it, and what was wrong with the Content-Length."""
    stated = [header.value for header in headers if header.name == "content-length"]
    if not stated:
        return rest, b"", []
    lengths = {_length(value) for value in stated}
    if None in lengths:
        return rest, b"", ["content-length"]
    if len(lengths) > 1:
        return rest, b"", ["content-length-conflict"]
    length = lengths.pop() or 0
    return rest[:length], rest[length:], ["body-short"] if length > len(rest) else []


def _length(value: bytes) -> int | None:
    if not value.isdigit():
        return None
    return int(value) if len(value.lstrip(b"0")) < 12 else 10**12  # more than any body, whatever it says


# --- messages of a TCP stream ---


def split(stream: bytes) -> Iterator[bytes]:
    """The messages of one direction of a TCP stream, cut by their Content-Length (§18.3).

    Where it is missing or no number, the message ends before the next start line. What is no SIP (keep-alive
    CRLFs, other protocols, the rest of a message whose begin was not captured) is skipped. Linear in time.
    """
    position = _next_start(stream, 0)
    while position is not None:
        end = _end(stream, position)
        yield stream[position:end]
        position = _next_start(stream, end)


def _end(stream: bytes, start: int) -> int:
    head_end = _head_end(stream, start)
    if head_end is None:
        return len(stream)
    length = _stated_length(stream[start:head_end])
    if length is None:
        following = _next_start(stream, head_end)
        return len(stream) if following is None else following
    return min(len(stream), head_end + length)


def _head_end(stream: bytes, start: int) -> int | None:
    """Index of the body of the message that begins at `start`."""
    empty = _EMPTY_LINE.search(stream, start)
    return empty.end() if empty else None


def _stated_length(head: bytes) -> int | None:
    headers, _ = _fields(head.partition(b"\n")[2])
    lengths = {_length(header.value) for header in headers if header.name == "content-length"}
    return lengths.pop() if len(lengths) == 1 else None


def _next_start(stream: bytes, position: int) -> int | None:
    """Where the next line begins that is a start line; every line is looked at once."""
    while hit := _VERSION.search(stream, position):
        begin = stream.rfind(b"\n", position, hit.start()) + 1 or position
        end = stream.find(b"\n", hit.start())
        end = len(stream) if end < 0 else end
        if is_start_line(stream[begin:end]):
            return begin
        position = end
    return None
