"""Which pairs of recordings try a model of speakers, and what is its likeness worth as evidence?

Same: two recordings of one person (a recording that stands on two pages counts once). Different: two people
of one corpus, so that microphone, room and page cannot tell them apart. Each pair is tried wideband, over
G.711, and with one of the two over G.711 ('mixed'). None of these people is in training."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import channels
import numpy as np
from channels import Samples
from corpora import Clip, load
from corpora import clips as every_clip
from folds import speaker
from speaker_examples import tested

from quivive import evidence
from quivive.model import Calibration
from quivive.voices.speakers import resemblyzer
from quivive.voices.speakers.compare import CALIBRATION, LINES
from quivive.voices.speakers.encoder import DATE, Encoder, shipped
from quivive.voices.speech import net_seconds, only_speech, segments

LEAST_RECALL = 0.3
"""Share of pairs of one person that a model must link at that threshold, else it links nothing."""
SENT = ("clean", "g711a")
"""The channels that clips are tried over."""
LEAST = 2.0
"""Seconds of net speech of a clip; the shared clips end after 4.1 s."""
RESAMPLES = 200
FALSE_LINKS = 0.001
"""Share of pairs of different people that may be linked: what the shipped threshold is chosen for."""
SEED = 4


@dataclass(frozen=True)
class Trials:
    """Pairs (`one`, `other`) of indices into clips, `same` or not; `who` names each clip's person by
    number."""

    one: np.ndarray
    other: np.ndarray
    same: np.ndarray
    who: np.ndarray

    def within(self, people: np.ndarray) -> np.ndarray:
        """Which pairs are of these people only."""
        return np.isin(self.who[self.one], people) & np.isin(self.who[self.other], people)


def heard(clips: Sequence[Clip], line: str) -> list[Samples]:
    """Speech of the clips, pauses cut, clean or over a channel (`channels.CONDITIONS`)."""
    rng = np.random.default_rng(SEED)
    found = []
    for clip in clips:
        sent = channels.apply(load(clip), line, rng)
        found.append(only_speech(sent, segments(sent)))
    return found


def people(among: Sequence[Clip]) -> tuple[Clip, ...]:
    """The clips of `tested` with LEAST seconds of speech, copies of one recording left out."""
    kept: list[Clip] = []
    sounds: list[Samples] = []
    for clip in tested(among):
        sound = load(clip)
        if net_seconds(segments(sound)) < LEAST:
            continue
        if not any(
            speaker(clip) == speaker(c) and _copy(sound, s) for c, s in zip(kept, sounds, strict=True)
        ):
            kept.append(clip)
            sounds.append(sound)
    return tuple(kept)


def trials(clips: Sequence[Clip], person: Callable[[Clip], str] = speaker) -> Trials:
    """All pairs of one person, and of different people of one corpus (or system)."""
    names = [person(clip) for clip in clips]
    who = np.unique(names, return_inverse=True)[1]
    of = np.array([clip.corpus for clip in clips])
    one, other = np.triu_indices(len(clips), 1)
    same = who[one] == who[other]
    tried = same | (of[one] == of[other])
    return Trials(one[tried], other[tried], same[tried].astype(int), who)


def likenesses(tried: Trials, wide: np.ndarray, telephone: np.ndarray) -> dict[str, np.ndarray]:
    """Cosines of each pair by kind of line, from unit embeddings [clips, size] over both."""
    sides = {"wideband": (wide, wide), "mixed": (wide, telephone), "telephone": (telephone, telephone)}
    return {kind: (sides[kind][0][tried.one] * sides[kind][1][tried.other]).sum(axis=1) for kind in LINES}


def fitted(scores: np.ndarray, same: np.ndarray, name: str) -> Calibration:
    """`evidence.fit` on scores brought to deviation 1: cosines in a narrow band make its steps astray."""
    middle, width = float(scores.mean()), float(scores.std())
    found = evidence.fit((scores - middle) / width, same, name)
    slope = found.slope / width
    return replace(found, slope=slope, intercept=found.intercept - slope * middle)


def calibrated(scores: np.ndarray, tried: Trials, name: str) -> Calibration:
    """Slope and intercept; their covariance by resampling people; bounds no wider than people allow."""
    found = fitted(scores, tried.same, name)
    rng = np.random.default_rng(SEED)
    slopes = [_drawn(scores, tried, rng, name) for _ in range(RESAMPLES)]
    spread = np.cov(np.array(slopes).T)
    widest = float(np.log10(len(set(tried.who[tried.one]) | set(tried.who[tried.other])) + 1))
    bounds = (max(found.bounds[0], -widest), min(found.bounds[1], widest))
    return replace(found, covariance=(float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])),
                   bounds=bounds)  # fmt: skip


def crossed(scores: np.ndarray, tried: Trials) -> tuple[np.ndarray, np.ndarray]:
    """log10 ratios of pairs within either half of the people, calibrated on the other half; which pairs
    these are."""
    log10 = np.full(len(scores), np.nan)
    for mine, others in halves(tried):
        tests, fits = tried.within(mine), tried.within(others)
        found = fitted(scores[fits], tried.same[fits], "other half")
        log10[tests] = np.clip(found.slope * scores[tests] + found.intercept, *found.bounds)
    inside = ~np.isnan(log10)
    return log10[inside], inside


def halves(tried: Trials) -> list[tuple[np.ndarray, np.ndarray]]:
    """The people in two parts, each once first."""
    shuffled = np.random.default_rng(SEED).permutation(np.unique(tried.who))
    middle = len(shuffled) // 2
    return [(shuffled[:middle], shuffled[middle:]), (shuffled[middle:], shuffled[:middle])]


def resampled(tried: Trials, rng: np.random.Generator) -> np.ndarray:
    """Indices of pairs after drawing people with replacement: a pair comes as often as its people."""
    drawn = np.bincount(
        rng.integers(tried.who.max() + 1, size=tried.who.max() + 1), minlength=tried.who.max() + 1
    )
    first, second = drawn[tried.who[tried.one]], drawn[tried.who[tried.other]]
    return np.repeat(np.arange(len(tried.same)), np.where(tried.same == 1, first, first * second))


def threshold(scores: np.ndarray, tried: Trials, false_links: float) -> float:
    """The least likeness that at most this share of pairs of different people reach."""
    strangers = np.sort(scores[tried.same == 0])[::-1]
    return float(np.nextafter(strangers[int(false_links * len(strangers))], 2.0))


def links(scores: np.ndarray, tried: Trials) -> tuple[float, float]:
    """Shares of same and of different pairs linked; the other half of the people chooses the threshold."""
    over, inside = np.zeros(len(scores), bool), np.zeros(len(scores), bool)
    for mine, others in halves(tried):
        tests, fits = tried.within(mine), tried.within(others)
        part = Trials(tried.one[fits], tried.other[fits], tried.same[fits], tried.who)
        over[tests] = scores[tests] >= threshold(scores[fits], part, FALSE_LINKS)
        inside |= tests
    same = tried.same == 1
    return float(over[inside & same].mean()), float(over[inside & ~same].mean())


def _drawn(scores: np.ndarray, tried: Trials, rng: np.random.Generator, name: str) -> tuple[float, float]:
    pairs = resampled(tried, rng)
    found = fitted(scores[pairs], tried.same[pairs], name)
    return found.slope, found.intercept


def _copy(one: Samples, other: Samples) -> bool:
    """Whether two clips are one recording: their cross-correlation has a peak near 1."""
    size = 1 << int(np.ceil(np.log2(one.size + other.size)))
    both = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return float(np.abs(both).max()) > 0.7 * float(np.linalg.norm(one) * np.linalg.norm(other))


def measured(encoder: Encoder, tried: Trials, sounds: dict[str, list[Samples]]) -> dict[str, Any]:
    """What ships of a model: a calibration by kind of line, and whence calls are linked, if they are."""
    wide, telephone = (np.stack([encoder.embed(each) for each in sounds[line]]) for line in SENT)
    scores = likenesses(tried, wide, telephone)
    name = f"{encoder.name}: {len(set(tried.who))} people, clips of 2-4 s, {DATE}"
    lines = {kind: asdict(calibrated(each, tried, f"{name}, {kind}")) for kind, each in scores.items()}
    found = {"name": encoder.name, "size": encoder.size, "lines": lines}
    if min(links(each, tried)[0] for each in scores.values()) < LEAST_RECALL:
        return found
    return found | {"link": round(max(threshold(each, tried, FALSE_LINKS) for each in scores.values()), 4)}


def main() -> None:
    """Calibrate the model that lies in the package, and Resemblyzer where its wheel is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resemblyzer", type=Path, help="the wheel of release 0.1.4; else its figures stay")
    wheel = parser.parse_args().resemblyzer
    models = {}
    if CALIBRATION.exists():
        models = json.loads(CALIBRATION.read_text("utf-8"))["models"]
    models = {key: each for key, each in models.items() if key == resemblyzer.SHA256}
    found = people(every_clip())
    sounds = {line: heard(found, line) for line in SENT}
    for encoder in (shipped(), *([resemblyzer.load(wheel)] if wheel else [])):
        models[encoder.source.sha256] = measured(encoder, trials(found), sounds)
    CALIBRATION.write_text(json.dumps({"date": DATE, "models": models}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
