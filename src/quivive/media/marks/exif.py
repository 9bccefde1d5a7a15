"""Which texts and exposure values does an EXIF block or a TIFF file hold (CIPA DC-008, TIFF 6.0)?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from quivive.media.marks import iim, xmp
from quivive.media.marks.carried import MOST_CHARACTERS, Text

HEADER = b"Exif\0\0"
MOST_ENTRIES = 512
MOST_DIRECTORIES = 8
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 129: 1}
"""Octets a value, by type; 129 is UTF-8 (EXIF 3.0)."""
_EXIF_DIRECTORY = 0x8769
_USER_COMMENT, _XMP, _IPTC = 0x9286, 0x02BC, 0x83BB
_PACKETS = frozenset({_XMP, _IPTC})
_NAMES = {
    0x0100: "ImageWidth", 0x0101: "ImageLength", 0x010D: "DocumentName", 0x010E: "ImageDescription",
    0x010F: "Make", 0x0110: "Model", 0x0112: "Orientation", 0x0131: "Software", 0x013B: "Artist",
    0x013C: "HostComputer", 0x8298: "Copyright", 0x829A: "ExposureTime", 0x829D: "FNumber",
    0x8827: "PhotographicSensitivity", 0x9003: "DateTimeOriginal", 0x920A: "FocalLength",
    0x927C: "MakerNote", 0x9286: "UserComment", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords", 0x9C9F: "XPSubject", 0xA436: "Title", 0xA439: "CameraFirmware",
    0xA43A: "ImageEditor", 0xA43B: "ImageEditingSoftware",
}  # fmt: skip

Order = Literal["little", "big"]


@dataclass
class _Walk:
    """Directories to come, octets of values that may still be read, packets in forms of their own met."""

    queue: list[int]
    left: int = MOST_CHARACTERS
    packets: set[int] = field(default_factory=set)


def read(block: bytes) -> Iterator[Text]:
    """Texts and numbers of all directories; what is damaged is left out. Never raises."""
    block = block[len(HEADER) :] if block.startswith(HEADER) else block
    order: Order
    if block[:2] == b"II":
        order = "little"
    elif block[:2] == b"MM":
        order = "big"
    else:
        return
    walk, seen = _Walk([int.from_bytes(block[4:8], order)]), set[int]()
    while walk.queue and len(seen) < MOST_DIRECTORIES:
        start = walk.queue.pop(0)
        if start not in seen and 8 <= start < len(block):
            seen.add(start)
            yield from _directory(block, start, order, walk)


def _directory(block: bytes, start: int, order: Order, walk: _Walk) -> Iterator[Text]:
    count = min(int.from_bytes(block[start : start + 2], order), MOST_ENTRIES)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        entry = block[at : at + 12]
        if len(entry) < 12:
            return
        tag, kind = int.from_bytes(entry[:2], order), int.from_bytes(entry[2:4], order)
        length = _WIDTHS.get(kind, 0) * int.from_bytes(entry[4:8], order)
        begin = int.from_bytes(entry[8:12], order)
        if tag == _EXIF_DIRECTORY:
            walk.queue.append(begin)
        elif tag in _NAMES or kind in (2, 129) or (tag in _PACKETS and tag not in walk.packets):
            walk.packets.add(tag)
            length = min(length, walk.left)
            walk.left -= length
            raw = entry[8 : 8 + length] if length <= 4 else block[begin : begin + length]
            yield from _entry(tag, kind, raw, order) if raw else ()
    walk.queue.append(int.from_bytes(block[start + 2 + 12 * count : start + 6 + 12 * count], order))


def _entry(tag: int, kind: int, raw: bytes, order: Order) -> Iterator[Text]:
    if tag == _XMP:
        yield from xmp.read(raw)
    elif tag == _IPTC:
        yield from iim.read(raw)
    elif tag == _USER_COMMENT:
        yield Text("EXIF", "UserComment", _comment(raw, order))
    elif tag in range(0x9C9B, 0x9CA0):
        yield Text("EXIF", _NAMES[tag], raw.decode("utf-16-le", "replace").strip("\0"))
    elif kind in (2, 129) or (kind == 7 and tag in _NAMES and _is_text(raw)):
        yield Text("EXIF", _NAMES.get(tag, f"0x{tag:04x}"), _words(raw))
    elif tag in _NAMES and kind in (3, 4, 5):
        yield Text("EXIF", _NAMES[tag], _number(kind, raw, order))


def _number(kind: int, raw: bytes, order: Order) -> str:
    if kind == 5:
        return f"{int.from_bytes(raw[:4], order)}/{int.from_bytes(raw[4:8], order)}"
    return str(int.from_bytes(raw[: _WIDTHS[kind]], order))


def _is_text(raw: bytes) -> bool:
    return all(32 <= octet < 127 or octet in b"\t\r\n\0" for octet in raw[:256])


def _comment(raw: bytes, order: Order) -> str:
    """UserComment: eight octets that name the character code, then the text (CIPA DC-008 §4.6.5).

    Programs disagree about the byte order of UNICODE and leave the code out, so the zeros decide.
    """
    code, body = raw[:8], raw[8:]
    if code.startswith(b"UNICODE"):
        return _utf16(body, order)
    if code.rstrip(b"\0 ") not in (b"", b"ASCII", b"JIS"):
        body = raw
    return _utf16(body, order) if body[:256].count(0) > len(body[:256]) // 4 else _words(body)


def _utf16(body: bytes, order: Order) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").rstrip("\0")
    high, low = body[0:4096:2].count(0), body[1:4096:2].count(0)
    little = low > high if low != high else order == "little"
    return body.decode("utf-16-le" if little else "utf-16-be", "replace").rstrip("\0")


def _words(raw: bytes) -> str:
    raw = raw.strip(b"\0 ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
