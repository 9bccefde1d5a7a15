"""`quivive media match` and `compare`, as a unit and an analyst use them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from media.likeness.scenes import jpeg, portrait, scene
from media.video.clip_maker import film
from quivive.cli import cli
from quivive.media.likeness.pdq import pdq


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures and a text, one of them in a folder below."""
    (tmp_path / "case" / "below").mkdir(parents=True)
    (tmp_path / "case" / "portrait.jpg").write_bytes(jpeg(portrait()))
    (tmp_path / "case" / "below" / "scene.jpg").write_bytes(jpeg(scene()))
    (tmp_path / "case" / "other.jpg").write_bytes(jpeg(scene(9)))
    (tmp_path / "case" / "note.txt").write_text("nothing")
    return tmp_path / "case"


def _run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["media", *map(str, words)])


def _list(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "known.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def test_the_same_file_is_found_in_a_folder_below(folder: Path, tmp_path: Path) -> None:
    found = _run("match", _list(tmp_path, _md5(folder / "below" / "scene.jpg")), folder)
    assert found.exit_code == 1
    assert "scene.jpg: the same file (md5 " in found.stdout
    assert "4 files held against 1 hashes of known.txt: 1 the same, 0 close" in found.stdout


def test_a_mirrored_picture_is_close_and_not_confirmed(folder: Path, tmp_path: Path) -> None:
    value, _ = pdq(np.ascontiguousarray(portrait()[:, ::-1]))
    found = _run("match", _list(tmp_path, f"pdq:{value}"), folder, "--json")
    (match,) = json.loads(found.stdout)["matches"]
    assert found.exit_code == 1
    assert (Path(match["path"]).name, match["kind"], match["confirmed"]) == ("portrait.jpg", "pdq", False)
    assert match["orientation"] == "mirrored"
    assert match["distance"] <= 12
    assert match["quality"] >= 50


def test_a_list_long_enough_for_the_index_gives_the_same(folder: Path, tmp_path: Path) -> None:
    value, _ = pdq(portrait())
    noise = np.random.default_rng(1).integers(0, 256, (25_000, 32), dtype=np.uint8)
    lines = ["pdq:" + row.tobytes().hex() for row in noise]
    found = _run("match", _list(tmp_path, *lines, f"pdq:{value}"), folder, "--json")
    (match,) = json.loads(found.stdout)["matches"]
    assert match["listed"] == value


def test_a_second_of_a_video_is_close_to_a_listed_picture(folder: Path, tmp_path: Path) -> None:
    (folder / "film.mp4").write_bytes(film([scene(n, 144, 192) for n in (1, 2, 9)]))
    found = _run("match", _list(tmp_path, "pdq:" + pdq(scene(2, 144, 192))[0]), folder, "--json")
    (match,) = json.loads(found.stdout)["matches"]
    assert Path(match["path"]).name == "film.mp4"
    assert match["place"] in ("2 s from the start", "3 s from the start")


def test_a_name_that_is_no_text_is_shown_all_the_same(folder: Path, tmp_path: Path) -> None:
    (folder / os.fsdecode(b"\xff\x1b[2J.jpg")).write_bytes(jpeg(scene(4)))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    found = _run("match", _list(tmp_path, "pdq:" + pdq(scene(4))[0]), folder)
    assert "\\xff" in found.stdout
    assert "\x1b" not in found.stdout
    assert found.exit_code == 1


def test_the_log_says_what_was_held_against_what(folder: Path, tmp_path: Path) -> None:
    known = _list(tmp_path, _md5(folder / "other.jpg"), "photodna:AAEC")
    found = _run("match", known, folder)
    log = json.loads(found.stderr)["log"]
    assert (log["files"], log["hashes"], log["same"], log["close"]) == (4, 1, 1, 0)
    assert log["list_sha256"] == hashlib.sha256(known.read_bytes()).hexdigest()
    assert log["entries_not_read"] == 1
    assert "1 entries of the list are of no kind" in found.stdout


def test_nothing_known_is_status_0_and_a_damaged_picture_3(folder: Path, tmp_path: Path) -> None:
    known = _list(tmp_path, "pdq:" + "0f" * 32)
    assert _run("match", known, folder).exit_code == 0
    (folder / "broken.jpg").write_bytes(jpeg(scene())[:500])
    found = _run("match", known, folder)
    assert found.exit_code == 3
    assert "broken.jpg: could not look." in found.stdout


def test_files_are_neither_changed_nor_written(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    _run("match", _list(tmp_path, _md5(folder / "other.jpg")), folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "known.txt"]


def test_output_goes_to_the_file_that_is_named(folder: Path, tmp_path: Path) -> None:
    found = _run("match", _list(tmp_path, _md5(folder / "other.jpg")), folder, "-o", tmp_path / "out.txt")
    assert found.stdout == ""
    assert "other.jpg: the same file" in (tmp_path / "out.txt").read_text()


def test_exit_zero_is_0_though_something_matched(folder: Path, tmp_path: Path) -> None:
    found = _run("match", _list(tmp_path, _md5(folder / "other.jpg")), folder, "--exit-zero")
    assert found.exit_code == 0
    assert "1 the same" in found.stdout


def test_a_missing_file_could_not_be_read_and_a_missing_list_is_wrong_use(
    folder: Path, tmp_path: Path
) -> None:
    assert _run("match", _list(tmp_path, "0f" * 32), folder / "gone.jpg").exit_code == 3
    found = _run("match", tmp_path / "gone.txt", folder)
    assert "cannot be read" in str(found.exception)


def test_the_help_says_whom_it_is_for() -> None:
    shown = " ".join(_run("match", "--help").output.split())
    assert "For units that work with abuse material" in shown
    assert "no picture is shown, kept, copied or sent" in shown


def test_two_copies_compare_as_the_same_picture(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(jpeg(np.ascontiguousarray(portrait()[48:, 40:][:, ::-1]), 60))
    found = _run("compare", folder / "portrait.jpg", copy)
    assert found.exit_code == 1
    assert found.output.startswith("It is the same picture, mirrored; the second shows 8")
    assert "points lie in the same places; where they overlap" in found.output


def test_other_pictures_compare_as_not_the_same_as_far_as_can_be_told(folder: Path) -> None:
    found = _run("compare", folder / "portrait.jpg", folder / "other.jpg", "--json")
    assert found.exit_code == 0
    assert json.loads(found.output)["answer"] == "cannot-tell"


def test_what_is_no_picture_is_not_compared(folder: Path) -> None:
    found = _run("compare", folder / "portrait.jpg", folder / "note.txt")
    assert found.exit_code == 3
    assert "could not be compared" in found.output


def test_the_group_lists_the_commands_of_other_modules() -> None:
    assert all(name in _run("--help").output for name in ("match", "compare", "challenge", "footprint"))
