"""Are models of others kept and run only as quivive.toml and the contract say, and is what they say right?"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from quivive import config
from quivive.errors import CouldNotLook, NotFound, TooLarge, Unreadable
from quivive.model import ExternalModel
from quivive.voices.external import contract, store
from quivive.voices.external.contract import MOST_PIECES, Listener
from quivive.voices.sound import RATE, decode
from voices.onnx_maker import (
    DOUBLE,
    constant_model,
    endless_model,
    mean_model,
    scattered_model,
    strange_model,
    two_inputs_model,
)

AASIST = ExternalModel(
    name="AASIST",
    url="https://models.example.org/AASIST.onnx",
    sha256="2d80d2788b2a1e1e5e5032120cc5faccbf29c00a02597c751f7ca1365c8daa39",
    licence="MIT",
    rate=16_000,
    seconds=4.0375,
    machine=0,
    person=1,
)


def named(data: bytes, **changes: object) -> ExternalModel:
    """A model of one second at 16 kHz that is these bytes."""
    made = replace(AASIST, name="small", seconds=1.0, sha256=hashlib.sha256(data).hexdigest())
    return replace(made, **changes)


def listener(data: bytes, **changes: object) -> Listener:
    return Listener(named(data, **changes), data)


def level(value: float, seconds: float) -> np.ndarray:
    return np.full(round(seconds * RATE), value, np.float32)


# what it says


@pytest.mark.parametrize(
    ("machine", "person", "score"),
    [(0, 1, 0.5 * 3 - 0.5), (1, 0, 0.5 - 0.5 * 3), (0, None, 1.5), (None, 0, -1.5)],
)
def test_the_score_is_the_machines_logit_less_the_persons(machine, person, score):
    raw = listener(mean_model(RATE), machine=machine, person=person).raw(level(0.5, 1.0))
    assert raw.mean == pytest.approx(score, abs=1e-5)
    assert raw.pieces == 1


def test_a_long_voice_is_heard_in_pieces_of_which_mean_and_ends_are_told():
    voice = np.concatenate([level(0.1, 1), level(0.2, 1), level(0.6, 1)])
    raw = listener(mean_model(RATE)).raw(voice)
    assert (raw.mean, raw.least, raw.highest) == pytest.approx((0.6, 0.2, 1.2), abs=1e-3)
    assert raw.pieces == 3


def test_of_an_hour_only_so_many_pieces_are_heard_from_start_to_end():
    voice = level(0.0, 600)
    voice[:RATE] = 0.5
    voice[-RATE:] = 0.25
    raw = listener(mean_model(RATE)).raw(voice)
    assert raw.pieces == MOST_PIECES
    assert raw.highest == pytest.approx(1.0, abs=1e-5)


def test_a_short_voice_is_repeated():
    half = np.concatenate([level(0.0, 0.25), level(1.0, 0.25)])
    assert listener(mean_model(RATE)).raw(half).mean == pytest.approx(1.0, abs=1e-5)


def test_a_model_of_another_rate_hears_that_rate():
    raw = listener(mean_model(8_000), rate=8_000).raw(level(0.5, 2.0))
    assert raw.pieces == 2
    assert raw.mean == pytest.approx(1.0, abs=0.05)


def test_lengths_that_the_graph_leaves_open_are_filled_by_the_contract():
    assert listener(mean_model(None)).raw(level(0.5, 1.0)).mean == pytest.approx(1.0, abs=1e-5)


def test_no_numbers_in_the_sound_are_heard_as_silence():
    assert listener(mean_model(RATE)).raw(np.full(RATE, np.nan, np.float32)).mean == 0.0


# what it refuses


def test_other_bytes_than_those_named_are_not_run():
    with pytest.raises(Unreadable, match="sha256"):
        Listener(named(mean_model(RATE)), mean_model(RATE, (9.0, 9.0)))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (mean_model(RATE + 1), r"not one float32\[1, 16000\]"),
        (mean_model(RATE, kind=DOUBLE), "not one float32|does not load"),
        (two_inputs_model(), "not one float32"),
        (scattered_model("weights.bin"), "does not load as one ONNX file"),
        (scattered_model("/etc/hostname"), "does not load as one ONNX file"),
        (strange_model(), "does not load as one ONNX file"),
        (mean_model(RATE)[:60], "does not load as one ONNX file"),
        (b"", "does not load as one ONNX file"),
        (b"\x80\x04\x95cos\nsystem\n", "does not load as one ONNX file"),
    ],
)
def test_graphs_that_break_the_contract_do_not_load(data, why):
    with pytest.raises(Unreadable, match=why):
        listener(data)


def test_weights_in_another_file_are_not_read_even_if_it_lies_there(tmp_path, monkeypatch):
    (tmp_path / "weights.bin").write_bytes(np.ones(2, np.float32).tobytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unreadable):
        listener(scattered_model("weights.bin"))


def test_an_output_that_is_not_there_is_refused():
    with pytest.raises(Unreadable, match="no output number 3"):
        listener(mean_model(RATE), output=3)


def test_a_logit_that_is_not_there_is_refused():
    with pytest.raises(Unreadable, match=r"gives \[1, 2\]"):
        listener(mean_model(RATE), machine=2).raw(level(0.5, 1.0))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_refused(value):
    with pytest.raises(Unreadable, match="no number"):
        listener(constant_model(value), machine=0, person=None).raw(level(0.5, 1.0))


def test_no_sound_is_refused():
    with pytest.raises(Unreadable, match="no sound"):
        listener(mean_model(RATE)).raw(np.zeros(0, np.float32))


def test_a_model_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(contract, "MOST_SECONDS", 0.5)
    endless = listener(endless_model(), machine=0, person=None)
    started = time.monotonic()
    with pytest.raises(TooLarge, match="stopped after"):
        endless.raw(level(0.5, 1.0))
    assert time.monotonic() - started < 10


# how it comes


class _Server(BaseHTTPRequestHandler):
    """Hands out what the test put there; everything else is 404."""

    files: dict[str, bytes] = {}  # noqa: RUF012 set for each server

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/model.onnx")
            self.end_headers()
            return
        data = self.files.get(self.path)
        self.send_response(200 if data is not None else 404)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    """An HTTP server on this machine alone: its address and its files."""
    files: dict[str, bytes] = {}
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (_Server,), {"files": files}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/model.onnx", "/moved"])
def test_a_model_is_fetched_and_kept_under_its_checksum(tmp_path, served, path):
    address, files = served
    files["/model.onnx"] = data = mean_model(RATE)
    model, told = named(data, url=address + path), []
    kept = store.fetch(tmp_path, model, told.append)
    assert kept == tmp_path / "models" / f"{model.sha256}.onnx"
    assert store.read(tmp_path, model) == data
    assert told == [len(data)]


def test_another_file_than_the_one_named_is_thrown_away(tmp_path, served):
    address, files = served
    files["/model.onnx"] = b"something else"
    with pytest.raises(Unreadable, match="thrown away"):
        store.fetch(tmp_path, named(mean_model(RATE), url=f"{address}/model.onnx"))
    assert list((tmp_path / "models").iterdir()) == []


def test_a_file_beyond_the_limit_is_not_kept(tmp_path, served, monkeypatch):
    monkeypatch.setattr(store, "MOST_BYTES", 100)
    address, files = served
    files["/model.onnx"] = bytes(5000)
    with pytest.raises(TooLarge):
        store.fetch(tmp_path, named(bytes(5000), url=f"{address}/model.onnx"))
    assert list((tmp_path / "models").iterdir()) == []


def test_a_server_that_does_not_have_it_is_named(tmp_path, served):
    with pytest.raises(CouldNotLook, match="404"):
        store.fetch(tmp_path, named(b"x", url=f"{served[0]}/other"))


def test_a_server_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CouldNotLook, match="could not be fetched"):
        store.fetch(tmp_path, named(b"x", url="http://127.0.0.1:1/model.onnx"))


def test_a_model_may_lie_in_a_file(tmp_path):
    file = tmp_path / "brought.onnx"
    file.write_bytes(mean_model(RATE))
    model = named(mean_model(RATE), url=file.as_uri())
    assert store.fetch(tmp_path, model).is_file()


def test_a_file_that_was_brought_is_added_as_the_model_that_it_is(tmp_path):
    file = tmp_path / "brought"
    file.write_bytes(mean_model(RATE))
    models = [AASIST, named(mean_model(RATE))]
    model, kept = store.add(tmp_path, models, file)
    assert model == models[1]
    assert store.read(tmp_path, model) == kept.read_bytes() == file.read_bytes()


def test_a_file_that_no_table_names_is_not_added(tmp_path):
    file = tmp_path / "brought"
    file.write_bytes(b"unknown")
    with pytest.raises(NotFound, match=hashlib.sha256(b"unknown").hexdigest()):
        store.add(tmp_path, [AASIST], file)
    assert not (tmp_path / "models").exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unreadable, match="brought"):
        store.add(tmp_path, [AASIST], tmp_path / "brought")


def test_what_was_not_fetched_is_not_there(tmp_path):
    assert store.read(tmp_path, AASIST) is None


def test_a_kept_file_that_was_changed_is_not_used(tmp_path):
    model = named(mean_model(RATE))
    store.place(tmp_path, model).parent.mkdir()
    store.place(tmp_path, model).write_bytes(mean_model(RATE, (8.0, 1.0)))
    with pytest.raises(Unreadable, match="add it again"):
        Listener(model, store.read(tmp_path, model))


# AASIST, the worked example of docs/guides/models.md


@pytest.fixture
def aasist(shared_data: Path) -> Listener:
    """The copy in the shared data."""
    return Listener(AASIST, (shared_data / "voices" / "peers" / "AASIST.onnx").read_bytes())


def test_the_guide_names_aasist_as_these_tests_do(tmp_path):
    guide = (ROOT / "docs" / "guides" / "models.md").read_text("utf-8")
    (table,) = [each for each in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "AASIST" in each]
    (tmp_path / "quivive.toml").write_text(table)
    (model,) = config.load(tmp_path / "quivive.toml", {}).models
    assert replace(model, card="", date="") == AASIST


def test_aasist_scores_a_clip_as_its_authors_code_does(aasist, shared_data):
    import onnxruntime

    clip = min((shared_data / "voices").glob("spoof/*.flac"))
    (track,) = decode(clip.read_bytes())
    repeated = np.resize(track.samples, 64_600)
    session = onnxruntime.InferenceSession(str(shared_data / "voices" / "peers" / "AASIST.onnx"))
    ((spoof, genuine),) = session.run(None, {"wav": repeated[None]})[0]
    assert aasist.raw(track.samples[:64_600]).mean == pytest.approx(float(spoof - genuine), abs=1e-3)


def test_aasist_with_the_wrong_length_is_refused(shared_data):
    data = (shared_data / "voices" / "peers" / "AASIST.onnx").read_bytes()
    with pytest.raises(Unreadable, match=r"not one float32\[1, 64000\]"):
        Listener(replace(AASIST, seconds=4.0), data)
