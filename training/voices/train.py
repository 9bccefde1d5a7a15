"""Train the voice model: `python training/voices/train.py GENERATED --work WORK --out MODEL`.

GENERATED is the folder that generate.py has filled. What the network says of each example is found as at the
desk, over G.711; one linear map of it, by ridge regression in which people and machines weigh the same, is
what is learnt. MODEL gets the model, WORK/foldN for each test fold one that learnt nothing that shares a
system, corpus, speaker or page with it, and the scores of that fold's clips over every channel. Scores by
models that learnt the systems, but not the speakers, go to WORK/known.json. With `--every-row` clips train
too that no shipped model may learn from, to measure what they would add.
"""

from __future__ import annotations

import argparse
import json
import shutil
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from corpora import clips
from described import Described, described
from examples import Example, examples
from folds import COUNT, Fold, folds, speaker
from network import save
from numpy.typing import NDArray

LEARNT = "g711a"
"""The channel over which examples are heard to learn from: what the telephone leaves tells elsewhere too."""
TESTED = ("clean", "g711a", "gsm", "amr", "opus-voip")
RIDGE = 0.2
"""Added to the variance of each feature, which is 1."""
OUTERMOST = 8.0
"""Deviations beyond which a feature counts no further in training."""
Line = tuple[NDArray[np.float32], np.float32]


def main() -> None:
    """Read the command line, train on all, then for each fold, and score the folds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("generated", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="for descriptions, fold models and scores")
    parser.add_argument("--out", type=Path, required=True, help="where the model goes")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--every-row", action="store_true")
    asked = parser.parse_args()
    every = examples(asked.generated)
    save(asked.out)
    kept = asked.work / "described"
    heard = described(every, LEARNT, asked.out, kept, asked.processes)
    write(asked.out, trained(every, heard, learnable(every, None, asked.every_row)))
    rows = every[: len(clips())]
    tested = {channel: described(rows, channel, asked.out, kept, asked.processes) for channel in TESTED}
    for number, fold in enumerate(folds(clips())):
        line = trained(every, heard, learnable(every, fold, asked.every_row))
        folder = asked.work / f"fold{number}"
        folder.mkdir(exist_ok=True)
        shutil.copy(asked.out / "layers.onnx", folder)
        write(folder, line)
        print(number, scored(line, fold, tested, folder / "scores.json"), flush=True)
    known = by_speakers(every, heard, tested, learnable(every, None, asked.every_row))
    (asked.work / "known.json").write_text(json.dumps(known), encoding="utf-8")


def learnable(every: Sequence[Example], fold: Fold | None, every_row: bool) -> list[int]:
    """Which examples may train where this fold tests: not its clips, what conflicts, nor copies of either."""
    listed = clips()
    free = set(range(len(listed)) if fold is None else fold.train)
    shut = {clip.path for number, clip in enumerate(listed) if number not in free}
    return [
        number
        for number, each in enumerate(every)
        if (each.ships or every_row) and (each.row < 0 or each.row in free) and each.copy_of not in shut
    ]


def by_speakers(
    every: Sequence[Example],
    heard: Described,
    tested: Mapping[str, Described],
    rows: Sequence[int],
) -> dict[str, list[float | None]]:
    """Over each channel the scores of all rows, by models that learnt their systems from other speakers.

    None for a synthetic row whose system is not learnt from another speaker.
    """
    listed = clips()
    part = [zlib.crc32(speaker(clip).encode()) % COUNT if clip.speaker else n % COUNT
            for n, clip in enumerate(listed)]  # fmt: skip
    found: dict[str, list[float | None]] = {channel: [None] * len(listed) for channel in tested}
    for number in range(COUNT):
        shut = {clip.path for clip, mine in zip(listed, part, strict=True) if mine == number}
        free = [i for i in rows if every[i].name not in shut and every[i].copy_of not in shut]
        systems = {every[i].group for i in free}
        weight, bias = trained(every, heard, free)
        for i, clip in enumerate(listed):
            if part[i] == number and (not clip.synthetic or clip.corpus in systems):
                for channel, of in tested.items():
                    found[channel][i] = float(of.values[i] @ weight + bias)
    return found


def trained(every: Sequence[Example], heard: Described, rows: Sequence[int]) -> Line:
    """The line learnt from `rows`."""
    synthetic = np.array([every[i].synthetic for i in rows])
    print(Counter("machines" if each else "people" for each in synthetic), flush=True)
    return line(heard.values[list(rows)].astype(np.float64), synthetic)


def line(features: NDArray[np.float64], synthetic: NDArray[np.bool_]) -> Line:
    """Ridge regression of +1 (machines) and -1 (people) on features [n, m], each side of equal weight.

    Its scores lie as far above 0 for machines as below for people, and deviate by 1 within either.
    """
    share = np.where(synthetic, 0.5 / synthetic.sum(), 0.5 / (~synthetic).sum())
    middle, deviation = share @ features, features.std(axis=0)
    deviation += 1e-3 * deviation.mean()
    standard = np.clip((features - middle) / deviation, -OUTERMOST, OUTERMOST)
    weighed = (standard * share[:, None]).T
    target = np.where(synthetic, 1.0, -1.0)
    found = np.linalg.solve(weighed @ standard + RIDGE * np.eye(len(weighed)), weighed @ target)
    scores = standard @ found
    within = np.sqrt(np.mean([scores[synthetic].var(), scores[~synthetic].var()]))
    weight = found / deviation / within
    return weight.astype(np.float32), np.float32(-(middle * weight).sum())


def write(folder: Path, line: Line) -> None:
    """head.npz, as `quivive.voices.score` reads it."""
    np.savez(folder / "head.npz", weight=line[0], bias=line[1])


def scored(line: Line, fold: Fold, heard: Mapping[str, Described], kept: Path) -> dict[str, float]:
    """Equal error in percent of the fold's clips over each channel; the scores go to `kept`."""
    from quivive.evidence import eer

    listed, found, errors = clips(), {}, {}
    for channel, of in heard.items():
        scores = of.values[list(fold.test)] @ line[0] + line[1]
        found[channel] = {
            listed[i].path: (float(score), of.kinds[i]) for i, score in zip(fold.test, scores, strict=True)
        }
        errors[channel] = round(100 * eer(scores, [int(listed[i].synthetic) for i in fold.test]), 1)
    kept.write_text(json.dumps(found), encoding="utf-8")
    return errors


if __name__ == "__main__":
    main()
