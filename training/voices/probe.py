"""How well do the inner layers of PLCMOS tell unseen machines from unseen people?

Run `python training/voices/probe.py [CACHE_FOLDER]` in an environment with onnx, onnxruntime, speechmos and
av. Trains on the folds of folds.py and prints equal error with its interval: rows all or openly licensed
only, with or without G.711 in training; then false alarms of each real source at the equal-error threshold.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from channels import apply
from corpora import REPOSITORY, Clip, clips, load, may_ship, prepared
from folds import Fold, folds
from quality_layers import SECOND_LAYER, Features, described, reader
from separator import Scores, fitted

sys.path.insert(0, str(REPOSITORY / "src"))
SEED = 4
RESAMPLES = 300
LEAST_CLIPS = 20
CONDITIONS = ("clean", "g711a")


@dataclass(frozen=True)
class Try:
    """One way to train: on which channels, on open rows only, from which layer (column) on."""

    name: str
    trained_on: tuple[str, ...]
    open_only: bool = False
    centred: bool = True
    first: int = 0


TRIES = (
    Try("clean only, not centred", ("clean",), centred=False),
    Try("clean + G.711, not centred", CONDITIONS, centred=False),
    Try("clean + G.711", CONDITIONS),
    Try("clean + G.711, layers 2 and 3", CONDITIONS, first=SECOND_LAYER),
    Try("clean + G.711, layers 2 and 3, open rows", CONDITIONS, open_only=True, first=SECOND_LAYER),
)


def main() -> None:
    every = clips()
    split = folds(every)
    tables = _features(every)
    labels = np.array([clip.synthetic for clip in every], int)
    for way in TRIES:
        for condition, scores in held_out(every, split, tables, way).items():
            point, low, high = interval(labels, scores)
            print(f"{way.name} | {condition} | {point:.1f} [{low:.1f}, {high:.1f}]")
            if condition == "clean":
                print("  false alarms:", *false_alarms(every, labels, scores))


def held_out(
    every: Sequence[Clip], split: Sequence[Fold], tables: dict[str, Features], way: Try
) -> dict[str, Scores]:
    """Scores of every clip by the model that knew nothing of its fold, for each condition."""
    scores = {condition: np.zeros(len(every)) for condition in tables}
    for fold in split:
        rows = [i for i in fold.train if not way.open_only or may_ship(every[i])]
        learnt = np.concatenate([tables[name][rows, way.first :] for name in way.trained_on])
        model = fitted(learnt, [every[i] for i in rows] * len(way.trained_on), centred=way.centred)
        for condition, table in tables.items():
            scores[condition][list(fold.test)] = model(table[list(fold.test), way.first :])
    return scores


def interval(labels: np.ndarray, scores: Scores) -> tuple[float, float, float]:
    """Equal error in percent with its 95 % interval by resampling clips within each label."""
    from quivive.evidence import eer

    rng = np.random.default_rng(SEED)
    people, machines = np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)
    found = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([rng.choice(people, len(people)), rng.choice(machines, len(machines))])
        found.append(100 * eer(scores[drawn], labels[drawn]))
    return 100 * eer(scores, labels), float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))


def false_alarms(every: Sequence[Clip], labels: np.ndarray, scores: Scores) -> list[str]:
    """Per real source of LEAST_CLIPS or more: share in percent above the threshold of equal error."""
    people, machines = scores[labels == 0], scores[labels == 1]
    threshold = min(np.sort(scores), key=lambda t: abs((people >= t).mean() - (machines < t).mean()))
    lines = []
    for corpus in sorted({clip.corpus for clip in every if not clip.synthetic}):
        mine = np.array([clip.corpus == corpus for clip in every])
        if mine.sum() >= LEAST_CLIPS:
            lines.append(f"{corpus} {100 * (scores[mine] >= threshold).mean():.0f} % of {mine.sum()};")
    return lines


def _features(every: Sequence[Clip]) -> dict[str, Features]:
    """Features of every clip over each condition; kept in the folder given on the command line."""
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    session = reader()
    tables = {}
    for condition in CONDITIONS:
        kept = cache / f"{condition}.npy" if cache else None
        if kept and kept.exists():
            tables[condition] = np.load(kept)
            continue
        rng = np.random.default_rng(SEED)
        tables[condition] = np.stack(
            [described(apply(prepared(load(clip)), condition, rng), session) for clip in every]
        )
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, tables[condition])
    return tables


if __name__ == "__main__":
    main()
