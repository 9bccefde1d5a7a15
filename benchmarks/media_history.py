"""How often is an earlier JPEG compression seen, and how often wrongly; what does the file history say of
pictures that nobody tampered with; what does it cost?

    python benchmarks/media_history.py [--pictures FOLDER…] [--most 150] [--only recompression]

Pictures: ../shared/data/media (or $QUIVIVE_DATA) and what --pictures names: unpacked packages with sample
pictures. The published figures took Debian's opencv-doc, gnome-backgrounds, mate-backgrounds, kodi-data,
plasma-workspace-wallpapers, lomiri-wallpapers (two), digikam-data, golang-github-rwcarlsen-goexif-dev,
golang-github-disintegration-imaging-dev, and the source archives of piexif, exifread, imageio,
face_recognition and deepface on PyPI.
A picture that was compressed once is made by scaling a source down to 55 % or less, which takes its own past
off the grid, and saving it. Writes benchmarks/results/media_history.json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from quivive import __version__
from quivive.errors import CouldNotLook
from quivive.evidence import auc, recall_at
from quivive.intake import take
from quivive.media.history import jpeg, recompression
from quivive.media.history.detector import FileHistory
from quivive.media.history.reading import FORMATS, read
from quivive.model import Context, Finding

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "media"
RESULT = Path(__file__).parent / "results" / "media_history.json"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".heic", ".avif"}
QUALITIES = (60, 70, 75, 80, 85, 90, 95, 98)
PRESETS = ("web_low", "web_medium", "web_high", "low", "medium")
"""Photoshop's tables, as Pillow has them, that are coarser than quality 92."""
_SCALE, _LONGEST, _SHORTEST = 0.55, 1300, 160
_ALIKE = 0.9
"""Correlation of 16 by 16 grey levels from which two sources are one."""

Look = recompression.Recompression | None


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=Path, nargs="*", default=[], help="folders with sample pictures")
    parser.add_argument("--most", type=int, default=150, help="sources that are compressed again")
    parser.add_argument("--only", choices=["recompression", "findings", "speed"], help="measure this alone")
    given = parser.parse_args()
    result = json.loads(RESULT.read_text("utf-8")) if given.only and RESULT.exists() else {}
    result |= {"date": datetime.now(UTC).date().isoformat(), "version": __version__,
               "machine": platform.machine(), "threshold": recompression.THRESHOLD}  # fmt: skip
    folders = [DATA, *given.pictures]
    if given.only in (None, "speed"):
        result["speed"] = speed(folders)
    if given.only in (None, "findings"):
        result["findings"] = findings(folders)
    if given.only in (None, "recompression"):
        result["recompression"] = recompressions(sources(folders, given.most))
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def files(folders: list[Path]) -> Iterator[Path]:
    """Every file that is named as a picture, in order."""
    for folder in folders:
        yield from sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


# --- earlier compression ---


def sources(folders: list[Path], most: int) -> list[Image.Image]:
    """Photographs and drawings, each once, scaled down; evenly out of all that there are."""
    kept: list[tuple[Path, np.ndarray]] = []
    for path in files(folders):
        small = _small(path)
        if small is not None and all(np.corrcoef(small, other)[0, 1] < _ALIKE for _, other in kept):
            kept.append((path, small))
    step = max(len(kept) / most, 1.0)
    return [_scaled(kept[int(i * step)][0]) for i in range(min(most, len(kept)))]


def _small(path: Path) -> np.ndarray | None:
    """16 by 16 grey levels; None for what does not decode, is flat or too small."""
    try:
        with Image.open(path) as image:
            large = image.size
            image.draft("L", (64, 64))
            grey = np.asarray(image.convert("L").resize((16, 16)), dtype=float).ravel()
    except Exception:  # sample folders hold broken pictures on purpose
        return None
    return grey if grey.std() >= 8 and min(large) * _factor(large) >= _SHORTEST else None


def _factor(size: tuple[int, int]) -> float:
    return min(_SCALE, _LONGEST / max(size))


def _scaled(path: Path) -> Image.Image:
    image = Image.open(path)
    size = [int(side * _factor(image.size)) for side in image.size]
    return image.convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS)


