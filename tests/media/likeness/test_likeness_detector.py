"""What the detector adds to a report: hashes to link by, and what the house's lists know."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from media.likeness.scenes import jpeg, portrait, scene
from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.media.likeness.likeness_detector import PictureLikeness
from quivive.media.likeness.pdq import pdq
from quivive.model import Context, Finding, House, Item, Observable

DETECTOR = PictureLikeness()


def _item(image: np.ndarray) -> Item:
    return take(jpeg(np.ascontiguousarray(image)), "a.jpg")


def _examined(item: Item, context: Context, **bad: str) -> tuple[list[Observable], list[Finding]]:
    found = list(DETECTOR.examine(item, replace(context, house=House(bad_values=bad))))
    return ([each for each in found if isinstance(each, Observable)],
            [each for each in found if isinstance(each, Finding)])  # fmt: skip


def test_every_part_is_an_observable_that_matches_near(context: Context) -> None:
    observables, findings = _examined(_item(portrait()), context)
    assert findings == []
    assert [each.where.part.split(",")[0] for each in observables if each.where] == [
        "whole picture", "whole picture", "face 1 close", "face 1 with its surroundings"]  # fmt: skip
    assert all((each.type, each.match, len(each.value)) == ("pdq", "near", 64) for each in observables)


def test_a_plain_picture_yields_nothing_to_link_by(context: Context) -> None:
    assert _examined(_item(np.full((200, 200, 3), 60, np.uint8)), context) == ([], [])


def test_a_listed_file_is_known(context: Context) -> None:
    item = _item(scene())
    _, (found,) = _examined(item, context, **{item.sha256: "case 7"})
    assert (found.code, found.kind) == ("match/known-picture", "fail")
    assert "(case 7)" in found.message


def test_a_listed_hash_of_a_mirrored_copy_is_close(context: Context) -> None:
    listed, _ = pdq(np.ascontiguousarray(scene()[:, ::-1]))
    _, (found,) = _examined(_item(scene()), context, **{listed: "case 8", "00" * 32: "case 9"})
    assert (found.code, found.kind) == ("match/close-picture", "review")
    assert found.params["source"] == "case 8"
    assert found.params["orientation"] == "mirrored"
    assert int(found.params["distance"]) <= 12


def test_a_list_of_others_says_nothing(context: Context) -> None:
    listed, _ = pdq(scene(9))
    assert _examined(_item(scene()), context, **{listed: "case 8", "not a hash": "case 9"})[1] == []


def test_each_frame_of_an_animation_is_hashed(context: Context) -> None:
    from PIL import Image

    from media.picture_helpers import encoded

    first, *others = (Image.fromarray(scene(seed)) for seed in (1, 2, 3))
    data = encoded(first, "WEBP", save_all=True, append_images=others, lossless=True)
    observables, _ = _examined(take(data, "a.webp"), context)
    whole = [each.value for each in observables if each.where and each.where.part == "whole picture"]
    assert whole == [pdq(scene(seed))[0] for seed in (1, 2, 3)]


def test_a_damaged_picture_could_not_be_looked_at(context: Context) -> None:
    with pytest.raises(CouldNotLook):
        _examined(take(jpeg(scene())[:400], "a.jpg"), context)


def test_its_networks_are_named_among_the_sources() -> None:
    assert [source.licence for source in DETECTOR.sources()] == ["Apache-2.0"] * 2
    assert all(source.model for source in DETECTOR.sources())


def test_a_copy_cut_around_the_face_is_close_to_the_hash_of_the_face(context: Context) -> None:
    known, _ = _examined(_item(portrait()), context)
    face = next(each.value for each in known if each.where and each.where.part.startswith("face 1 close"))
    small = cv2.resize(portrait()[60:430, 30:370], (200, 218), interpolation=cv2.INTER_AREA)
    _, (found,) = _examined(_item(small), context, **{face: "case 10"})
    assert found.params["place"].startswith("face 1 close")
