"""Damaged and hostile files: an answer or 'could not look', never a claim that does not hold."""

from __future__ import annotations

import random

import pytest

from media.provenance.looking import Look
from media.provenance.maker import Identity, edited, made, picture, signed, used
from quivive.errors import CouldNotLook
from quivive.media.provenance.verdict import BOUND

AI = made("trainedAlgorithmicMedia")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file with one thing wrong among its first bytes, where the manifest is."""
    at, wrong = chance.randrange(min(len(data), 14_000)), bytearray(data)
    match chance.randrange(5):
        case 0:
            wrong[at] ^= 1 << chance.randrange(8)
        case 1:
            wrong[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"])
        case 2:
            del wrong[at : at + chance.randrange(1, 600)]
        case 3:
            wrong[at:at] = chance.randbytes(chance.randrange(1, 60))
        case _:
            wrong[at:at] = wrong[at : at + chance.randrange(1, 5000)]
    return bytes(wrong)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_no_damage_makes_a_file_say_what_it_does_not_prove(kind: str, look: Look, camera: Identity) -> None:
    good = signed(picture(1, kind), camera, AI, media_type=f"image/{kind.lower()}")
    chance = random.Random(kind)
    for _ in range(30):
        try:
            told = look(damaged(good, chance), f"damaged.{kind.lower()}")
        except CouldNotLook:
            continue
        if told.outcome in ("content-changed", "none", "remote-not-fetched"):
            assert "claims-ai" not in told.codes


def test_many_generations_are_read_in_good_time(look: Look, camera: Identity) -> None:
    data = signed(picture(1), camera, AI)
    for generation in range(24):
        data = signed(picture(generation % 5), camera, edited("g.jpg"),
                      ingredients=((used("g.jpg"), data, "image/jpeg"),))  # fmt: skip
    told = look(data)
    assert told.outcome == "trusted"
    assert len(told.findings) < 30


def test_many_ingredients_are_told_in_few_findings(look: Look, camera: Identity) -> None:
    parts = tuple((used(f"{n}.jpg", "componentOf"), signed(picture(n % 7), camera, AI), "image/jpeg")
                  for n in range(30))  # fmt: skip
    placed = edited(*(f"{n}.jpg" for n in range(30)), action="c2pa.placed")
    told = look(signed(picture(9), camera, made("digitalCreation"), placed, ingredients=parts))
    assert told.outcome == "trusted"
    assert len(told.findings) < 30


def test_two_stores_in_one_file_are_not_taken_for_one(look: Look, camera: Identity) -> None:
    from media.provenance.maker import segments, transplanted

    good, other = signed(picture(1), camera, made("digitalCapture")), signed(picture(2), camera, AI)
    both = transplanted(other, good)
    assert sum(each[:2] == b"\xff\xeb" for each in segments(both)) >= 2
    told = look(both)
    assert told.outcome in ("content-changed", "credential-problem")
    assert "claims-ai" not in told.codes


def test_every_kind_of_binding_is_known() -> None:
    """C2PA 2.x knows four hard bindings: of data, of boxes, of BMFF and of collections."""
    assert len(BOUND) == 4
