"""Where does the picture in this file end, by its container's own rules?"""

from __future__ import annotations

MOST_PARTS = 1_000_000
"""Chunks or blocks that are stepped over: a GIF of 128 MiB has half a million."""


def png(data: bytes) -> int | None:
    """Offset behind the IEND chunk (PNG, Third Edition, §5.3); None where the file breaks off before it."""
    at = 8
    for _ in range(MOST_PARTS):
        header = data[at : at + 8]
        if len(header) < 8 or not header[4:].isalpha():
            return None
        at += 12 + int.from_bytes(header[:4], "big")
        if header[4:] == b"IEND":
            return at if at <= len(data) else None
    return None


def webp(data: bytes) -> int | None:
    """Offset that the RIFF header promises (RFC 9649 §2.4); None where the file is shorter."""
    size = int.from_bytes(data[4:8], "little")
    end = 8 + size + (size & 1)
    # Some writers leave the last padding octet out.
    return min(end, len(data)) if end <= len(data) + 1 else None


def gif(data: bytes) -> int | None:
    """Offset behind the trailer block (GIF89a §27); None where the file breaks off before it."""
    at = 13 + _colours(data[10:11])
    for _ in range(MOST_PARTS):
        kind = data[at : at + 1]
        if kind == b"\x3b":
            return at + 1
        if kind == b"\x2c":
            at = _behind_blocks(data, at + 11 + _colours(data[at + 9 : at + 10]))
        elif kind == b"\x21":
            at = _behind_blocks(data, at + 2)
        else:
            return None
    return None


def _colours(flags: bytes) -> int:
    """Octets of the colour table that the flags announce."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1
