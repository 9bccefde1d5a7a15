"""Changed copies of a picture meet it in one of their parts; plain pictures and others do not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from media.likeness.scenes import jpeg, portrait, scene
from quivive.errors import Unreadable
from quivive.media.likeness.compare import nearest
from quivive.media.likeness.views import NEAR, read, views

CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mirrored": lambda image: image[:, ::-1],
    "turned": lambda image: np.rot90(image),
    "cut by a tenth at two sides": lambda image: image[48:, 40:],
    "cut by a tenth at each side": lambda image: image[48:-48, 40:-40],
    "in bars": lambda image: cv2.copyMakeBorder(image, 90, 90, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)),
    "half as large": lambda image: cv2.resize(image, (200, 240), interpolation=cv2.INTER_AREA),
    "mirrored and cut": lambda image: image[48:, 40:][:, ::-1],
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_changed_copy_links(change: str) -> None:
    copy = np.ascontiguousarray(CHANGES[change](portrait()))
    ((seen,), fault) = read(jpeg(copy, 60), "image/jpeg")
    found = nearest(views(portrait()), seen)
    assert fault is None
    assert found is not None
    assert found.distance <= NEAR


def test_other_pictures_do_not_link() -> None:
    others = [views(scene(seed)) for seed in range(8)]
    found = [nearest(one, two) for n, one in enumerate(others) for two in others[:n]]
    assert min(each.distance for each in found if each) > NEAR


def test_another_picture_with_a_face_does_not_link_by_the_whole() -> None:
    one, two = (tuple(v for v in views(portrait(seed)) if v.place == "whole picture") for seed in (1, 2))
    found = nearest(one, two)
    assert found is not None
    assert found.distance > NEAR


def test_a_plain_picture_has_no_view() -> None:
    assert views(np.full((300, 300, 3), 90, np.uint8)) == ()


def test_places_say_what_was_hashed() -> None:
    places = [view.place for view in views(CHANGES["in bars"](portrait()))]
    assert places[0] == "whole picture"
    assert places[1].startswith("inside its border, box 0,14,100,86 %")
    assert places[2].startswith("face 1 close, box ")
    assert places[3].startswith("face 1 with its surroundings, box ")


def test_a_small_picture_is_hashed_enlarged_too_and_so_meets_one_thrice_as_large() -> None:
    small = cv2.resize(scene(), (120, 90), interpolation=cv2.INTER_AREA)
    assert [view.place for view in views(small)] == ["whole picture", "whole picture, enlarged"]
    found = nearest(views(small), views(scene()))
    assert found is not None
    assert found.distance <= 16


def test_a_damaged_picture_says_so() -> None:
    seen, fault = read(jpeg(portrait())[:3000], "image/jpeg")
    assert seen == []
    assert isinstance(fault, Unreadable)
