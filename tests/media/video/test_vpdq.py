"""vPDQ: the hashes of a video's pictures, and how much of it another video shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.video.clip_maker import film, scene
from quivive.errors import Unreadable
from quivive.media.video.vpdq import NEAR, WORTH, hashes, parse, shared, text

SCENES = [scene(1), scene(2), scene(3)]


def test_a_hash_a_second() -> None:
    found = hashes(film(SCENES, seconds=2), "video/mp4")
    assert [each.number for each in found] == [0, 10, 20, 30, 40, 50]
    assert [round(each.seconds, 2) for each in found] == [0, 1, 2, 3, 4, 5]


def test_every_picture_has_its_hash() -> None:
    assert len(hashes(film(SCENES[:1], seconds=1), "video/mp4", every=0)) == 10


def test_a_copy_in_another_form_shares_all_and_another_film_nothing() -> None:
    own = hashes(film(SCENES), "video/mp4")
    copy = hashes(film(SCENES, form="avi", codec="mpeg4"), "video/x-msvideo")
    other = hashes(film([scene(7), scene(8)]), "video/mp4")
    assert shared(copy, own) == 1.0
    assert shared(other, own) == 0.0


def test_a_part_of_a_film_is_found_whole_and_covers_its_share() -> None:
    whole, part = hashes(film(SCENES), "video/mp4"), hashes(film(SCENES[:1]), "video/mp4")
    assert shared(part, whole) == 1.0
    assert shared(whole, part) == pytest.approx(1 / 3)


def test_a_plain_picture_counts_for_nothing() -> None:
    black = hashes(film([scene(1) * 0]), "video/mp4")
    assert max(each.quality for each in black) < WORTH
    assert shared(black, black) == 0.0


def test_the_text_format_is_read_back() -> None:
    found = hashes(film(SCENES[:1]), "video/mp4")
    assert parse(text(found)) == tuple(found)


@pytest.mark.parametrize("line", ["", "1,2,3", "0,100,zz,0.0", "0,100," + "f" * 63 + ",0.0", "a,b,c,d,e"])
def test_another_text_is_refused(line: str) -> None:
    with pytest.raises(Unreadable, match="no vPDQ file"):
        parse(line + "\n0")


@pytest.mark.parametrize(("name", "pictures"), [("doorknob-hd-no-bar", 120), ("pattern-sd-grey-bar", 206)])
def test_it_agrees_with_the_reference(name: str, pictures: int, shared_data: Path) -> None:
    folder = shared_data / "media" / "vpdq"
    reference = parse((folder / f"{name}.txt").read_text("utf-8"))
    own = hashes((folder / f"{name}.mp4").read_bytes(), "video/mp4", every=0)
    assert len(own) == len(reference) == pictures
    for mine, theirs in zip(own, reference, strict=True):
        assert abs(mine.seconds - theirs.seconds) < 0.001
        if theirs.quality >= WORTH:
            assert (int(mine.pdq, 16) ^ int(theirs.pdq, 16)).bit_count() <= NEAR


def test_the_same_film_with_a_logo_is_found(shared_data: Path) -> None:
    folder = shared_data / "media" / "vpdq"
    logo = parse((folder / "pattern-sd-with-small-logo-bar.txt").read_text("utf-8"))
    grey = hashes((folder / "pattern-sd-grey-bar.mp4").read_bytes(), "video/mp4")
    door = hashes((folder / "doorknob-hd-no-bar.mp4").read_bytes(), "video/mp4")
    assert shared(grey, logo) > 0.8
    assert shared(door, logo) == 0.0
