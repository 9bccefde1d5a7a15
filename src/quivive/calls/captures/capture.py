"""What does a packet capture hold of telephony: messages, calls, voices, and what could not be read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from quivive.calls.captures.calls import Call, calls
from quivive.calls.captures.packets import TCP, Packet, packets
from quivive.calls.captures.pcap import Faults, frames
from quivive.calls.captures.rtp import Streams
from quivive.calls.captures.signals import Signal, of_datagram, of_piece
from quivive.calls.captures.streams import Connections, Piece
from quivive.calls.captures.voices import Book, Keys, Voice

MOST_PACKETS = 1_000_000
"""Packets of one capture that are looked at: an hour of some three telephone calls at once."""
MOST_MESSAGES = 50_000
"""SIP messages of one capture that are read."""
_OTHER_UDP = {1719: "H.323", 4569: "IAX2", 2427: "MGCP", 2727: "MGCP", 2944: "H.248", 2945: "H.248"}
_OTHER_TCP = {1720: "H.323", 2000: "SCCP"}
_STUN = b"\x21\x12\xa4\x42"


@dataclass(frozen=True)
class Capture:
    """What was read; `faults`, `others` (protocols) and `links` (link types) count what was not.

    `first` and `last` are the times of the first and last packet in unix seconds, None if there is none.
    """

    packets: int
    first: float | None
    last: float | None
    messages: tuple[Signal, ...]
    calls: tuple[Call, ...]
    voices: tuple[Voice, ...]
    keys: tuple[Keys, ...]
    faults: Faults
    others: Counter[str]
    links: Counter[int]


def read(data: bytes) -> Capture:
    """Read a pcap or pcapng file. Raises Unreadable where it is neither."""
    reader = _Reader()
    for packet in packets(data, frames(data, reader.faults), reader.faults, reader.links):
        if reader.packets >= MOST_PACKETS:
            reader.faults["too-many-packets"] += 1
            break
        reader.add(packet)
    return reader.capture()


class _Reader:
    """Sorts packets into what may be RTP, SIP in datagrams, TCP connections and the rest."""

    def __init__(self) -> None:
        self.faults: Faults = Counter()
        self.links: Counter[int] = Counter()
        self.packets = 0
        self._others: Counter[str] = Counter()
        self._first: float | None = None
        self._last: float | None = None
        self._streams = Streams()
        self._connections = Connections()
        self._signals: list[Signal] = []

    def add(self, packet: Packet) -> None:
        """Takes in one packet."""
        self.packets += 1
        if self._first is None:
            self._first = packet.time
        self._last = packet.time
        if packet.protocol == TCP:
            self._connections.add(packet)
        elif not self._streams.add(packet):
            self._datagram(packet)

    def _datagram(self, packet: Packet) -> None:
        data = packet.data
        if data[:1].isalpha() or data[:1] in (b"\r", b"\n"):
            signal = of_datagram(packet, self.faults)
            if signal:
                self._keep(signal)
                return
        if len(data) >= 20 and data[4:8] == _STUN:
            return
        if len(data) >= 13 and 20 <= data[0] <= 25 and data[1:2] == b"\xfe":
            self._others["DTLS"] += 1
        name = _OTHER_UDP.get(packet.dport) or _OTHER_UDP.get(packet.sport)
        if name:
            self._others[name] += 1

    def _keep(self, signal: Signal) -> None:
        if len(self._signals) < MOST_MESSAGES:
            self._signals.append(signal)
        else:
            self.faults["too-many-messages"] += 1

    def _piece(self, piece: Piece) -> None:
        found = False
        for signal in of_piece(piece, self.faults):
            self._keep(signal)
            found = True
        if not found and (name := _protocol(piece)):
            self._others[name] += 1

    def _rtp_in_tcp(self, piece: Piece) -> None:
        for packet in _framed(piece):
            self._streams.add(packet)

    def capture(self) -> Capture:
        """What all packets together hold."""
        for piece in self._connections.pieces(self.faults):
            if _is_framed(piece.data):
                self._rtp_in_tcp(piece)
            else:
                self._piece(piece)
        self._signals.sort(key=lambda signal: signal.time)
        found = calls(self._signals)
        book = Book(found)
        held = list(book.voices(self._streams.streams(book.ends())))
        return Capture(
            packets=self.packets,
            first=self._first,
            last=self._last,
            messages=tuple(self._signals),
            calls=found,
            voices=tuple(v for v in held if isinstance(v, Voice)),
            keys=tuple(k for k in held if isinstance(k, Keys)),
            faults=+self.faults,
            others=self._others,
            links=self.links,
        )


def _protocol(piece: Piece) -> str | None:
    """What a connection without SIP carries, as far as it concerns telephony."""
    data, (_, sport, _, dport) = piece.data, piece.flow
    if data[:2] == b"\x16\x03" and 5061 in (sport, dport):
        return "SIP over TLS"
    name = _OTHER_TCP.get(dport) or _OTHER_TCP.get(sport)
    if name == "H.323" and data[:2] != b"\x03\x00":  # TPKT (RFC 1006)
        return None
    return name


def _is_framed(data: bytes) -> bool:
    """Whether a connection carries RTP behind lengths of two octets (RFC 4571): three in a row."""
    at = 0
    for _ in range(3):
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 12 or at + 2 + length > len(data) or data[at + 2] >> 6 != 2:
            return False
        at += 2 + length
    return True


def _framed(piece: Piece) -> Iterator[Packet]:
    at, data = 0, piece.data
    while at + 14 <= len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + length > len(data):
            return
        yield Packet(piece.time(at), TCP, *piece.flow, data[at + 2 : at + 2 + length])
        at += 2 + length
