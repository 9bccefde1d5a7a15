"""The pictures of the shared data: what they are, and that nothing in them is taken for tampering."""

from __future__ import annotations

from pathlib import Path

import pytest

from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.media.history.detector import FileHistory
from quivive.model import Context, Finding

HISTORY = FileHistory()


def look(path: Path, context: Context) -> list[Finding]:
    item = take(path.read_bytes(), path.name)
    if item.media_type not in HISTORY.accepts:
        return []
    try:
        return [found for found in HISTORY.examine(item, context) if isinstance(found, Finding)]
    except CouldNotLook:
        return []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("sms.png", ["history/screen-size"]),
        ("sms_wa.jpg", ["history/messenger-size"]),
        ("qr_photo.jpg", ["history/messenger-size"]),
        ("real_coco/coco_000000007991_jpeg_q40.jpg", ["history/jpeg"]),
        ("real_coco/coco_000000012670_webp.webp", ["history/file"]),
        ("c2pa_public/truepic-20230212-camera.jpg", ["history/camera"]),
    ],
)
def test_what_a_file_is_stands_in_one_line(name, codes, shared_data, context):
    found = look(shared_data / "media" / name, context)
    assert [f.code for f in found if f.code not in ("history/location", "history/owner-name")] == codes


def test_a_cameras_second_pictures_are_lawful(shared_data, context):
    codes = {f.code for f in look(shared_data / "media/c2pa_public/nikon-20221019-building.jpeg", context)}
    assert "history/camera" in codes
    assert not {code for code in codes if code.endswith("-behind")}


def test_no_picture_at_hand_is_for_review(shared_data, context):
    paths = sorted(p for p in (shared_data / "media").rglob("*") if p.is_file())
    lines, review = 0, []
    for path in paths:
        found = look(path, context)
        lines += bool(found)
        review += [(path.name, f.code) for f in found if f.kind == "review"]
    assert lines >= 90
    assert review == []
