"""Is learnt only from what may be, and are the clips over each channel kept as they belong?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from corpora import clips, may_ship
from engines.sound import write_flac
from examples import CHANNELS, Example, examples, heard

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
            ("copy/0.flac", "spoof", "copy", "copy", "c", "en", f"x: {own}", "22050", "MIT"),
            ("copy/1.flac", "spoof", "copy", "copy", "d", "en", "real:p: p/0000.flac", "22050", "MIT"),
        ],
    )
    packages = listed(
        tmp_path / "real",
        [("p/0000.flac", "real", "real:p", "real", "e", "fr", "a package", "8000", "CC0")],
    )
    return {each.name: each for each in examples(generated, packages)}


def test_only_rows_that_may_ship_are_learnt_from(found):
    rows = clips()
    learnt = {each.row for each in found.values() if each.row >= 0}
    assert learnt == {number for number, clip in enumerate(rows) if may_ship(clip)}


def test_classical_engines_and_copies_of_packages_are_left_out(found):
    made = {name for name in found if name.startswith("gen/")}
    assert made == {"gen/neural/0.flac", "gen/copy/0.flac"}


def test_a_copy_stands_on_the_page_of_its_recording_and_names_it(found):
    copy = found["gen/copy/0.flac"]
    assert (copy.home, copy.copy_of) == (clips()[0].repository, clips()[0].path)


def test_what_was_recorded_over_a_telephone_is_known_to_be(found):
    assert found["real/p/0000.flac"].narrow
    assert not found["gen/neural/0.flac"].narrow


def test_a_missing_manifest_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"generate\.py and packages\.py"):
        examples(tmp_path, tmp_path)


def test_further_clips_do_not_mix_with_those_kept(tmp_path):
    pytest.importorskip("soundfile")
    every = []
    for number, hertz in enumerate((300, 700, 1500)):
        file = tmp_path / f"{number}.flac"
        write_flac(file, 0.3 * np.sin(np.arange(32_000) * 2 * np.pi * hertz / 16_000).astype(np.float32))
        every.append(Example(file.name, False, "g", "h", False, file=file))
    heard(every[:2], tmp_path / "kept")
    grown = heard([every[2], every[0]], tmp_path / "kept")
    for channel in CHANNELS:
        peaks = np.abs(np.fft.rfft(grown[channel].astype(float), axis=1)).argmax(axis=1) / 4.0
        assert peaks == pytest.approx([1500, 300], abs=5)
