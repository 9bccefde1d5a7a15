"""What are the scores worth? `python training/voices/calibrate.py WORK --out MODEL_FOLDER`.

WORK is where `train.py` left a model for each fold: it never heard what it is tested on here. Test clips over
every channel are judged to be wideband, messenger or telephone as at the desk; each clip counts once for a
kind of channel. Prints what that is worth and writes calibration.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from channels import RATE, Samples, apply
from corpora import REPOSITORY, Clip, clips, load, prepared
from folds import COUNT, folds, speaker

sys.path.insert(0, str(REPOSITORY / "src"))
if TYPE_CHECKING:
    from quivive.voices.score import Window

SEED = 4
FALSE_ALARMS, MISSES = 0.05, 0.05
LEAST_REAL, LEAST_SYNTHETIC = 20, 13
RECORDINGS = 8
"""Recordings of each fold that splices are tried on, and as many without."""
FADE = 320
KINDS = ("wideband", "telephone", "messenger")


@dataclass(frozen=True)
class Held:
    """A clip over one channel, scored by a model that had not heard it."""

    clip: Clip
    channel: str
    kind: str
    score: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scores", type=Path, help="where benchmarks/voices.py --folds finds the scores")
    asked = parser.parse_args()
    folders = [asked.work / f"fold{number}" for number in range(COUNT)]
    every = [each for folder in folders for each in held(folder)]
    if asked.scores:
        known = json.loads((asked.work / "known.json").read_text("utf-8"))
        asked.scores.write_text(json.dumps({"folds": in_order(every), "known": known}), encoding="utf-8")
    silent = without_speech()
    conditions: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        mine = once([each for each in every if each.kind == kind and each.clip.path not in silent])
        conditions[kind] = measured(mine, kind)
        conditions[kind]["contrast"] = splices(folders, kind, float(conditions[kind]["alarm"]))
    written = {"date": datetime.now(UTC).date().isoformat(), "conditions": conditions}
    (asked.out / "calibration.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def held(folder: Path) -> Iterator[Held]:
    """The scores of one fold's test clips."""
    by_path = {clip.path: clip for clip in clips()}
    for channel, scores in json.loads((folder / "scores.json").read_text("utf-8")).items():
        for path, (value, kind) in scores.items():
            yield Held(by_path[path], channel, kind or "wideband", value)


def without_speech() -> set[str]:
    """The clips in which nobody speaks: the desk gives them no verdict."""
    from quivive.voices.speech import segments

    return {clip.path for clip in clips() if not segments(prepared(load(clip)))}


def in_order(every: Sequence[Held]) -> dict[str, list[float]]:
    """For each channel the scores in the order of the manifest."""
    found = {(each.channel, each.clip.path): each.score for each in every}
    channels = sorted({each.channel for each in every})
    return {channel: [found[channel, clip.path] for clip in clips()] for channel in channels}


def once(every: Sequence[Held]) -> list[Held]:
    """Each clip over one of its channels, drawn at random."""
    rng = np.random.default_rng(SEED)
    of: dict[str, list[Held]] = defaultdict(list)
    for each in every:
        of[each.clip.path].append(each)
    return [found[rng.integers(len(found))] for found in of.values()]


def measured(every: Sequence[Held], kind: str) -> dict[str, Any]:
    """The calibration over one kind of channel and its thresholds."""
    from quivive import evidence

    scores = np.array([each.score for each in every])
    labels = np.array([int(each.clip.synthetic) for each in every])
    calibration = evidence.fit(scores, labels, f"voices, unseen systems and speakers, {kind}")
    alarm, clear = threshold(every, False), threshold(every, True)
    log10 = np.clip(calibration.slope * scores + calibration.intercept, *calibration.bounds)
    print(kind, f"{(labels == 0).sum()} people, {(labels == 1).sum()} machines;",
          f"equal error {100 * evidence.eer(scores, labels):.1f} %, Cllr {evidence.cllr(log10, labels):.3f},",
          f"alarm {alarm:.2f} finds {100 * (scores[labels == 1] >= alarm).mean():.1f} %,",
          f"clear {clear:.2f} clears {100 * (scores[labels == 0] <= clear).mean():.1f} %")  # fmt: skip
    return {"calibration": asdict(calibration), "alarm": alarm, "clear": clear}


