"""Through which elements did a SIP message come (the Via header fields, RFC 3261 §20.42)?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from quivive.calls.sip import lexing
from quivive.calls.sip.lexing import WS
from quivive.calls.sip.message import Message

COOKIE = "z9hG4bK"
"""What branches of RFC 3261 begin with (§8.1.1.7)."""


class Via(NamedTuple):  # as addresses.Uri
    """One hop, the newest first: its transport, the address it gave itself, and the one it was seen at."""

    transport: str
    host: str
    port: str
    parameters: Mapping[str, str]
    sound: bool
    """Whether it reads as RFC 3261 §25.1 has it."""

    @property
    def address(self) -> str:
        """Where the message really came from: `received` where the next hop noted it, else the host."""
        return self.parameters.get("received", "").strip("[]") or self.host


def vias(message: Message) -> tuple[Via, ...]:
    """The hops of a message, the last one first."""
    return tuple(parse_via(value) for value in message.all("via"))


def parse_via(value: bytes) -> Via:
    """Read 'SIP / 2.0 / UDP host:port;branch=…'; what does not read leaves its part empty."""
    head, *pairs = lexing.split(value, b";")
    protocol, transport, sent_by = _head(head)
    host, port = _sent_by(sent_by)
    whole = bool(transport) and bool(host) and protocol.upper() == "SIP/2.0" and all(pairs)
    return Via(transport.upper(), host.lower(), port, lexing.parameters(pairs), whole)


def _head(head: bytes) -> tuple[str, str, str]:
    """Protocol with version, transport, sent-by: blanks may stand around the slashes and the colon."""
    name, _, rest = head.partition(b"/")
    version, _, rest = rest.strip(WS).partition(b"/")
    transport, *where = rest.strip(WS).split(None, 1)[:2] or [b""]
    protocol = name.strip(WS) + b"/" + version.strip(WS)
    return lexing.text(protocol)[:32], lexing.text(transport)[:32], lexing.text(b"".join(where)).strip()


def _sent_by(text: str) -> tuple[str, str]:
    text = "".join(text.split())
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host[:255], rest.removeprefix(":")[:16]
    host, _, port = text.partition(":")
    return host[:255], port[:16]
