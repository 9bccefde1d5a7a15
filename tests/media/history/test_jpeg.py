"""How a JPEG is written, and where it ends."""

from __future__ import annotations

import pytest
from PIL import Image

from media.history.making import jpeg, photoshop, resource, scene, segment, with_exif, with_segments
from quivive.media.history import quality, resources
from quivive.media.history.jpeg import read


@pytest.mark.parametrize("chosen", [10, 30, 50, 75, 92, 100])
def test_the_quality_of_libjpegs_scale_is_told_exactly(chosen):
    assert quality.estimate(read(jpeg(quality=chosen)).luma) == (chosen, True)


def test_tables_of_another_program_are_told_to_be_its_own_and_named_where_known():
    table = read(jpeg(quality="web_high")).luma
    found = quality.estimate(table)
    assert found
    assert not found[1]
    assert quality.photoshop_preset(table) == "web_high"
    assert quality.photoshop_preset(quality.steps(75)) == ""


@pytest.mark.parametrize(("option", "name"), [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")])
def test_subsampling_is_read_from_the_frame(option, name):
    assert read(jpeg(subsampling=option)).subsampling == name


def test_size_progressive_and_huffman_tables_are_read():
    plain = read(jpeg(scene(120, 80)))
    changed = read(jpeg(scene(120, 80), progressive=True))
    assert (plain.width, plain.height, plain.progressive, plain.standard_huffman) == (120, 80, False, True)
    assert (changed.progressive, changed.standard_huffman) == (True, False)
    assert not read(jpeg(optimize=True)).standard_huffman


def test_a_grey_picture_has_no_subsampling():
    assert read(jpeg(Image.new("L", (64, 64), 90))).subsampling == ""


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_the_end_is_where_the_marker_is_not_where_the_file_is(options):
    data = jpeg(**options)
    assert read(data).end == len(data)
    assert read(data + b"more").end == len(data)


def test_the_end_marker_of_a_thumbnail_is_not_the_pictures():
    data = with_segments(jpeg(), segment(0xE1, b"Exif\0\0" + jpeg(scene(32, 24))))
    assert read(data).end == len(data)


def test_a_file_that_breaks_off_has_no_end():
    data = jpeg()
    assert read(data[:-2]).end is None
    assert read(data[: len(data) // 2]).end is None
    assert read(b"\xff\xd8\xff").end is None


def test_segments_are_named_in_their_order_and_exif_is_kept():
    data = with_exif(jpeg(), b"II*\0")
    assert read(data).names == ("APP1 Exif", "APP0 JFIF")
    assert read(data).exif == b"II*\0"


def test_photoshops_resources_tell_who_wrote_them():
    iptc = b"\x1c\x02\x28\x00\x08FBMD0100"
    data = with_segments(jpeg(), photoshop(resource(0x0404, iptc), resource(0x0406, b"\0\x08\0\0\0\0\0")))
    found = resources.read(read(data).photoshop)
    assert (found.facebook, found.written_by_photoshop) == (True, True)
    other = with_segments(jpeg(), photoshop(resource(0x0404, b"\x1c\x02\x28\x00\x08See FBMD")))
    assert resources.read(read(other).photoshop) == resources.Resources()
