"""Captures of our own: frames from the application down to the file, in both file formats.

Every function returns octets; addresses are of the documentation ranges (RFC 5737, RFC 3849).
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable, Sequence

CALLER, CALLEE = "192.0.2.10", "198.51.100.20"
START = 1_795_348_800.0  # 2026-11-22 12:00:00 UTC


# --- transport and network ---


def udp(data: bytes, src: str = CALLER, sport: int = 5060, dst: str = CALLEE, dport: int = 5060) -> bytes:
    """A UDP datagram in an IP packet."""
    return ip(17, struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data, src, dst)


def tcp(
    data: bytes,
    seq: int,
    flags: int = 0x18,
    src: str = CALLER,
    sport: int = 40000,
    dst: str = CALLEE,
    dport: int = 5060,
) -> bytes:
    """A TCP segment in an IP packet; flags 2 is SYN, 0x18 is PSH ACK."""
    header = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, 0, 5 << 4, flags, 8192, 0, 0)
    return ip(6, header + data, src, dst)


def ip(protocol: int, payload: bytes, src: str = CALLER, dst: str = CALLEE) -> bytes:
    """An IPv4 or IPv6 packet, as the addresses are."""
    if ":" in src:
        return _ipv6(protocol, payload, src, dst)
    return _ipv4(protocol, payload, src, dst)


def _ipv4(protocol: int, payload: bytes, src: str, dst: str, number: int = 1, part: int = 0) -> bytes:
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number, part, 64, protocol, 0)
    return header + packed(src) + packed(dst) + payload


def _ipv6(protocol: int, payload: bytes, src: str, dst: str) -> bytes:
    header = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
    return header + packed(src) + packed(dst) + payload


def packed(address: str) -> bytes:
    """4 or 16 octets."""
    return ipaddress.ip_address(address).packed


def fragments(packet: bytes, size: int, number: int = 7) -> list[bytes]:
    """The fragments of an IP packet, each with `size` octets of its payload (a multiple of eight)."""
    if packet[0] >> 4 == 4:
        src, dst = (str(ipaddress.ip_address(packet[a : a + 4])) for a in (12, 16))
        payload = packet[20:]
        return [
            _ipv4(packet[9], payload[at : at + size], src, dst, number,
                  at // 8 | (0x2000 if at + size < len(payload) else 0))
            for at in range(0, len(payload), size)
        ]  # fmt: skip
    src, dst = (str(ipaddress.ip_address(packet[a : a + 16])) for a in (8, 24))
    payload = packet[40:]
    return [
        _ipv6(
            44,
            struct.pack(">BBHI", packet[6], 0, at | (at + size < len(payload)), number)
            + payload[at : at + size],
            src,
            dst,
        )
        for at in range(0, len(payload), size)
    ]


# --- link layers ---


def _type(packet: bytes) -> bytes:
    return b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"


def ethernet(packet: bytes, tags: bytes = b"") -> bytes:
    """An Ethernet frame; `tags` stand before the type: b'\\x81\\x00\\x00\\x05' is VLAN 5."""
    return b"\x02" * 6 + b"\x04" * 6 + tags + _type(packet) + packet


def pppoe(packet: bytes) -> bytes:
    """An Ethernet frame with a PPPoE session in it."""
    kind = b"\x00\x21" if packet[0] >> 4 == 4 else b"\x00\x57"
    head = struct.pack(">BBHH", 0x11, 0, 1, len(packet) + 2)
    return b"\x02" * 6 + b"\x04" * 6 + b"\x88\x64" + head + kind + packet


def mpls(packet: bytes, labels: int = 2) -> bytes:
    """An Ethernet frame with MPLS labels, the last one marked."""
    stack = b"".join(struct.pack(">I", 100 << 12 | (i == labels - 1) << 8 | 64) for i in range(labels))
    return b"\x02" * 6 + b"\x04" * 6 + b"\x88\x47" + stack + packet


def sll(packet: bytes) -> bytes:
    """Linux cooked capture, version 1."""
    return b"\x00\x00\x00\x01\x00\x06" + b"\x02" * 8 + _type(packet) + packet


def sll2(packet: bytes) -> bytes:
    """Linux cooked capture, version 2."""
    return _type(packet) + b"\x00" * 18 + packet


def loopback(packet: bytes, order: str = "<") -> bytes:
    """BSD loopback: address family in the byte order of the machine."""
    return struct.pack(order + "I", 2 if packet[0] >> 4 == 4 else 30) + packet


def ppp(packet: bytes) -> bytes:
    """PPP in HDLC-like framing."""
    return b"\xff\x03" + (b"\x00\x21" if packet[0] >> 4 == 4 else b"\x00\x57") + packet


def gre(packet: bytes, src: str = "203.0.113.1", dst: str = "203.0.113.2") -> bytes:
    """An IP packet in a GRE tunnel with a key."""
    return ip(47, b"\x20\x00" + _type(packet) + b"\x00\x00\x00\x01" + packet, src, dst)


# --- files ---


def pcap(
    frames: Sequence[bytes],
    link: int = 1,
    order: str = "<",
    nano: bool = False,
    times: Sequence[float] | None = None,
    snap: int = 262144,
) -> bytes:
    """A pcap file; frames 20 ms apart unless `times` says otherwise; longer ones are cut to `snap`."""
    magic, unit = (0xA1B23C4D, 10**9) if nano else (0xA1B2C3D4, 10**6)
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    for time, frame in zip(times or _every_20_ms(frames), frames, strict=True):
        kept = frame[:snap]
        whole, part = divmod(round(time * unit), unit)
        out.append(struct.pack(order + "IIII", whole, part, len(kept), len(frame)) + kept)
    return b"".join(out)


def _every_20_ms(frames: Sequence[bytes]) -> list[float]:
    return [START + 0.02 * number for number in range(len(frames))]


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block."""
    body += b"\x00" * (-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order: str = "<") -> bytes:
    """A section header block with a comment in its options."""
    comment = struct.pack(order + "HH", 1, 4) + b"ours" + struct.pack(order + "HH", 0, 0)
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + comment, order)


