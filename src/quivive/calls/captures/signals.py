"""Which SIP messages does a capture hold, and what does each say of its call?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from quivive.calls.captures.media import Media, announced
from quivive.calls.captures.packets import Packet
from quivive.calls.captures.pcap import Faults
from quivive.calls.captures.streams import Flow, Piece
from quivive.calls.sip import message
from quivive.errors import Unreadable

_TAG = re.compile(rb";\s*tag\s*=\s*([^;\s>,]+)", re.IGNORECASE)
_CSEQ = re.compile(rb"(\d{1,10})\s+([A-Za-z]{1,20})")
_LONGEST_LINE = 8_192


@dataclass(frozen=True, slots=True)
class Signal:
    """One SIP message as sent: `data` its octets, `time` unix seconds, `flow` its two ends.

    `method` is that of the request, or of the request that a response answers; `tag` the From tag;
    `media` what its session description offers.
    """

    time: float
    flow: Flow
    transport: str
    data: bytes
    call_id: bytes
    method: str
    number: int
    status: int | None
    reason: str
    tag: bytes
    has_identity: bool
    media: tuple[Media, ...]

    @property
    def line(self) -> str:
        """'INVITE' or '180 Ringing'."""
        return self.method if self.status is None else f"{self.status} {self.reason}".strip()


def of_datagram(packet: Packet, faults: Faults) -> Signal | None:
    """The SIP message that a datagram is, on whatever port; None where it is none."""
    data = packet.data.lstrip(b"\r\n")
    end = data.find(b"\n", 0, _LONGEST_LINE)
    if not message.is_start_line(data[: end if end >= 0 else _LONGEST_LINE]):
        return None
    flow = (packet.src, packet.sport, packet.dst, packet.dport)
    return _signal(packet.time, flow, "UDP", data, faults)


def of_piece(piece: Piece, faults: Faults) -> Iterator[Signal]:
    """The SIP messages in one direction of a TCP connection, each at the time of its first octet."""
    at = 0
    for data in message.split(piece.data):
        at = max(at, piece.data.find(data, at))
        signal = _signal(piece.time(at), piece.flow, "TCP", data, faults)
        at += len(data)
        if signal:
            yield signal


def end(address: bytes, port: int) -> str:
    """'192.0.2.1:5060' or '[2001:db8::1]:5060'."""
    text = str(ipaddress.ip_address(address))
    return f"[{text}]:{port}" if len(address) == 16 else f"{text}:{port}"


def _signal(time: float, flow: Flow, transport: str, data: bytes, faults: Faults) -> Signal | None:
    try:
        read = message.parse(data)
    except Unreadable:
        faults["sip-unreadable"] += 1
        return None
    if "body-short" in read.problems or "head-unfinished" in read.problems:
        faults["sip-cut"] += 1
    number, method = _sequence(read)
    tag = _TAG.search(read.first("from") or b"")
    return Signal(
        time=time,
        flow=flow,
        transport=transport,
        data=data,
        call_id=(read.first("call-id") or b"")[:256],
        method=method,
        number=number,
        status=read.status,
        reason=read.reason[:80],
        tag=tag[1] if tag else b"",
        has_identity=read.first("identity") is not None,
        media=announced(read),
    )


def _sequence(read: message.Message) -> tuple[int, str]:
    """CSeq (RFC 3261 §20.16): its number, and the method of the request or of what is answered."""
    found = _CSEQ.search(read.first("cseq") or b"")
    number, method = (int(found[1]), found[2].decode("ascii")) if found else (0, "")
    return number, (read.method or method).upper()[:20]
