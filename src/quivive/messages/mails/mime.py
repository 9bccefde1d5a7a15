"""What parts does a MIME message have (RFC 2045-2047, 2231), and what bytes and words are in them?

The standard library's parser recurses once per level and tests every open boundary on every line, which
a hostile mail turns into a crash or into hours. This one cuts top down over byte ranges: each level is
one linear search, and depth, parts and header fields are bounded. What is broken is read as mail
programs read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from quivive.intake import decode
from quivive.messages.mails.charsets import transfer_decode, words

DEPTH = 32
PARTS = 1000
FIELDS = 5000
FIELD_BYTES = 65536
HEADER_BYTES = 2 * 2**20

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?i)(?:from|to|cc|subject|date|mime-version|content-[a-z-]+|x-[\w-]+|received|message-id|reply-to|"
    rb"return-path|dkim-signature|arc-[a-z-]+|list-[a-z-]+|authentication-results|sender)[ \t]*:"
)
_DESCRIBING = ("content-type", "content-disposition", "content-transfer-encoding", "content-id")
_BLANK = re.compile(rb"\n[ \t]*\r?\n")
_LIKE_BOUNDARY = re.compile(rb"(?:^|(?<=\n))--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n(?i:content-)")


@dataclass(frozen=True)
class Field:
    """One header field: its name, its raw value (unfolded) and its value with encoded words decoded."""

    name: str
    raw: str
    value: str


@dataclass(frozen=True)
class Part:
    """A leaf of the MIME tree. `path` numbers it as IMAP does: '1.2' is the second part of the first."""

    path: str
    within: str
    """Subtype of the multipart it stands in: 'alternative', 'mixed', 'related', '' at the top."""
    media_type: str
    charset: str
    name: str
    disposition: str
    content_id: str
    data: bytes


@dataclass(frozen=True)
class Entity:
    """Header fields and leaves of one message, and what was wrong with it, in words."""

    fields: tuple[Field, ...]
    parts: tuple[Part, ...]
    defects: tuple[str, ...]


def read(data: bytes) -> Entity:
    """Cut a message into its leaves. Never raises: whatever is broken or beyond a bound is a defect."""
    data = _clean(data)
    defects: dict[str, None] = {}
    head, body = _head_end(data, 0, len(data))
    fields = tuple(_fields(data[:head], defects))
    parts: list[Part] = []
    for part in _leaves(data, fields, (body, len(data)), defects):
        if len(parts) == PARTS:
            defects.setdefault(f"only the first {PARTS} parts were read")
            break
        parts.append(part)
    return Entity(fields, tuple(parts), tuple(defects))


def _clean(data: bytes) -> bytes:
    """Without byte order mark, leading empty lines and mbox line; '\\n' or '\\r\\n' as line ends."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = decode(data, len(data)).encode("utf-8")
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
    if b"\n" not in data[:HEADER_BYTES]:
        data = data.replace(b"\r", b"\n")
    if data.startswith((b"From ", b">From ")) and b"\n" in data[:1000]:
        data = data[data.index(b"\n") + 1 :]
    return data


def _head_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block ends and where the body begins."""
    for empty in (b"\n", b"\r\n"):
        if data.startswith(empty, start, end):
            return start, start + len(empty)
    most = min(end, start + HEADER_BYTES)
    blank = _BLANK.search(data, start, most)
    head, body = (blank.start() + 1, blank.end()) if blank else (most, most)
    position = start
    while position < head:
        line_end = data.find(b"\n", position, head) + 1 or head
        folded = data[position : position + 1] in (b" ", b"\t")
        if not (
            folded or _FIELD.match(data, position, line_end) or _known_field_follows(data, line_end, head)
        ):
            return position, position  # the empty line is missing: the body starts here
        position = line_end
    return head, body


def _known_field_follows(data: bytes, position: int, head: int) -> bool:
    """Whether a line that is no header field was badly folded (fields go on) or is the body's first."""
    for _ in range(20):
        if position >= head:
            return False
        if _KNOWN_FIELD.match(data, position, head):
            return True
        position = data.find(b"\n", position, head) + 1 or head
    return False


def _fields(block: bytes, defects: dict[str, None]) -> Iterator[Field]:
    count, size = 0, 0
    name, lines = "", [b""]
    for line in _lines(block):
        match = _FIELD.match(line)
        if match and line[:1] not in b" \t":
            if name:
                yield _field(name, lines)
            count += 1
            if count > FIELDS:
                defects.setdefault(f"only the first {FIELDS} header fields were read")
                return
            name, lines, size = match[1].decode("ascii", "replace"), [line[match.end() :]], len(line)
            continue
        if line.strip() and line[:1] not in b" \t":
            defects.setdefault("a header line is not folded as the standard asks")
        size += len(line)
        if size <= FIELD_BYTES:
            lines.append(line)
    if name:
        yield _field(name, lines)


