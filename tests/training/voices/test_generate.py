"""Is what the engines say brought to one form, written once, and free of what would give the label away?"""

from __future__ import annotations

import csv
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from channels import RATE, Samples
from engines import kokoro
from engines.all import engines
from engines.commands import wav
from engines.copying import in_turn, smoothed
from engines.engine import Engine, Missing, Recording, Setting, Speak, Speech
from engines.mel import MelFormat, filters, log_mel
from engines.sound import read, write_flac
from engines.texts import FOLDER, sentences, text
from generate import FIELDS, LEVELS_DB, SECONDS, chosen, finished, main, run, written


def tone(seconds: float, rate: int, hertz: float = 300.0) -> Samples:
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return wave.astype(np.float32)


def speak_tones(setting: Setting) -> Speak:
    """A small engine that needs nothing: number 2 is too short to keep."""

    def speak(number: int, rng: np.random.Generator) -> Speech:
        seconds = 0.5 if number == 2 else float(rng.uniform(3.0, 9.0))
        return Speech(tone(seconds, 22_050), 22_050, f"tone:{number}", "en")

    return speak


TONES = Engine("tones", "tts", 4, "here", "CC0", speak_tones)


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_clip_is_written_at_16_khz_with_its_line(tmp_path: Path) -> None:
    run(TONES, Setting(tmp_path), tmp_path, seed=1)
    found = rows(tmp_path)
    assert [row["path"] for row in found] == ["tones/0000.flac", "tones/0001.flac", "tones/0003.flac"]
    assert tuple(found[0]) == FIELDS
    for row in found:
        sound, rate = read(tmp_path / row["path"])
        assert rate == RATE
        assert 1.5 * RATE <= sound.size <= SECONDS * RATE
        assert (row["label"], row["orig_rate"], row["licence"]) == ("spoof", "22050", "CC0")


def test_what_is_there_is_not_made_again_and_what_is_lost_is(tmp_path: Path) -> None:
    run(TONES, Setting(tmp_path), tmp_path, seed=1)
    first = (tmp_path / "tones/0001.flac").read_bytes()
    (tmp_path / "tones/0001.flac").unlink()
    run(TONES, Setting(tmp_path), tmp_path, seed=1)
    assert (tmp_path / "tones/0001.flac").read_bytes() == first
    assert written(tmp_path) == {"tones/0000.flac", "tones/0001.flac", "tones/0003.flac"}
    assert len(rows(tmp_path)) == 3


def test_an_utterance_that_fails_does_not_end_the_others(tmp_path: Path) -> None:
    def speak_some(setting: Setting) -> Speak:
        def speak(number: int, rng: np.random.Generator) -> Speech:
            if number == 0:
                wav(["false"], "")
            return Speech(tone(2.0, RATE), RATE, "tone", "en")

        return speak

    said = run(Engine("some", "tts", 3, "here", "CC0", speak_some), Setting(tmp_path), tmp_path, seed=1)
    assert said.startswith("some: 2 of 3 clips made")


def test_another_seed_makes_other_clips(tmp_path: Path) -> None:
    for seed in (1, 2):
        run(TONES, Setting(tmp_path), tmp_path / str(seed), seed, most=1)
    assert (tmp_path / "1/tones/0000.flac").read_bytes() != (tmp_path / "2/tones/0000.flac").read_bytes()


