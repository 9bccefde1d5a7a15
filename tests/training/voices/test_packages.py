"""Clips from packages: where they are cut, what joins them, and that the table can be trusted."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import packages
from packages import Prompt, Source, cut, heard, mixed, sources, speakers, trimmed, written

from quivive.voices.speech import Segment

RATE = 16_000
OPEN = ("CC0", "CC-BY-", "GFDL-", "GPL-", "LGPL-", "BSD", "MIT", "Apache-", "public domain")


def tone(seconds: float, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(np.arange(round(seconds * RATE)) * 0.1)).astype(np.float32)


def test_short_words_with_pauses_become_one_clip_of_three_to_five_seconds() -> None:
    words = tuple(Segment(at * 1.0, at * 1.0 + 0.8) for at in range(12))
    found = list(cut(tone(12), words))
    assert len(found) == 2
    for start, stop in found:
        assert 3.0 <= (stop - start) / RATE <= 5.0
    assert found[0][1] <= found[1][0]


def test_long_speech_is_cut_into_pieces_that_do_not_overlap() -> None:
    found = list(cut(tone(20), (Segment(0.5, 9.5), Segment(10.0, 19.0))))
    assert all(3.0 <= (stop - start) / RATE <= 5.0 for start, stop in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert found


def test_sparse_words_make_no_clip() -> None:
    assert not list(cut(tone(30), tuple(Segment(at, at + 0.3) for at in range(0, 30, 2))))


def test_too_little_speech_makes_no_clip() -> None:
    assert not list(cut(tone(2.4), (Segment(0.0, 2.4),)))


def test_a_prompt_keeps_a_tenth_of_a_second_of_its_own_silence() -> None:
    silence = np.zeros(RATE, np.float32)
    kept = trimmed(np.concatenate([silence, tone(1.0), silence]))
    assert 1.18 <= len(kept) / RATE <= 1.22
    assert not len(trimmed(silence))


def test_a_clip_names_the_prompt_it_begins_in_and_how_many_it_joins(monkeypatch) -> None:
    prompts = [Prompt(name, tone(2.0), 8_000, "gsm") for name in ("a", "b", "c")]
    monkeypatch.setattr(packages, "segments", lambda _: (Segment(2.1, 5.9),))
    [(samples, prompt, joined)] = packages.clips(prompts)
    assert (prompt.path, joined, len(samples)) == ("b", 2, round(4.0 * RATE))


def test_files_go_to_speakers_and_languages_by_the_pattern(tmp_path: Path) -> None:
    for name in ("da/a.ogg", "da/b.ogg", "en_GB/a.ogg", "en_GB/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    pattern = r"(?P<speaker>(?P<language>[a-z]+)[A-Z_]*)/.*\.ogg$"
    found = speakers(Source("s", "debian", "p", pattern, "letters", "", "GPL-2", ""), tmp_path)
    counts = {who: len(paths) for who, paths in found.items()}
    assert counts == {("letters-da", "da"): 2, ("letters-en_GB", "en"): 1}


def test_what_is_written_is_read_back_alike(tmp_path: Path) -> None:
    samples = tone(3.0)
    written(tmp_path / "new" / "0000.flac", samples)
    again = heard(tmp_path / "new" / "0000.flac", "")
    assert again is not None
    assert (again.rate, again.form) == (RATE, "flac")
    assert len(again.samples) == len(samples)
    assert np.abs(again.samples - samples).max() < 1e-4
    with av.open(str(tmp_path / "new" / "0000.flac")) as box:
        assert box.streams.audio[0].format.name == "s16"


def test_what_is_no_sound_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "page.ogg").write_text("not a sound")
    assert heard(tmp_path / "page.ogg", "") is None


def test_headerless_sound_is_read_at_the_rate_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "speech.raw").write_bytes((tone(1.0)[::2] * 32767).astype("<i2").tobytes())
    prompt = heard(tmp_path / "speech.raw", "s16le:8000")
    assert prompt is not None
    assert prompt.rate == 8_000
    assert abs(len(prompt.samples) / RATE - 1.0) < 0.02


def test_the_order_is_the_same_every_time_and_loses_nothing() -> None:
    paths = [Path(str(number)) for number in range(40)]
    assert mixed(paths) == mixed(paths) != paths
    assert sorted(mixed(paths)) == sorted(paths)


def test_every_source_of_the_table_is_open_and_well_formed() -> None:
    rows = sources()
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.registry in ("debian", "pypi", "wheel")
        assert row.speaker
        assert row.licence.startswith(OPEN)
        assert not {"NC", "ND"} & set(row.licence.split("-"))
        assert row.language or "language" in re.compile(row.files).groupindex
