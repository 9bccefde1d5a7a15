"""Whose way of writing a file follows."""

from __future__ import annotations

import re

import pytest
import yaml

from conftest import ROOT
from quivive.media.history.families import Family, Traits, families

TABLE = yaml.safe_load((ROOT / "src/quivive/media/history/families.yaml").read_text("utf-8"))


def told(**traits: object) -> list[tuple[str, str, tuple[str, ...]]]:
    given = {"format": "JPEG", "size": (1000, 700), **traits}
    return [(f.kind, f.by, f.names) for f in families(Traits(**given))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Adobe Photoshop 24.0 (Windows)", "Adobe Photoshop"),
        ("Adobe Photoshop Lightroom Classic 12.1", "Adobe Lightroom"),
        ("Photoshop Express 7.1", "Adobe Photoshop Express"),
        ("GIMP 2.10.34", "GIMP"),
        ("Created with GIMP", "GIMP"),
        ("Snapseed 2.0", "Snapseed"),
        ("PicsArt", "Picsart"),
        ("Canva", "Canva"),
        ("paint.net 4.0.5", "Paint.NET"),
        ("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 75", "libgd (PHP)"),
        ("Lavc58.91.100", "FFmpeg"),
        ("gnome-screenshot", "GNOME"),
    ],
)
def test_programs_are_known_by_what_they_say(said, name):
    assert [names for _, by, names in told(programs=(said,)) if by == "program"] == [(name,)]


@pytest.mark.parametrize(
    "said", ["HDR+ 1.0.540104767zd", "16.5.1", "NIKON Z 9 Ver.02.10", "DiMAGE Z5 v1.01", "no comment"]
)
def test_firmware_and_small_talk_are_no_program(said):
    assert told(programs=(said,)) == []


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("IMG-20260814-WA0007.jpg", "WhatsApp"),
        ("WhatsApp Image 2026-08-14 at 10.11.12.jpeg", "WhatsApp"),
        ("evidence/photo_2026-08-14_10-11-12.jpg", "Telegram"),
        ("signal-2026-08-14-101112.jpeg", "Signal"),
        ("FB_IMG_1786700000000.jpg", "Facebook"),
        ("Screenshot_20260814-101112.png", "a screenshot"),
    ],
)
def test_file_names_tell_who_gave_them(name, whose):
    assert [names for _, by, names in told(file_name=name) if by == "name"] == [(whose,)]
    assert told(file_name="IMG_2041.JPG") == []


def test_facebooks_mark_goes_first():
    assert told(facebook=True, file_name="FB_IMG_1786700000000.jpg")[0] == (
        "messenger",
        "mark",
        ("Facebook", "Instagram"),
    )


def test_a_size_alone_speaks_only_where_nothing_else_is_in_the_file():
    bare = {"size": (1600, 1200), "subsampling": "4:2:0", "quality": 75}
    assert told(**bare, bare=True) == [("messenger", "size", ("WhatsApp",))]
    assert told(**bare, bare=False) == []
    assert told(**bare, bare=True, camera="Maker Model") == []
    assert told(**{**bare, "size": (1500, 1200)}, bare=True) == []


def test_a_bare_png_as_large_as_a_screen_may_be_one():
    assert told(format="PNG", size=(1080, 2340), bare=True) == [("screen", "size", ())]
    assert told(format="PNG", size=(1081, 2340), bare=True) == []
    assert told(format="PNG", size=(1366, 768), bare=True) == [("screen", "size", ())]


def test_every_row_of_the_table_reads_and_has_a_source():
    for row in TABLE["programs"] + TABLE["names"]:
        assert re.compile(row["says"])
        assert row["source"]
    assert all(row["source"] and row["names"] for row in TABLE["sizes"].values())


def test_a_program_that_is_named_twice_counts_once():
    assert families(Traits("JPEG", (9, 9), programs=("GIMP 2.10", "Created with GIMP"))) == (
        Family("editor", "program", ("GIMP",)),
    )
