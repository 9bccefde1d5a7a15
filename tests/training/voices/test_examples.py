"""Is there what may be learnt from, and is it known for what it is?"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from corpora import clips, may_ship
from examples import Example, examples

FIELDS = ("path", "label", "system", "kind", "speaker", "language", "source", "orig_rate", "licence")


def listed(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    folder.mkdir()
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(rows)
    return folder


@pytest.fixture
def found(tmp_path) -> dict[str, Example]:
    own = clips()[0].path
    generated = listed(
        tmp_path / "gen",
        [
            ("neural/0.flac", "spoof", "neural", "tts", "a", "en", "a package", "24000", "MIT"),
            ("espeak-ng/0.flac", "spoof", "espeak-ng", "tts", "b", "en", "Debian", "22050", "GPL-3"),
            ("copy/0.flac", "spoof", "copy", "copy", "c", "en", f"x: {own}", "8000", "MIT"),
        ],
    )
    return {each.name: each for each in examples(generated)}


def test_every_row_is_there_in_the_order_of_the_manifest_and_known_to_ship_or_not(found):
    rows = clips()
    first = list(found.values())[: len(rows)]
    assert [(each.row, each.ships) for each in first] == [(n, may_ship(clip)) for n, clip in enumerate(rows)]


def test_classical_engines_are_left_out(found):
    assert {name for name in found if name.startswith("gen/")} == {"gen/neural/0.flac", "gen/copy/0.flac"}


def test_a_copy_names_its_recording(found):
    assert found["gen/copy/0.flac"].copy_of == clips()[0].path


def test_a_missing_manifest_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"generate\.py"):
        examples(tmp_path)