def threshold(every: Sequence[Held], synthetic: bool) -> float:
    """The alarm (people) or clear (machines) threshold: every source errs in at most its share.

    Of each source or system with enough clips the score that FALSE_ALARMS of its clips reach, and of those
    the highest, also of all together; for machines likewise the lowest.
    """
    of: dict[str, list[float]] = defaultdict(list)
    for each in every:
        if each.clip.synthetic == synthetic:
            of[each.clip.corpus].append(-each.score if synthetic else each.score)
    least, share = (LEAST_SYNTHETIC, MISSES) if synthetic else (LEAST_REAL, FALSE_ALARMS)
    limits = [_limit(scores, share) for scores in of.values() if len(scores) >= least]
    limits.append(_limit([value for scores in of.values() for value in scores], share))
    return -max(limits) if synthetic else max(limits)


def _limit(scores: Sequence[float], share: float) -> float:
    """The least threshold that at most `share` of the scores reach."""
    ordered = sorted(scores, reverse=True)
    return float(np.nextafter(ordered[int(share * len(ordered))], np.inf))


def splices(folders: Sequence[Path], kind: str, alarm: float) -> float:
    """How far a spliced passage must stand out: at most FALSE_ALARMS of recordings of people have one.

    Prints how many clones that raise the alarm alone are then located within a second in such recordings.
    """
    from quivive.voices import judgement

    tried = [each for number, folder in enumerate(folders) for each in spliced(number, folder, kind, alarm)]
    highest = [
        max((o for w in scored if (o := judgement.stand_out(w, scored)) is not None), default=0.0)
        for scored, _, at in tried
        if at is None
    ]
    contrast = _limit(highest, FALSE_ALARMS)
    hits = [
        any(abs(each.start - at) <= 1.0 for each in judgement.passages_that_stand_out(scored, contrast))
        for scored, loud, at in tried
        if at is not None and loud
    ]
    share = f"{100 * float(np.mean(hits)):.0f} %" if hits else "none"
    print(kind, f"passages stand out by {contrast:.2f}: {len(highest)} recordings of people,",
          f"{share} of {len(hits)} loud clones located")  # fmt: skip
    return contrast


def spliced(
    fold: int, folder: Path, kind: str, alarm: float
) -> Iterator[tuple[tuple[Window, ...], bool, float | None]]:
    """Windows of recordings without and with a clone, whether the clone raises the alarm alone, and where."""
    from quivive.voices import score
    from quivive.voices.speech import segments

    every, rng = clips(), np.random.default_rng(SEED + fold)
    channel = {"wideband": "clean", "telephone": "g711a", "messenger": "opus-voip"}[kind]

    def windows(sound: Samples) -> tuple[Window, ...]:
        arrived = apply(sound, channel, rng)
        return score.windows(arrived, segments(arrived), folder)

    machines = [every[i] for i in folds(every)[fold].test if every[i].synthetic]
    for recording in recordings(fold, rng):
        clone = prepared(load(machines[rng.integers(len(machines))]))
        at = int(rng.integers(0, len(recording) - len(clone)))
        alone = windows(clone)
        yield windows(recording), False, None
        yield windows(put_in(recording, clone, at)), bool(alone) and alone[0].score >= alarm, at / RATE


def put_in(recording: Samples, clone: Samples, at: int) -> Samples:
    """The recording with the clone instead of what was there, as loud as that, faded over FADE samples."""
    place = recording[at : at + len(clone)]
    level = float(np.sqrt(np.mean(place**2)) / max(float(np.sqrt(np.mean(clone**2))), 1e-9))
    share = np.clip(np.minimum(np.arange(len(clone)), np.arange(len(clone))[::-1]) / FADE, 0, 1)
    whole = recording.copy()
    whole[at : at + len(clone)] = place * np.sqrt(1 - share) + clone * level * np.sqrt(share)
    return whole.astype(np.float32)


def recordings(fold: int, rng: np.random.Generator) -> Iterator[Samples]:
    """Recordings of about 20 s: clips of one speaker, else of one corpus, one after another."""
    every = clips()
    of: dict[str, list[Clip]] = defaultdict(list)
    for number in folds(every)[fold].test:
        clip = every[number]
        if not clip.synthetic:
            of[f"{clip.corpus} {speaker(clip)}"].append(clip)
    groups = [mine for mine in of.values() if len(mine) >= 3]
    for _ in range(RECORDINGS if groups else 0):
        mine = groups[rng.integers(len(groups))]
        drawn = [mine[i] for i in rng.permutation(len(mine))[:5]]
        yield np.concatenate([prepared(load(clip)) for clip in drawn])


if __name__ == "__main__":
    main()
