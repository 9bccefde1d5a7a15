"""What stands in the file behind the end of the picture?

Viewers stop at the picture's end, so anything can be hung on behind it. Much of that is lawful: further
pictures that the multi-picture index names, previews, the short film of a motion photo, what Samsung
writes. The rest is named by what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from quivive.media.history import jpeg
from quivive.sniff import sniff

MOST_PICTURES = 16
"""Further JPEGs one behind the other that are stepped over."""
SMALL = {"unknown": 64, "text": 16}
"""Octets below which a rest is not worth a word: padding, a stray line end, a writer's mark."""
_PADDING = b"\x00\xff\r\n\t "
_ZIP_END, _ZIP_DIRECTORY, _ZIP_FILE = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_SIGNATURES = re.compile(
    rb"Rar!\x1a\x07[\x00\x01]|7z\xbc\xaf\x27\x1c|\xfd7zXZ\x00|\x7fELF[\x01\x02][\x01\x02]\x01|"
    rb"%PDF-[12]\.\d|<\?php|<script[\s>]|<!DOCTYPE html|#!/(?:usr/)?bin/|SQLite format 3\x00|{\\rtf1|"
    rb"MZ[\x00-\xff]{58}[\x40-\xff][\x00-\x03]\x00\x00",
    re.IGNORECASE,
)
"""Beginnings that chance does not write: looked for anywhere behind the end."""

Kind = Literal["pictures", "film", "phone", "text", "file", "unknown"]


@dataclass(frozen=True)
class Trailer:
    """`kind` of octets [begin, end) behind the picture; `media_type` as their content says.

    'file': an archive, program, script or document; 'phone': a block that a telephone's camera writes.
    """

    kind: Kind
    begin: int
    end: int
    media_type: str = "application/octet-stream"


def read(data: bytes, end: int, named: tuple[tuple[int, int], ...] = ()) -> tuple[Trailer, ...]:
    """What stands behind offset `end`; `named` are extents of pictures that the file's own index names."""
    hidden = _hidden(data, end)
    stop = hidden.begin if hidden else len(data)
    begin = max([e for b, e in named if b >= end] + [end])
    found = []
    while (begin := _past_padding(data, begin, stop)) < stop:
        trailer = _one(data, begin, stop)
        found.append(trailer)
        begin = trailer.end
        if trailer.kind == "unknown" or len(found) >= MOST_PICTURES:
            break
    if max((e for _, e in named), default=0) > end:
        found.insert(0, Trailer("pictures", end, min(begin, stop), "image/jpeg"))
    return (
        *(t for t in found if t.end - t.begin >= SMALL.get(t.kind, 0)),
        *([hidden] if hidden else []),
    )


def archive_inside(data: bytes) -> int | None:
    """Where a ZIP archive begins that can be opened from this very file, wherever it stands in it.

    Its end record stands in the last 64 KiB (PKWARE APPNOTE §4.3.16) and points to a directory that is
    there, counted from the file's beginning or from its own.
    """
    at = data.rfind(_ZIP_END, max(len(data) - 65_557, 0))
    if at < 0 or len(data) < at + 22:
        return None
    length, offset = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (12, 16))
    directory = at - length
    if length < 46 or directory < 0 or data[directory : directory + 4] != _ZIP_DIRECTORY:
        return None
    begin = directory - offset
    if begin > 0:
        return begin if data[begin : begin + 4] == _ZIP_FILE else None
    first = int.from_bytes(data[directory + 42 : directory + 46], "little")
    return first if 0 < first < directory and data[first : first + 4] == _ZIP_FILE else None


def _hidden(data: bytes, end: int) -> Trailer | None:
    """The first archive, program, script or document behind the end, or an archive anywhere."""
    archive = archive_inside(data)
    hits = [archive] if archive is not None else []
    match = _SIGNATURES.search(data, end)
    while match and match.group()[:2] == b"MZ" and not _is_program(data, match.start()):
        match = _SIGNATURES.search(data, match.start() + 2)
    hits += [match.start()] if match else []
    if not hits:
        return None
    begin = min(hits)
    return Trailer("file", begin, len(data), sniff(data[begin:]))


def _is_program(data: bytes, at: int) -> bool:
    """Whether the DOS stub at `at` points to a PE header (Microsoft PE format)."""
    header = at + int.from_bytes(data[at + 60 : at + 64], "little")
    return data[header : header + 4] == b"PE\0\0"


def _past_padding(data: bytes, begin: int, stop: int) -> int:
    rest = re.compile(b"[^" + re.escape(_PADDING) + b"]").search(data, begin, stop)
    if rest is None:
        return stop
    film = data.find(b"ftyp", rest.start(), rest.start() + 7)
    if film >= begin + 4:  # the length before it begins with zeros
        return film - 4
    # A first octet FF may open a JPEG.
    return rest.start() - (rest.start() > begin and data[rest.start() - 1 : rest.start() + 1] == b"\xff\xd8")


def _one(data: bytes, begin: int, stop: int) -> Trailer:
    """The part that begins here, as far as its own rules carry."""
    if data[begin : begin + 3] == b"\xff\xd8\xff":
        inner = jpeg.read(data[begin:stop])
        return Trailer("pictures", begin, begin + inner.end if inner.end else stop, "image/jpeg")
    if data[begin + 4 : begin + 8] == b"ftyp":
        return Trailer("film", begin, _film_end(data, begin, stop), sniff(data[begin : begin + 4096]))
    if samsung := _samsung(data, begin, stop):
        return samsung
    media_type = sniff(data[begin:stop])
    if media_type in ("text/plain", "application/json", "application/xml"):
        return Trailer("text", begin, stop, media_type)
    if media_type == "application/octet-stream":
        return Trailer("unknown", begin, stop, media_type)
    return Trailer("file", begin, stop, media_type)


def _film_end(data: bytes, begin: int, stop: int) -> int:
    """Behind the last whole box (ISO/IEC 14496-12 §4.2)."""
    at = begin
    for _ in range(1_000):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8 or at + size > stop or not all(32 <= octet < 127 for octet in kind):
            break
        at += size
    return at if at > begin else stop


def _samsung(data: bytes, begin: int, stop: int) -> Trailer | None:
    """Samsung's blocks: closed by a directory 'SEFH … SEFT' whose length stands before SEFT.

    A motion photo's film stands in the block 'MotionPhoto_Data'. Source: ExifTool, Samsung trailer.
    """
    tail = data.rfind(b"SEFT", begin, stop)
    if tail < 0 or data[tail + 4 : stop].strip(_PADDING):
        return None
    length = int.from_bytes(data[tail - 4 : tail], "little")
    if data[tail - 4 - length : tail - length] != b"SEFH" or tail - 4 - length < begin:
        return None
    film = data.find(b"MotionPhoto_Data", begin, tail)
    if film >= 0 and data[film + 20 : film + 24] == b"ftyp":
        return Trailer("film", film + 16, stop, "video/mp4")
    return Trailer("phone", begin, stop)
