"""Numbers, words and the small picture of an EXIF block; the index of several pictures."""

from __future__ import annotations

import struct

from media.history.making import LONG, exif, fractions, jpeg, scene, text
from quivive.media.history import directories, several


def test_words_numbers_and_the_small_picture_are_read_from_all_four_directories():
    small = jpeg(scene(80, 60))
    block = exif({0x010F: text("Maker")}, {0x9003: text("2026:01:02 03:04:05")},
                 {0x02: fractions((52, 1), (30, 1), (0, 1))}, small)  # fmt: skip
    found = directories.read(block)
    assert found.picture[0x010F].text == "Maker"
    assert found.camera[0x9003].text == "2026:01:02 03:04:05"
    assert found.place[0x02].numbers == (52.0, 30.0, 0.0)
    assert found.thumbnail == small


def test_a_fraction_over_nothing_is_nothing():
    found = directories.read(exif({}, {}, {0x02: fractions((5, 0), (0, 0), (1, 2))}))
    assert found.place[0x02].numbers == (0.0, 0.0, 0.5)


def test_values_that_lie_outside_the_block_are_left_out():
    block = bytearray(exif({0x010F: text("Maker of cameras")}))
    block[18:22] = (2**32 - 5).to_bytes(4, "little")
    assert directories.read(bytes(block)).picture == {}


def test_a_directory_that_points_to_itself_ends():
    block = (
        b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, LONG, 1, 8) + b"\x08\0\0\0"
    )
    assert set(directories.read(block).camera) == {0x8769}


def test_what_is_no_tiff_block_gives_nothing():
    assert directories.read(b"") == directories.Directories()
    assert directories.read(b"XX*\0 and more") == directories.Directories()


def test_the_index_of_several_pictures_gives_their_extents():
    entries = struct.pack("<IIIHH", 0, 1000, 0, 0, 0) + struct.pack("<IIIHH", 0, 50, 900, 0, 0)
    index = (b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0xB002, 7, len(entries), 26)
             + bytes(4) + entries)  # fmt: skip
    assert several.extents(100, index, 2000) == ((1000, 1050),)
    assert several.extents(100, index, 1040) == (), "a picture beyond the end of the file is none"
    assert several.extents(100, b"", 2000) == ()
