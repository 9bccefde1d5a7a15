"""Resemblyzer's file is held to its checksum; its network is computed as the paper on LSTM says."""

import io
import zipfile

import numpy as np
import pytest

from quivive.errors import UsageError
from quivive.voices.sound import RATE
from quivive.voices.speakers import resemblyzer
from voices.sound_maker import tone


@pytest.fixture
def wheel(tmp_path):
    """A wheel with something else in the place of the model."""

    def make(name="resemblyzer/pretrained.pt", content=b"another model"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr(name, content)
        path = tmp_path / "Resemblyzer-0.1.4-py3-none-any.whl"
        path.write_bytes(held.getvalue())
        return path

    return make


def test_another_file_is_refused_by_its_checksum(wheel, tmp_path):
    with pytest.raises(UsageError, match="checksum"):
        resemblyzer.load(wheel())
    bare = tmp_path / "pretrained.pt"
    bare.write_bytes(b"anything")
    with pytest.raises(UsageError, match="checksum"):
        resemblyzer.load(bare)


def test_a_wheel_without_the_model_is_refused(wheel, tmp_path):
    with pytest.raises(UsageError, match="no wheel"):
        resemblyzer.load(wheel("other.txt"))
    (tmp_path / "broken.whl").write_bytes(b"PK\3\4 nothing more")
    with pytest.raises(UsageError, match="no wheel"):
        resemblyzer.load(tmp_path / "broken.whl")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        resemblyzer.load(tmp_path / "gone.whl")


def test_a_model_is_never_larger_than_it_is(wheel, monkeypatch):
    monkeypatch.setattr(resemblyzer, "_MOST_BYTES", 200)
    with pytest.raises(UsageError, match="too large"):
        resemblyzer.load(wheel(content=b"\0" * 1000))


def test_one_step_of_memory_is_what_the_paper_says():
    size = resemblyzer._HIDDEN
    rng = np.random.default_rng(1)
    given, bias = rng.normal(size=(3, 4 * size)), rng.normal(size=4 * size)
    heard = rng.normal(size=(1, 1, 3)).astype(np.float32)
    found = resemblyzer._remembered(heard, given, np.zeros((size, 4 * size)), bias)[0, 0]
    enter, _, new, leave = np.split(heard[0, 0] @ given + bias, 4)
    cell = np.tanh(new) / (1 + np.exp(-enter))
    assert np.allclose(found, np.tanh(cell) / (1 + np.exp(-leave)), atol=1e-5)


def test_what_was_heard_before_changes_what_is_said():
    size = resemblyzer._HIDDEN
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) / 16 for shape in ((3, 4 * size), (size, 4 * size), (4 * size,))]
    heard = rng.normal(size=(1, 5, 3)).astype(np.float32)
    whole = resemblyzer._remembered(heard, *weights)
    assert np.allclose(whole[:, :3], resemblyzer._remembered(heard[:, :3], *weights))
    assert not np.allclose(whole[0, 4], resemblyzer._remembered(heard[:, 4:], *weights)[0, 0])


def test_a_tone_stands_in_its_band():
    found = resemblyzer._mel(tone(1.0, 1000.0, RATE))
    assert found.shape == (101, 40)
    assert 13 <= int(found.mean(axis=0).argmax()) <= 15
