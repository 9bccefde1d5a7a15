"""Videos made to break programs get an answer soon, and nothing but our own errors comes out."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from damage import change
from media.video.clip_maker import film, scene
from quivive.apart import apart
from quivive.errors import CouldNotLook, TooLarge
from quivive.intake import take
from quivive.media.video import opening
from quivive.media.video.boxes import MOST, boxes
from quivive.media.video.video_detector import Video
from quivive.model import Context

SECONDS = 5.0
"""Of the processor, in the child: the machine that runs the tests may be busy."""
FILM = film([scene(1), scene(2)], tone=1.0)


def examined(data: bytes, context: Context, media_type: str = "video/mp4") -> str:
    """'looked', or the sentence that says why not; it took less than `SECONDS`."""
    before = apart(time.process_time)
    item = take(data, "clip.mp4", media_type)
    try:
        list(Video().examine(item, context))
        said = "looked"
    except CouldNotLook as error:
        said = str(error)
    after = apart(time.process_time)
    assert (after - before if after >= before else after) < SECONDS
    assert said.endswith((".", "looked"))
    return said


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def nested(levels: int) -> bytes:
    inner = b""
    for _ in range(levels):
        inner = box(b"moov", inner)
    return box(b"ftyp", b"isom\0\0\2\0isom") + inner


def patched(name: bytes, offset: int, value: bytes) -> bytes:
    """The film with octets behind the type of its first box `name` replaced."""
    at = FILM.index(name) + 4 + offset
    return FILM[:at] + value + FILM[at + len(value) :]


MADE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a file type alone": lambda: box(b"ftyp", b"isom\0\0\2\0isom"),
    "twenty thousand nested boxes": lambda: nested(20_000),
    "a million empty boxes": lambda: box(b"ftyp", b"isom\0\0\2\0isom") + box(b"free") * 1_000_000,
    "the wrong extension": lambda: b"GIF89a" + bytes(500),
    "a text": lambda: b"this is no video at all" * 100,
    "noise": lambda: FILM[:40] + random.Random(1).randbytes(200_000),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_no_video_is_said_not_to_be_readable(kind: str, context: Context) -> None:
    assert examined(MADE[kind](), context) != "looked"


CHANGED: dict[str, Callable[[], bytes]] = {
    "a duration of a thousand years": lambda: patched(b"mvhd", 16, b"\xff\xff\xff\xfe"),
    "a billion pictures a second": lambda: patched(b"mdhd", 12, struct.pack(">I", 2**31 - 1)),
    "a picture in an hour": lambda: patched(b"mdhd", 12, struct.pack(">I", 1)),
    "no scale of time": lambda: patched(b"mdhd", 12, bytes(4)),
    "four billion samples": lambda: patched(b"stsz", 8, b"\xff\xff\xff\xff"),
    "four billion steps of time": lambda: patched(b"stts", 4, b"\xff\xff\xff\xff"),
    "four billion edits": lambda: patched(b"elst", 4, b"\xff\xff\xff\xff"),
    "pictures of 65535 by 65535 pixels": lambda: patched(b"avc1", 24, b"\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_lies_of_the_container_bring_nothing_down(kind: str, context: Context) -> None:
    examined(CHANGED[kind](), context)


def test_a_film_of_8k_is_looked_at(context: Context) -> None:
    assert examined(film([scene(1, 7680, 4320)], seconds=0.1), context) == "looked"


def test_larger_pictures_are_refused_before_one_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MEGAPIXELS", 0.02)
    with opening.opened(FILM, "video/mp4") as file, pytest.raises(TooLarge, match="192 by 144"):
        opening.pictures(file)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.97])
def test_a_film_that_breaks_off_is_said_to(share: float, context: Context) -> None:
    assert examined(FILM[: int(len(FILM) * share)], context) != "looked"


def test_a_form_that_can_break_off_gives_what_there_is(context: Context) -> None:
    data = film([scene(1), scene(2)], seconds=4, form="matroska")
    assert examined(data[: len(data) // 2], context, "video/x-matroska") == "looked"


@pytest.mark.parametrize(
    "form",
    [
        ("mp4", "libx264", "video/mp4"),
        ("matroska", "libx264", "video/x-matroska"),
        ("avi", "mpeg4", "video/x-msvideo"),
    ],
)
def test_damage_brings_nothing_down(form: tuple[str, str, str], context: Context) -> None:
    whole = film([scene(1), scene(2)], seconds=1, form=form[0], codec=form[1])
    chance = random.Random(5)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            change(data, chance.randrange(len(data)), [b"moov", b"\xff" * 8, b"\0" * 16, b"trak"],
                   [0, 1, 2**31 - 1, 2**32 - 1], chance)  # fmt: skip
        examined(bytes(data), context, form[2])


def test_a_reference_to_another_file_is_not_followed(context: Context, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(FILM)
    playlist = f"ffconcat version 1.0\nfile '{tmp_path / 'other.mp4'}'\n".encode()
    assert examined(playlist, context) != "looked"
    assert examined(b"#EXTM3U\n#EXTINF:1,\nhttp://example.org/a.ts\n", context) != "looked"


def test_the_walk_over_boxes_is_bounded() -> None:
    assert len(boxes(nested(20_000))) < 20
    assert len(boxes(box(b"free") * 100_000)) == MOST


def test_the_public_nest_of_a_thousand_boxes_is_refused(shared_data: Path, context: Context) -> None:
    data = (shared_data / "media" / "c2pa_rs" / "nested_moov_1000.mp4").read_bytes()
    assert examined(data, context) != "looked"
