"""Hostile bytes become pixels, or a sentence that says why not."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.picture_helpers import DATA, encoded
from quivive.errors import CouldNotLook, TooLarge, Unreadable
from quivive.intake import take
from quivive.media import pictures
from quivive.model import Item


def frames(item: Item) -> Iterator[Image.Image]:
    return pictures.frames(item.data, item.media_type)


def shades(width: int = 64, height: int = 48) -> Image.Image:
    ramp = np.tile(np.linspace(0, 255, width, dtype=np.uint8), (height, 1))
    return Image.fromarray(ramp)


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be huge in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"])
def test_it_decodes_the_usual_formats(kind: str) -> None:
    item = take(encoded(shades().convert("RGB"), kind), "picture")
    assert item.media_type in pictures.TYPES
    (frame,) = frames(item)
    assert frame.mode == "RGB"
    assert frame.size == (64, 48)


def test_it_decodes_heic() -> None:
    item = take((DATA / "shades.heic").read_bytes(), "photo.heic")
    assert item.media_type == "image/heic"
    (frame,) = frames(item)
    assert frame.size == (64, 48)


def test_it_turns_a_photograph_as_its_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    item = take(encoded(shades(), "JPEG", exif=exif), "turned.jpg")
    (frame,) = frames(item)
    assert frame.size == (48, 64)


def test_transparent_ground_reads_as_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    (frame,) = frames(take(encoded(clear), "clear.png"))
    assert frame.getpixel((4, 4)) == (255, 255, 255)


def test_sixteen_bit_greys_keep_their_contrast() -> None:
    deep = Image.fromarray(np.tile(np.linspace(0, 65535, 64, dtype=np.uint16), (8, 1)))
    (frame,) = frames(take(encoded(deep), "deep.png"))
    assert frame.getpixel((0, 0))[0] < 10
    assert 100 < frame.getpixel((32, 0))[0] < 160


def test_a_long_animation_gives_three_frames() -> None:
    pages = [Image.new("L", (8, 8), 10 * i) for i in range(20)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    shown = [frame.getpixel((0, 0))[0] for frame in frames(take(data, "fax.tiff"))]
    assert shown == [0, 90, 190]


@pytest.mark.parametrize("mode", ["P", "RGB"])
def test_each_page_of_a_large_animation_is_reduced_from_its_own_pixels(mode: str) -> None:
    pages = [Image.new("RGB", (4_500, 4_000), (51 * i, 0, 0)).convert(mode) for i in range(3)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    shown = list(frames(take(data, "large.tiff")))
    assert [frame.getpixel((9, 9))[0] for frame in shown] == [0, 102]  # 18 megapixels each: two have room
    assert {frame.size for frame in shown} == {(4242, 3771)}


def test_of_an_animation_of_large_frames_only_the_first_are_decoded() -> None:
    pages = [Image.new("L", (4_000, 4_000), 40 * i) for i in range(6)]
    data = encoded(pages[0], "WEBP", save_all=True, append_images=pages[1:], method=0, quality=1)
    shown = [frame.getpixel((0, 0))[0] for frame in frames(take(data, "long.webp"))]
    assert shown == pytest.approx([0, 40, 80], abs=8)  # 16 megapixels each: three have 50


def test_of_pages_as_large_as_pictures_may_be_one_is_looked_at() -> None:
    pages = [Image.new("L", (6_000, 5_000), 40 * i) for i in range(2)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    assert len(list(frames(take(data, "large.tiff")))) == 1


def test_who_looks_at_a_picture_after_another_finds_it_decoded(monkeypatch) -> None:
    data = encoded(Image.effect_noise((64, 64), 50), "PNG")
    first, _ = pictures.looked_at(data, "image/png", lambda image: image.tobytes())
    monkeypatch.setattr(pictures, "frames", None)
    again, fault = pictures.looked_at(data, "image/png", lambda image: image.tobytes())
    assert (again, fault) == (first, None)


def test_of_more_pictures_than_anybody_counts_the_first_is_looked_at() -> None:
    frame = bytes.fromhex("21f90400000000002c000000000100010000 02024401 00".replace(" ", ""))
    data = (
        bytes.fromhex("474946383961 0100 0100 80 00 00 000000ffffff".replace(" ", "")) + 10_001 * frame + b";"
    )
    seen, fault = pictures.looked_at(data, "image/gif", lambda image: image.size)
    assert seen == [(1, 1)]
    assert "more than 10,000 pictures" in str(fault)


def test_what_was_seen_before_an_animation_breaks_off_is_kept() -> None:
    pages = [Image.effect_noise((64, 64), 50) for _ in range(3)]
    data = encoded(pages[0], "GIF", save_all=True, append_images=pages[1:])
    seen, fault = pictures.looked_at(data[: len(data) * 2 // 3], "image/gif", lambda image: image.size)
    assert seen
    assert set(seen) == {(64, 64)}
    assert len(seen) < 3 or fault is not None


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 7_000), (65_501, 10)])
def test_it_refuses_bombs_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge, match="megapixels"):
        list(frames(take(bomb(*size), "bomb.png")))


def test_a_truncated_picture_is_unreadable() -> None:
    data = encoded(shades(400, 400), "JPEG")
    with pytest.raises(Unreadable):
        list(frames(take(data[: len(data) // 2], "cut.jpg")))


def test_the_reason_names_no_memory_address() -> None:
    with pytest.raises(Unreadable) as caught:
        list(frames(take(b"\x89PNG\r\n\x1a\nnot a picture", "fake.png")))
    assert "0x" not in str(caught.value)


SEEDS = [encoded(shades(), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12),
    st.integers(0, 4000),
)
def test_damaged_pictures_are_pixels_or_could_not_look(
    seed: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(seed)
    for place, value in changes:
        data[place % len(data)] = value
    item = take(bytes(data[: max(cut, 16)]), "x.png", "image/png")
    with contextlib.suppress(CouldNotLook):
        assert all(frame.mode == "RGB" for frame in frames(item))


def test_a_bomb_stays_within_memory_and_time() -> None:
    """A flat 49-megapixel PNG (150 kB) decodes within a gigabyte; the child would die of more."""
    program = (
        "import resource, io; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30));"
        "from PIL import Image; from quivive.media import pictures; "
        "b = io.BytesIO(); Image.new('RGBA', (7000, 7000)).save(b, 'PNG');"
        "print([f.size for f in pictures.frames(b.getvalue(), 'image/png')])"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == "[(4000, 4000)]", child.stderr
