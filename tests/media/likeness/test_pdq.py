"""PDQ against the published hashes of Facebook's own pictures, and its eight orientations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from quivive.media.likeness.pdq import ORIENTATIONS, distance, orientations, pdq, turned

# facebook/ThreatExchange (BSD): pdq/python tests' expected hashes (with the C++ tool's beside them where
# they differ), for the pictures in ../shared/data/media/pdq.
REFERENCE = {
    "labelme-subset/q0003.jpg": ["54a977c221d14c1c43ba5e6e21d4a13989a3553f1462611cbb85fda7be83b677"],
    "labelme-subset/q0004.jpg": ["992d44af36d69e6ca6b812585928bac11def254ef5398c6d07466c9abcc65b92"],
    "labelme-subset/q0122.jpg": ["cfb2009ddd21c6dab0046a7745b5984757a8a4535b3377aea2591d32b33ff940"],
    "labelme-subset/q0291.jpg": ["a0fe94f1e5cc1cc8dd855948498dc9243f7ca27336f036d7f212b74bc103c9a7"],
    "labelme-subset/q0746.jpg": ["1049d96239e24d4dca2c55512b8bdb77425f4dbcf575a0a95555aaab5554aaaa"],
    "labelme-subset/q1050.jpg": ["489db672e9190276d452aeab41eba20f02375fe4092d88defdf491a5c55c5f70"],
    "labelme-subset/q2821.jpg": ["b150231ffae4710ffcf4f18bb574b109a576f14bb8543189f8743289f174b109"],
    "dih/bridge-1-original.jpg": [
        "d8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22",
        "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22",
    ],
    "dih/bridge-2-rotate-90.jpg": [
        "38a50efd71c83f429013d68d0ffffc52e34e0e15ada952a9d29684214aa9e5af",
        "30a10efdf1c83f429013d48d0ffffc52e34e0e35ada952a9d29605215aa9e5af",
    ],
    "dih/bridge-3-rotate-180.jpg": [
        "2dadda64b5a142e5d362209057da895ae63b8c7fc277b4b766b319361f893188",
        "2dad5a64b1a142e7d362a09857da895ae63b8c7fc23794b766b319361fc93188",
    ],
    "dih/bridge-4-rotate-270.jpg": [
        "a5f0a457248995e8c9065c275aaa54d8b61ba4bdf8fcfc0387c32f8b0bfc4f05",
        "a5f0a457248995e8c9065c275aaa5498b61ba4bdf8fcf80387c32f8b5bfc4f05",
    ],
    "dih/bridge-5-flipx.jpg": [
        "d8f80f31e0f417b00e37f5dd028f980fb36ed12a9662c1e233e64c634e9c64dd",
        "d8f80f33e0f417b20e37f5cd028f980fb36ed02a9662c1e233e64c634e9c64dd",
    ],
    "dih/bridge-6-flipy.jpg": [
        "0dad259bb1a1bd18d362576556da32a1e63b7380c2374b4866b3c6c91b89ce77",
        "2da9259bb1a1bd1a5362576552da32a5e63b7380c2774b4866b346c91b89ce77",
    ],
    "dih/bridge-7-flip-plus-1.jpg": [
        "f0a5e10271dcc0bd9c5309720fff018de34ef1e8ada9a956d2967ade1ea91a50",
        "f0a1e10271ccc0bd90530b720fff038de34ef1e8ada9a956d6967ade5ea91a50",
    ],
    "dih/bridge-8-flip-minus-1.jpg": [
        "69f05aa8a4996a17c146a2da5aaaab07b61b5b60f8fc07fc83c3d0740bfcb0fa",
        "2df05aa8a4896a17c14682da5aaaab07b61b5b42f8fc07fc87c3d0741bfcb0fa",
    ],
}


def _scene(height: int = 300, width: int = 400, seed: int = 3) -> np.ndarray:
    """A made-up picture with detail at every scale: smoothed noise of several sizes."""
    random = np.random.default_rng(seed)
    scene = np.zeros((height, width))
    for size in (4, 9, 20, 50):
        noise = Image.fromarray(random.random((size, size)).astype(np.float32))
        scene += np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC))
    grey = (scene - scene.min()) / np.ptp(scene) * 255
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_it_gives_the_published_hash_within_twelve_bits(name: str, shared_data: Path) -> None:
    found, _ = pdq(np.asarray(Image.open(shared_data / "media/pdq" / name).convert("RGB")))
    assert all(distance(found, reference) <= 12 for reference in REFERENCE[name])


def test_a_plain_picture_has_no_quality_and_a_busy_one_has_all_of_it() -> None:
    assert pdq(np.full((200, 200, 3), 90, np.uint8))[1] == 0
    assert pdq(_scene())[1] == 100


def test_grey_and_colour_of_the_same_picture_hash_alike() -> None:
    scene = _scene()
    assert pdq(scene) == pdq(scene[:, :, 0])


def test_a_picture_of_one_pixel_or_one_row_has_a_hash() -> None:
    assert len(pdq(np.zeros((1, 1, 3), np.uint8))[0]) == 64
    assert len(pdq(np.zeros((1, 4000, 3), np.uint8))[0]) == 64


def _really_turned(image: np.ndarray) -> list[np.ndarray]:
    mirrored = np.fliplr(image)
    return [image, mirrored, np.flipud(image), np.rot90(image, 2),
            np.rot90(mirrored), np.rot90(image, -1), np.rot90(image), np.rot90(mirrored, -1)]  # fmt: skip


def test_the_eight_orientations_are_the_hashes_of_the_picture_turned() -> None:
    scene = _scene(256, 256)
    for found, turn in zip(orientations(scene)[0], _really_turned(scene), strict=True):
        assert distance(found, pdq(np.ascontiguousarray(turn))[0]) <= 12
    assert len(ORIENTATIONS) == 8


def test_the_orientations_of_a_hash_alone_stay_within_the_threshold() -> None:
    for seed in range(5):
        exact, _ = orientations(_scene(seed=seed))
        for one, other in zip(turned(exact[0]), exact, strict=True):
            assert distance(one, other) <= 31
    assert turned(exact[0])[0] == exact[0]


def test_distance_counts_the_bits_that_differ() -> None:
    assert distance("0" * 64, "f" + "0" * 62 + "1") == 5
