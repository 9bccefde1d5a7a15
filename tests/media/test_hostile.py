"""Pictures made to break programs end in a report that says so, and lie there afterwards as before."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

import pytest

from media.picture_helpers import DATA
from quivive.apart import apart
from quivive.errors import TooLarge
from quivive.media import codes, ocr, pictures
from quivive.sniff import sniff
from quivive.workbench import Workbench

sys.path.insert(0, str(DATA))
from hostile_maker import damaged, files

FILES = files()
REFUSED = [
    "claims_400_megapixels.png", "claims_65535_square.jpg", "claims_65535_square.gif", "claims_huge.bmp",
    "claims_huge.webp", "claims_huge.tiff", "claims_huge.avif", "claims_huge.heic", "real_52_megapixels.jpg",
    "profile_of_a_gigabyte.png", "65535_samples.tiff", "cut_in_half.png", "cut_in_half.jpeg",
    "cut_in_half.gif", "cut_in_half.bmp", "cut_in_half.tiff", "cut_in_half.webp", "cut_in_half.avif",
    "cut_in_half.heic", "nothing.jpg", "zeros.jpg", "zip_bomb_called.png", "film_called.jpg",
]  # fmt: skip
"""Of these something could not be looked at, and the report must say so."""
READ = [
    "exif_in_a_circle.jpg", "exif_of_65535_entries.jpg", "exif_points_far_away.jpg",
    "exif_thumbnail_bomb.jpg", "xmp_entities.jpg", "xmp_deep.png", "nested_workflow.png",
    "pages_in_a_circle.tiff",
    "boxes_in_boxes.heic", "boxes_in_boxes.mp4", "box_of_no_size.mp4", "four_billion_samples.mp4",
    "jpeg_called.png",
    "page_called.jpg", "program_called.png", "entities.svg", "outside_entity.svg", "script.svg",
    "uses_of_uses.svg", "escapes_in_a_code.png",
]  # fmt: skip
"""These may be looked at, or not."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """One workbench for all: its child must outlive what the files before did to it."""
    return Workbench(home=tmp_path_factory.mktemp("home"))


def checked(desk: Workbench, path: Path, data: bytes) -> list[str]:
    """What could not be looked at, of a file that must lie there afterwards as before."""
    path.write_bytes(data)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    report = desk.check(path, detectors=["media", "messages"])
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest()
    assert path.stat().st_mtime == 1_700_000_000
    skipped = [each.skipped for each in report.examinations if each.skipped]
    assert not [why for why in skipped if "report it as a bug" in why]
    assert report.findings or report.examinations
    return skipped


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_not_be_looked_at_is_said(name: str, desk: Workbench, tmp_path: Path) -> None:
    assert checked(desk, tmp_path / name, FILES[name]())


@pytest.mark.parametrize("name", READ)
def test_odd_structures_break_nothing(name: str, desk: Workbench, tmp_path: Path) -> None:
    checked(desk, tmp_path / name, FILES[name]())


def test_damaged_files_of_every_format_break_nothing(desk: Workbench, tmp_path: Path) -> None:
    for name, data in damaged(60, seed=7):
        checked(desk, tmp_path / name, data)


def test_nothing_outside_a_drawing_is_read_or_written_into_the_report(
    desk: Workbench, tmp_path: Path
) -> None:
    path = tmp_path / "outside.svg"
    path.write_bytes(FILES["outside_entity.svg"]())
    assert "root:" not in desk.render([desk.check(path)], "json")


def test_what_stalls_a_decoder_is_ended_once_for_all_who_look() -> None:
    from quivive.intake import take

    item = take(FILES["thousand_scans.jpg"](), "a.jpg")  # seconds beyond the limit on any machine
    started = time.monotonic()
    with pytest.raises(TooLarge, match="took too long"):
        pictures.looks(ocr.read, item, ocr.CHILD_SECONDS)
    first = time.monotonic() - started
    with pytest.raises(TooLarge, match="took too long"):
        pictures.looks(codes.read, item, codes.CHILD_SECONDS)
    assert time.monotonic() - started < first + 1


def test_bombs_within_the_limit_are_read_within_memory() -> None:
    """The child would refuse more than it may hold."""
    for name in ("just_49_megapixels.gif", "thousand_large_pages.tiff"):
        data = FILES[name]()
        seen, fault = apart(pictures.looked_at, data, sniff(data), str, seconds=20)
        assert seen
        assert fault is None
