"""A face has the same place in a picture and in its changed copies; so have the squares around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from media.likeness.scenes import portrait, scene
from quivive.media.likeness import faces


def test_it_finds_the_face_and_its_size() -> None:
    (face,) = faces.find(portrait())
    assert (face.x, face.y) == (pytest.approx(200, abs=4), pytest.approx(244, abs=6))
    assert 100 < face.size < 170


def test_scenes_without_a_face_have_none() -> None:
    assert [faces.find(scene(seed)) for seed in range(5)] == [()] * 5


def test_cutting_the_picture_moves_the_face_by_what_was_cut() -> None:
    (whole,) = faces.find(portrait())
    (cut,) = faces.find(np.ascontiguousarray(portrait()[48:, 40:]))
    assert cut.x + 40 == pytest.approx(whole.x, abs=0.02 * whole.size)
    assert cut.y + 48 == pytest.approx(whole.y, abs=0.02 * whole.size)
    assert cut.size == pytest.approx(whole.size, rel=0.02)


def test_mirroring_the_picture_mirrors_the_face() -> None:
    (plain,) = faces.find(portrait())
    (mirrored,) = faces.find(np.ascontiguousarray(portrait()[:, ::-1]))
    assert 400 - mirrored.x == pytest.approx(plain.x, abs=0.02 * plain.size)


def test_two_people_are_two_faces() -> None:
    both = np.hstack([portrait(1), portrait(2)])
    assert sorted(int(face.x // 400) for face in faces.find(both)) == [0, 1]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (2000, 2)])
def test_odd_shapes_are_looked_at_without_fault(shape: tuple[int, int]) -> None:
    assert len(faces.find(np.zeros((*shape, 3), np.uint8))) <= faces.MOST


@pytest.mark.parametrize("side", [40.0, 256.0, 900.0])
def test_a_square_cut_out_has_the_size_asked_for_wherever_it_lies(side: float) -> None:
    for left, top in ((-3000.0, 0.0), (10.5, -20.0), (395.0, 470.0), (9000.0, 9000.0)):
        assert faces.cut(portrait(), left, top, side, 64).shape == (64, 64, 3)


def test_a_square_cut_out_shows_what_lies_there() -> None:
    image = scene()
    part = cv2.resize(image[50:178, 100:228], (64, 64), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(faces.cut(image, 100, 50, 128, 64).astype(int) - part).mean() < 3
