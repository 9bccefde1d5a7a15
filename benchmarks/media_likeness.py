"""Does the same picture link after it was changed, does a different one not, and how long does it take?

    python benchmarks/media_likeness.py FOLDER

FOLDER holds photographs/ (any), faces/ (pictures with a face) and different/ (no two of the same scene), and
sources.txt, which says where they come from. In faces/ 'a.png' and 'a_p1.png', cut out of it, are one
picture; 'a+1.png' and 'a+2.png' are two photographs of one person. A changed copy links where any two
parts' hashes are within 31 bits in any orientation, as in `quivive media compare`.
Writes benchmarks/results/media_likeness.json.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quivive import __version__
from quivive.media.likeness.compare import nearest
from quivive.media.likeness.geometry import fit
from quivive.media.likeness.hash_index import index, near, packed, scan
from quivive.media.likeness.pdq import distance, pdq, turned
from quivive.media.likeness.views import NEAR, View, as_pixels, read, views

Pixels = NDArray[np.uint8]
Change = Callable[[Pixels], Pixels]


def main() -> None:
    """Measure and write."""
    folder = Path(sys.argv[1])
    photographs, faces, different = (
        _pictures(folder / name) for name in ("photographs", "faces", "different")
    )
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": f"{platform.machine()}, Python {platform.python_version()}, OpenCV {cv2.__version__}",
        "sources": (folder / "sources.txt").read_text("utf-8").split("\n"),
        "photographs": recall(photographs, PHOTOGRAPH),
        "faces": recall(faces, FACE),
        "different": strangers({**different, **faces}),
        "geometry": geometry(faces, different),
        "time": seconds(),
    }
    (Path(__file__).parent / "results" / "media_likeness.json").write_text(
        json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )


def _pictures(folder: Path) -> dict[str, Pixels]:
    return {path.stem: as_pixels(Image.open(path)) for path in sorted(folder.iterdir())}


# --- what is done to pictures ---


def jpeg(image: Pixels, quality: int) -> Pixels:
    """Written as JPEG and read again."""
    written = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    read_again = cv2.imdecode(written, cv2.IMREAD_COLOR)
    assert read_again is not None
    return np.ascontiguousarray(read_again[:, :, ::-1], np.uint8)


def half(image: Pixels) -> Pixels:
    """Half as wide and high."""
    size = (max(image.shape[1] // 2, 1), max(image.shape[0] // 2, 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def mirrored(image: Pixels) -> Pixels:
    """Left for right."""
    return np.ascontiguousarray(image[:, ::-1])


def bars(image: Pixels, colour: tuple[int, int, int], square: bool) -> Pixels:
    """Bars above and below of a fifth of the height each, or as many as make it square."""
    height, width = image.shape[:2]
    high, wide = (max(height, width),) * 2 if square else (round(height * 1.4), width)
    canvas = np.full((high, wide, 3), colour, np.uint8)
    top, left = (high - height) // 2, (wide - width) // 2
    canvas[top : top + height, left : left + width] = image
    return canvas


def crop(image: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """Without these shares of its sides."""
    height, width = image.shape[:2]
    return np.ascontiguousarray(
        image[
            round(height * top) : round(height * (1 - bottom)),
            round(width * left) : round(width * (1 - right)),
        ]
    )


PHOTOGRAPH: dict[str, Change] = {"JPEG quality 40 and half size": lambda image: jpeg(half(image), 40)}
FACE: dict[str, Change] = PHOTOGRAPH | {
    "mirrored": lambda image: jpeg(mirrored(image), 75),
    "turned by 90 degrees": lambda image: jpeg(np.ascontiguousarray(np.rot90(image)), 75),
    "black bars above and below": lambda image: jpeg(bars(image, (0, 0, 0), False), 75),
    "coloured bars to a square": lambda image: jpeg(bars(image, (30, 60, 90), True), 75),
    "10 % cut off left and top": lambda image: jpeg(crop(image, 0.1, 0.1, 0, 0), 75),
    "10 % cut off right and bottom": lambda image: jpeg(crop(image, 0, 0, 0.1, 0.1), 75),
    "5 % cut off each side": lambda image: jpeg(crop(image, 0.05, 0.05, 0.05, 0.05), 75),
    "10 % cut off each side": lambda image: jpeg(crop(image, 0.1, 0.1, 0.1, 0.1), 75),
    "mirrored, 10 % cut off left and top, half size, quality 50": lambda image: jpeg(
        half(mirrored(crop(image, 0.1, 0.1, 0, 0))), 50
    ),
}


# --- recall and false links ---


def recall(images: dict[str, Pixels], changes: dict[str, Change]) -> dict[str, Any]:
    """Links found for each change, and the bits that the nearest hashes differ in. Plain pictures are left
    out and counted.
    """
    seen = {name: found for name, image in images.items() if (found := views(image))}
    return {
        "pictures": len(seen),
        "too plain to hash (quality below 50)": sorted(set(images) - set(seen)),
        "changes": {said: _recalled(seen, images, change) for said, change in changes.items()},
        "mirrored, from the hash alone": _from_hash(images, seen),
    }


def _recalled(seen: dict[str, tuple[View, ...]], images: dict[str, Pixels], change: Change) -> dict[str, Any]:
    found = {name: nearest(each, views(change(images[name]))) for name, each in seen.items()}
    bits = {name: each.distance if each else 256 for name, each in found.items()}
    missed = sorted(name for name, each in bits.items() if each > NEAR)
    return _share(len(seen) - len(missed), len(seen)) | {
        "median bits": median(bits.values()),
        "missed": missed,
    }


def _from_hash(images: dict[str, Pixels], seen: dict[str, tuple[View, ...]]) -> dict[str, Any]:
    """Whole pictures, mirrored: what `pdq.turned` makes of one hash, against that of the other's pixels."""
    bits = [
        min(
            distance(value, pdq(jpeg(mirrored(images[name]), 75))[0])
            for value in turned(pdq(images[name])[0])
        )
        for name in seen
    ]
    return _share(sum(each <= NEAR for each in bits), len(bits)) | {
        "median bits": median(bits),
        "most": max(bits),
    }