def recompressions(pictures: list[Image.Image]) -> dict[str, Any]:
    """Alarms at once-compressed pictures, and what is seen of each pair of qualities."""
    once: list[Look] = []
    twice: dict[tuple[int, int], list[Look]] = {}
    scaled: list[Look] = []
    presets: list[Look] = []
    for image in pictures:
        once += [_look(_saved(image, last)) for last in QUALITIES]
        for first in QUALITIES[:-1]:
            before = Image.open(io.BytesIO(_saved(image, first)))
            for last in (q for q in QUALITIES if q > first):
                twice.setdefault((first, last), []).append(_look(_saved(before, last)))
        half = Image.open(io.BytesIO(_saved(image, 75)))
        half = half.resize((half.width * 4 // 5, half.height * 4 // 5), Image.Resampling.LANCZOS)
        scaled.append(_look(_saved(half, 90)))
        adobe = [Image.open(io.BytesIO(_saved(image, preset))) for preset in PRESETS]
        presets += [_look(_saved(each, 92)) for each in adobe]
    alarms = sum(map(recompression.told, once))
    many = [f for (a, b), each in twice.items() if b - a >= 10 for f in each]
    return {
        "pictures": len(pictures),
        "once": len(once),
        "false_alarms": alarms,
        "false_alarms_at_most_95": round(_upper(alarms, len(once)), 5),
        "seen": {f"{first}→{last}": _share(found) for (first, last), found in sorted(twice.items())},
        "seen_10_apart_or_more": _share(many),
        **_roc(many, once),
        "seen_after_scaling_between": _share(scaled),
        "seen_after_photoshop": _share(presets),
        "enough_to_judge": round(sum(map(_enough, many)) / len(many), 3),
        "seen_10_apart_of_those": _share([look for look in many if _enough(look)]),
        **_first(twice),
    }


def _saved(image: Image.Image, quality: int | str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _look(data: bytes) -> Look:
    return recompression.read(data, jpeg.read(data))


def _enough(found: Look) -> bool:
    """Whether the picture has detail enough to be judged: drawings on white have not."""
    return found is not None and found.coefficients >= recompression.ENOUGH


def _share(found: list[Look]) -> float:
    return round(sum(map(recompression.told, found)) / len(found), 3)


def _roc(twice: list[Look], once: list[Look]) -> dict[str, float]:
    """Of the score, where there is detail enough to judge: qualities 10 apart or more."""
    judged = [(each.score, label) for label, found in ((1, twice), (0, once)) for each in found
              if each and _enough(each)]  # fmt: skip
    scores, labels = np.array([s for s, _ in judged]), np.array([label for _, label in judged])
    return {
        "auc_10_apart_or_more": round(auc(scores, labels), 4),
        "recall_at_1_percent": round(recall_at(scores, labels, 0.01), 4),
        "recall_at_tenth_percent": round(recall_at(scores, labels, 0.001), 4),
    }


def _first(twice: dict[tuple[int, int], list[Look]]) -> dict[str, float]:
    """How far off the first quality is, where something is said."""
    off = [
        abs(f.first - first)
        for (first, _), each in twice.items()
        for f in each
        if f and recompression.told(f)
    ]
    return {
        "first_quality_off_median": float(median(off)),
        "first_quality_off_95": float(np.quantile(off, 0.95)),
    }


def _upper(wrong: int, of: int) -> float:
    """Upper end of the one-sided 95 % interval of a share (Wilson)."""
    z, share = 1.6449, wrong / of
    middle = share + z * z / (2 * of)
    return (middle + z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5) / (1 + z * z / of)


# --- what is said of pictures at hand ---


def findings(folders: list[Path]) -> dict[str, Any]:
    """How many pictures got which finding, and the name of each that got one for review."""
    detector, context = FileHistory(), Context(now=datetime.now(UTC))
    codes: Counter[str] = Counter()
    review: list[str] = []
    seen: set[str] = set()
    for path in files(folders):
        item = take(path.read_bytes(), path.name)
        if item.media_type not in FORMATS or item.sha256 in seen:
            continue
        seen.add(item.sha256)
        try:
            found = [f for f in detector.examine(item, context) if isinstance(f, Finding)]
        except CouldNotLook:
            codes["could not look"] += 1
            continue
        codes.update(f.code for f in found)
        review += [f"{f.code} {path.name}" for f in found if f.kind == "review"]
    return {"pictures": len(seen), "codes": dict(codes.most_common()), "review": sorted(review)}


# --- cost ---


def speed(folders: list[Path]) -> dict[str, float]:
    """CPU seconds of all of it for a picture of 4000 by 3000, with a preview, saved twice."""
    image = _grainy(next(_scaled_up(p) for p in files(folders) if "truepic" in p.name))
    thumbnail = image.resize((160, 120), Image.Resampling.BOX)
    again = Image.open(io.BytesIO(_saved(image, 80)))
    plain = _saved(again, 92)
    small = _saved(thumbnail, 80)
    data = _with_preview(plain, small)
    read(data, "image/jpeg")  # libraries load
    began = time.process_time()
    for _ in range(5):
        history = read(data, "image/jpeg")
    assert history.preview
    return {"megapixels": 12.0, "mebibytes": round(len(data) / 2**20, 1),
            "cpu_seconds": round((time.process_time() - began) / 5, 3)}  # fmt: skip


def _scaled_up(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)


def _grainy(image: Image.Image) -> Image.Image:
    """With a sensor's noise, so that the file is as large as a telephone's."""
    grain = np.random.default_rng(1).normal(0, 7, (image.height, image.width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def _with_preview(data: bytes, small: bytes) -> bytes:
    """An EXIF block with nothing but a second directory that points to the preview."""
    entries = b"".join(
        number.to_bytes(2, "little") + b"\x04\0\x01\0\0\0" + value.to_bytes(4, "little")
        for number, value in ((0x0201, 44), (0x0202, len(small)))
    )
    block = b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0" + entries + bytes(4)
    block = block + b"\0" * (6 + 44 - len(block)) + small
    return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]


if __name__ == "__main__":
    main()
