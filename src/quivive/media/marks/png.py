"""Which texts do a PNG's chunks hold (PNG, Third Edition, §11.3), wherever they stand and however broken?

Own walker: Pillow gives up on files that a victim's telephone shows, and reads nothing behind a fault.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from quivive.media.marks import exif, iim, xmp
from quivive.media.marks.carried import MOST_CHARACTERS, Carried, Text, Walk, bounded

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 100_000
"""Chunks that are walked; 50 megapixels in chunks of 8 KiB have some 25,000."""
MOST_PACKED = 32 * 2**20
"""Characters that all packed texts together may unpack to."""
MOST_PROFILE = 2 * 2**20
"""Characters of a profile in hexadecimal."""
_SLICE = 65_536
_NO_HEX = re.compile(rb"[^0-9a-fA-F]+")
_PROFILE = "Raw profile type "
_XMP_KEY = "XML:com.adobe.xmp"


@dataclass
class _Unpacking(Walk):
    """A walk that also counts what packed texts have cost."""

    packed: int = 0


def read(data: bytes) -> Carried:
    """Texts of tEXt, zTXt, iTXt, eXIf and ComfyUI's own comf chunk; also of what ends without IEND."""
    walk = _Unpacking()
    size = struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" and len(data) >= 24 else (0, 0)
    texts, left = bounded(_texts(data, walk))
    return Carried(texts, size, (*dict.fromkeys(walk.unread), *left))


def _texts(data: bytes, walk: _Unpacking) -> Iterator[Text]:
    for kind, body in _chunks(data, walk.unread):
        if kind == b"eXIf" and walk.another_block():
            yield from exif.read(body)
        elif kind in _READERS:
            yield from _told(*_READERS[kind](body, walk), walk)


def bare(data: bytes) -> bytes:
    """The same picture with nothing but its pixels, for decoders that trip over the rest."""
    parts, at = [SIGNATURE], len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in (b"IHDR", b"IDAT", b"IEND"):
            parts.append(data[at : at + 12 + length])
        if len(kind) < 4 or kind == b"IEND":
            break
        at += 12 + length
    return b"".join(parts)


def _chunks(data: bytes, unread: list[str]) -> Iterator[tuple[bytes, bytes]]:
    """(type, content) of each chunk; a length beyond the end is cut there, checksums are not asked for."""
    at = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        header = data[at : at + 8]
        if len(header) < 8 or not header[4:].isalpha():
            unread.append("what follows the last whole part: the file breaks off or is damaged")
            return
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        if kind == b"IEND":
            return
        # Pixels are only stepped over.
        yield kind, b"" if kind in (b"IDAT", b"fdAT") else data[at + 8 : at + 8 + length]
        at += 12 + length
    unread.append(f"more than {MOST_CHUNKS:,} parts")


def _plain(body: bytes, _: _Unpacking) -> tuple[str, bytes]:
    key, _nul, value = body.partition(b"\0")
    return _words(key), value


def _packed(body: bytes, walk: _Unpacking) -> tuple[str, bytes]:
    key, _nul, rest = body.partition(b"\0")
    return _words(key), _inflated(rest[1:], walk)


def _international(body: bytes, walk: _Unpacking) -> tuple[str, bytes]:
    """keyword NUL flag method language NUL translated-keyword NUL text (§11.3.3.4)."""
    key, _nul, rest = body.partition(b"\0")
    value = [*rest[2:].split(b"\0", 2), b"", b""][2]
    return _words(key), _inflated(value, walk) if rest[:1] == b"\x01" else value


_READERS = {b"tEXt": _plain, b"zTXt": _packed, b"iTXt": _international, b"comf": _plain}


def _told(key: str, value: bytes, walk: _Unpacking) -> Iterator[Text]:
    if key == _XMP_KEY:
        if walk.another_block():
            yield from xmp.read(value)
    elif key.startswith(_PROFILE):
        if walk.another_block():
            yield from _profile(key.removeprefix(_PROFILE).lower(), value)
    else:
        yield Text("PNG", key, _words(value))


def _profile(kind: str, value: bytes) -> Iterator[Text]:
    """ImageMagick's way to keep other metadata: name, length, then hexadecimal."""
    lines = value[:MOST_PROFILE].strip().split(b"\n", 2)
    try:
        block = bytes.fromhex(_NO_HEX.sub(b"", lines[-1]).decode("ascii"))
    except ValueError:
        return
    if kind in ("exif", "app1"):
        yield from exif.read(block)
    if kind in ("xmp", "app1"):
        yield from xmp.read(block.removeprefix(xmp.JPEG_HEADER))
    if kind in ("iptc", "8bim"):
        yield from iim.read(block)


def _inflated(body: bytes, walk: _Unpacking) -> bytes:
    """At most MOST_CHARACTERS of what unpacks; of a damaged text what comes before the damage."""
    unpack, out = zlib.decompressobj(), bytearray()
    most = min(MOST_CHARACTERS, MOST_PACKED - walk.packed)
    try:
        for at in range(0, len(body), _SLICE):
            if len(out) >= most or unpack.eof:
                break
            out += unpack.decompress(body[at : at + _SLICE], most - len(out))
    except zlib.error:
        walk.unread.append("the rest of a packed text that is damaged")
    if len(out) >= most:
        walk.unread.append(f"the rest of a packed text that is longer than {most:,} characters" if most
                           else f"packed texts beyond {MOST_PACKED:,} characters in all")  # fmt: skip
    walk.packed += len(out)
    return bytes(out)


def _words(raw: bytes) -> str:
    """tEXt is Latin-1 by the book, and UTF-8 by many programs."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
