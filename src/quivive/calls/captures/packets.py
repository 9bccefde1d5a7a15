"""Which UDP datagrams and TCP segments do the frames carry?

IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers; tunnels (IP in IP, GRE) are opened; what was cut
off by the capture's snapshot length is marked. Checksums are not checked: network cards fill them in after
the capture sees the packet.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from quivive.calls.captures.fragments import Fragments
from quivive.calls.captures.frames import NO_IP, UNKNOWN_LINK, ip_start
from quivive.calls.captures.pcap import Faults, Frame

TCP, UDP = 6, 17
_IPV4_IN_IP, _IPV6_IN_IP, _GRE = 4, 41, 47
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _AUTHENTICATION, _OPTIONS = 0, 43, 44, 51, 60
_MOST_TUNNELS = 4
_MOST_EXTENSIONS = 8
_SEGMENT = struct.Struct(">HHIIBB").unpack_from
_PORTS = struct.Struct(">HHH").unpack_from


class Packet(NamedTuple):
    """A UDP datagram or a TCP segment; addresses are 4 or 16 octets, `time` unix seconds."""

    time: float
    protocol: int
    src: bytes
    sport: int
    dst: bytes
    dport: int
    data: bytes
    seq: int = 0
    flags: int = 0


class _Ip(NamedTuple):
    """The payload [start, end) of an IP packet in `data`; `protocol` of its transport or tunnel."""

    protocol: int
    src: bytes
    dst: bytes
    data: bytes
    start: int
    end: int


def packets(data: bytes, frames: Iterable[Frame], faults: Faults, links: Counter[int]) -> Iterator[Packet]:
    """The datagrams and segments of frames of the file `data`, fragments put together.

    `links` counts the frames whose link type is not read.
    """
    fragments = Fragments(faults)
    for frame in frames:
        start = ip_start(frame.link, data, frame.start, frame.end)
        if start < 0:
            if start == UNKNOWN_LINK:
                links[frame.link] += 1
            continue
        packet = _packet(frame.time, data, start, frame.end, fragments, faults)
        if packet is not None:
            yield packet
    fragments.close()


def _packet(
    time: float, data: bytes, start: int, end: int, fragments: Fragments, faults: Faults
) -> Packet | None:
    for _ in range(_MOST_TUNNELS):
        ip = _ip(data, start, end, fragments, faults)
        if ip is None:
            return None
        if ip.protocol == UDP:
            return _udp(time, ip, faults)
        if ip.protocol == TCP:
            return _tcp(time, ip)
        data, start, end = ip.data, ip.start, ip.end
        if ip.protocol == _GRE:
            start = _gre(data, start, end)
        elif ip.protocol not in (_IPV4_IN_IP, _IPV6_IN_IP):
            return None
    return None


def _ip(data: bytes, start: int, end: int, fragments: Fragments, faults: Faults) -> _Ip | None:
    if start < 0 or end - start < 20:
        return None
    version = data[start] >> 4
    if version == 4:
        return _ipv4(data, start, end, fragments, faults)
    return _ipv6(data, start, end, fragments, faults) if version == 6 and end - start >= 40 else None


def _ipv4(data: bytes, start: int, end: int, fragments: Fragments, faults: Faults) -> _Ip | None:
    header = (data[start] & 15) * 4
    total = data[start + 2] << 8 | data[start + 3]
    if header < 20 or (total and total < header):
        faults["damaged-packets"] += 1
        return None
    last = start + (total or end - start)  # 0: segmentation is left to the network card
    if last > end:
        faults["cut-frames"] += 1
    else:
        end = last
    src, dst = data[start + 12 : start + 16], data[start + 16 : start + 20]
    protocol, part = data[start + 9], data[start + 6] << 8 | data[start + 7]
    start += header
    if part & 0x3FFF:
        key = (src, dst, protocol, data[start - header + 4 : start - header + 6])
        whole = fragments.add(key, (part & 0x1FFF) * 8, bool(part & 0x2000), data[start:end])
        return _Ip(protocol, src, dst, whole, 0, len(whole)) if whole else None
    return _Ip(protocol, src, dst, data, start, end)


def _ipv6(data: bytes, start: int, end: int, fragments: Fragments, faults: Faults) -> _Ip | None:
    length = data[start + 4] << 8 | data[start + 5]
    protocol, src, dst = data[start + 6], data[start + 8 : start + 24], data[start + 24 : start + 40]
    start += 40
    if length:
        if start + length > end:
            faults["cut-frames"] += 1
        end = min(end, start + length)
    for _ in range(_MOST_EXTENSIONS):
        if start + 8 > end:
            return None
        following, size = data[start], data[start + 1]
        if protocol in (_HOP_BY_HOP, _ROUTING, _OPTIONS):
            start += (size + 1) * 8
        elif protocol == _AUTHENTICATION:
            start += (size + 2) * 4
        elif protocol == _FRAGMENT:
            part = data[start + 2] << 8 | data[start + 3]
            key = (src, dst, following, data[start + 4 : start + 8])
            whole = fragments.add(key, part & 0xFFF8, bool(part & 1), data[start + 8 : end])
            if not whole:
                return None
            data, start, end = whole, 0, len(whole)
        else:
            return _Ip(protocol, src, dst, data, start, end)
        protocol = following
    return None


def _gre(data: bytes, start: int, end: int) -> int:
    """RFC 2784, RFC 2890: a header of 4 octets, and 4 for each of checksum, key and sequence number."""
    if end - start < 4 or data[start + 2 : start + 4] not in (b"\x08\x00", b"\x86\xdd"):
        return NO_IP
    flags = data[start]
    return start + 4 + 4 * ((flags >> 7 & 1) + (flags >> 5 & 1) + (flags >> 4 & 1))


def _udp(time: float, ip: _Ip, faults: Faults) -> Packet | None:
    _, src, dst, data, start, end = ip
    if end - start < 8:
        return None
    sport, dport, length = _PORTS(data, start)
    if 8 <= length < end - start:
        end = start + length
    return Packet(time, UDP, src, sport, dst, dport, data[start + 8 : end])


def _tcp(time: float, ip: _Ip) -> Packet | None:
    _, src, dst, data, start, end = ip
    if end - start < 20:
        return None
    sport, dport, seq, _, size, flags = _SEGMENT(data, start)
    header = (size >> 4) * 4
    if header < 20 or start + header > end:
        return None
    return Packet(time, TCP, src, sport, dst, dport, data[start + header : end], seq, flags)
