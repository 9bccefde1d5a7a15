"""How is a SIP response written (RFC 3261 §8.2.6, §18.2; RFC 3581)?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from quivive.calls.sip import lexing
from quivive.calls.sip.message import Message
from quivive.calls.sip.vias import Via, parse_via

PHRASES = {
    200: "OK", 302: "Moved Temporarily", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
    481: "Call/Transaction Does Not Exist", 501: "Not Implemented", 503: "Service Unavailable",
    416: "Unsupported URI Scheme", 505: "Version Not Supported", 513: "Message Too Large", 603: "Decline",
}  # fmt: skip
ALLOW = ("Allow", b"INVITE, ACK, CANCEL, OPTIONS, MESSAGE")
_ECHOED = (("From", "from"), ("Call-ID", "call-id"), ("CSeq", "cseq"))
_FORBIDDEN = bytes([*range(0x20), 0x7F])
_KEY = b"quivive redirect"

Field = tuple[str, bytes]


@lru_cache(maxsize=1024)
def top_via(value: bytes) -> Via:
    """The newest Via, read once for the several who ask about it."""
    return parse_via(value)


def can_be_answered(request: Message) -> bool:
    """Whether a request has what every response repeats (§8.2.6.2), and a Via that reads."""
    via = request.first("via")
    return via is not None and top_via(via).sound and all(
        request.first(name) for name in ("from", "to", "call-id", "cseq")
    )  # fmt: skip


def response(
    request: Message, source: tuple[str, int], status: int, fields: Sequence[Field] = (), phrase: str = ""
) -> bytes:
    """The response's bytes. `source` is the address and port that the request came from."""
    lines = [b"SIP/2.0 %d %b" % (status, (phrase or PHRASES[status]).encode())]
    top, *others = request.all("via")
    lines += [b"Via: " + _stamped(top, source), *(b"Via: " + _clean(each) for each in others)]
    lines += [b"%b: %b" % (name.encode(), _clean(request.first(key) or b"")) for name, key in _ECHOED]
    lines.append(b"To: " + _tagged(request))
    lines += [b"%b: %b" % (name.encode(), _clean(value)) for name, value in fields]
    return b"\r\n".join([*lines, b"Server: Quivive", b"Content-Length: 0", b"", b""])


def reply_port(request: Message, source: tuple[str, int]) -> int:
    """Where a response goes over UDP: back to the address it came from (§18.2.2), at this port."""
    via = top_via(request.first("via") or b"")
    if "rport" in via.parameters:
        return source[1]
    is_number = via.port.isascii() and via.port.isdigit()
    return int(via.port) if is_number and 0 < int(via.port) < 65536 else 5060


def _stamped(via: bytes, source: tuple[str, int]) -> bytes:
    """The newest Via with the address that was seen (§18.2.1), and its port where asked (RFC 3581 §4)."""
    head, *pairs = lexing.split(_clean(via), b";")
    kept = [pair for pair in pairs if pair.partition(b"=")[0].strip().lower() not in (b"received", b"rport")]
    wants_port = any(pair.partition(b"=")[0].strip().lower() == b"rport" for pair in pairs)
    kept.append(b"received=" + source[0].encode())
    return b";".join([head, *kept, *([b"rport=%d" % source[1]] if wants_port else [])])


def _tagged(request: Message) -> bytes:
    """To with a tag, the same for the same request and its CANCEL (§9.2): no state is needed (§8.2.7)."""
    value = _clean(request.first("to") or b"")
    if has_tag(value):
        return value
    call_id, sender, via, sequence = (
        request.first(name) or b"" for name in ("call-id", "from", "via", "cseq")
    )
    said = b"\0".join([call_id, sender, via, *sequence.split()[:1]])
    return value + b";tag=q" + blake2b(said, digest_size=6, key=_KEY).hexdigest().encode()


def has_tag(value: bytes) -> bool:
    """Whether a To or From value carries a tag: then the request belongs to a dialogue."""
    after = value.rpartition(b">")[2]
    return any(pair.partition(b"=")[0].strip().lower() == b"tag" for pair in lexing.split(after, b";")[:50])


def _clean(value: bytes) -> bytes:
    """Without control characters: nothing that was sent here opens a line of its own in an answer."""
    return value.translate(None, _FORBIDDEN)
