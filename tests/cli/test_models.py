"""Does `quivive models` list every model with licence, checksum and card, and let in only those named?"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from quivive.cli import cli
from quivive.errors import CouldNotLook, Error, NotFound, Unreadable
from quivive.voices.sound import RATE
from voices.onnx_maker import mean_model, two_inputs_model


def run(*args: str):
    result = CliRunner().invoke(cli, ["models", *args], standalone_mode=False)
    if isinstance(result.exception, Error):
        raise result.exception
    assert result.exception is None, result.exception
    return result


def settings(folder: Path, data: bytes, sha256: str | None = None) -> str:
    """A quivive.toml that names these bytes, which lie in a file."""
    file = folder / "brought.onnx"
    file.write_bytes(data)
    path = folder / "other.toml"
    path.write_text(f"""
        [[models]]
        name = "small"
        for = "synthetic-voice"
        url = "{file.as_uri()}"
        sha256 = "{sha256 or hashlib.sha256(data).hexdigest()}"
        licence = "MIT"
        card = "made for this test"
        input = "float32[1, n]"
        rate = {RATE}
        seconds = 1.0
        machine = 0
        person = 1
    """)
    return str(path)


def listed(*args: str) -> dict[str, dict[str, object]]:
    return {model["name"]: model for model in json.loads(run(*args, "--json").stdout)}


def test_every_model_of_every_detector_is_listed_with_all_that_is_asked_of_it(bench):
    found = listed()
    named = {s.name: s for d in bench.detectors() for s in d.sources() if s.model}
    assert found.keys() == named.keys()
    for name, model in found.items():
        assert model["sha256"] == named[name].sha256
        assert model["used_by"]
        assert model["here"]
        for key in ("purpose", "version", "licence", "size", "card"):
            assert model[key], f"{name}: no {key}; see src/quivive/cli/model_files.py"


def test_cards_of_our_own_lie_where_the_list_says():
    root = Path(__file__).parents[2] / "src"
    own = [model["card"] for model in listed().values() if str(model["card"]).startswith("quivive/")]
    assert own
    assert all((root / str(card)).is_file() for card in own)


def test_the_list_reads_in_a_terminal():
    shown = run().stdout
    assert "scam score\n  for " in shown
    assert "  licence  Apache-2.0" in shown


def test_a_model_of_others_is_listed_and_said_not_to_be_here_until_it_is_fetched(tmp_path):
    config = settings(tmp_path, mean_model(RATE))
    assert "no: quivive models fetch 'small'" in run("--config", config).stdout
    assert listed("--config", config)["small"]["size"] is None
    assert "small is here and keeps the contract" in run("fetch", "small", "--config", config).stdout
    model = listed("--config", config)["small"]
    assert (model["here"], model["size"]) == (True, len(mean_model(RATE)))
    assert (model["purpose"], model["licence"], model["card"]) == (
        "synthetic-voice",
        "MIT",
        "made for this test",
    )


def test_listing_fetches_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("QUIVIVE_HOME", str(tmp_path / "home"))
    run("--config", settings(tmp_path, mean_model(RATE)))
    assert not (tmp_path / "home").exists()


def test_before_fetching_it_says_from_where(tmp_path):
    result = run("fetch", "small", "--config", settings(tmp_path, mean_model(RATE)))
    assert f"from {(tmp_path / 'brought.onnx').as_uri()}." in result.stderr


def test_a_server_is_said_to_see_this_machine_before_it_is_asked(tmp_path):
    config = Path(settings(tmp_path, mean_model(RATE)))
    config.write_text(re.sub('url = ".*"', 'url = "http://127.0.0.1:1/m.onnx"', config.read_text()))
    result = CliRunner().invoke(cli, ["models", "fetch", "small", "--config", str(config)])
    assert "http://127.0.0.1:1/m.onnx: that server sees this machine's address" in result.stderr
    assert isinstance(result.exception, CouldNotLook)


def test_another_file_than_the_one_named_is_refused(tmp_path):
    config = settings(tmp_path, mean_model(RATE), sha256="0" * 64)
    with pytest.raises(Unreadable, match="thrown away"):
        run("fetch", "small", "--config", config)
    assert not listed("--config", config)["small"]["here"]


def test_a_model_that_breaks_the_contract_does_not_stay(tmp_path):
    config = settings(tmp_path, two_inputs_model())
    with pytest.raises(Unreadable, match="not one float32"):
        run("fetch", "small", "--config", config)
    assert not listed("--config", config)["small"]["here"]


def test_a_file_is_added_without_a_network(tmp_path):
    config = settings(tmp_path, mean_model(RATE))
    assert "small is here" in run("add", str(tmp_path / "brought.onnx"), "--config", config).stdout
    assert listed("--config", config)["small"]["here"]


def test_a_file_that_is_not_named_is_not_added(tmp_path):
    stranger = tmp_path / "stranger.onnx"
    stranger.write_bytes(mean_model(RATE, (5.0, 6.0)))
    with pytest.raises(NotFound, match="nothing was added"):
        run("add", str(stranger), "--config", settings(tmp_path, mean_model(RATE)))


def test_a_model_that_is_not_named_cannot_be_fetched(tmp_path):
    with pytest.raises(NotFound, match="Did you mean 'small'"):
        run("fetch", "smal", "--config", settings(tmp_path, mean_model(RATE)))


def test_control_characters_of_a_table_do_not_reach_the_terminal(tmp_path):
    config = settings(tmp_path, mean_model(RATE))
    text = Path(config).read_text().replace("made for this test", "a\\u001b[2Jb")
    Path(config).write_text(text)
    assert "\x1b" not in run("--config", config).stdout
