"""What stands behind the end of the picture."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from media.history.making import archive, jpeg, png, scene
from quivive.media.history import ends, trailing
from quivive.media.history.jpeg import read as read_jpeg


def behind(data: bytes) -> list[tuple[str, str]]:
    return [(t.kind, t.media_type) for t in trailing.read(data, read_jpeg(data).end or len(data))]


FILM = struct.pack(">I", 16) + b"ftypmp42" + bytes(4) + struct.pack(">I", 24) + b"mdat" + bytes(16)


def test_nothing_and_padding_are_nothing():
    for padding in (b"", b"\0" * 5000, b"\xff\xff", b"\r\n", b"tail"):
        assert behind(jpeg() + padding) == []


def test_an_archive_is_found_also_behind_padding_and_in_a_telephones_block():
    hidden = archive()
    assert behind(jpeg() + hidden) == [("file", "application/zip")]
    assert behind(jpeg() + bytes(300) + hidden) == [("file", "application/zip")]
    assert ("file", "application/zip") in behind(jpeg() + samsung(b"Image_UTC_Data" + bytes(80)) + hidden)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"#!/bin/sh\nrm -rf ~\n", "text/x-shellscript"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(40), "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "application/x-7z-compressed"),
        (b"%PDF-1.7\n%%EOF", "application/pdf"),
        (b"<!DOCTYPE html><html><body>", "text/html"),
        (b"\x7fELF\x02\x01\x01" + bytes(50), "application/x-elf"),
        (
            b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0",
            "application/vnd.microsoft.portable-executable",
        ),
    ],
)
def test_programs_scripts_and_documents_are_named_by_their_content(content, media_type):
    assert behind(jpeg() + content) == [("file", media_type)]
    assert behind(jpeg() + bytes(range(1, 100)) + content)[-1] == ("file", media_type)


def test_mz_alone_is_no_program():
    assert behind(jpeg() + b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(99)) == [
        ("unknown", "application/octet-stream")
    ]


def test_an_archive_inside_a_segment_before_the_end_is_found():
    hidden = archive()
    data = jpeg(scene(160, 120))
    whole = data[:2] + b"\xff\xfe" + struct.pack(">H", len(hidden) + 2) + hidden + data[2:]
    assert trailing.archive_inside(whole) == 6
    assert trailing.archive_inside(data) is None
    assert trailing.archive_inside(data + b"PK\x05\x06" + bytes(18)) is None


def test_text_is_told_from_octets_that_mean_nothing():
    assert behind(jpeg() + b"Meet me at noon, and bring the card.") == [("text", "text/plain")]
    noise = bytes((i * 197 + i // 7 * 31) % 251 + 1 for i in range(400))
    assert behind(jpeg() + noise) == [("unknown", "application/octet-stream")]


def test_a_motion_photos_film_is_a_film_and_what_hangs_on_it_is_seen():
    assert behind(jpeg() + FILM) == [("film", "video/mp4")]
    assert behind(jpeg() + FILM + archive()) == [("film", "video/mp4"), ("file", "application/zip")]


def samsung(blocks: bytes) -> bytes:
    directory = b"SEFH" + struct.pack("<II", 107, 0)
    return blocks + directory + struct.pack("<I", len(directory)) + b"SEFT"


def test_samsungs_blocks_are_lawful_and_give_up_their_film():
    assert behind(jpeg() + samsung(bytes(4) + b"Image_UTC_Data" + bytes(40))) == [
        ("phone", "application/octet-stream")
    ]
    assert behind(jpeg() + samsung(b"abMotionPhoto_Data" + FILM)) == [("film", "video/mp4")]


def test_a_second_picture_is_a_picture_and_one_that_the_index_names_is_said_to_be():
    first, second = jpeg(), jpeg(scene(64, 64))
    assert behind(first + second) == [("pictures", "image/jpeg")]
    named = trailing.read(first + second, len(first), ((len(first), len(first + second)),))
    assert [(t.begin, t.end) for t in named] == [(len(first), len(first + second))]


@pytest.mark.parametrize("hidden", [b"", archive()])
def test_other_containers_end_where_their_rules_say(hidden):
    webp, gif = io.BytesIO(), io.BytesIO()
    scene(64, 48).save(webp, "WEBP")
    scene(64, 48).save(gif, "GIF", save_all=True, append_images=[scene(64, 48, 2)])
    for data, end in ((png(), ends.png), (webp.getvalue(), ends.webp), (gif.getvalue(), ends.gif)):
        assert end(data + hidden) == len(data)
        assert end(data[: len(data) // 2]) is None


def test_a_grey_level_that_looks_like_an_end_is_none():
    data = png(Image.new("RGB", (40, 40), "white"), tEXt=b"Comment\0IEND")
    assert ends.png(data) == len(data)