def _lines(block: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(block):
        end = block.find(b"\n", start) + 1 or len(block)
        yield block[start:end].rstrip(b"\r\n")
        start = end


def _field(name: str, lines: list[bytes]) -> Field:
    raw_bytes = b" ".join(line.strip() for line in lines)[:FIELD_BYTES].strip()
    raw = _eight_bit(raw_bytes)
    return Field(name, raw, words(raw))


def _eight_bit(raw: bytes) -> str:
    """Header text that should be ASCII or UTF-8 (RFC 6532) and often is neither."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw, FIELD_BYTES)


def _leaves(
    data: bytes, fields: tuple[Field, ...], body: tuple[int, int], defects: dict[str, None]
) -> Iterator[Part]:
    """Depth first, in the order of the message; a stack in place of recursion."""
    stack = [(fields, body, "", "", 0)]
    while stack:
        fields, (start, end), path, within, depth = stack.pop()
        head = _describe(fields, within)
        if head.get_content_maintype() != "multipart" or depth > DEPTH:
            if depth > DEPTH:
                defects.setdefault(f"parts nested deeper than {DEPTH} levels were not opened")
            yield _leaf(head, data[start:end], path or "1", within)
            continue
        children = list(_split(data, start, end, _boundary(head, data, start, end), defects))
        if not children:
            defects.setdefault("a multipart has no parts: its boundary does not occur")
            head.replace_header("content-type", "text/plain")
            yield _leaf(head, data[start:end], path or "1", within)
            continue
        subtype = head.get_content_subtype()
        for number, (child_start, child_end) in reversed(list(enumerate(children, 1))):
            head_end, child_body = _head_end(data, child_start, child_end)
            child_fields = tuple(_fields(data[child_start:head_end], defects))
            child_path = f"{path}.{number}" if path else str(number)
            stack.append((child_fields, (child_body, child_end), child_path, subtype, depth + 1))


def _describe(fields: tuple[Field, ...], within: str) -> Message:
    """The fields that say what a part is, in the standard library's reader of parameters (RFC 2231)."""
    head = Message()
    if within == "digest":
        head.set_default_type("message/rfc822")
    for field in fields:
        name = field.name.lower()
        if name in _DESCRIBING and name not in head:
            head[name] = field.raw[:4000]
    return head


def _boundary(head: Message, data: bytes, start: int, end: int) -> bytes:
    """The declared boundary if it occurs, else what the first line that looks like one says."""
    declared = _parameter(head, "boundary")
    if declared.strip():
        boundary = declared.strip('"').rstrip().encode("utf-8", "replace")[:1000]
        if data.find(b"--" + boundary, start, end) >= 0:
            return boundary
    guess = _LIKE_BOUNDARY.search(data, start, min(end, start + 65536))
    return guess[1] if guess else b""


def _parameter(head: Message, name: str) -> str:
    """A parameter of Content-Type; '' where it is missing or reads in no way (RFC 2231)."""
    try:
        value = head.get_param(name) or ""
    except (ValueError, LookupError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value)


def _split(
    data: bytes, start: int, end: int, boundary: bytes, defects: dict[str, None]
) -> Iterator[tuple[int, int]]:
    """Byte ranges between delimiter lines (RFC 2046 §5.1.1); the last one may lack its closing line."""
    if not boundary:
        return
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*+(?:\r?\n|\Z|(?=\r))")
    opened, count = -1, 0
    for match in line.finditer(data, start, end):
        if match.start() > start and data[match.start() - 1] not in b"\r\n":
            continue
        if opened >= 0:
            yield opened, max(opened, _before_line_end(data, match.start()))
            count += 1
        if count >= PARTS:
            defects.setdefault(f"only the first {PARTS} parts were read")
            return
        opened = match.end()
        if match[1]:
            return
    if opened >= 0:
        defects.setdefault("a multipart has no closing boundary")
        yield opened, end


def _before_line_end(data: bytes, position: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if data[position - 1 : position] == b"\n":
        position -= 1
    return position - 1 if data[position - 1 : position] == b"\r" else position


def _leaf(head: Message, body: bytes, path: str, within: str) -> Part:
    encoding = str(head.get("content-transfer-encoding", "")).strip().lower()
    return Part(
        path=path,
        within=within,
        media_type=head.get_content_type(),
        charset=_parameter(head, "charset").strip("'\" ").lower(),
        name=_file_name(head),
        disposition=head.get_content_disposition() or "",
        content_id=str(head.get("content-id", "")).strip(" <>"),
        data=transfer_decode(body, encoding),
    )


def _file_name(head: Message) -> str:
    try:
        return words(head.get_filename("") or "")[:1000]
    except (ValueError, LookupError):  # a charset or number in RFC 2231 form that no reader accepts
        return ""