def test_offset_level_and_silence_of_an_engine_do_not_stay() -> None:
    quiet, rng = np.zeros(24_000, np.float32), np.random.default_rng(0)
    loud = np.concatenate([quiet, tone(2.0, 24_000), quiet]) + np.float32(0.002)
    clip = finished(Speech(loud, 24_000, "a", "en"), rng)
    level = 20 * np.log10(np.sqrt(np.mean(clip**2)))
    assert LEVELS_DB[0] - 0.5 < level < LEVELS_DB[1] + 0.5
    assert abs(float(clip.mean())) < 1e-4
    assert clip.size == pytest.approx(2.0 * RATE, abs=RATE // 25)


def test_a_long_utterance_is_not_always_cut_at_its_start() -> None:
    rising = tone(9.0, RATE) * np.linspace(0.3, 1.0, 9 * RATE, dtype=np.float32)
    slopes = []
    for seed in range(8):
        clip = finished(Speech(rising, RATE, "a", "en"), np.random.default_rng(seed))
        assert clip.size == SECONDS * RATE
        slopes.append(np.std(clip[-RATE:]) / np.std(clip[:RATE]))
    assert np.ptp(slopes) > 0.1


def test_digital_silence_inside_a_clip_is_dithered() -> None:
    gap = np.concatenate([tone(1.5, RATE), np.zeros(RATE, np.float32), tone(1.5, RATE)])
    clip = finished(Speech(gap, RATE, "a", "en"), np.random.default_rng(0))
    steps = np.round(clip[28_000:36_000] * 32_768)
    assert 0.05 < np.mean(steps != 0) < 0.9
    assert np.abs(steps).max() <= 2


def test_a_missing_engine_is_left_out_with_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([str(tmp_path), "--only", "flite", "espeak-ng", "--clips", "1"]) == 0
    said = capsys.readouterr().err
    assert "apt-get install flite" in said
    assert "apt-get install espeak-ng" in said
    assert not (tmp_path / "manifest.csv").exists()


def test_a_name_that_no_engine_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no such engine: elbonian"):
        chosen(["elbonian"])


def test_every_engine_says_where_it_comes_from_and_on_what_terms() -> None:
    names = [engine.name for engine in engines()]
    assert len(names) == len(set(names)) >= 10
    for engine in engines():
        assert engine.kind in ("tts", "copy")
        assert engine.source
        assert engine.licence
        assert 0 < engine.clips <= 450


def test_copies_need_recordings(tmp_path: Path) -> None:
    for engine in engines():
        if engine.kind == "copy":
            with pytest.raises(Missing, match="recordings"):
                engine.load(Setting(tmp_path))


def test_corpora_take_turns_whatever_their_size() -> None:
    def recording(corpus: str, number: int) -> Recording:
        return Recording(f"{corpus}{number}", corpus, "s", "en", "CC0", partial(tone, 1.0, RATE))

    many = [recording("large", number) for number in range(50)] + [recording("small", n) for n in range(3)]
    turn = in_turn(tuple(many))
    assert len(turn) == len({one.path for one in turn}) == 53
    assert sum(one.corpus == "small" for one in turn[:6]) == 3


def test_espeak_speaks_a_clip(tmp_path: Path) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed here")
    assert main([str(tmp_path), "--only", "espeak-ng", "--clips", "2"]) == 0
    assert [row["system"] for row in rows(tmp_path)] == ["espeak-ng", "espeak-ng"]
    sound, _ = read(tmp_path / "espeak-ng/0000.flac")
    assert np.std(sound) > 0.01


def test_a_written_sound_is_read_again(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", tone(1.0, RATE))
    again, rate = read(tmp_path / "a.flac")
    assert rate == RATE
    assert np.abs(again - tone(1.0, RATE)).max() < 1e-4


def test_the_mel_of_a_tone_peaks_where_the_tone_is() -> None:
    form = MelFormat(22_050, 1_024, 256)
    mel = log_mel(tone(1.0, 22_050, 1_000.0), form)
    assert mel.shape == (80, 22_050 // 256)
    band = int(mel.mean(axis=1).argmax())
    weights = filters(form)[band]
    assert weights.argmax() * 22_050 / 1_024 == pytest.approx(1_000, abs=60)


def test_a_blurred_mel_keeps_its_mean_and_loses_its_edges() -> None:
    mel = np.zeros((80, 60), np.float32)
    mel[:, 30] = 1.0
    blurred = smoothed(mel, 1.0)
    assert blurred.shape == mel.shape
    assert blurred.sum() == pytest.approx(mel.sum(), rel=1e-4)
    assert blurred.max() < 0.5


def test_kokoro_speakers_are_stock_blended_or_crossed() -> None:
    voices = {
        name: np.full((510, 256), index, np.float32) for index, name in enumerate(("af_x", "am_y", "jf_z"))
    }
    speakers = [kokoro._speaker(voices, number, np.random.default_rng(number)) for number in range(12)]
    assert speakers[0][0] in voices
    assert "+" in speakers[1][0]
    name, style = speakers[6]
    manner, timbre = name.split("/")
    assert (style[:, : kokoro.TIMBRE] == voices[timbre][0, 0]).all()
    assert (style[:, kokoro.TIMBRE :] == voices[manner][0, 0]).all()
    assert all(style.shape == (510, 256) for _, style in speakers)


def test_every_language_has_sentences_of_its_own() -> None:
    for file in FOLDER.glob("*.txt"):
        said = sentences(file.stem)
        assert len(said) == len(set(said)) >= 8
        assert text(file.stem, np.random.default_rng(0))
