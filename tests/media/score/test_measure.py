"""Each collection is judged by what the others teach; a picture is shown in every state it may arrive in."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from media.picture_helpers import encoded
from media.score.score_models import DESCRIPTION, brightness_model, collection
from quivive.errors import NotFound, TooLarge, UsageError
from quivive.media.score.contract import Scorer, description
from quivive.media.score.measure import Collection, judged, read
from quivive.media.score.views import AGAIN, CONDITIONS, views

VIEWS = [*CONDITIONS, *(f"again {n}" for n in range(1, len(AGAIN) + 1))]


def scores(name: str, real: float, synthetic: float, **odd: float) -> Collection:
    """Normal scores around two means; `odd` moves all scores of a view ('again 3' as again_3)."""
    dice = np.random.default_rng(len(name))
    base = {"real": dice.normal(real, 1, 200), "synthetic": dice.normal(synthetic, 1, 200)}
    kinds = {
        kind: {view: list(values + odd.get(view.replace(" ", "_"), 0.0)) for view in VIEWS}
        for kind, values in base.items()
    }
    return Collection(name, kinds["real"], kinds["synthetic"])


def test_a_good_score_is_good_on_what_it_was_not_calibrated_on() -> None:
    for each in judged([scores("a", -2, 2), scores("bb", -2, 2), scores("ccc", -2, 2)]):
        assert each.worth["messenger"].auc is not None
        assert each.worth["messenger"].auc > 0.99
        assert each.worth["messenger"].cllr is not None
        assert each.worth["messenger"].cllr < 0.15
        assert each.stable == 1.0


def test_a_score_that_lies_elsewhere_on_each_collection_shows_in_cllr_and_false_alarms() -> None:
    found = {each.name: each for each in judged([scores("low", -2, 2), scores("high up", 4, 8)])}
    worth = found["high up"].worth["native"]
    assert worth.auc is not None
    assert worth.auc > 0.99  # it orders well
    assert worth.false_alarms > 0.9  # and is of no use
    assert worth.cllr is not None
    assert worth.cllr > 1


def test_a_re_encoding_that_turns_the_sign_shows() -> None:
    found = {each.name: each for each in judged([scores("a", -2, 2), scores("b", -2, 2, again_3=4.0)])}
    assert found["a"].stable == 1.0
    assert found["b"].stable == pytest.approx(0.5, abs=0.05)


def test_a_constant_score_says_nothing() -> None:
    flat = dict.fromkeys(VIEWS, [0.0] * 200)
    for each in judged([Collection("a", flat, flat), Collection("b", flat, flat)]):
        assert each.worth["native"].auc == 0.5
        assert each.worth["native"].cllr == pytest.approx(1.0)


def test_one_collection_of_both_kinds_is_not_enough() -> None:
    with pytest.raises(UsageError, match="two collections"):
        judged([scores("a", -2, 2), Collection("real only", scores("b", -2, 2).real, {})])


def test_every_state_of_a_picture_has_the_size_that_the_model_takes() -> None:
    dice = np.random.default_rng(1)
    picture = Image.fromarray(dice.integers(0, 255, (600, 900, 3), dtype=np.uint8))
    seen = views(encoded(picture, "JPEG"), "image/jpeg", 64, 48, "crop")
    assert list(seen) == VIEWS
    assert {pixels.shape for pixels in seen.values()} == {(64, 48, 3)}
    assert not np.array_equal(seen["native"], seen["again 3"])


def test_the_middle_pixels_stay_as_they_are_where_the_model_crops() -> None:
    picture = Image.effect_noise((600, 900), 60).convert("RGB")
    seen = views(encoded(picture), "image/png", 64, 64, "crop")
    assert np.array_equal(seen["native"], np.asarray(picture)[418:482, 268:332])
    assert np.array_equal(seen["native"], seen["same size"])


def test_a_picture_too_small_to_be_made_equal_is_left_out() -> None:
    with pytest.raises(TooLarge, match="smaller than 512"):
        views(encoded(Image.new("RGB", (511, 900))), "image/png", 64, 64, "crop")


def test_collections_that_it_was_trained_on_and_what_is_no_picture_are_left_out(tmp_path) -> None:
    for name in ("Taught", "new"):
        collection(tmp_path / name, 1, 1, seed=3)
    (tmp_path / "new/real/notes.txt").write_text("no picture")
    (found,) = read(Scorer(description(DESCRIPTION), brightness_model()), tmp_path)
    assert (found.name, len(found.real["native"]), found.left_out) == ("new", 1, 1)
    assert found.real["native"][0] < 0 < found.synthetic["native"][0]


def test_a_folder_without_collections_is_named(tmp_path) -> None:
    with pytest.raises(NotFound, match="no collection"):
        read(Scorer(description(DESCRIPTION), brightness_model()), tmp_path)
