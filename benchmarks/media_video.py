"""What does a video of a minute cost, stage by stage, and do our vPDQ hashes agree with the reference?

    python benchmarks/media_video.py [--seconds 60]

Films are made of the photographs and the screenshot of ../shared/data/media (or $QUIVIVE_DATA), a scene
every six seconds, with speech of ../shared/data/voices without a pause: the dearest sound there is. Each is
examined by the command itself, in a process of its own; stages are those of one more run in this process,
its child included. Processor seconds, not those of the clock: the machine has other work.
Writes benchmarks/results/media_video.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quivive import __version__, intake
from quivive.apart import apart
from quivive.examine import discover, examine
from quivive.media.video.clip import read
from quivive.media.video.vpdq import NEAR, WORTH, FrameHash, hashes, parse, shared
from quivive.model import Context, Detector, Item, Subject, Yield

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data"))
RATE, SCENE = 30, 6
Pictures = list[NDArray[np.uint8]]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="length of the films")
    seconds = parser.parse_args().seconds
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": platform.machine(),
        "films": [measured(*film) for film in films(seconds)],
        "vpdq": [agreement(name) for name in ("doorknob-hd-no-bar", "pattern-sd-grey-bar")],
    }
    path = Path(__file__).parent / "results" / "media_video.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


def films(seconds: int) -> Iterator[tuple[str, bytes, bool]]:
    """Name, film, and whether everything is done to it or only the video's own part."""
    yield "720p as a messenger sends it, with speech", made(1280, 720, seconds, 250, speech=True), True
    yield "720p as a messenger sends it, without sound", made(1280, 720, seconds, 250, speech=False), True
    yield "1080p as a telephone records it", made(1920, 1080, seconds, 30, speech=False), False
    yield "720p, one picture stands alone", made(1280, 720, seconds, 0, speech=False), False


def made(width: int, height: int, seconds: int, gop: int, speech: bool) -> bytes:
    """An MP4 film; `gop` 0: scenes begin without a picture that stands alone."""
    scenes = pictures(width, height)
    options = {"preset": "superfast", "crf": "26", "g": str(gop or 100_000)}
    options |= {} if gop else {"sc_threshold": "0"}
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        with av.open(file.name, "w") as out:
            stream = out.add_stream("libx264", rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            sound = out.add_stream("aac", rate=44_100, layout="mono") if speech else None
            for number in range(RATE * seconds):
                shown = scenes[number // (RATE * SCENE) % len(scenes)]
                frame = av.VideoFrame.from_ndarray(np.roll(shown, number % 90 // 3, 1), "rgb24")
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
            if sound:
                _speak(out, sound, seconds)
        return Path(file.name).read_bytes()


def pictures(width: int, height: int) -> Pictures:
    """Nine photographs and a telephone's screenshot among them."""
    photographs = sorted((DATA / "media" / "real_coco").iterdir())[:9]
    found = [np.asarray(Image.open(path).convert("RGB").resize((width, height))) for path in photographs]
    screen = Image.open(DATA / "media" / "sms.png").convert("RGB")
    screen.thumbnail((width, height))
    ground = Image.new("RGB", (width, height))
    ground.paste(screen, ((width - screen.width) // 2, 0))
    found.insert(3, np.asarray(ground))
    return found


def _speak(out: Any, stream: Any, seconds: int) -> None:
    resampler, reached = av.AudioResampler("fltp", "mono", 44_100), 0
    for path in sorted((DATA / "voices" / "bonafide").iterdir()):
        with av.open(str(path)) as source:
            for frame in source.decode(audio=0):
                for part in resampler.resample(frame):
                    if reached >= 44_100 * seconds:
                        return
                    part.pts, reached = reached, reached + part.samples
                    out.mux(stream.encode(part))
    out.mux(stream.encode(None))


def measured(name: str, data: bytes, everything: bool) -> dict[str, Any]:
    """Processor seconds of the video's own part, of the command and of its stages; what came out."""
    read(data, "video/mp4")
    before = time.process_time()
    clip = read(data, "video/mp4")
    own = time.process_time() - before
    assert clip.seen
    result: dict[str, Any] = {
        "film": name,
        "bytes": len(data),
        "reading_cpu_s": round(own, 2),
        "frames_at_s": [round(frame.seconds, 1) for frame in clip.seen.frames],
        "whole_film_searched": not clip.seen.partly,
    }
    if everything:
        spent = stages(data)
        media = sum(cost for stage, cost in spent.items() if stage.startswith("media."))
        rounded = {stage: round(cost, 2) for stage, cost in sorted(spent.items())}
        result |= {"command_cpu_s": round(command(data), 2), "media_cpu_s": round(media, 2),
                   "stages_cpu_s": rounded}  # fmt: skip
    return result


def command(data: bytes) -> float:
    """Processor seconds of `quivive check`, starting and loading of models included."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        Path(file.name).write_bytes(data)
        before = _children()
        words = [sys.executable, "-m", "quivive", "check", file.name, "--json", "--exit-zero"]
        subprocess.run(words, capture_output=True, check=True)
        return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Timed:
    """A detector that notes what its examinations cost, here and in the child."""

    def __init__(self, detector: Detector, spent: dict[str, float]) -> None:
        self._detector, self._spent = detector, spent
        self.name, self.version = detector.name, detector.version
        self.accepts, self.online, self.codes = detector.accepts, detector.online, detector.codes
        self.sources = detector.sources

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        before = _both()
        try:
            found = list(self._detector.examine(subject, context))
        finally:
            of_video = isinstance(subject, Item) and subject.parent is not None
            self._spent[self.name + (" on its pictures or words" if of_video else "")] += _both() - before
        yield from found


def _both() -> float:
    return time.process_time() + apart(time.process_time)


def stages(data: bytes) -> dict[str, float]:
    """Detector → processor seconds, models and libraries loaded before."""
    spent: dict[str, float] = defaultdict(float)
    detectors = [Timed(one, spent) for one in discover()[0]]
    context = Context(now=datetime.now(UTC))
    short = (DATA / "media" / "vpdq" / "doorknob-hd-no-bar.mp4").read_bytes()
    for film in (short, data):  # the short one loads models and libraries
        spent.clear()
        examine(intake.take(film, "film.mp4"), detectors, context)
    return {stage: cost for stage, cost in spent.items() if cost >= 0.005}


def agreement(name: str) -> dict[str, Any]:
    """Pictures of a reference film whose hash lies within `NEAR` of the published one."""
    folder = DATA / "media" / "vpdq"
    theirs = parse((folder / f"{name}.txt").read_text("utf-8"))
    before = time.process_time()
    own = hashes((folder / f"{name}.mp4").read_bytes(), "video/mp4", every=0)
    spent = time.process_time() - before
    pairs = list(zip(own, theirs, strict=True))
    worth = [_distance(mine, other) for mine, other in pairs if other.quality >= WORTH]
    others = [path for path in sorted(folder.glob("*.txt")) if path.stem != name]
    return {
        "film": name,
        "pictures": len(pairs),
        "near": sum(_distance(mine, other) <= NEAR for mine, other in pairs),
        "worth_comparing": len(worth),
        "worth_comparing_and_near": sum(distance <= NEAR for distance in worth),
        "largest_distance_worth_comparing": max(worth),
        "cpu_s": round(spent, 2),
        "share_found_in": {
            path.stem: round(shared(own, parse(path.read_text("utf-8"))), 3) for path in others
        },
    }


def _distance(one: FrameHash, other: FrameHash) -> int:
    return (int(one.pdq, 16) ^ int(other.pdq, 16)).bit_count()


if __name__ == "__main__":
    main()
