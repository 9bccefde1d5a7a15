"""Pictures and blocks that the tests of file history make for themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image

SHORT, LONG, RATIONAL, ASCII, UNDEFINED = 3, 4, 5, 2, 7
Values = Mapping[int, tuple[int, bytes]]
"""Tag → (type, octets, little-endian)."""
NONE: Values = MappingProxyType({})


def scene(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Smooth shapes with grain: it has coefficients at all frequencies, as photographs have."""
    random = np.random.default_rng(seed)
    coarse = random.normal(128, 45, (height // 40 + 2, width // 40 + 2, 3)).clip(20, 235).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    grain = random.normal(0, 9, (height, width, 1))
    return Image.fromarray((smooth + grain).clip(3, 252).astype(np.uint8))


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or scene()).save(buffer, "JPEG", **{"quality": 85, **options})
    return buffer.getvalue()


def png(image: Image.Image | None = None, **chunks: bytes) -> bytes:
    """A PNG with further chunks before its end, by name."""
    buffer = io.BytesIO()
    (image or scene(64, 48)).save(buffer, "PNG")
    data, more = buffer.getvalue(), b""
    for name, body in chunks.items():
        kind = name.encode("ascii")
        more += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:-12] + more + data[-12:]


def text(value: str) -> tuple[int, bytes]:
    return ASCII, value.encode() + b"\0"


def fractions(*parts: tuple[int, int]) -> tuple[int, bytes]:
    return RATIONAL, b"".join(struct.pack("<II", *part) for part in parts)


def exif(picture: Values, camera: Values = NONE, place: Values = NONE, thumbnail: bytes = b"") -> bytes:
    """A little-endian EXIF block with its four directories, without the 'Exif' header."""
    block = bytearray(b"II*\0\x08\0\0\0")
    pointers = {0x8769: camera, 0x8825: place}
    first = {**picture, **{tag: (LONG, b"\0\0\0\0") for tag, values in pointers.items() if values}}
    places = _directory(block, first)
    for tag, values in pointers.items():
        if values:
            block[places[tag] : places[tag] + 4] = struct.pack("<I", len(block))
            _directory(block, values)
    if thumbnail:
        after = 8 + 2 + 12 * len(first)
        block[after : after + 4] = struct.pack("<I", len(block))
        small = _directory(
            block, {0x0201: (LONG, b"\0" * 4), 0x0202: (LONG, struct.pack("<I", len(thumbnail)))}
        )
        block[small[0x0201] : small[0x0201] + 4] = struct.pack("<I", len(block))
        block += thumbnail
    return bytes(block)


def _directory(block: bytearray, values: Values) -> dict[int, int]:
    """Appends a directory; gives where each value, or the pointer to it, stands."""
    widths = {SHORT: 2, LONG: 4, RATIONAL: 8, ASCII: 1, UNDEFINED: 1}
    start, places = len(block), {}
    block += struct.pack("<H", len(values)) + bytes(12 * len(values) + 4)
    for number, (tag, (kind, raw)) in enumerate(sorted(values.items())):
        at = start + 2 + 12 * number
        block[at : at + 8] = struct.pack("<HHI", tag, kind, len(raw) // widths[kind])
        places[tag] = at + 8
        if len(raw) <= 4:
            block[at + 8 : at + 8 + len(raw)] = raw
        else:
            block[at + 8 : at + 12] = struct.pack("<I", len(block))
            block += raw
    return places


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """The JPEG with further segments right after its beginning."""
    return data[:2] + b"".join(segments) + data[2:]


def with_exif(data: bytes, block: bytes) -> bytes:
    return with_segments(data, segment(0xE1, b"Exif\0\0" + block))


def with_xmp(data: bytes, properties: str) -> bytes:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
        'xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">'
        f"<rdf:Description>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    return with_segments(data, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()))


def resource(kind: int, body: bytes) -> bytes:
    """One Photoshop resource without a name."""
    return b"8BIM" + struct.pack(">HHI", kind, 0, len(body)) + body + b"\0" * (len(body) & 1)


def photoshop(*resources: bytes) -> bytes:
    return segment(0xED, b"Photoshop 3.0\0" + b"".join(resources))


def archive(name: str = "invoice.txt", content: str = "Pay to the account of our new bank.") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()
