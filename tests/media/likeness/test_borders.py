"""Bars around a picture are found to the pixel row, and a picture without them loses nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from media.likeness.scenes import jpeg, scene
from quivive.media.likeness import borders


def _in_bars(colour: tuple[int, int, int]) -> np.ndarray:
    canvas = np.full((420, 400, 3), colour, np.uint8)
    canvas[60:360] = scene()
    return canvas


def _read_again(image: np.ndarray, quality: int) -> np.ndarray:
    return np.ascontiguousarray(cv2.imdecode(np.frombuffer(jpeg(image, quality), np.uint8), 1)[:, :, ::-1])


def test_a_picture_without_bars_has_none() -> None:
    assert borders.inside(scene()) is None


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (30, 60, 90), (200, 20, 20)])
def test_bars_of_any_colour_are_found_also_after_jpeg(colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = borders.inside(_read_again(_in_bars(colour), 60)) or (0, 0, 0, 0)
    assert (left, right) == (0, 400)
    assert abs(top - 60) <= 8
    assert abs(bottom - 360) <= 8


def test_bars_on_all_sides_are_found() -> None:
    canvas = np.zeros((500, 600, 3), np.uint8)
    canvas[100:400, 100:500] = scene()
    assert borders.inside(canvas) == (100, 100, 500, 400)


def test_a_picture_of_one_colour_is_not_all_border() -> None:
    assert borders.inside(np.full((100, 100, 3), 7, np.uint8)) is None


def test_a_speck_in_nothing_is_no_picture_in_a_border() -> None:
    canvas = np.zeros((500, 500, 3), np.uint8)
    canvas[240:250, 240:250] = 255
    assert borders.inside(canvas) is None


def test_one_pixel_is_a_picture_too() -> None:
    assert borders.inside(np.zeros((1, 1, 3), np.uint8)) is None
