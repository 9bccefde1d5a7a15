"""A few pictures stand for a video: one of each scene, none twice."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media.video.clip_maker import film, scene
from quivive.errors import Unreadable
from quivive.media.likeness.pdq import pdq
from quivive.media.video import frames
from quivive.media.video.clip import read
from quivive.media.video.frames import MOST, NEAR, SCREEN, Seen, chosen, like_a_screen
from quivive.media.video.opening import opened, pictures


def seen(data: bytes, media_type: str = "video/mp4") -> Seen:
    clip = read(data, media_type)
    assert clip.seen is not None, clip.unseen
    return clip.seen


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_each_scene_gives_one_picture() -> None:
    scenes = [scene(number) for number in range(3)]
    taken = seen(film(scenes, seconds=3)).frames
    assert len(taken) == 3
    for number, frame in enumerate(taken):
        assert 3 * number <= frame.seconds < 3 * (number + 1)
        assert distance(frame.pdq, pdq(scenes[number])[0]) <= NEAR


def test_a_video_in_which_nothing_changes_gives_one_picture() -> None:
    assert len(seen(film([scene(1)], seconds=12)).frames) == 1


def test_a_scene_that_comes_back_is_taken_once() -> None:
    assert len(seen(film([scene(1), scene(2), scene(1), scene(2)], seconds=2)).frames) == 2


def test_of_many_scenes_no_more_are_taken_than_may_be_read() -> None:
    assert len(seen(film([scene(number) for number in range(20)], seconds=1)).frames) == MOST


def test_a_screen_with_writing_goes_before_scenes_that_differ_more() -> None:
    hashes = [0, (1 << 40) - 1, *((1 << 128) - 1 << 16 * number for number in range(6))]
    found = [_candidate(number, value) for number, value in enumerate(hashes)]
    assert 1 not in {each.seconds for each in chosen(found)}
    found[1] = replace(found[1], screen=0.01)
    assert 1 in {each.seconds for each in chosen(found)}


def _candidate(seconds: int, value: int) -> frames._Candidate:
    return frames._Candidate(seconds, scene(seconds), f"{value:064x}", 100)


def test_writing_on_an_even_ground_is_told_from_a_photograph(shared_data: Path) -> None:
    def score(path: Path) -> float:
        return like_a_screen(np.asarray(Image.open(path).convert("RGB")))

    assert score(shared_data / "media" / "sms.png") > SCREEN
    photographs = [score(path) for path in sorted((shared_data / "media" / "real_coco").iterdir())]
    assert sum(each > SCREEN for each in photographs) <= len(photographs) // 5


def test_a_fade_is_passed_over() -> None:
    black = np.zeros_like(scene(1))
    (frame,) = seen(film([black, scene(1), black], seconds=2)).frames
    assert 2 <= frame.seconds < 4


def test_a_video_of_nothing_but_black_still_gives_its_picture() -> None:
    assert len(seen(film([np.zeros_like(scene(1))])).frames) == 1


def test_what_the_camera_held_upright_is_upright() -> None:
    (frame,) = seen(film([scene(1)], turned=90)).frames
    shown = np.asarray(Image.open(io.BytesIO(frame.png))).astype(int)
    assert np.abs(shown - np.rot90(scene(1))).mean() < 10


def test_large_pictures_come_reduced() -> None:
    (frame,) = seen(film([scene(1, 2560, 1440)], seconds=0.5)).frames
    assert Image.open(io.BytesIO(frame.png)).size == (1024, 576)


@pytest.mark.parametrize(
    ("form", "codec", "media_type", "rate"),
    [
        ("mov", "libx264", "video/quicktime", 10),
        ("webm", "libvpx-vp9", "video/webm", 10),
        ("matroska", "libx264", "video/x-matroska", 10),
        ("avi", "mpeg4", "video/x-msvideo", 10),
        ("3gp", "mpeg4", "video/3gpp", 10),
        ("mpegts", "mpeg2video", "video/mp2t", 25),
        ("mpeg", "mpeg2video", "video/mpeg", 25),
        ("flv", "flv", "video/x-flv", 10),
        ("asf", "wmv2", "video/x-ms-asf", 25),
    ],
)
def test_every_common_form_is_read(form: str, codec: str, media_type: str, rate: int) -> None:
    data = film([scene(1), scene(2)], form=form, codec=codec, rate=rate)
    assert len(seen(data, media_type).frames) == 2


def test_where_pictures_stand_alone_only_those_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_in_order", lambda *given: pytest.fail("it was decoded in order"))
    data = film([scene(number // 10) for number in range(20)], seconds=1, gop=10)
    assert len(seen(data).frames) == 2


def test_scenes_between_pictures_that_stand_alone_are_found_by_decoding_in_order() -> None:
    """Every form but one puts a new scene's first picture alone; the old MPEG-4 coding need not."""
    data = film([scene(1), scene(2), scene(3)], seconds=2, form="avi", codec="mpeg4")
    assert len(seen(data, "video/x-msvideo").frames) == 3


def test_when_time_runs_out_it_says_how_far_it_came() -> None:
    data = film([scene(number) for number in range(8)], seconds=4, gop=20)
    with opened(data, "video/mp4") as file:
        hurried = frames.key_frames(file, pictures(file), budget=0.0)
    assert len(hurried.frames) == 1
    assert hurried.partly


def test_a_video_is_partly_seen_where_more_than_a_few_seconds_lack() -> None:
    assert Seen((), until=30.0, seconds=60.0).partly
    assert not Seen((), until=55.0, seconds=60.0).partly


def test_sound_alone_is_no_video() -> None:
    to = io.BytesIO()
    with av.open(to, "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    with opened(to.getvalue(), "video/mp4") as file, pytest.raises(Unreadable, match="no pictures"):
        pictures(file)
