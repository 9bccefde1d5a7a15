"""Texts are found in every container, in every place where programs put them, also in broken files."""

from __future__ import annotations

import struct

import pytest

from media.marks.made import (
    CAMERA,
    SETTINGS,
    chunk,
    comment,
    exif,
    exif_segment,
    film,
    found,
    international,
    iptc_segment,
    jpeg,
    packed,
    png,
    saved,
    segment,
    sound,
    text,
    xmp,
    xmp_segment,
)
from quivive.errors import Unreadable
from quivive.media.marks.containers import read

AI = 'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'


def values(data: bytes, media_type: str = "") -> dict[str, str]:
    return {each.label: each.value for each in read(data, media_type).texts}


@pytest.mark.parametrize("make", [text, packed, international, lambda k, v: international(k, v, pack=True)])
def test_each_kind_of_png_text_is_read(make):
    assert values(png(make("parameters", "größer ✓"))) == {"PNG parameters": "größer ✓"}


def test_text_behind_the_pixels_is_read():
    assert values(png(late=text("parameters", SETTINGS))) == {"PNG parameters": SETTINGS}


def test_text_of_a_picture_without_end_is_read_and_the_end_is_missed():
    carried = read(png(text("parameters", SETTINGS))[:-12], "image/png")
    assert carried.texts[0].value == SETTINGS
    assert "breaks off" in carried.unread[0]


def test_a_chunk_longer_than_the_file_is_read_as_far_as_it_goes():
    whole = png(late=text("parameters", SETTINGS))
    at = whole.index(b"tEXt")
    torn = whole[: at - 4] + struct.pack(">I", 2**31 - 1) + whole[at : at + 60]
    assert values(torn)["PNG parameters"].startswith("a paper boat")


def test_latin_1_is_read_where_utf_8_is_not_meant():
    assert values(png(chunk(b"tEXt", b"Author\0Ren\xe9"))) == {"PNG Author": "René"}


def test_the_metadata_that_imagemagick_keeps_as_text_is_read():
    profile = b"\nexif\n    99\n" + exif(CAMERA).hex().encode()
    assert values(png(packed("Raw profile type exif", profile)))["EXIF Model"] == "Pocket 3"


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("written", ["big", "little"])
def test_a_user_comment_is_read_in_both_byte_orders_whatever_the_block_says(order, written):
    data = jpeg(exif_segment({0x9286: comment(SETTINGS, written)}, order))
    assert values(data)["EXIF UserComment"] == SETTINGS


@pytest.mark.parametrize(
    "raw",
    [
        b"ASCII\0\0\0" + SETTINGS.encode(),
        bytes(8) + SETTINGS.encode(),
        SETTINGS.encode(),
        bytes(8) + SETTINGS.encode("utf-16-le"),
    ],
)
def test_a_user_comment_is_read_whatever_its_code_is(raw):
    assert values(jpeg(exif_segment({0x9286: raw})))["EXIF UserComment"] == SETTINGS


@pytest.mark.parametrize("order", ["big", "little"])
def test_exposure_values_are_read(order):
    told = values(jpeg(exif_segment(CAMERA, order)))
    assert (told["EXIF Make"], told["EXIF ExposureTime"]) == ("Acme", "1/200")
    assert told["EXIF PhotographicSensitivity"] == "100"


def test_a_directory_that_names_itself_ends():
    block = bytearray(exif({0x010E: "a boat"}))
    block[10 + 12 : 10 + 16] = struct.pack(">I", 8)
    assert values(jpeg(segment(0xE1, b"Exif\0\0" + bytes(block)))) == {"EXIF ImageDescription": "a boat"}


def test_jpeg_segments_are_read():
    data = jpeg(segment(0xFE, b"a boat"), xmp_segment(f"<x {AI}/>"), iptc_segment({110: "Made by hand"}))
    told = values(data)
    assert told["JPEG comment"] == "a boat"
    assert told["XMP Iptc4xmpExt:DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert told["IPTC Credit"] == "Made by hand"
    assert read(data, "image/jpeg").size == (64, 48)


@pytest.mark.parametrize(
    ("kind", "media_type", "option"),
    [
        ("WEBP", "image/webp", "xmp"),
        ("AVIF", "image/avif", "xmp"),
        ("WEBP", "image/webp", "exif"),
        ("AVIF", "image/avif", "exif"),
        ("TIFF", "image/tiff", "exif"),
        ("PNG", "image/png", "exif"),
    ],
)
def test_other_pictures_are_read(kind, media_type, option):
    block = xmp(f"<x {AI}/>") if option == "xmp" else exif({0x0131: "Pond 1"})
    data = saved(kind, **{option: block})
    carried = read(data, media_type)
    key = "XMP Iptc4xmpExt:DigitalSourceType" if option == "xmp" else "EXIF Software"
    assert key in {each.label for each in carried.texts}
    assert carried.size == (64, 48)


def test_a_gif_comment_is_read():
    assert values(saved("GIF", comment=SETTINGS.encode()))["GIF comment"] == SETTINGS


def test_xmp_in_a_gif_is_read():
    gif = saved("GIF")
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    block = b"\x21\xff\x0bXMP DataXMP" + xmp(f"<x {AI}/>") + trailer
    assert "XMP Iptc4xmpExt:DigitalSourceType" in values(gif[:-1] + block + gif[-1:])


@pytest.mark.parametrize("form", ["mp4", "webm", "matroska"])
def test_tags_of_films_are_read(form):
    data = film(form, {"comment": SETTINGS}, "libvpx" if form == "webm" else "mpeg4")
    told = {
        each.name: each.value
        for each in read(data, "video/mp4" if form == "mp4" else "video/x-matroska").texts
    }
    assert told["comment"] == SETTINGS


@pytest.mark.parametrize(
    ("form", "codec", "media_type"), [("flac", "flac", "audio/flac"), ("ogg", "libopus", "audio/ogg")]
)
def test_tags_of_sounds_are_read(form, codec, media_type):
    told = {
        each.name: each.value for each in read(sound(form, codec, {"prompt": SETTINGS}), media_type).texts
    }
    assert told["prompt"] == SETTINGS


def test_xmp_of_a_film_is_read():
    box = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + xmp(f"<x {AI}/>")
    data = film("mp4", {}) + struct.pack(">I", len(box) + 8) + b"uuid" + box
    told = {each.name for each in read(data, "video/mp4").texts}
    assert "digitalsourcetype" in told


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"", "image/png"),
        (b"no picture", "image/png"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "image/avif"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "video/mp4"),
        (b"fLaC" + bytes(40), "audio/flac"),
    ],
)
def test_what_is_no_such_file_gets_a_clear_answer(data, media_type):
    with pytest.raises(Unreadable):
        read(data, media_type)


def test_xmp_in_a_drawing_is_read():
    drawing = b"<svg><metadata>" + xmp(f"<x {AI}/>") + b"</metadata></svg>"
    assert {each.name for each in read(drawing, "image/svg+xml").texts} >= {"digitalsourcetype"}


def test_a_bitmap_holds_no_texts():
    assert read(saved("BMP"), "image/bmp").texts == ()


def test_a_bare_signature_is_a_file_that_breaks_off():
    for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"):
        assert "breaks off" in " ".join(read(start, "").unread)


def test_xmp_is_read_without_declared_names_and_up_to_where_it_breaks():
    torn = xmp(f"<x {AI}/>", declared=False)[:-40]
    assert "mark/digital-source-type" in found(png(international("XML:com.adobe.xmp", torn.decode())))
