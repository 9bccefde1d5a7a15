"""Damaged and made-up files: an answer or 'could not look', never another error, never long."""

from __future__ import annotations

import io
import random
import struct
import time

import pytest

from damage import change
from media.history.making import (
    archive,
    exif,
    fractions,
    jpeg,
    photoshop,
    png,
    resource,
    scene,
    text,
    with_exif,
    with_segments,
)
from quivive.errors import CouldNotLook
from quivive.media.history.reading import read

LENGTHS = (0, 1, 2, 8, 255, 65_535, 2**31 - 1, 2**31, 2**32 - 1)
ODD = (b"\xff\xd8\xff", b"\xff\xd9", b"II*\0", b"8BIM", b"PK\x05\x06", b"ftyp", b"SEFT", b"\0" * 9)


def _saved(kind: str) -> bytes:
    out = io.BytesIO()
    scene(96, 64).save(out, kind)
    return out.getvalue()


def _seeds() -> list[tuple[str, bytes]]:
    small = jpeg(scene(64, 48))
    block = exif({0x010F: text("Maker"), 0x0131: text("GIMP 2.10")}, {0x9003: text("2026:01:02 03:04:05")},
                 {0x01: text("N"), 0x02: fractions((1, 1), (2, 1), (3, 1))}, small)  # fmt: skip
    adobe = photoshop(resource(0x0404, b"\x1c\x02\x28\x00\x08FBMD0100"), resource(0x040C, bytes(28) + small))
    return [
        ("image/jpeg", with_segments(with_exif(jpeg(scene(96, 64)), block), adobe) + archive()),
        ("image/jpeg", with_exif(jpeg(scene(96, 64), progressive=True), block) + small),
        ("image/png", png(eXIf=block, tIME=b"\x07\xe3\x01\x01\0\0\0") + archive()),
        ("image/gif", _saved("GIF")),
        ("image/webp", _saved("WEBP") + b"some text behind it"),
        ("image/tiff", _saved("TIFF")),
        ("image/avif", _saved("AVIF")),
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", range(7))
def test_damage_anywhere_is_survived(number):
    chance = random.Random(number)
    media_type, data = _seeds()[number]
    for _ in range(120):
        out = bytearray(data)
        for _ in range(chance.choice((1, 3, 30))):
            change(
                out, chance.randrange(min(len(out), chance.choice((400, len(out)))) + 1), ODD, LENGTHS, chance
            )
        try:
            read(bytes(out), media_type)
        except CouldNotLook:
            continue


def test_an_empty_and_a_wrong_file_are_answered():
    for media_type in ("image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff"):
        read(b"", media_type)
        read(b"%PDF-1.7 is no picture", media_type)
    with pytest.raises(CouldNotLook):
        read(b"", "application/pdf")


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("image/jpeg", b"\xff\xd8" + b"\xff\xe1\x00\x04ab" * 400_000),
        ("image/jpeg", b"\xff\xd8" + b"\xff" * 4_000_000),
        ("image/jpeg", jpeg(scene(64, 64)) + jpeg(scene(32, 32)) * 2_000),
        ("image/jpeg", jpeg(scene(64, 64)) + (b"MZ" + bytes(58) + b"\xff\x00\0\0") * 60_000),
        ("image/png", b"\x89PNG\r\n\x1a\n" + (struct.pack(">I", 0) + b"tEXt" + bytes(4)) * 300_000),
        ("image/gif", b"GIF89a" + bytes(7) + b"\x21\xfe\x00" * 1_000_000),
    ],
    ids=["segments", "fill octets", "pictures", "stubs", "chunks", "blocks"],
)
def test_what_is_made_to_take_long_does_not(media_type, data):
    began = time.process_time()
    read(data, media_type)
    assert time.process_time() - began < 3
