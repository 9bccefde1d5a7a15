"""What was said over each TCP connection (RFC 9293), in order and without what was sent twice?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from quivive.calls.captures.packets import Packet
from quivive.calls.captures.pcap import Faults

_SYN = 0x02
Flow: TypeAlias = tuple[bytes, int, bytes, int]
"""Source address and port, destination address and port: one direction of a connection."""


class Piece(NamedTuple):
    """Octets of one direction without a gap; `starts` and `times` say when each part of them was sent."""

    flow: Flow
    data: bytes
    starts: tuple[int, ...]
    times: tuple[float, ...]

    def time(self, offset: int) -> float:
        """Unix seconds at which the octet at `offset` was first seen."""
        return self.times[max(0, bisect_right(self.starts, offset) - 1)]


@dataclass
class _Direction:
    """Segments of one direction by their distance from the first sequence number seen."""

    first: int
    parts: list[tuple[int, float, bytes]] = field(default_factory=list)


class Connections:
    """All TCP segments of a capture, one list a direction."""

    def __init__(self) -> None:
        self._open: dict[Flow, _Direction] = {}
        self._closed: list[tuple[Flow, _Direction]] = []

    def add(self, packet: Packet) -> None:
        """Takes in one segment; a new SYN on old ports begins a new connection."""
        flow = (packet.src, packet.sport, packet.dst, packet.dport)
        direction = self._open.get(flow)
        seq = packet.seq
        if packet.flags & _SYN:
            seq += 1  # the SYN itself takes a number
            if direction and direction.parts and direction.first != seq:
                self._closed.append((flow, direction))
                direction = None
        if direction is None:
            direction = self._open[flow] = _Direction(seq)
        if packet.data:
            direction.parts.append((_distance(direction.first, seq), packet.time, packet.data))

    def pieces(self, faults: Faults) -> Iterator[Piece]:
        """Every direction in pieces without gaps; each gap is counted as 'tcp-gap'."""
        for flow, direction in [*self._closed, *self._open.items()]:
            yield from _pieces(flow, direction.parts, faults)


def _distance(first: int, seq: int) -> int:
    """Octets from `first` to `seq`, negative for what was sent before; the numbers wrap at 2^32."""
    return (seq - first + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000


def _pieces(flow: Flow, parts: list[tuple[int, float, bytes]], faults: Faults) -> Iterator[Piece]:
    """Segments in order of their numbers; of octets sent twice the first in that order stand."""
    whole, reached = bytearray(), None
    starts: list[int] = []
    times: list[float] = []
    for at, time, data in sorted(parts, key=lambda part: part[0]):
        if reached is not None and at > reached:
            faults["tcp-gap"] += 1
            yield Piece(flow, bytes(whole), tuple(starts), tuple(times))
            whole, starts, times, reached = bytearray(), [], [], None
        fresh = data if reached is None else data[reached - at :]
        if fresh:
            starts.append(len(whole))
            times.append(time)
            whole += fresh
            reached = (at if reached is None else reached) + len(fresh)
    if whole:
        yield Piece(flow, bytes(whole), tuple(starts), tuple(times))
