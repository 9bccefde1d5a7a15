"""Whether the small picture shows what the picture shows."""

from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance, ImageOps

from media.history.making import jpeg, scene
from quivive.media.history import preview

PICTURE = scene(800, 600, 5)


def compare(picture: bytes, small: bytes) -> preview.Comparison:
    found = preview.compare(picture, [small])
    assert found
    assert found[1] == small
    return found[0]


def small(image: Image.Image, size: tuple[int, int] = (160, 120)) -> bytes:
    return jpeg(image.resize(size, Image.Resampling.BOX))


def test_a_cameras_preview_shows_the_same():
    assert compare(jpeg(PICTURE), small(PICTURE)).verdict == "same"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_picture_shows_the_same(degrees):
    assert compare(jpeg(PICTURE.rotate(degrees, expand=True)), small(PICTURE)).verdict == "same"


def test_bars_around_the_preview_do_not_matter():
    wide = PICTURE.crop((0, 75, 800, 525))
    framed = ImageOps.pad(wide, (160, 120), color="black")
    assert compare(jpeg(wide), jpeg(framed)).verdict == "same"


def test_brighter_and_smaller_is_still_the_same():
    brighter = ImageEnhance.Brightness(PICTURE).enhance(1.3).resize((400, 300))
    assert compare(jpeg(brighter), small(PICTURE)).verdict == "same"


def test_a_preview_cut_to_its_own_shape_is_the_same():
    assert compare(jpeg(PICTURE), small(PICTURE.crop((100, 0, 700, 600)), (120, 120))).verdict == "same"


@pytest.mark.parametrize("box", [(0, 0, 480, 420), (300, 200, 800, 600), (250, 100, 700, 450)])
def test_a_picture_cut_out_of_what_the_preview_shows_was_cropped(box):
    found = compare(jpeg(PICTURE.crop(box)), small(PICTURE))
    assert found.verdict == "cropped"
    assert found.share == pytest.approx((box[2] - box[0]) * (box[3] - box[1]) / (800 * 600), abs=0.08)


@pytest.mark.parametrize("seed", range(6, 12))
def test_another_picture_differs_or_leaves_it_open_and_is_never_the_same(seed):
    found = compare(jpeg(PICTURE), small(scene(800, 600, seed)))
    assert found.verdict in ("differs", "unsure")
    assert found.likeness < 0.5


def test_flat_pictures_are_not_compared():
    flat = Image.new("RGB", (400, 300), (90, 90, 95))
    assert compare(jpeg(flat), small(PICTURE)).verdict == "unsure"


def test_of_two_previews_the_one_that_tells_more_counts():
    cropped = jpeg(PICTURE.crop((0, 0, 480, 420)))
    honest, stale = small(PICTURE.crop((0, 0, 480, 420))), small(PICTURE)
    found = preview.compare(cropped, [honest, b"\xff\xd8\xff damaged", stale])
    assert found
    assert (found[0].verdict, found[1]) == ("cropped", stale)


def test_no_preview_and_a_damaged_one_say_nothing():
    assert preview.compare(jpeg(PICTURE), []) is None
    assert preview.compare(jpeg(PICTURE), [b"\xff\xd8\xff damaged"]) is None
