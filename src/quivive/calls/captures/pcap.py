"""Which frames does a capture file hold, and when was each caught?

pcap (draft-ietf-opsawg-pcap: four magic numbers, both byte orders) and pcapng (draft-ietf-opsawg-pcapng:
several sections and interfaces). Damage ends the reading where it stands and is counted in `faults`, so that
what came before it is still examined.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from quivive.errors import Unreadable

Faults: TypeAlias = Counter[str]
"""What went wrong while reading, by the last part of the finding's code: 'cut-short', 'fragments-missing'."""

MOST_FRAME = 262_144
"""Octets of one frame: MAXIMUM_SNAPLEN of libpcap; a longer one is damage."""
_CLASSIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
_SECTION = b"\x0a\x0d\x0d\x0a"
_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 1, 2, 3, 6
_RESOLUTION, _OFFSET = 9, 14


class Frame(NamedTuple):
    """A frame as caught: octets [start, end) of the file, `length` octets on the wire.

    `time` is in unix seconds, 0.0 where the file tells none; `link` is a LINKTYPE value.
    """

    time: float
    link: int
    start: int
    end: int
    length: int


class _Interface(NamedTuple):
    """What an Interface Description Block says that packets need."""

    link: int
    most: int
    unit: float
    offset: int


def frames(data: bytes, faults: Faults) -> Iterator[Frame]:
    """The frames of a pcap or pcapng file, in the order of the file.

    Raises Unreadable where `data` begins as neither.
    """
    if data[:4] in _CLASSIC and len(data) >= 24:
        return _classic(data, faults)
    if data[:4] == _SECTION and data[8:12] in (b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"):
        return _blocks(data, faults)
    raise Unreadable("This is no packet capture, or its first bytes are lost.")


def _classic(data: bytes, faults: Faults) -> Iterator[Frame]:
    order, unit = _CLASSIC[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF  # above: length of the frame check sequence
    record = struct.Struct(order + "IIII").unpack_from
    at, size = 24, len(data)
    while at + 16 <= size:
        seconds, fraction, kept, length = record(data, at)
        at += 16
        if kept > MOST_FRAME:
            faults["damaged"] += 1
            return
        if at + kept > size:
            faults["cut-short"] += 1
            yield Frame(seconds + fraction * unit, link, at, size, length)
            return
        yield Frame(seconds + fraction * unit, link, at, at + kept, length)
        at += kept
    if at != size:
        faults["cut-short"] += 1


def _blocks(data: bytes, faults: Faults) -> Iterator[Frame]:
    """Walks the blocks of a pcapng file; those that hold no packet and no interface are passed over."""
    order, at, size, last = "<", 0, len(data), 0.0
    interfaces: list[_Interface] = []
    while at + 12 <= size:
        if data[at : at + 4] == _SECTION:
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4:
            faults["damaged"] += 1
            return
        if at + length > size:
            break
        if kind == _INTERFACE:
            interfaces.append(_interface(data, at + 8, at + length - 4, order))
        elif kind in (_PACKET, _OLD_PACKET, _SIMPLE_PACKET):
            frame = _packet(kind, data, at + 8, at + length - 4, order, interfaces, last)
            if frame is None:
                faults["damaged-blocks"] += 1
            else:
                last = frame.time
                yield frame
        at += length
    if at != size:
        faults["cut-short"] += 1


def _interface(data: bytes, at: int, end: int, order: str) -> _Interface:
    """§4.2: link type, snapshot length, and of the options the unit and the offset of time stamps."""
    if end - at < 8:
        return _Interface(-1, 0, 1e-6, 0)
    link, _, most = struct.unpack_from(order + "HHI", data, at)
    unit, offset = 1e-6, 0
    for code, value in _options(data, at + 8, end, order):
        if code == _RESOLUTION and len(value) == 1:
            unit = 2.0 ** -(value[0] & 0x7F) if value[0] & 0x80 else 10.0 ** -value[0]
        elif code == _OFFSET and len(value) == 8:
            offset = struct.unpack(order + "q", value)[0]
    return _Interface(link, most, unit, offset)


def _options(data: bytes, at: int, end: int, order: str) -> Iterator[tuple[int, bytes]]:
    """§3.5: code, length, value padded to four octets, until the end of options or of the block."""
    while at + 4 <= end:
        code, length = struct.unpack_from(order + "HH", data, at)
        if code == 0 or at + 4 + length > end:
            return
        yield code, data[at + 4 : at + 4 + length]
        at += 4 + (length + 3 & ~3)


def _packet(
    kind: int, data: bytes, at: int, end: int, order: str, interfaces: list[_Interface], last: float
) -> Frame | None:
    """§4.3 enhanced, §4.4 simple, §A old packet block; None where it is damaged or its interface unknown."""
    if kind == _SIMPLE_PACKET:
        return _simple_packet(data, at, end, order, interfaces, last)
    if end - at < 20:
        return None
    form = "HHIIII" if kind == _OLD_PACKET else "IIIII"
    number, *_, high, low, kept, length = struct.unpack_from(order + form, data, at)
    if number >= len(interfaces) or at + 20 + kept > end:
        return None
    interface = interfaces[number]
    time = (high << 32 | low) * interface.unit + interface.offset
    return Frame(time, interface.link, at + 20, at + 20 + kept, length)


def _simple_packet(
    data: bytes, at: int, end: int, order: str, interfaces: list[_Interface], last: float
) -> Frame | None:
    """It has no time stamp (that of the frame before stands for it) and belongs to the first interface."""
    if end - at < 4 or not interfaces:
        return None
    (length,) = struct.unpack_from(order + "I", data, at)
    kept = min(length, end - at - 4, interfaces[0].most or MOST_FRAME)
    return Frame(last, interfaces[0].link, at + 4, at + 4 + kept, length)
