"""Where in a frame does the IP packet begin?

Link types by their numbers in the registry of draft-ietf-opsawg-pcaplinktype; tags (VLAN, QinQ, MPLS, PPPoE)
are passed over.
"""

from __future__ import annotations

NO_IP = -1
"""The frame carries something else: ARP, spanning tree, a PPP negotiation."""
UNKNOWN_LINK = -2
"""A link layer that is not read."""

_ETHERNET, _PPP, _RAW, _C_HDLC, _LOOP, _SLL, _IPV4, _IPV6, _SLL2 = 1, 9, 101, 104, 108, 113, 228, 229, 276
_NULL, _PPP_SERIAL, _PPP_ETHER = 0, 50, 51
_VLAN_TAGS = (0x8100, 0x88A8, 0x9100)
_MPLS = (0x8847, 0x8848)
_PPPOE_SESSION = 0x8864
_IP = (0x0800, 0x86DD)
_PPP_IP = (0x0021, 0x0057)
_MOST_TAGS = 8


def ip_start(link: int, data: bytes, start: int, end: int) -> int:
    """Offset in `data` of the IP packet in the frame [start, end); NO_IP or UNKNOWN_LINK."""
    if link == _ETHERNET:
        return _after_type(data, start + 12, end)
    if link in (_RAW, 12, 14, _IPV4, _IPV6):
        return start
    if link in (_NULL, _LOOP):
        return start + 4
    if link == _SLL:
        return _after_type(data, start + 14, end)
    if link == _SLL2:
        return _payload(int.from_bytes(data[start : start + 2], "big"), data, start + 20, end)
    if link == _C_HDLC:
        return _after_type(data, start + 2, end)
    if link in (_PPP, _PPP_SERIAL):
        return _ppp(data, start, end)
    if link == _PPP_ETHER:
        return _ppp(data, start + 6, end)
    return UNKNOWN_LINK


def _after_type(data: bytes, at: int, end: int) -> int:
    """The type field stands at `at`, the payload behind it."""
    if data[at : at + 2] == b"\x08\x00":
        return at + 2
    return _payload(int.from_bytes(data[at : at + 2], "big"), data, at + 2, end)


def _payload(kind: int, data: bytes, at: int, end: int) -> int:
    """Offset of the IP packet, given the EtherType of what begins at `at`."""
    for _ in range(_MOST_TAGS):
        if at + 4 > end:
            return NO_IP
        if kind in _IP:
            return at
        if kind in _VLAN_TAGS:
            kind, at = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
        elif kind in _MPLS:
            return _mpls(data, at, end)
        elif kind == _PPPOE_SESSION:
            return _ppp(data, at + 6, end)
        elif kind < 1536 and data[at : at + 3] == b"\xaa\xaa\x03":  # IEEE 802.2 SNAP
            kind, at = int.from_bytes(data[at + 6 : at + 8], "big"), at + 8
        else:
            return NO_IP
    return NO_IP


def _mpls(data: bytes, at: int, end: int) -> int:
    """RFC 3032: labels of four octets, the last one marked; what follows tells itself by its version."""
    while at + 4 < end:
        bottom = data[at + 2] & 1
        at += 4
        if bottom:
            return at if data[at] >> 4 in (4, 6) else NO_IP
    return NO_IP


def _ppp(data: bytes, at: int, end: int) -> int:
    """RFC 1661, RFC 1662: address and control may be left out, the protocol may be one octet."""
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    if at >= end:
        return NO_IP
    wide = 1 if data[at] & 1 else 2
    kind = int.from_bytes(data[at : at + wide], "big")
    if kind in _PPP_IP:
        return at + wide
    return _mpls(data, at + wide, end) if kind == 0x0281 else NO_IP
