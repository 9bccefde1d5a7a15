"""A model of pictures takes and gives what the contract says, or is refused with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from media.score.score_models import DESCRIPTION, SIDE, brightness_model
from quivive.errors import BadConfig, Unreadable
from quivive.media.score.contract import Scorer, description
from voices.onnx_maker import mean_model, strange_model


def picture(grey: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), grey, np.uint8)


def test_the_score_is_the_logit_for_synthetic_less_that_for_genuine() -> None:
    scorer = Scorer(description(DESCRIPTION), brightness_model((3.0, 1.0)))
    assert scorer.score(picture(255)) == pytest.approx(2.0)
    assert scorer.score(picture(0)) == pytest.approx(-2.0)


def test_channels_go_in_as_red_green_blue_normalised_each_by_its_own() -> None:
    told = description(DESCRIPTION.replace("mean = [0.5, 0.5, 0.5]", "mean = [1.0, 0.0, 0.0]"))
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[:, :, 0] = 255
    assert Scorer(told, brightness_model((3.0, 1.0))).score(red) == pytest.approx(0.0)


@pytest.mark.parametrize("model", [mean_model(16_000), brightness_model(channels=1)])
def test_another_input_is_refused(model: bytes) -> None:
    with pytest.raises(Unreadable, match="not one float32\\[1, 3, 32, 32\\]"):
        Scorer(description(DESCRIPTION), model)


@pytest.mark.parametrize("model", [b"", b"PK\x03\x04 pickled", strange_model()])
def test_what_does_not_load_is_refused(model: bytes) -> None:
    with pytest.raises(Unreadable, match="does not load as one ONNX file"):
        Scorer(description(DESCRIPTION), model)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable, match="fewer than its description says"):
        Scorer(description(DESCRIPTION), brightness_model((1.0,))).score(picture(0))


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(Unreadable, match="gives no number"):
        Scorer(description(DESCRIPTION), brightness_model((float("inf"), 0.0))).score(picture(9))


@pytest.mark.parametrize(
    ("line", "other", "said"),
    [
        ('fit = "resize"', 'fit = "stretch"', "fit"),
        ("height = 32", "height = 5000", "height"),
        ("std = [0.5, 0.5, 0.5]", "std = [0.5, 0.0, 0.5]", "std"),
        ("genuine = 1", "genuine = 0", "which logit"),
        ("genuine = 1", "surprise = 1", "surprise"),
        ('trained_on = ["taught"]', "", "trained_on"),
        ('name = "brightness"', "name = ", "TOML"),
    ],
)
def test_a_description_that_does_not_fit_names_the_key(line: str, other: str, said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        description(DESCRIPTION.replace(line, other))


def test_the_example_of_the_guide_is_a_description() -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/models.md").read_text("utf-8")
    (example,) = [each for each in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "trained_on" in each]
    told = description(example)
    assert (told.height, told.width, told.fit) == (224, 224, "resize")
    assert (told.synthetic, told.genuine) == (1, 0)
