"""What does the speaker model learn from: which voices, over which lines, and what do the teachers say of
each?

Voices: openly licensed rows of the shared manifest whose speaker does not test (`tested`), further manifests
of open speech (real or generated), and from every recording made-up voices: WORLD moves pitch and formants,
so that a few hundred people become some thousands. A label is not needed: the teachers, who hear each voice
clean, say whose it is like; the student hears it over a line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import channels
import numpy as np
from channels import RATE, Samples
from corpora import Clip, clips, levelled, load, may_ship, spoken
from folds import SHARED_NAMES, speaker

from quivive.voices.speakers.features import HOP, log_mel

SECONDS = 3.5
"""Of each voice: what it is cut to."""
FRAMES = round(SECONDS * RATE / HOP) - 2
LINES = ("gsm", "amr", "opus-voip", "mp3-64")
_PITCH, _FORMANTS = 0.45, 0.13
"""Most that a made-up voice moves: pitch in octaves, formants in share of their frequency."""
_EVERYWHERE = frozenset({"LJ", "bdl", "clb", "slt", "rms", "jmk", "ksp"})


@dataclass(frozen=True)
class Examples:
    """`heard` float16[voices, 3, FRAMES, bands]: clean, G.711, another line or noise; `first`, `second`:
    teachers."""

    heard: np.ndarray
    first: np.ndarray
    second: np.ndarray


def named(clip: Clip) -> bool:
    """Does the clip's speaker have a name that means the same person on every page (a corpus's number)?"""
    return bool(SHARED_NAMES.fullmatch(clip.speaker)) or clip.speaker in _EVERYWHERE


def tested(among: Sequence[Clip]) -> tuple[Clip, ...]:
    """Real clips of people who are named and speak in two or more: they measure and calibrate, and never
    train."""
    real = [clip for clip in among if not clip.synthetic and clip.speaker and named(clip)]
    counts = Counter(speaker(clip) for clip in real)
    return tuple(clip for clip in real if counts[speaker(clip)] >= 2)


def recordings(more: Sequence[Path] = ()) -> Iterator[Samples]:
    """Speech to learn from, pauses at the ends cut, at least two seconds of it."""
    everything = clips()
    kept = {speaker(clip) for clip in tested(everything)}
    for clip in everything:
        if may_ship(clip) and not (clip.speaker and speaker(clip) in kept):
            yield from _long_enough(load(clip))
    for manifest in more:
        with manifest.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["speaker"].split("_")[0] not in kept:
                    yield from _long_enough(_decoded(manifest.parent / row["path"]))


def examples(
    sounds: Iterator[Samples],
    teach: Callable[[Samples], tuple[np.ndarray, np.ndarray]],
    voices: int,
    rng: np.random.Generator,
) -> Examples:
    """Every recording as it is and as `voices` made-up ones, each over three lines."""
    heard, first, second = [], [], []
    for sound in sounds:
        for voice in (sound, *made_up(sound, voices, rng)):
            cut = levelled(np.resize(voice, int(SECONDS * RATE)))
            one, other = teach(cut)
            first.append(one)
            second.append(other)
            heard.append(
                np.stack([log_mel(each)[:FRAMES] for each in over_lines(cut, rng)]).astype(np.float16)
            )
    return Examples(np.stack(heard), np.stack(first), np.stack(second))


def over_lines(sound: Samples, rng: np.random.Generator) -> Iterator[Samples]:
    """Clean, over G.711, and over another line or through noise."""
    yield sound
    yield channels.apply(sound, str(rng.choice(["g711a", "g711u"])), rng)
    if rng.random() < 0.4:
        yield channels.with_noise(sound, float(rng.uniform(8, 25)), rng, float(rng.uniform(0, 2)))
    else:
        yield channels.apply(sound, str(rng.choice(LINES)), rng)


def made_up(sound: Samples, count: int, rng: np.random.Generator) -> Iterator[Samples]:
    """The words of a recording in other voices: pitch and formants moved by WORLD, apart from each other."""
    import pyworld

    if not count:
        return
    whole = sound.astype(np.float64)
    pitch, times = pyworld.dio(whole, RATE)
    pitch = pyworld.stonemask(whole, pitch, times, RATE)
    envelope = pyworld.cheaptrick(whole, pitch, times, RATE)
    noise = pyworld.d4c(whole, pitch, times, RATE)
    bins = np.arange(envelope.shape[1])
    for _ in range(count):
        octaves = float(rng.uniform(-_PITCH, _PITCH))
        # Big heads have low voices: formants follow the pitch in part, and stray by themselves.
        moved = np.clip(0.5 * octaves + rng.normal(0, 0.08), -_FORMANTS, _FORMANTS)
        source = bins / (1 + moved)
        warped = np.exp(_sampled(np.log(envelope), source))
        made = pyworld.synthesize(pitch * 2**octaves, warped, np.clip(_sampled(noise, source), 0, 1), RATE)
        yield made.astype(np.float32)


def _sampled(rows: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Each row read at fractional places, linear between its values, contiguous as WORLD wants it."""
    last = rows.shape[1] - 1
    low = np.clip(np.floor(at).astype(int), 0, last - 1)
    share = np.clip(at - low, 0.0, 1.0)
    return np.ascontiguousarray(rows[:, low] * (1 - share) + rows[:, low + 1] * share)


def _long_enough(samples: Samples) -> Iterator[Samples]:
    speech = spoken(samples)
    if speech.size >= 2 * RATE:
        yield speech[: int((SECONDS + 0.5) * RATE)]


def _decoded(path: Path) -> Samples:
    from quivive.voices.sound import decode

    return decode(path.read_bytes())[0].samples