def interface(link: int = 1, order: str = "<", resolution: int | None = None, offset: int = 0) -> bytes:
    """An interface description block; `resolution` is the if_tsresol octet."""
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHB3x", 9, 1, resolution)
    if offset:
        options += struct.pack(order + "HHq", 14, 8, offset)
    return block(1, struct.pack(order + "HHI", link, 0, 0) + options, order)


def enhanced(
    frame: bytes, time: float = START, number: int = 0, order: str = "<", unit: float = 1e6
) -> bytes:
    """An enhanced packet block on interface `number`; `unit` is ticks a second."""
    ticks = round(time * unit)
    body = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(6, body + frame, order)


def old(frame: bytes, time: float = START, number: int = 0, order: str = "<") -> bytes:
    """An obsolete packet block."""
    ticks = round(time * 1e6)
    body = struct.pack(order + "HHIIII", number, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(2, body + frame, order)


def simple(frame: bytes, order: str = "<") -> bytes:
    """A simple packet block, which has no time."""
    return block(3, struct.pack(order + "I", len(frame)) + frame, order)


def pcapng(frames: Iterable[bytes], link: int = 1, order: str = "<") -> bytes:
    """A pcapng file with one section and one interface, frames 20 ms apart."""
    held = list(frames)
    blocks = [enhanced(f, t, order=order) for f, t in zip(held, _every_20_ms(held), strict=True)]
    return b"".join([section(order), interface(link, order), *blocks])


# --- SIP and RTP ---


def sdp(address: str, port: int, formats: str = "0", *lines: str, proto: str = "RTP/AVP") -> bytes:
    """A session description with one audio stream."""
    kind = "IP6" if ":" in address else "IP4"
    text = ["v=0", f"o=- 1 1 IN {kind} {address}", "s=-", f"c=IN {kind} {address}", "t=0 0"]
    text += [f"m=audio {port} {proto} {formats}", *lines]
    return "\r\n".join([*text, ""]).encode()


def sip(
    line: str,
    cseq: str = "1 INVITE",
    body: bytes = b"",
    call: str = "call-a@example.org",
    to_tag: str = "",
    more: Sequence[str] = (),
    caller: str = "+12025550101",
    callee: str = "+12025550102",
    from_tag: str = "a1",
) -> bytes:
    """A SIP message with this start line."""
    tag = f";tag={to_tag}" if to_tag else ""
    head = [
        line,
        "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1",
        f"From: <sip:{caller}@example.org>;tag={from_tag}",
        f"To: <sip:{callee}@example.org>{tag}",
        f"Call-ID: {call}",
        f"CSeq: {cseq}",
        *more,
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


INVITE = "INVITE sip:+12025550102@example.org SIP/2.0"
BYE = "BYE sip:+12025550102@example.org SIP/2.0"
ACK = "ACK sip:+12025550102@example.org SIP/2.0"


def rtp(
    payload: bytes, seq: int, stamp: int, kind: int = 0, ssrc: int = 0x1234, marker: bool = False
) -> bytes:
    """An RTP packet."""
    return struct.pack(">BBHII", 0x80, marker << 7 | kind, seq & 0xFFFF, stamp & 0xFFFFFFFF, ssrc) + payload


def answered_call(
    caller_sound: Sequence[bytes],
    callee_sound: Sequence[bytes] = (),
    formats: str = "0",
    lines: Sequence[str] = (),
) -> tuple[list[bytes], list[float]]:
    """IP packets and times of a call that is answered after 2 s, spoken in for as long as there is sound,
    and hung up by the caller. The sound is RTP packets, 20 ms apart.
    """
    offer, answer = sdp(CALLER, 30000, formats, *lines), sdp(CALLEE, 40000, formats, *lines)
    there = {"src": CALLER, "dst": CALLEE}
    back = {"src": CALLEE, "dst": CALLER}
    timed = [
        (0.0, udp(sip(INVITE, body=offer), **there)),  # type: ignore[arg-type]
        (0.1, udp(sip("SIP/2.0 180 Ringing", to_tag="b1"), **back)),  # type: ignore[arg-type]
        (2.0, udp(sip("SIP/2.0 200 OK", body=answer, to_tag="b1"), **back)),  # type: ignore[arg-type]
        (2.05, udp(sip(ACK, "1 ACK", to_tag="b1"), **there)),  # type: ignore[arg-type]
    ]
    timed += [(2.1 + 0.02 * i, udp(p, CALLER, 30000, CALLEE, 40000)) for i, p in enumerate(caller_sound)]
    timed += [(2.1 + 0.02 * i, udp(p, CALLEE, 40000, CALLER, 30000)) for i, p in enumerate(callee_sound)]
    end = max(time for time, _ in timed) + 1.0
    timed.append((end, udp(sip(BYE, "2 BYE", to_tag="b1"), **there)))  # type: ignore[arg-type]
    timed.append((end + 0.1, udp(sip("SIP/2.0 200 OK", "2 BYE", to_tag="b1"), **back)))  # type: ignore[arg-type]
    timed.sort(key=lambda pair: pair[0])
    return [packet for _, packet in timed], [START + time for time, _ in timed]
