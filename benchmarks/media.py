"""How many seconds of processor do pictures and videos cost?

    python benchmarks/media.py

A photograph of 12 megapixels (one of ../shared/data/media/real_coco, enlarged, with grain so that it weighs
what a telephone's weighs), a telephone's screenshot, and a video of 60 s of such photographs and of speech
(../shared/data/voices). Each is
examined once and several times in a fresh process; the difference is the cost of one more, its child process
included, that of starting is told beside it. Writes benchmarks/results/media.json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quivive import __version__
from quivive.voices.sound import decode

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "media"
FACTS = ("media.provenance", "media.marks", "media.history", "media.likeness")
CHECK = """
import sys
from quivive import Workbench
path, times, *names = sys.argv[1:]
bench = Workbench()
for _ in range(int(times)):
    report = bench.check(path, detectors=names or None)
skipped = {each.detector: each.skipped for each in report.examinations if each.skipped}
print(len(report.items), sorted({f.code for f in report.findings}), skipped)
"""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=4, help="how often each is examined once more")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photo, video = Path(folder, "photo.jpg"), Path(folder, "video.mp4")
        photo.write_bytes(photograph())
        film(video, 60)
        subjects: list[tuple[str, Path, Sequence[str]]] = [
            ("12-megapixel JPEG: provenance, marks, history, hash", photo, FACTS),
            *((f"12-megapixel JPEG: {name}", photo, (name,)) for name in FACTS),
            ("12-megapixel JPEG: everything", photo, ()),
            ("screenshot: text", DATA / "sms.png", ("media.ocr",)),
            ("screenshot: everything", DATA / "sms.png", ()),
            ("video of 60 s: everything", video, ()),
        ]
        rows = [row(name, path, names, given.times) for name, path, names in subjects]
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "photo": "4000 x 3000, quality 90",
        "video": "1280 x 720, 25 pictures a second, H.264, 6 scenes, speech",
        "rows": rows,
    }
    path = Path(__file__).parent / "results" / "media.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def row(name: str, path: Path, names: Sequence[str], times: int) -> dict[str, Any]:
    """CPU seconds of the first examination in a fresh process and of each further one."""
    first, more = spent(path, names, 1), spent(path, names, 1 + times)
    found = {"what": name, "first": round(first, 2), "further": round((more - first) / times, 3)}
    print(found, flush=True)
    return found


def spent(path: Path, names: Sequence[str], times: int) -> float:
    """CPU seconds of a process that examines the file so many times, and of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(path), str(times), *names],
        check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("   ", done.stdout.strip()[:300])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def photograph(number: int = 0, size: tuple[int, int] = (4000, 3000)) -> bytes:
    """A photograph enlarged to this size, as JPEG."""
    image = enlarged(number, size)
    grain = np.random.default_rng(number).normal(0, 4, (size[1], size[0], 1))
    noisy = (np.asarray(image, np.float32) + grain).clip(0, 255).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(noisy).save(content, "JPEG", quality=90)
    return content.getvalue()


def enlarged(number: int, size: tuple[int, int]) -> Image.Image:
    """One of the photographs without losses."""
    files = sorted((DATA / "real_coco").glob("*_none.png"))
    with Image.open(files[number % len(files)]) as image:
        return image.convert("RGB").resize(size, Image.Resampling.BICUBIC)


def film(path: Path, seconds: int) -> None:
    """A slow pan over a photograph, another every ten seconds, and people speaking."""
    import av

    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=25, options={"preset": "veryfast"})
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        sound = file.add_stream("aac", rate=16000)
        for frame in range(seconds * 25):
            if frame % 250 == 0:
                scene = np.asarray(enlarged(frame // 250, (1600, 900)))
            left, top = frame % 250, (frame % 250) // 2
            cut = np.ascontiguousarray(scene[top : top + 720, left : left + 1280])
            for packet in video.encode(av.VideoFrame.from_ndarray(cut, "rgb24")):
                file.mux(packet)
        said = speech(seconds)
        for at in range(0, len(said), 1024):
            part = av.AudioFrame.from_ndarray(said[None, at : at + 1024], "fltp", "mono")
            part.sample_rate, part.pts = 16000, at
            for packet in sound.encode(part):
                file.mux(packet)
        for stream in (video, sound):
            for packet in stream.encode(None):
                file.mux(packet)


def speech(seconds: int) -> NDArray[np.float32]:
    """Clips of people, one after another, at 16 kHz."""
    files = sorted((DATA.parent / "voices" / "bonafide").glob("*.flac"))[: seconds // 2]
    return np.concatenate([decode(file.read_bytes())[0].samples for file in files])[: seconds * 16000]


if __name__ == "__main__":
    main()
