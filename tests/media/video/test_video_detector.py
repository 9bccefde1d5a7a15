"""What a video says is told as its own words; its pictures are examined, its sound is not copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from media.video.clip_maker import film, scene
from quivive import Workbench
from quivive.intake import take
from quivive.media.video.video_detector import ORIGIN, Video
from quivive.model import Context, Detector, Finding, Item, Yield

Run = Callable[[Detector, Item], list[Yield]]
CAMERA = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15"}


def said(run: Run, data: bytes, name: str = "clip.mp4") -> dict[str, Finding]:
    found = [each for each in run(Video(), take(data, name)) if isinstance(each, Finding)]
    return {each.code: each for each in found}


def test_its_pictures_become_items_named_by_their_time(run: Run) -> None:
    results = run(Video(), take(film([scene(1), scene(2)], seconds=2), "clip.mp4"))
    items = [each for each in results if isinstance(each, Item)]
    assert [each.media_type for each in items] == ["image/png", "image/png"]
    assert items[0].name == "clip.mp4/picture at 0.0 s"
    assert {each.origin for each in items} == {ORIGIN}
    assert 2 <= float(items[1].meta["seconds"]) < 4


def test_the_sound_is_examined_once_on_the_video_itself(bench: Workbench) -> None:
    data = film([scene(1)], tone=2.0)
    report = bench.check(data, "clip.mp4", detectors=["media.video", "voices.speech"])
    heard = [each.item for each in report.examinations if each.detector == "voices.speech"]
    assert heard == ["clip.mp4"]
    assert not [item for item in report.items if item.media_type.startswith("audio/")]


def test_what_is_not_looked_at_is_said(run: Run) -> None:
    told = said(run, film([scene(1)]))["video/frames"]
    assert "0.0 s" in told.message
    assert "not looked at" in told.message


def test_a_camera_is_what_the_file_says(run: Run) -> None:
    told = said(run, film([scene(1)], tags={**CAMERA, "com.apple.quicktime.software": "18.1"}))[
        "video/camera"
    ]
    assert told.message.startswith("The file says that it was recorded with Apple iPhone 15, 18.1.")
    assert told.kind == "informational"


def test_the_maker_is_not_said_twice(run: Run) -> None:
    tags = {"com.android.manufacturer": "Example", "com.android.model": "Example One"}
    assert "with Example One." in said(run, film([scene(1)], tags=tags))["video/camera"].message


@pytest.mark.parametrize(
    ("tags", "program"),
    [
        ({"te_is_reencode": "1"}, "CapCut / TikTok"),
        ({"comment": '{"product":"vicut"}'}, "CapCut / TikTok"),
        ({"title": "Made with KineMaster"}, "KineMaster"),
        ({"comment": "Adobe Premiere Pro 2026"}, "Adobe Premiere"),
    ],
)
def test_an_editing_program_is_named(tags: dict[str, str], program: str, run: Run) -> None:
    assert program in said(run, film([scene(1)], tags=tags))["video/editor"].message


def test_a_library_says_only_that_no_camera_left_it_so(run: Run) -> None:
    told = said(run, film([scene(1)]))
    assert "FFmpeg" in told["video/library"].message
    assert "video/editor" not in told
    assert "video/camera" not in told


@pytest.mark.parametrize(
    ("name", "code", "program"),
    [
        ("VID-20260102-WA0003.mp4", "video/messenger", "WhatsApp"),
        ("WhatsApp Video 2026-01-02 at 10.11.12.mp4", "video/messenger", "WhatsApp"),
        ("signal-2026-01-02-101112.mp4", "video/messenger", "Signal"),
        ("RPReplay_Final1767348672.MP4", "video/screen", "iOS"),
        ("Screen_Recording_20260102-101112_Example.mp4", "video/screen", "Android"),
        ("2026-01-02 10-11-12.mkv", "video/screen", "OBS Studio"),
    ],
)
def test_a_name_that_a_program_gives_is_told(name: str, code: str, program: str, run: Run) -> None:
    assert program in said(run, film([scene(1)]), name)[code].message


def test_an_ordinary_name_means_nothing(run: Run) -> None:
    assert not {"video/screen", "video/messenger"} & set(said(run, film([scene(1)]), "birthday.mp4"))


def test_the_place_is_named_as_present_and_not_shown(run: Run) -> None:
    told = said(run, film([scene(1)], tags={"com.apple.quicktime.location.ISO6709": "+01.2345-006.7890/"}))
    assert "video/place" in told
    assert not [each for each in told.values() if "01.2345" in each.message + str(each.params)]


def test_the_time_of_making_is_told_in_utc(run: Run) -> None:
    tags = {"com.apple.quicktime.creationdate": "2026-01-02T03:04:05+0200"}
    assert "2026-01-02 01:04 UTC" in said(run, film([scene(1)], tags=tags))["video/made-at"].message


def test_a_time_to_come_is_to_be_looked_at(run: Run) -> None:
    assert (
        said(run, film([scene(1)], tags={"creation_time": "2031-01-02T03:04:05Z"}))["video/made-later"].kind
        == "review"
    )


def test_times_a_year_apart_are_told_without_alarm(run: Run) -> None:
    tags = {
        "creation_time": "2026-01-02T03:04:05Z",
        "com.apple.quicktime.creationdate": "2025-01-02T03:04:05Z",
    }
    told = said(run, film([scene(1)], tags=tags))["video/times-differ"]
    assert told.kind == "informational"
    assert "2025-01-02" in told.message
    assert "2026-01-02" in told.message


def test_a_clock_that_was_never_set_says_nothing(run: Run) -> None:
    assert "video/made-at" not in said(run, film([scene(1)], tags={"creation_time": "1904-01-01T00:00:00Z"}))


@pytest.mark.parametrize(("tone", "differs"), [(2.0, False), (2.6, False), (9.0, True)])
def test_pictures_and_sound_of_different_length_are_told(tone: float, differs: bool, run: Run) -> None:
    assert ("video/lengths-differ" in said(run, film([scene(1)], seconds=2, tone=tone))) == differs


def test_a_film_without_sound_says_so(run: Run) -> None:
    assert "video/no-sound" in said(run, film([scene(1)]))
    assert "video/no-sound" not in said(run, film([scene(1)], tone=2.0))


def test_nobody_misses_the_check_of_a_voice_in_a_film_without_sound(bench: Workbench) -> None:
    report = bench.check(film([scene(1)]), "clip.mp4")
    missed = [each for each in report.examinations if each.detector.startswith("voices.") and each.skipped]
    assert missed
    assert not any(each.called_for for each in missed)
    assert report.attention == "nothing-found"


def test_an_edit_list_of_several_pieces_is_told(run: Run) -> None:
    data = film([scene(1)])
    assert "video/joined" not in said(run, data)
    assert "2 pieces" in said(run, twice(data))["video/joined"].message


def twice(data: bytes) -> bytes:
    """The film with a second, equal piece in its edit list; the table takes the room of a free box."""
    at = data.index(b"elst")
    size = int.from_bytes(data[at - 4 : at], "big")
    table = data[at + 4 : at - 4 + size]
    longer = table[:4] + (2).to_bytes(4, "big") + table[8:20] * 2
    box = (8 + len(longer)).to_bytes(4, "big") + b"elst" + longer
    out = bytearray(data[: at - 4] + box + data[at - 4 + size :])
    for parent in (b"edts", b"trak", b"moov"):
        place = out.index(parent) - 4
        out[place : place + 4] = (int.from_bytes(out[place : place + 4], "big") + 12).to_bytes(4, "big")
    assert out.index(b"mdat") < out.index(b"moov"), "the places of the pictures did not move"
    return bytes(out)


def test_nothing_it_says_is_a_judgement(run: Run) -> None:
    told = said(run, film([scene(1)], tags=CAMERA, tone=9.0))
    assert all(each.score is None and each.weight is None and each.kind != "fail" for each in told.values())
    words = " ".join(each.message.lower() for each in told.values())
    assert not [word for word in ("genuine", "authentic", " real ", " safe") if word in words]


def test_it_is_as_sure_a_second_time(run: Run, context: Context) -> None:
    item = take(film([scene(1), scene(2)]), "clip.mp4")
    assert list(Video().examine(item, context)) == list(Video().examine(item, context))
