"""Which packets belong to one RTP stream (RFC 3550), and in which order were they sent?

Without signalling a stream is taken for RTP where version, source identifier and rising sequence numbers say
so; RTCP is told apart by its packet types (RFC 5761 §4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from quivive.calls.captures.packets import Packet
from quivive.calls.captures.streams import Flow

Key: TypeAlias = tuple[bytes, int, bytes, int, bytes]
"""Source address and port, destination address and port, SSRC."""

FEWEST = 4
"""Packets from which a stream that no signalling speaks of can be taken for RTP."""
_MOST_LOST, _MOST_LATE = 3_000, 100
"""MAX_DROPOUT and MAX_MISORDER of RFC 3550 appendix A.1: beyond them the sender began anew."""
_HEADER = struct.Struct(">BBHI").unpack_from


class Rtp(NamedTuple):
    """One RTP packet: capture time in unix seconds, sequence number, time stamp, payload type, payload."""

    time: float
    seq: int
    stamp: int
    kind: int
    data: bytes


@dataclass(frozen=True)
class Stream:
    """The packets of one sender in the order sent, none twice; `lost` were sent and not captured."""

    flow: Flow
    ssrc: str
    packets: tuple[Rtp, ...]
    lost: int

    @property
    def start(self) -> float:
        """Unix seconds of the first packet."""
        return self.packets[0].time

    @property
    def end(self) -> float:
        """Unix seconds of the last packet."""
        return self.packets[-1].time


class Streams:
    """What may be RTP in a capture, by flow and source identifier."""

    def __init__(self) -> None:
        self.control = 0
        """RTCP packets."""
        self._found: dict[Key, list[tuple[float, bytes]]] = {}

    def add(self, packet: Packet) -> bool:
        """Takes in a datagram that may be RTP or RTCP; False where its first octets say that it is not."""
        data = packet.data
        if len(data) < 8 or data[0] >> 6 != 2:
            return False
        if 192 <= data[1] <= 223:
            self.control += 1
            return True
        if len(data) < 12:
            return False
        key = (packet.src, packet.sport, packet.dst, packet.dport, data[8:12])
        held = self._found.get(key)
        if held is None:
            self._found[key] = [(packet.time, data)]
        else:
            held.append((packet.time, data))
        return True

    def streams(self, announced: set[tuple[bytes, int]]) -> Iterator[Stream]:
        """The streams, in the order of their first packets.

        One to or from an address that signalling announced is taken as it is, any other if it looks like RTP.
        What was held of a stream is let go as it is read.
        """
        for key in list(self._found):
            src, sport, dst, dport, ssrc = key
            held = self._found.pop(key)
            packets = [rtp for time, data in held if (rtp := parse(time, data))]
            known = (dst, dport) in announced or (src, sport) in announced
            if packets and (known or looks_like_rtp(packets)):
                ordered, lost = in_order(packets)
                yield Stream((src, sport, dst, dport), ssrc.hex(), ordered, lost)


def parse(time: float, data: bytes) -> Rtp | None:
    """RFC 3550 §5.1: header, contributing sources, extension, padding; None where it does not add up."""
    first, second, seq, stamp = _HEADER(data)
    start, end = 12 + 4 * (first & 15), len(data)
    if first & 0x10:
        if start + 4 > end:
            return None
        start += 4 + 4 * (data[start + 2] << 8 | data[start + 3])
    if first & 0x20:
        end -= data[-1]
    return Rtp(time, seq, stamp, second & 0x7F, data[start:end]) if start <= end else None


def looks_like_rtp(packets: Sequence[Rtp]) -> bool:
    """Whether sequence numbers rise by small steps, as those of no other protocol at this place do."""
    steps = [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(packets)]
    moved = [step for step in steps if step]
    rising = sum(step < 64 for step in moved)
    return len({p.seq for p in packets}) >= FEWEST and rising >= 0.8 * len(moved)


def in_order(packets: Sequence[Rtp]) -> tuple[tuple[Rtp, ...], int]:
    """The packets by their unwrapped sequence numbers without duplicates, and how many are missing."""
    numbered: dict[int, Rtp] = {}
    last = top = seq = -1
    for packet in packets:
        step = ((packet.seq - seq + 0x8000) & 0xFFFF) - 0x8000
        last = last + step if numbered and -_MOST_LATE <= step <= _MOST_LOST else top + 1
        top, seq = max(top, last), packet.seq
        numbered.setdefault(last, packet)
    order = sorted(numbered)
    return tuple(numbered[number] for number in order), order[-1] - order[0] + 1 - len(order)
