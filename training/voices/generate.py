"""Make synthetic speech for training: `python training/voices/generate.py OUT --seed 1`.

Every engine under engines/ that is installed speaks its share, into OUT/<system>/NNNN.flac (16 kHz, mono,
16 bit, at most 5 s) and a line of OUT/manifest.csv; one that is missing is named with what would install it.
What is there already is not made again. No real person's voice is cloned: stock voices, blends of them, and
recordings under open licences that a vocoder makes anew.

Level, the cut and the dither are drawn alike for all systems, so that they do not tell one from another; the
band and the silence within are the engine's own."""

from __future__ import annotations

import argparse
import csv
import sys
import time
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from channels import RATE, Samples, resample
from corpora import band_limited, clips, decision, load, spoken
from engines.engine import Engine, Missing, Recording, Setting, Speak, Speech, Unspoken
from engines.sound import read, write_flac

FIELDS = ("path", "label", "system", "kind", "speaker", "language", "source", "orig_rate", "licence")
SECONDS = 5.0
LEAST_SECONDS = 1.5
LEVELS_DB = (-32.0, -18.0)
LOWEST_HZ = 40.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run the engines, say what was made and what is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="names of engines; all where not given")
    parser.add_argument("--clips", type=int, help="at most this many of each engine")
    parser.add_argument(
        "--packages", type=Path, default=Path("packages"), help="where npm packages are unpacked"
    )
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="more manifests of open recordings")
    wanted = parser.parse_args(arguments)
    setting = Setting(wanted.packages, open_recordings(wanted.real))
    for engine in chosen(wanted.only):
        try:
            print(run(engine, setting, wanted.out, wanted.seed, wanted.clips), flush=True)
        except Missing as missing:
            print(f"{engine.name} is left out. {missing}", file=sys.stderr, flush=True)
    return 0


def chosen(names: Sequence[str] | None) -> tuple[Engine, ...]:
    """The engines of those names, all where none are given; ValueError for a name that no engine has."""
    from engines.all import engines

    known = {engine.name: engine for engine in engines()}
    unknown = set(names or ()) - set(known)
    if unknown:
        raise ValueError(f"no such engine: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return tuple(known[name] for name in names or known)


def run(engine: Engine, setting: Setting, out: Path, seed: int, most: int | None = None) -> str:
    """Speak what `out` has not got yet, one line of the manifest a clip; gives a sentence about it."""
    listed, done = named(out), written(out)
    numbers = range(min(engine.clips, most) if most is not None else engine.clips)
    missing = [number for number in numbers if _path(engine, number) not in done]
    if not missing:
        return f"{engine.name}: all {len(numbers)} clips are there."
    speak = engine.load(setting)
    (out / engine.name).mkdir(parents=True, exist_ok=True)
    started, made = time.process_time(), 0
    for number in missing:
        made += _made(engine, speak, out, seed, number, _path(engine, number) in listed)
    each = (time.process_time() - started) / len(missing)
    return f"{engine.name}: {made} of {len(missing)} clips made, {each:.2f} CPU seconds each."


def _made(engine: Engine, speak: Speak, out: Path, seed: int, number: int, named: bool) -> bool:
    """Was the clip made? Not where the engine failed at it or it is too short."""
    rng = np.random.default_rng([seed, zlib.crc32(engine.name.encode()), number])
    try:
        speech = speak(number, rng)
    except Unspoken:
        return False
    sound = finished(speech, rng)
    if sound.size < LEAST_SECONDS * RATE:
        return False
    write_flac(out / _path(engine, number), sound)
    if not named:
        _name(out, engine, number, speech)
    return True


def finished(speech: Speech, rng: np.random.Generator) -> Samples:
    """The clip as it is stored: 16 kHz, silence around it cut, SECONDS from a random place.

    The level is drawn from LEVELS_DB, no offset, dither so that digital silence does not give the label away.
    """
    sound = spoken(resample(np.asarray(speech.samples, np.float32), speech.rate, RATE))
    length = int(SECONDS * RATE)
    start = int(rng.integers(0, max(1, sound.size - length + 1)))
    passage = band_limited(sound[start : start + length], (LOWEST_HZ, RATE))
    loudness = float(np.sqrt(np.mean(passage**2))) if passage.size else 0.0
    gain = 10 ** (rng.uniform(*LEVELS_DB) / 20) / max(loudness, 1e-6)
    peak = float(np.abs(passage).max()) if passage.size else 0.0
    dither = (rng.random(passage.size) - rng.random(passage.size)) / 32_768
    return (passage * min(gain, 0.97 / max(peak, 1e-6)) + dither).astype(np.float32)


def written(out: Path) -> set[str]:
    """The paths that the manifest names and that are there."""
    return {path for path in named(out) if (out / path).exists()}


def named(out: Path) -> set[str]:
    """The paths that the manifest names."""
    manifest = out / "manifest.csv"
    if not manifest.exists():
        return set()
    with manifest.open(encoding="utf-8", newline="") as lines:
        return {row["path"] for row in csv.DictReader(lines)}


def open_recordings(manifests: Sequence[Path] = ()) -> tuple[Recording, ...]:
    """The real clips that may train what ships and have no doubt, and the real rows of further manifests."""
    shared = [
        Recording(clip.path, clip.corpus, clip.speaker, clip.language, found.why, partial(load, clip))
        for clip in clips()
        if not clip.synthetic and (found := decision(clip)).ships and not found.doubt
    ]
    return tuple(shared) + tuple(found for manifest in manifests for found in _more(manifest))


def _more(manifest: Path) -> list[Recording]:
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["label"] in ("real", "bonafide")]
    return [
        Recording(
            row["path"],
            row.get("system") or row.get("source", ""),
            row.get("speaker", ""),
            row.get("language", ""),
            row.get("licence", ""),
            partial(_at_16k, manifest.parent / row["path"]),
        )
        for row in rows
    ]


def _at_16k(path: Path) -> Samples:
    samples, rate = read(path)
    return resample(samples, rate, RATE)


def _path(engine: Engine, number: int) -> str:
    return f"{engine.name}/{number:04}.flac"


def _name(out: Path, engine: Engine, number: int, speech: Speech) -> None:
    """A line of the manifest; the first has the names of the columns before it."""
    path, manifest, original = _path(engine, number), out / "manifest.csv", speech.original
    source = f"{original.corpus}: {original.path}" if original else engine.source
    licence = f"{engine.licence}; recording: {original.licence}" if original else engine.licence
    row = (
        path,
        "spoof",
        engine.name,
        engine.kind,
        speech.speaker,
        speech.language,
        source,
        speech.rate,
        licence,
    )
    fresh = not manifest.exists()
    with manifest.open("a", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        if fresh:
            writer.writerow(FIELDS)
        writer.writerow(row)


if __name__ == "__main__":
    raise SystemExit(main())
