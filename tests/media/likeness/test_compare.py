"""Two pictures: the same one, changed how; or not, as far as can be told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from media.likeness.scenes import jpeg, portrait, scene
from quivive.errors import Unreadable
from quivive.media.likeness.compare import compare
from quivive.media.likeness.geometry import fit


def _compared(one: np.ndarray, two: np.ndarray, quality: int = 70):
    return compare(jpeg(one, 90), "image/jpeg", jpeg(np.ascontiguousarray(two), quality), "image/jpeg")


def test_a_recompressed_copy_is_the_same_picture() -> None:
    found = _compared(portrait(), portrait(), 40)
    assert (found.answer, found.sentence) == ("same", "It is the same picture.")
    assert found.fit.confirmed
    assert found.as_dict()["nearest"]["distance"] <= 12


def test_it_says_mirrored_and_cropped() -> None:
    found = _compared(portrait(), portrait()[:, ::-1][48:, 40:])
    assert found.answer == "same"
    assert found.sentence.startswith("It is the same picture, mirrored; the second shows 8")
    assert found.fit.shown == pytest.approx(0.81, abs=0.03)


def test_it_says_how_far_it_was_turned_and_where_it_lies() -> None:
    turned = cv2.copyMakeBorder(np.rot90(portrait(), -1), 100, 100, 0, 0, cv2.BORDER_CONSTANT)
    found = _compared(portrait(), turned)
    assert "turned by 90 degrees clockwise" in found.sentence
    assert "% of the second is that picture" in found.sentence
    assert found.fit.covered == pytest.approx(2 / 3, abs=0.03)
    assert found.fit.box == (pytest.approx(0, abs=1), pytest.approx(17, abs=1),
                             pytest.approx(100, abs=1), pytest.approx(83, abs=1))  # fmt: skip


def test_other_pictures_are_not_the_same_as_far_as_can_be_told() -> None:
    found = _compared(scene(1), scene(2))
    assert found.answer == "cannot-tell"
    assert "as far as can be told" in found.sentence
    assert "person" in found.sentence
    assert not found.fit.confirmed


def test_close_hashes_without_points_in_common_are_close_and_not_confirmed() -> None:
    soft = cv2.GaussianBlur(scene(), (0, 0), 12)
    soft = cv2.normalize(soft, np.empty_like(soft), 0, 255, cv2.NORM_MINMAX)
    found = _compared(soft, soft)
    assert found.answer == "close"
    assert "not confirmed" in found.sentence


def test_plain_pictures_cannot_be_told_apart() -> None:
    plain = np.full((200, 200, 3), 80, np.uint8)
    found = _compared(plain, plain)
    assert (found.answer, found.nearest) == ("cannot-tell", None)


def test_a_damaged_file_says_so() -> None:
    with pytest.raises(Unreadable):
        compare(jpeg(scene()), "image/jpeg", jpeg(scene())[:500], "image/jpeg")


def test_the_same_pictures_give_the_same_fit() -> None:
    one, two = portrait(), np.ascontiguousarray(portrait()[:, ::-1])
    assert fit(one, two) == fit(one, two)


def test_tiny_pictures_do_not_fit() -> None:
    assert not fit(np.zeros((1, 1, 3), np.uint8), np.zeros((3, 2, 3), np.uint8)).confirmed
