"""What is the answer to one SIP request, whatever it holds?

As a redirect server does, features that are not understood are left to those who talk to each other
(RFC 3261 §8.3): neither Require nor an unknown body stands in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import quote, unquote

from quivive.calls.asserted import asserted_of
from quivive.calls.service.house import House, Peer
from quivive.calls.service.judged import Judged
from quivive.calls.service.redirect.deciding import decide
from quivive.calls.service.redirect.emergency import is_for_help
from quivive.calls.service.redirect.responses import ALLOW, Field, can_be_answered, has_tag, response, top_via
from quivive.calls.sip import caller, message
from quivive.calls.sip.addresses import CALLABLE, SIP_SCHEMES
from quivive.calls.sip.message import Message
from quivive.calls.sip.vias import COOKIE
from quivive.errors import Error, Unreadable

CALLS = frozenset({"INVITE", "MESSAGE"})
_KNOWN = frozenset({"BYE", "REGISTER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "INFO", "UPDATE", "PRACK"})
_UNSAFE = frozenset(
    {"bare-carriage-return", "control-character", "head-unfinished", "mixed-line-ends", "body-short",
     "content-length", "content-length-conflict", "too-many-fields", "request-uri-whitespace",
     "request-uri-brackets"}
)  # fmt: skip
"""What two readers may read differently, or was cut off: no verdict on such a request."""
_LONGEST = 255
_PLAIN = "-_.!~*'()"
"""Marks that need no escape in a URI (RFC 3261 §25.1)."""


@dataclass(frozen=True)
class Answer:
    """`data` None: nothing is answered. `judged` is the call's line for the journal, if it was one."""

    data: bytes | None
    judged: Judged | None = None
    request: Message | None = None


def read(data: bytes) -> Message | None:
    """The request in a datagram or frame; None for what is none, to which nothing is answered."""
    try:
        request = message.parse(data)
    except Unreadable:
        return None
    return request if request.status is None and request.method and can_be_answered(request) else None


def transaction(request: Message, address: str) -> tuple[str, str]:
    """What the repetitions of a request, and its CANCEL, have in common (RFC 3261 §17.2.3)."""
    via = top_via(request.first("via") or b"")
    branch = via.parameters.get("branch", "")
    if not branch.startswith(COOKIE):
        branch = repr([request.first(name) for name in ("call-id", "from", "via")])
    named = f"{branch} {via.host}:{via.port}".encode("utf-8", "replace")
    return address, blake2b(named, digest_size=16).hexdigest()  # as long as the sender likes: kept short


def answer(request: Message, source: tuple[str, int], house: House, at: float) -> Answer:
    """The answer to a request that came from `source` (IP address, port) at `at` (Unix seconds).

    CANCEL is not answered here: whether there is something to cancel, the transactions know.
    """

    def plain(status: int, *fields: tuple[str, bytes]) -> Answer:
        return Answer(response(request, source, status, fields), request=request)

    if request.method == "ACK":
        return Answer(None, request=request)
    if "version-unknown" in request.problems:
        return plain(505)
    if _UNSAFE.intersection(request.problems) or _is_confused(request):
        return plain(400)
    if request.method == "OPTIONS":
        return plain(200, ALLOW)
    if request.method not in CALLS:
        return plain(405 if request.method in _KNOWN else 501, ALLOW)
    if has_tag(request.first("to") or b""):
        return plain(481)  # inside a dialogue, and none was ever set up here
    if request.uri.partition(":")[0].lower() not in CALLABLE:
        return plain(416)
    return _call(request, source, house, at)


def _call(request: Message, source: tuple[str, int], house: House, at: float) -> Answer:
    heard = caller.call_of(request)
    call_id = (request.first("call-id") or b"").decode("utf-8", "replace")[:_LONGEST]
    for_help = is_for_help(request, heard)
    try:
        asserted, peer = asserted_of(request, heard), house.peer(source[0])
        decision = decide(heard, asserted, house, peer, source[0], at, call_id, for_help)
    except Error:
        return Answer(response(request, source, 400), request=request)
    fields = decision.fields
    if decision.status == 302:
        within, fields = _placed(fields, peer, request.uri)
        fields = (("Contact", b"<" + request.uri.encode() + within + b">"), *fields)
    data = response(request, source, decision.status, fields, decision.phrase)
    return Answer(data, decision.judged, request)


def _placed(fields: tuple[Field, ...], peer: Peer | None, uri: str) -> tuple[bytes, tuple[Field, ...]]:
    """What stands within the Contact's URI, and what beside it.

    Controllers that recurse on a 302 by themselves take from it only what stands in its Contact (Oracle's
    request-uri-headers): as header fields of the URI, escaped (RFC 3261 §19.1.1). tel URIs have none.
    """
    if peer is None or peer.fields == "message" or uri.partition(":")[0].lower() not in SIP_SCHEMES:
        return b"", fields
    beside = tuple(each for each in fields if each[0] == "Reason")  # of this answer, not of the call
    within = "&".join(f"{name}={quote(value, safe=_PLAIN)}" for name, value in fields if name != "Reason")
    return (b"?" + within.encode() if within else b""), beside


def _is_confused(request: Message) -> bool:
    """Whether fields that occur once stand twice, the CSeq names another method (RFC 3261 §8.1.1.5), or the
    Request-URI is none.
    """
    twice = any(len(request.all(name)) > 1 for name in ("from", "to", "call-id", "cseq"))
    sequence = (request.first("cseq") or b"").split()
    if twice or len(sequence) != 2 or sequence[1].decode("utf-8", "replace") != request.method:
        return True
    return _is_no_target(request.uri)


def _is_no_target(uri: str) -> bool:
    """Whether a Request-URI would say more in a Contact of ours than where the call goes: header fields and
    a method are not allowed in it (§19.1.1), and who follows a Contact puts them into its next request.
    """
    if not uri.isascii() or any(mark in uri for mark in '<>"'):
        return True
    if uri.partition(":")[0].lower() not in SIP_SCHEMES:
        return False
    where = (uri.partition("@")[2] or uri).lower()
    return "?" in where or "@" in where or ";method=" in unquote(where)