def _share(found: int, of: int) -> dict[str, Any]:
    return {"linked": found, "of": of, "share": round(found / of, 4)}


def strangers(images: dict[str, Pixels]) -> dict[str, Any]:
    """Links between different pictures: there should be none. Every part against every other, all turned."""
    seen = {name: views(image) for name, image in images.items()}
    words = {name: packed([view.pdq for view in each]) for name, each in seen.items() if each}
    all_turns = {name: packed([value for view in seen[name] for value in view.hashes]) for name in words}
    nearest_of = {
        (one, other): int(_distances(all_turns[one], words[other]).min())
        for one, other in combinations(words, 2)
    }
    apart = {pair: bits for pair, bits in nearest_of.items() if not _related(*pair)}
    persons = {pair: bits for pair, bits in nearest_of.items() if _one_person(*pair)}
    ranked = sorted(apart.items(), key=lambda each: each[1])
    return {
        "pictures": len(images),
        "with a hash": len(words),
        "parts hashed": sum(map(len, seen.values())),
        "pairs": len(apart),
        "false links": sum(bits <= NEAR for bits in apart.values()),
        "nearest": [[*pair, bits] for pair, bits in ranked[:5]],
        "photographs of one person": [[*pair, bits] for pair, bits in persons.items()],
    }


def _distances(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.asarray(np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2, dtype=np.int64))


def _related(one: str, other: str) -> bool:
    """Whether one was cut out of the other, or both out of a third."""
    return one.split("_p")[0] == other.split("_p")[0]


def _one_person(one: str, other: str) -> bool:
    return "+" in one and one.split("+")[0] == other.split("+")[0]


def geometry(faces: dict[str, Pixels], different: dict[str, Pixels]) -> dict[str, Any]:
    """How often geometry confirms a changed copy, and a different picture (every third pair of 30)."""
    names = list(faces)[::3]
    changes = {said: FACE[said] for said in [*FACE][0:10:3]}
    confirmed = {
        said: _share(sum(fit(faces[name], change(faces[name])).confirmed for name in names), len(names))
        for said, change in changes.items()
    }
    some = list(different.items())[:: max(len(different) // 30, 1)][:30]
    fits = [(one, other, fit(a, b)) for (one, a), (other, b) in list(combinations(some, 2))[::3]]
    wrong = [[one, other, each.points] for one, other, each in fits if each.confirmed]
    most = max((each.points for _, _, each in fits if not each.confirmed), default=0)
    return {"confirmed": confirmed, "different pairs": len(fits), "confirmed among them": wrong,
            "most points of another": most}  # fmt: skip


# --- time ---


def seconds() -> dict[str, Any]:
    """Wall and processor time of a search among a million, and of hashing a photograph of 12 megapixels."""
    words = np.random.default_rng(1).integers(0, 2**64, (1_000_000, 4), dtype=np.uint64)
    asked = words[500_000].tobytes().hex()
    ready, built = _timed(lambda: index(words))
    picture = np.asarray(Image.effect_noise((4000, 3000), 60).convert("RGB"))
    smooth = cv2.GaussianBlur(picture, (0, 0), 12)
    wide = cv2.normalize(smooth, np.empty_like(smooth), 0, 255, cv2.NORM_MINMAX)
    data = cv2.imencode(".jpg", wide)[1].tobytes()
    read(data, "image/jpeg")
    return {
        "a million compared in turn": _timed(lambda: scan(words, asked))[1],
        "index of a million built": built,
        "a million by the index": _timed(lambda: near(ready, asked))[1],
        "12 megapixels decoded, faces sought, hashed": _timed(lambda: read(data, "image/jpeg"))[1],
    }


def _timed(function: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    function()
    wall, processor = time.perf_counter(), time.process_time()
    value = function()
    return value, {
        "s": round(time.perf_counter() - wall, 4),
        "cpu_s": round(time.process_time() - processor, 4),
    }


if __name__ == "__main__":
    main()
