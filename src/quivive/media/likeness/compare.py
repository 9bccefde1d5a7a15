"""Are these two pictures the same one, and what was done to it?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from quivive.media import pictures
from quivive.media.likeness.geometry import Fit, fit
from quivive.media.likeness.pdq import ORIENTATIONS, distance
from quivive.media.likeness.views import NEAR, View, as_pixels, views

Answer = Literal["same", "close", "cannot-tell"]
MOST = 0.97
"""Share of a picture that must be seen for it not to count as cropped."""


@dataclass(frozen=True)
class Nearest:
    """The two parts whose hashes are nearest: bits that differ, their places, how the first is turned."""

    distance: int
    first: str
    second: str
    orientation: str


@dataclass(frozen=True)
class Comparison:
    """The answer with its sentence, the nearest hashes (None: both too plain), and the geometry."""

    answer: Answer
    sentence: str
    nearest: Nearest | None
    fit: Fit

    def as_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return asdict(self)


def compare(first: bytes, first_type: str, second: bytes, second_type: str) -> Comparison:
    """In the child: compares the first frames of two files. Raises CouldNotLook where one does not decode."""
    one, two = (as_pixels(next(pictures.frames(data, kind, 1)))
                for data, kind in ((first, first_type), (second, second_type)))  # fmt: skip
    closest, laid = nearest(views(one), views(two)), fit(one, two)
    if laid.confirmed:
        return Comparison("same", f"It is the same picture{_changes(laid)}.", closest, laid)
    if closest and closest.distance <= NEAR:
        said = (
            f"Their hashes are close ({closest.distance} of 256 bits differ), but that was not confirmed: "
            "too few points lie in the same places. Lay the two side by side."
        )
        return Comparison("close", said, closest, laid)
    said = "It is not the same picture, as far as can be told. It may still show the same person or place."
    return Comparison("cannot-tell", said, closest, laid)


def nearest(one: tuple[View, ...], two: tuple[View, ...]) -> Nearest | None:
    """The nearest parts of two pictures in any orientation."""
    found = [
        Nearest(distance(value, other.pdq), view.place, other.place, orientation)
        for view in one
        for other in two
        for orientation, value in zip(ORIENTATIONS, view.hashes, strict=True)
    ]
    return min(found, key=lambda each: each.distance, default=None)


def _changes(laid: Fit) -> str:
    """', mirrored; the second shows 81 % of the first': what was done, as far as it can be seen."""
    turn = (laid.turned + 5) // 10 * 10 % 360
    done = ["mirrored"] if laid.mirrored else []
    done += [f"turned by {turn} degrees clockwise"] if turn else []
    said = f", {' and '.join(done)}" if done else ""
    if laid.shown < MOST:
        said += f"; the second shows {laid.shown:.0%} of the first".replace("%", " %")
    if laid.covered < MOST:
        said += f"; {laid.covered:.0%} of the second is that picture".replace("%", " %")
    return said
