"""Times that contradict each other, and those that only seem to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from media.history.making import ASCII, exif, fractions, text
from quivive.media.history import directories
from quivive.media.history.times import contradictions, parse, stamps
from quivive.media.marks.carried import Text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told(
    picture: str = "", made: str = "", zone: str = "", place: tuple[str, int] = ("", 0), xmp: str = ""
) -> list[str]:
    """Kinds of contradictions in a file with these times."""
    camera = {0x9003: text(made)} if made else {}
    if zone:
        camera[0x9011] = text(zone)
    gps = {0x1D: (ASCII, place[0].encode() + b"\0"), 0x07: fractions((place[1], 1), (0, 1), (0, 1))}
    block = exif({0x0132: text(picture)} if picture else {}, camera, gps if place[0] else {})
    texts = [Text("XMP", "xmp:ModifyDate", xmp)] if xmp else []
    return [c.kind for c in contradictions(stamps(directories.read(block), texts), NOW)]


def test_an_ordinary_picture_has_none():
    made = "2026:08:14 19:20:11"
    assert told(made, made, "+02:00", ("2026:08:14", 17), "2026-08-15T10:00:00+02:00") == []


def test_a_change_a_year_before_the_picture_was_made_is_one():
    assert told("2025:08:14 19:20:11", "2026:08:14 19:20:11") == ["order"]
    assert told("", "2026:08:14 19:20:11", xmp="2026-08-01T00:00:00Z") == ["order"]


def test_a_change_some_hours_before_is_a_matter_of_zones():
    assert told("2026:08:14 01:00:00", "2026:08:14 19:20:11") == []


def test_satellites_hours_away_are_zones_and_a_week_away_are_not():
    assert told(made="2026:08:14 19:20:11", place=("2026:08:14", 6)) == []
    assert told(made="2026:08:14 19:20:11", place=("2026:08:21", 17)) == ["place"]
    assert told(made="2026:08:14 19:20:11", zone="+02:00", place=("2026:08:16", 6)) == ["place"]


def test_the_future_is_one_and_tomorrow_is_not():
    assert told("2026:11:23 20:00:00") == []
    assert told("2031:01:01 00:00:00") == ["future"]


@pytest.mark.parametrize(
    "value", ["0000:00:00 00:00:00", "    :  :     :  :  ", "1970:01:01 00:00:00", "2026:13:40", "", "soon"]
)
def test_unset_clocks_and_what_is_no_time_are_passed_over(value):
    assert parse("DateTime", value) is None


def test_offsets_are_read_in_every_spelling():
    shown = {parse("x", f"2026-08-14T10:00:00{zone}").shown for zone in ("+02:00", "+0200")}  # type: ignore[union-attr]
    assert shown == {"2026-08-14 10:00 UTC+0200"}
    assert parse("x", "2026-08-14T10:00:00.123Z").zoned  # type: ignore[union-attr]
    assert not parse("x", "2026-08-14 10:00").zoned  # type: ignore[union-attr]
