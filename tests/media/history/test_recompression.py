"""Traces of an earlier compression."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from media.history.making import jpeg, scene
from quivive.media.history import recompression
from quivive.media.history.jpeg import read


def look(data: bytes) -> recompression.Recompression | None:
    return recompression.read(data, read(data))


def again(data: bytes, **options: object) -> bytes:
    return jpeg(Image.open(io.BytesIO(data)), **options)


@pytest.mark.parametrize(("first", "last"), [(60, 80), (70, 90), (75, 95), (85, 92), (90, 98)])
def test_a_coarser_compression_before_is_seen_and_its_quality_told(first, last):
    found = look(again(jpeg(quality=first), quality=last))
    assert recompression.told(found)
    assert found
    assert abs(found.first - first) <= 1


@pytest.mark.parametrize("quality", [50, 60, 70, 75, 80, 85, 90, 95, 98, 100])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_compression_alone_is_never_taken_for_two(quality, seed):
    assert not recompression.told(look(jpeg(scene(seed=seed), quality=quality)))


def test_scaling_in_between_takes_the_trace_away():
    small = Image.open(io.BytesIO(jpeg(scene(1600, 1200), quality=60))).resize((1000, 750))
    assert not recompression.told(look(jpeg(small, quality=90)))


def test_progressive_and_subsampled_pictures_are_read_alike():
    assert recompression.told(look(again(jpeg(quality=70), quality=90, progressive=True, subsampling=0)))


def test_the_middle_of_a_large_picture_is_on_its_own_grid():
    data = again(jpeg(scene(1100, 2300), quality=70), quality=90)
    middle = recompression.middle(data, read(data))
    whole = Image.open(io.BytesIO(data))
    whole.draft("L", whole.size)
    assert recompression.told(look(data))
    assert middle.size <= 1.2 * recompression.PIXELS
    assert any(
        middle[:8, :64].tobytes() == whole.crop((left, top, left + 64, top + 8)).tobytes()
        for top in range(0, 1400, 8)
        for left in range(0, 256, 8)
    )


def test_little_and_flat_pictures_say_nothing():
    assert look(jpeg(Image.new("RGB", (32, 32)))) is None
    assert not recompression.told(look(again(jpeg(Image.new("RGB", (400, 400), "grey"), quality=50))))


def test_a_frame_that_claims_gigapixels_is_not_decoded():
    data = bytearray(jpeg())
    at = read(bytes(data)).frame_at
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    assert look(bytes(data)) is None
