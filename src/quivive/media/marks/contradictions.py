"""What in the file contradicts its marks?

A contradiction says that something was changed, copied in or worked on after it was made; it does not say by
whom or to what end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from quivive.media.marks import a1111, comfyui, json_settings, labels, vendors
from quivive.media.marks.carried import Mark, Reading, Size

SIZE, SCALED = "mark/contradiction-size", "mark/scaled"
CAMERA, SOURCE = "mark/contradiction-camera", "mark/contradiction-source-type"
GENERATORS = "mark/contradiction-generators"
_LABELS = frozenset({*labels.TERMS, labels.CHINA, labels.PLATFORM})
_EDITORS = frozenset({"Google", "Adobe Firefly"})
"""Vendors whose mark telephones and photo editors set on photographs that they worked on."""
_STEPS = (8, 16, 32, 64)
"""Models make sides that are multiples of these."""
_SHAPE = 0.02
"""Relative difference of side ratios that counts as the same shape."""
_MOST_TILES = 20


@dataclass(frozen=True)
class Contradiction:
    """Code of the finding and the parameters of its sentence."""

    code: str
    params: dict[str, str]


def find(reading: Reading) -> Iterator[Contradiction]:
    """All contradictions of a file, each once."""
    generators = [mark for mark in reading.marks if mark.code not in _LABELS]
    yield from _sizes(generators, reading.size)
    makers = [mark for mark in generators if mark.whose not in _EDITORS and mark.code != vendors.SYSTEM]
    if makers and reading.camera:
        yield Contradiction(CAMERA, {"generator": makers[0].whose, "camera": reading.camera.name,
                                     "exposure": reading.camera.exposure})  # fmt: skip
    says_ai = [mark for mark in reading.marks if mark.code not in (labels.CAPTURED, labels.OTHER)]
    if reading.captured and says_ai:
        whose = dict(says_ai[0].details).get("term") or says_ai[0].whose
        yield Contradiction(SOURCE, {"term": reading.captured, "generator": whose})
    yield from _pairs(generators)


def _sizes(marks: list[Mark], size: Size) -> Iterator[Contradiction]:
    """The first mark whose sizes the pixels do not have; none where a step may have changed the shape."""
    for mark in marks:
        told = mark.settings.sizes
        if not told or mark.settings.reshapes or not all(size) or any(_same(each, size) for each in told):
            continue
        likely = next((each for each in told if _scaled(each, size) or _tiled(each, size)), None)
        params = {"told": _words(likely or told[0]), "size": _words(size), "generator": mark.whose}
        yield Contradiction(SCALED if likely else SIZE, params)
        return


def _same(told: Size, size: Size) -> bool:
    """The same but for the rounding of sides, also turned by a quarter."""
    return any(b in _rounded(a) and d in _rounded(c) for (a, c) in (told, told[::-1]) for b, d in (size,))


def _rounded(side: int) -> set[int]:
    """The side, and what programs round it to."""
    return {side} | {part * step for step in _STEPS for part in (side // step, -(-side // step))}


def _scaled(told: Size, size: Size) -> bool:
    across, down = size[0] / told[0], size[1] / told[1]
    return min(size) >= 32 and abs(across - down) <= _SHAPE * max(across, down)


def _tiled(told: Size, size: Size) -> bool:
    """Several pictures side by side, as grids are saved."""
    across, down = size[0] / told[0], size[1] / told[1]
    return all(1 <= each <= _MOST_TILES and each == int(each) for each in (across, down))


def _words(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def _pairs(marks: list[Mark]) -> Iterator[Contradiction]:
    """Two generators that do not work together, or two texts with different seeds."""
    for one, other in combinations(marks, 2):
        if vendors.SYSTEM in (one.code, other.code):
            continue
        seeds = one.settings.seed, other.settings.seed
        differ = one.whose != other.whose and not _together(one, other)
        if differ or (all(seeds) and seeds[0] != seeds[1]):
            yield Contradiction(GENERATORS, {"one": _named(one), "other": _named(other)})
            return


def _together(one: Mark, other: Mark) -> bool:
    """Savers for ComfyUI add settings as A1111 writes them, and its nodes call vendors; SwarmUI runs it."""
    codes = {one.code, other.code}
    return comfyui.CODE in codes and bool(
        codes & {a1111.CODE, json_settings.SWARM, vendors.CODE, "mark/stealth"}
    )


def _named(mark: Mark) -> str:
    seed = f", seed {mark.settings.seed}" if mark.settings.seed else ""
    return f"{mark.whose} ({mark.places[0]}{seed})"
