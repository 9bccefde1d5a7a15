"""`quivive voices enroll` and `compare`, as a desk uses them."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from quivive.calls.captures.audio import wav
from quivive.cli import cli, voices, voices_link
from quivive.errors import Error
from quivive.voices.sound import RATE
from quivive.voices.speakers import linking
from quivive.voices.speakers.encoder import shipped
from voices.speakers.people import larger_head, write
from voices.voice_maker import voice


@pytest.fixture
def ann(tmp_path):
    """Two recordings of the caller, one of somebody else."""
    said, half = voice(), len(voice()) // 2
    return (
        write(tmp_path, "first.wav", said[:half]),
        write(tmp_path, "second.wav", said[half:]),
        write(tmp_path, "other.wav", larger_head(said)),
    )


@pytest.fixture(autouse=True)
def _nothing_else_is_examined(monkeypatch):
    """What the detectors say of the file is their tests' affair; here nothing was judged."""
    monkeypatch.setattr(voices, "_judged", lambda file, config_file: ())


def run(*words):
    return CliRunner().invoke(cli, ["voices", *map(str, words)])


def enroll(folder, *files, name="Ann"):
    return run("enroll", name, *files, "--consent", "signed form", "--folder", folder)


def test_a_voice_is_enrolled_and_found_again(ann, tmp_path):
    kept = enroll(tmp_path / "kept", ann[0])
    assert kept.exit_code == 0, kept.output
    assert "may still be a clone" in kept.output
    found = run("compare", ann[1], "ann", "--folder", tmp_path / "kept")
    assert found.exit_code == 0, found.output
    shown = " ".join(found.output.split())
    assert "second.wav: The voice is like Ann's; a clone would be too." in shown
    assert "Whether the voice is synthetic was not judged." in shown
    assert "log10 likelihood ratio +" in shown


def test_another_voice_is_not_said_to_be_like(ann, tmp_path):
    enroll(tmp_path / "kept", ann[0])
    found = run("compare", ann[2], "Ann", "--folder", tmp_path / "kept", "--json")
    (row,) = json.loads(found.output)
    assert row["code"] != "speakers/like"
    assert row["same-speaker"]["weight"]["log10"] < 0


def test_two_files_are_compared_as_json(ann):
    found = run("compare", ann[0], ann[1], "--json")
    (row,) = json.loads(found.output)
    assert row["same-speaker"]["weight"]["log10"] > 0
    assert row["synthetic-voice"]["message"] == "Whether the voice is synthetic was not judged."


def test_without_consent_nothing_is_enrolled(ann, tmp_path):
    found = run("enroll", "Ann", ann[0], "--folder", tmp_path / "kept")
    assert found.exit_code == 2
    assert "--consent" in found.output
    assert not (tmp_path / "kept").exists()


def test_consent_says_who_how_and_when(ann, tmp_path):
    run("enroll", "Ann", ann[0], "--consent", "on the telephone", "--consent-by", "her daughter",
        "--consent-on", "2026-11-20", "--folder", tmp_path / "kept")  # fmt: skip
    (path,) = (tmp_path / "kept").iterdir()
    consent = json.loads(path.read_text("utf-8"))["consent"]
    assert consent["recorded"]
    assert (consent["who"], consent["how"], consent["when"]) == (
        "her daughter",
        "on the telephone",
        "2026-11-20",
    )


def test_a_voice_can_be_listed_and_forgotten(ann, tmp_path):
    enroll(tmp_path / "kept", *ann[:2])
    assert run("enroll", "--list", "--folder", tmp_path / "kept").output == "Ann\n"
    assert run("enroll", "--forget", "Ann", "--folder", tmp_path / "kept").exit_code == 0
    assert run("enroll", "--list", "--folder", tmp_path / "kept").output.strip() == ""


def test_a_short_recording_is_not_compared(ann, tmp_path):
    short = write(tmp_path, "short.wav", voice()[: 2 * RATE])
    found = run("compare", short, ann[1])
    assert found.exit_code == 3
    assert "Insufficient speech" in found.output
    assert "ratio" not in found.output


def test_channels_are_compared_apart(ann, tmp_path):
    said, half = voice(), len(voice()) // 2
    other = np.resize(larger_head(said), half)
    both = (np.stack([said[half : 2 * half], other], axis=1) * 32767).astype("<i2")
    stereo = tmp_path / "call.wav"
    data = bytearray(wav(both.tobytes(), RATE))
    data[22:24], data[28:32], data[32:34] = b"\2\0", (RATE * 4).to_bytes(4, "little"), b"\4\0"
    stereo.write_bytes(bytes(data))
    rows = json.loads(run("compare", stereo, ann[0], "--json").output)
    assert [row["channel"] for row in rows] == [1, 2]
    assert rows[0]["same-speaker"]["score"] > rows[1]["same-speaker"]["score"]
    refused = enroll(tmp_path / "kept", stereo)
    assert isinstance(refused.exception, Error)
    assert "--channel" in str(refused.exception)


def test_what_is_no_recording_is_said_in_a_sentence(ann, tmp_path):
    text = tmp_path / "note.txt"
    text.write_text("no sound", "utf-8")
    assert isinstance(run("compare", text, ann[0]).exception, Error)
    assert isinstance(run("compare", tmp_path / "gone.wav", ann[0]).exception, Error)
    assert isinstance(run("compare", ann[0], "Nobody").exception, Error)


@pytest.fixture
def _ours_may_link(monkeypatch):
    """Our model in the place of the better one, as if it told people apart well enough."""
    monkeypatch.setattr(voices_link, "encoder_of", lambda model: shipped())
    measured = {shipped().source.sha256: {"size": 192, "link": 0.6}}
    monkeypatch.setattr(linking, "card", lambda model: measured.get(model, {}))


@pytest.mark.usefixtures("_ours_may_link")
def test_recordings_of_one_voice_are_linked_for_a_purpose(ann, tmp_path):
    (tmp_path / "note.txt").write_text("no sound", "utf-8")
    words = ("link", *ann, "--model", "better.whl", "--purpose", "investigation 12")
    shown = json.loads(run(*words, tmp_path / "note.txt", "--json").stdout)
    assert [set(pair[:2]) for pair in shown["links"]] == [{"first.wav", "second.wav"}]
    assert shown["purpose"] == "investigation 12"
    assert [line.split(":")[0] for line in shown["not_compared"]] == ["note.txt"]
    assert "first.wav and second.wav" in run(*words).output


@pytest.mark.usefixtures("_ours_may_link")
def test_without_a_purpose_nothing_is_linked(ann):
    assert run("link", *ann, "--model", "better.whl").exit_code == 2
    assert isinstance(run("link", *ann, "--model", "better.whl", "--purpose", " ").exception, Error)


def test_another_model_is_held_to_its_checksum(ann, tmp_path):
    (tmp_path / "model.whl").write_bytes(b"something else")
    found = run("compare", *ann[:2], "--model", tmp_path / "model.whl")
    assert isinstance(found.exception, Error)
    assert "checksum" in str(found.exception)
