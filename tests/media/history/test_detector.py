"""What an examiner is told about a file."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

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
    with_xmp,
)
from media.picture_helpers import DATA
from quivive.intake import take
from quivive.media.history.detector import FileHistory
from quivive.model import Context, Finding, Item, Yield

HISTORY = FileHistory()


@pytest.fixture
def look(context: Context) -> Callable[..., list[Yield]]:
    return lambda data, name="picture.jpg": list(HISTORY.examine(take(data, name), context))


def codes(results: list[Yield]) -> list[str]:
    return [r.code for r in results if isinstance(r, Finding)]


def items(results: list[Yield]) -> list[Item]:
    return [r for r in results if isinstance(r, Item)]


def test_an_ordinary_picture_gets_one_line(look):
    results = look(jpeg(scene(500, 400), quality=75))
    assert codes(results) == ["history/jpeg"]
    assert results[0].message == (
        "The picture is a JPEG of 500 × 400 pixels, saved at a quality of about 75 of 100, without camera "
        "data. Its structure does not tell which program wrote it."
    )
    assert (
        results[0].where.part == "JPEG, quality 75, tables of libjpeg, 4:2:0, baseline, usual Huffman tables"
    )


def test_a_cameras_picture_names_the_camera(look):
    data = with_exif(jpeg(), exif({0x010F: text("Maker"), 0x0110: text("Maker One")}))
    assert codes(look(data)) == ["history/camera"]
    assert "(Maker One)" in look(data)[0].message


def test_an_editor_is_named_with_and_without_a_camera(look):
    software = {0x0131: text("GIMP 2.10.34")}
    assert codes(look(with_exif(jpeg(), exif(software)))) == ["history/edited"]
    camera = {0x010F: text("Maker"), 0x0110: text("One")}
    results = look(with_exif(jpeg(), exif({**software, **camera})))
    assert codes(results) == ["history/edited-camera"]
    assert "(Maker One) and names GIMP" in results[0].message


def test_what_passed_a_messenger_is_said_by_its_name_or_by_its_size(look):
    assert codes(look(jpeg(scene(1600, 1200), quality=75))) == ["history/messenger-size"]
    assert codes(look(jpeg(), "IMG-20260814-WA0007.jpg")) == ["history/messenger-name"]
    uploaded = with_segments(jpeg(), photoshop(resource(0x0404, b"\x1c\x02\x28\x00\x08FBMD0100")))
    assert codes(look(uploaded)) == ["history/uploaded"]


def test_a_screenshot_is_said_by_its_mark_its_name_or_its_size(look):
    marked = png(eXIf=exif({}, {0x9286: (7, b"ASCII\0\0\0Screenshot")}))
    assert codes(look(marked, "IMG_1.PNG")) == ["history/screenshot"]
    assert codes(look(png(), "Screenshot_20260814.png")) == ["history/screenshot-name"]
    assert codes(look(png(scene(750, 1334)), "a.png")) == ["history/screen-size"]
    assert codes(look(png(scene(751, 1334)), "a.png")) == ["history/file"]


def test_a_hidden_archive_is_for_review_and_becomes_an_item(look):
    hidden = archive()
    for data in (jpeg(), png()):
        results = look(data + hidden)
        found = next(r for r in results if isinstance(r, Finding) and r.code == "history/hidden-file")
        assert found.kind == "review"
        assert found.where.part == f"octets {len(data)} to {len(data + hidden)}"
        assert [item.media_type for item in items(results)] == ["application/zip"]
        assert items(results)[0].data == hidden


def test_a_hidden_archive_is_opened_by_the_workbench(bench):
    data = jpeg(scene(64, 64)) + archive(content="Your parcel waits: pay at https://pay.example/now")
    report = bench.check(data, detectors=["media.history", "messages"])
    assert any("invoice.txt" in item.name for item in report.items)
    assert report.attention in ("look", "act")


def test_text_behind_the_picture_becomes_an_item(look):
    results = look(jpeg() + b"Meet me at noon, and bring the card.")
    assert codes(results)[1:] == ["history/text-behind"]
    assert items(results)[0].text == "Meet me at noon, and bring the card."


def test_a_picture_that_the_index_names_is_no_finding(look):
    assert codes(look(jpeg() + jpeg(scene(64, 64))))[1:] == ["history/picture-behind"]


def test_a_cropped_picture_shows_its_preview(look):
    whole = scene(800, 600, 5)
    small = jpeg(whole.resize((160, 120), Image.Resampling.BOX))
    results = look(with_exif(jpeg(whole.crop((0, 0, 480, 420))), exif({}, thumbnail=small)))
    assert "history/preview-cropped" in codes(results)
    assert [item.data for item in items(results)] == [small]
    honest = look(with_exif(jpeg(whole), exif({}, thumbnail=small)))
    assert codes(honest) == ["history/jpeg"]


def test_contradicting_times_are_for_review(look):
    block = exif({0x0132: text("2024:01:01 10:00:00")}, {0x9003: text("2026:08:14 19:20:11")})
    found = look(with_exif(jpeg(), block))[1]
    assert (found.code, found.kind) == ("history/changed-before-made", "review")
    assert "2024-01-01 10:00 (DateTime)" in found.message
    assert "2026-08-14 19:20 (DateTimeOriginal)" in found.message


def test_a_future_pngs_time_chunk_is_read(look):
    assert codes(look(png(tIME=b"\x07\xf3\x01\x01\x00\x00\x00"), "a.png"))[1:] == ["history/future"]


def test_the_record_of_editing_is_read_aloud(look):
    steps = (
        '<xmpMM:History><rdf:Seq><rdf:li stEvt:action="created" stEvt:softwareAgent="Adobe Photoshop 24.0" '
        'stEvt:when="2026-01-02T10:11:12+01:00"/><rdf:li stEvt:action="saved"/></rdf:Seq></xmpMM:History>'
    )
    found = look(with_xmp(jpeg(), steps))[1]
    assert found.code == "history/steps"
    assert "2 steps: created, Adobe Photoshop 24.0, 2026-01-02T10:11; saved." in found.message


def test_a_second_compression_is_informational(look):
    twice = jpeg(Image.open(io.BytesIO(jpeg(quality=70))), quality=92)
    found = look(twice)[1]
    assert (found.code, found.kind) == ("history/recompressed", "informational")
    assert found.score > 0.02


def test_personal_data_is_said_and_never_shown(look):
    camera = {0xA431: text("SN-4455667"), 0xA430: text("Ada Example")}
    place = {0x01: text("N"), 0x02: fractions((52, 1), (22, 1), (2417, 100)),
             0x03: text("W"), 0x04: fractions((4, 1), (53, 1), (4262, 100))}  # fmt: skip
    results = look(with_exif(jpeg(), exif({}, camera, place)))
    assert codes(results)[1:] == ["history/serial-number", "history/owner-name", "history/location"]
    said = " ".join(r.message for r in results)
    assert "52.4° north, -4.9° east" in said
    assert not any(secret in said for secret in ("4455667", "Ada", "22.4", "52.37"))


def test_a_telephone_without_a_fix_says_no_place(look):
    zero = {0x01: text("N"), 0x02: fractions((0, 1), (0, 1), (0, 1)),
            0x03: text("E"), 0x04: fractions((0, 1), (0, 1), (0, 1))}  # fmt: skip
    assert "history/location" not in codes(look(with_exif(jpeg(), exif({}, {}, zero))))


def test_a_file_that_breaks_off_is_said_to(look):
    assert "history/cut-off" in codes(look(jpeg()[:-3000]))
    assert "history/cut-off" in codes(look(png()[:-20], "a.png"))


def test_links_in_what_the_file_says_are_made_inert(look):
    block = exif({0x010F: text("Win https://pay.example/x now"), 0x0110: text("\u202eevil\x07")})
    message = look(with_exif(jpeg(), block))[0].message
    assert "https://pay.example" not in message
    assert not set(message) & {"\u202e", "\x07"}


def test_a_cameras_data_is_found_in_every_container(look):
    block = exif({0x010F: text("Maker"), 0x0110: text("One")})
    for kind in ("PNG", "WEBP", "AVIF"):
        out = io.BytesIO()
        scene(64, 48).save(out, kind, exif=b"Exif\0\0" + block)
        found = look(out.getvalue(), "picture")[0]
        assert (found.code, found.params["camera"]) == ("history/camera", "Maker One")


def test_a_workflow_in_the_cameras_place_is_no_camera(look):
    assert codes(look(with_exif(jpeg(), exif({0x010F: text('workflow:{"nodes": []}')})))) == ["history/jpeg"]


def test_a_heic_picture_gets_its_line(look):
    data = (DATA / "shades.heic").read_bytes()
    assert codes(look(data, "shades.heic")) == ["history/file"]


def test_avif_and_tiff_get_their_line(look):
    avif, tiff = io.BytesIO(), io.BytesIO()
    scene(64, 48).save(avif, "AVIF")
    scene(64, 48).save(tiff, "TIFF")
    for data, name in ((avif.getvalue(), "AVIF"), (tiff.getvalue(), "TIFF")):
        results = look(data)
        assert codes(results) == ["history/file"]
        assert f"a {name} file of 64 × 48 pixels" in results[0].message
