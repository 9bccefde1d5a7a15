"""Which calls come in as RTP, and when is one over?

RTP does not say who sends it: it is taken from the addresses the user named, and without any only from this
machine. A source (address and SSRC) is believed after two packets in a row (RFC 3550, appendix A.1), and its
call is over when nothing came for IDLE seconds.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from quivive.errors import TooLarge
from quivive.voices.live import rtp
from quivive.voices.live.access import loopback
from quivive.voices.live.call import Call
from quivive.voices.live.codecs import Codec
from quivive.voices.live.listener import Listener
from quivive.voices.live.order import unwrapped

IDLE = 10.0
"""Seconds without a packet after which a call is over."""
MOST_OCTETS = 4096
"""Octets of a packet; 20 ms of linear sound at 48 kHz are 1,932."""
_MOST_UNPROVEN = 256
"""Sources that sent one packet so far."""
_TRACK = "inbound"

Source = tuple[str, int, int]
"""Address, port, SSRC."""


class _Flow:
    """One source that is believed: its call, and its numbers without an end."""

    def __init__(self, call: Call, packet: rtp.Packet, now: float) -> None:
        self.call, self.kind, self.seen = call, packet.kind, now
        self.number, self.time = packet.number, packet.time

    def take(self, packet: rtp.Packet, known: bool, now: float) -> None:
        self.seen = now
        self.number = unwrapped(packet.number, self.number, 16)
        self.time = unwrapped(packet.time, self.time, 32)
        self.call.take(_TRACK, self.number, self.time, packet.octets if known else b"")


class Receiver(asyncio.DatagramProtocol):
    """Packets in, calls to the listener."""

    def __init__(self, listener: Listener, kinds: Mapping[int, Codec], senders: frozenset[str]) -> None:
        self.refused = 0
        """Packets of strangers, and those that were no RTP."""
        self._listener, self._kinds, self._senders = listener, kinds, senders
        self._flows: dict[Source, _Flow] = {}
        self._unproven: OrderedDict[Source, rtp.Packet] = OrderedDict()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """One packet."""
        packet = rtp.parse(data) if len(data) <= MOST_OCTETS and self._may(address[0]) else None
        if packet is None:
            self.refused += 1
            return
        now = asyncio.get_running_loop().time()
        source = (address[0], address[1], packet.source)
        flow = self._flows.get(source)
        if flow is not None and (packet.kind == flow.kind or packet.kind not in self._kinds):
            if not flow.call.full:
                flow.take(packet, packet.kind == flow.kind, now)
        elif packet.kind in self._kinds:
            self._prove(source, packet, now)

    def sweep(self) -> None:
        """Ends what fell silent."""
        now = asyncio.get_running_loop().time()
        for source, flow in list(self._flows.items()):
            if now - flow.seen > IDLE or flow.call.ended:
                flow.call.end(f"Nothing came for {IDLE:.0f} s.")
                del self._flows[source]

    def _may(self, host: str) -> bool:
        return host in self._senders if self._senders else loopback(host)

    def _prove(self, source: Source, packet: rtp.Packet, now: float) -> None:
        before = self._unproven.pop(source, None)
        if before is None or packet.kind != before.kind or packet.number != (before.number + 1) % (1 << 16):
            self._unproven[source] = packet
            if len(self._unproven) > _MOST_UNPROVEN:
                self._unproven.popitem(last=False)
            return
        if source in self._flows:
            self._flows.pop(source).call.end("The sound changed its form; it goes on as another call.")
        try:
            name = f"{source[0]}:{source[1]}/{packet.source:08x}"
            call = self._listener.begin("rtp", name, "", self._kinds[packet.kind])
        except TooLarge:
            self.refused += 1
            return
        flow = self._flows[source] = _Flow(call, before, now)
        flow.take(before, True, now)
        flow.take(packet, True, now)
