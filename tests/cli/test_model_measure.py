"""Does `quivive models measure` write the card of a model of pictures, and `verify` refuse what fails?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from media.score.score_models import DESCRIPTION, brightness_model, collection
from quivive.cli import cli


def run(*args: object) -> Result:
    result = CliRunner().invoke(cli, ["models", *map(str, args)], standalone_mode=False)
    assert result.exception is None, result.exception
    return result


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A model, its description and a folder for pictures."""
    (tmp_path / "model.toml").write_text(DESCRIPTION)
    (tmp_path / "model.onnx").write_bytes(brightness_model())
    return tmp_path


def measured(desk: Path) -> Result:
    return run("measure", desk / "model.onnx", desk / "pictures", "--description", desk / "model.toml",
               "-o", desk / "card.json")  # fmt: skip


def test_a_model_that_tells_the_pictures_apart_reaches_the_bar_and_is_let_in(desk: Path) -> None:
    for seed, name in enumerate(("first", "second")):
        collection(desk / "pictures" / name, 100, 100, seed)
    result = measured(desk)
    assert "first: 100 real, 100 synthetic" in result.stdout
    assert result.stdout.endswith("It reaches the bar.\n")
    assert result.return_value == 0
    verified = run("verify", desk / "model.onnx", desk / "card.json")
    assert (verified.stdout, verified.return_value) == ("brightness: It reaches the bar.\n", 0)


def test_a_model_that_knows_nothing_is_refused_and_told_why(desk: Path) -> None:
    (desk / "model.onnx").write_bytes(brightness_model((0.0, 0.0)))
    for seed, name in enumerate(("first", "second")):
        collection(desk / "pictures" / name, 4, 4, seed)
    result = measured(desk)
    assert result.return_value == 1
    assert "On 'first', as the pictures came, its AUC is 0.50; the bar is 0.80 or more." in result.stdout
    assert "its Cllr is 1.00; the bar is below 0.9." in result.stdout
    verified = run("verify", desk / "model.onnx", desk / "card.json")
    assert verified.return_value == 1
    assert "does not reach the bar" in verified.stdout
