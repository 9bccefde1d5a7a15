"""What does the reader of signed provenance (C2PA) say of the shared files, and what does it cost?

    python benchmarks/media_provenance.py [--damaged 2000] [--seed 1]

Files are those of ../shared/data/media (or $QUIVIVE_DATA) and photographs of 12 megapixels made of noise and
colour, bare and signed by an authority of our own (tests/media/provenance/maker.py). Costs are CPU seconds of
the child process in which files are read and of this one, once the library is loaded; what loading takes is
told beside them. Damaged files are good ones of five formats with one thing wrong where the manifest is.
Writes benchmarks/results/media_provenance.json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from quivive import __version__
from quivive.apart import apart
from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.media.provenance import trust
from quivive.media.provenance.detector import Provenance
from quivive.media.provenance.trust import Trust, TrustList
from quivive.model import Context, Finding

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT / "tests")  # not this folder, which has a media.py
from media.provenance.looking import OUTCOMES  # noqa: E402
from media.provenance.maker import identity, made, picture, signed  # noqa: E402
from media.provenance.test_hostile import damaged  # noqa: E402

DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "media"
FOLDERS = ("c2pa_public", "c2pa_rs", "c2pa_openai")
AI = made("trainedAlgorithmicMedia")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--damaged", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": platform.machine(),
        "lists": {source.name: source.date for source in trust.shipped().sources},
        "seconds": seconds(),
        "shared": {folder: outcomes(folder) for folder in FOLDERS},
        "damaged": damage(given.damaged, random.Random(given.seed)),
    }
    path = Path(__file__).parent / "results" / "media_provenance.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def tell(data: bytes, name: str, lists: Trust | None = None) -> list[Finding]:
    """The findings on one file. Raises CouldNotLook."""
    found = Provenance(lists).examine(take(data, name), Context(now=datetime.now(UTC)))
    return [each for each in found if isinstance(each, Finding)]


def outcome(data: bytes, name: str, lists: Trust | None = None) -> str:
    """The outcome in a word, '+ AI' where a claim counts."""
    try:
        codes = {each.code for each in tell(data, name, lists)}
    except CouldNotLook:
        return "could not look"
    (only,) = codes & OUTCOMES
    return only.removeprefix("c2pa/") + (" + AI" if "c2pa/claims-ai" in codes else "")


def outcomes(folder: str) -> dict[str, int]:
    """How many files of a shared folder have which outcome."""
    files = (each for each in sorted((DATA / folder).iterdir()) if each.suffix != ".txt")
    return dict(Counter(outcome(each.read_bytes(), each.name) for each in files).most_common())


def photograph() -> bytes:
    """A JPEG of 4,000 by 3,000 pixels with the grain of a real one: some 5 MB."""
    chance = np.random.default_rng(1)
    small = chance.integers(0, 255, (60, 80, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(small).resize((4000, 3000), Image.Resampling.BICUBIC), np.int16)
    grain = chance.normal(0, 6, smooth.shape).astype(np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def spent(task: Callable[[], object]) -> float:
    """CPU seconds of this process and of the one that reads."""
    before = time.process_time() + apart(time.process_time)
    task()
    return time.process_time() + apart(time.process_time) - before


def seconds() -> dict[str, Any]:
    """CPU seconds a file, and what starting the child and loading the library took."""
    bare = photograph()
    good = signed(bare, identity(), AI)
    tell(picture(), "a.jpg")
    loading = apart(time.process_time)
    each = {name: [spent(lambda data=data: tell(data, "a.jpg")) for _ in range(7)]
            for name, data in (("bare", bare), ("signed", good))}  # fmt: skip
    return {
        "jpeg_megabytes": round(len(bare) / 1e6, 1),
        "loading": round(loading, 3),
        **{f"12_megapixels_{name}": round(median(taken), 3) for name, taken in each.items()},
    }


def damage(number: int, chance: random.Random) -> dict[str, Any]:
    """Outcomes of damaged copies of trusted files; `wrong` are claims where nothing may be claimed."""
    lists = Trust((*trust.shipped().lists, TrustList("Own", "", identity().root)), trust.shipped().purposes)
    kinds = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")
    good = {k: signed(picture(1, k), identity(), AI, media_type=f"image/{k.lower()}") for k in kinds}
    counts: Counter[str] = Counter()
    for _ in range(number):
        kind = chance.choice(kinds)
        counts[outcome(damaged(good[kind], chance), f"a.{kind.lower()}", lists)] += 1
    wrong = sum(count for said, count in counts.items()
                if said.startswith(("content-changed +", "none +", "remote")))  # fmt: skip
    return {"files": number, "outcomes": dict(counts.most_common()), "wrong": wrong}


if __name__ == "__main__":
    main()
