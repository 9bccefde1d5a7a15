"""Which parts does the body of a SIP message hold (RFC 3261 §7.4, RFC 5621, RFC 2046 §5.1)?"""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quivive.calls.sip import lexing
from quivive.calls.sip.lexing import WS
from quivive.calls.sip.message import Message
from quivive.calls.sip.sdp import Sdp, parse_sdp

DEPTH = 5
"""Multipart bodies within each other that are opened."""
MOST_PARTS = 50
_MOST_FIELDS = 50
_LONGEST_BOUNDARY = 200
"""RFC 2046 allows 70 characters; some send more."""


@dataclass(frozen=True)
class Part:
    """A leaf: lower-case media type ('' if unsaid) and its parameters, disposition, and decoded bytes."""

    media_type: str
    parameters: Mapping[str, str]
    disposition: str
    content_id: str
    data: bytes


def parts(message: Message) -> tuple[Part, ...]:
    """The leaves of a message's body in their order; nothing for an empty body.

    Bodies that are multiparts with no boundary, or deeper than DEPTH, are given as they are.
    """
    if not message.body:
        return ()
    fields = {name: message.first(name) or b"" for name in _FIELDS}
    found: list[Part] = []
    for part in _open(fields, message.body, DEPTH):
        found.append(part)
        if len(found) == MOST_PARTS:
            break
    return tuple(found)


def sdp_of(message: Message) -> Sdp | None:
    """The first session description of a message, also where its type is not said; None without any."""
    for part in parts(message):
        unsaid = not part.media_type and part.data.lstrip()[:4] in (b"v=0\r", b"v=0\n")
        if part.media_type == "application/sdp" or unsaid:
            return parse_sdp(part.data)
    return None


_FIELDS = (
    "content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-encoding"
)  # fmt: skip


def _open(fields: Mapping[str, bytes], body: bytes, depth: int) -> Iterator[Part]:
    media_type, parameters = _type(fields.get("content-type", b""))
    boundary = parameters.get("boundary", "").encode("utf-8", "replace")
    if media_type.startswith("multipart/") and boundary and len(boundary) <= _LONGEST_BOUNDARY and depth:
        for inner in _between(body, b"--" + boundary):
            yield from _open(*_headed(inner), depth - 1)
        return
    disposition = lexing.text(fields.get("content-disposition", b"").partition(b";")[0].strip(WS)).lower()
    encoding = fields.get("content-transfer-encoding", b"").strip(WS).lower()
    content_id = lexing.text(fields.get("content-id", b"")).strip("<> \t")
    yield Part(media_type, parameters, disposition, content_id, _decoded(body, encoding))


def _type(value: bytes) -> tuple[str, dict[str, str]]:
    """Type and parameters of 'multipart/mixed; boundary=x'; blanks around '/' are allowed in SIP (§25.1)."""
    pieces = lexing.split(value, b";")
    media_type = lexing.text(b"".join(pieces[0].split())).lower()
    return media_type[:128], lexing.parameters(pieces[1:])


def _between(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """What stands between the delimiter lines; each byte is looked at once."""
    start: int | None = None
    hit = 0 if body.startswith(delimiter) else body.find(b"\n" + delimiter) + 1
    while body.startswith(delimiter, hit):
        at = hit + len(delimiter)
        line_end = body.find(b"\n", at)
        line_end = len(body) if line_end < 0 else line_end
        mark = body[at : min(line_end, at + 64)].strip(b" \t\r")
        if mark in (b"", b"--"):  # else it is a longer boundary that begins alike
            if start is not None:
                yield _without_break(body[start:hit])
            if mark:
                return
            start = min(line_end + 1, len(body))
        hit = body.find(b"\n" + delimiter, line_end) + 1 or len(body)
    if start is not None and start < len(body):
        yield body[start:]


def _without_break(data: bytes) -> bytes:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1)."""
    return data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")


def _headed(part: bytes) -> tuple[dict[str, bytes], bytes]:
    """The MIME fields of a part, and its body."""
    fields: dict[str, bytes] = {}
    last, at = "", 0
    for _ in range(_MOST_FIELDS):
        end = part.find(b"\n", at)
        line, at = (part[at:end], end + 1) if end >= 0 else (part[at:], len(part))
        line = line.removesuffix(b"\r")
        if not line:
            break
        if line[:1] in (b" ", b"\t"):
            if last:
                fields[last] += b" " + line.strip(WS)
            continue
        name, _, value = line.partition(b":")
        last = lexing.text(name.strip(WS)).lower()
        fields.setdefault(last, value.strip(WS))
    return fields, part[at:]


def _decoded(body: bytes, encoding: bytes) -> bytes:
    """Without the transfer encoding; as it is where that does not read (SIP itself is 8-bit clean)."""
    if encoding == b"base64":
        try:
            return base64.b64decode(body, validate=False)
        except (binascii.Error, ValueError):
            return body
    return quopri.decodestring(body) if encoding == b"quoted-printable" else body
