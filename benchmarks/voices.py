"""How well is synthetic speech told from people, on systems, speakers and pages never learnt from?

    python benchmarks/voices.py [--cache FOLDER] [--folds FILE] [--people FOLDER] [--conditions clean …]

Development clips of ../shared/data/voices (or $QUIVIVE_DATA), split by system, speaker and page at once
(training/voices/folds.py), over real codecs. AASIST and AASIST-L are scored as published: they never learnt
from these clips. Every detector is calibrated, and its alarm threshold chosen, on the training clips of each
fold and judged on its test clips. `--folds`: JSON {"folds", "known": {condition: [score of each clip, in the
manifest's order]}}, made by weights that did not learn from the clip's fold, or learnt its system from other
speakers alone (training/voices/calibrate.py writes it). The shipped weights are judged on the clips that they
may not learn from. `--people`: real speech that training/voices/packages.py fetched, from which nothing was
learnt and by which nothing was chosen: how often is each source taken for a machine at the desk? One thread.
Needs soundfile (GSM).
Writes benchmarks/results/voices.json."""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "training" / "voices"), str(HERE.parent / "src")]

from corpora import Clip, clips, data_folder, may_ship  # noqa: E402
from folds import COUNT, folds, speaker  # noqa: E402

import voices_metrics as metrics  # noqa: E402
from quivive import __version__, evidence  # noqa: E402
from voices_scores import CONDITIONS, PEERS, cost, peer, scored  # noqa: E402

TIMED_CLIPS = 25
PEOPLE_OVER = ("clean", "g711a")
HELD = {"folds": "Quivive, by folds", "known": "Quivive, known systems, other speakers"}
"""Of the scores by weights other than the shipped ones, what they are called."""


@dataclass(frozen=True)
class Trial:
    """The clips a detector is judged on and, as indices into them, each fold's training and test part."""

    clips: tuple[Clip, ...]
    folds: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    @property
    def labels(self) -> metrics.Labels:
        """1 for synthetic."""
        return np.array([clip.synthetic for clip in self.clips], int)

    @property
    def clusters(self) -> list[str]:
        """What the bootstrap draws as one: a system's clips, a person's recordings."""
        return [
            clip.corpus if clip.synthetic else speaker(clip) if clip.speaker else clip.path
            for clip in self.clips
        ]


def trial(among: Sequence[Clip], chosen: Callable[[Clip], bool] = lambda clip: True) -> Trial:
    """The clips that are `chosen`, in the folds of all clips."""
    place = {old: new for new, old in enumerate(i for i, clip in enumerate(among) if chosen(clip))}
    parts = [
        (tuple(place[i] for i in fold.train if i in place), tuple(place[i] for i in fold.test if i in place))
        for fold in folds(among)
    ]
    return Trial(tuple(among[i] for i in place), tuple(parts))


def quality(name: str, condition: str, scores: metrics.Scores, tried: Trial) -> dict[str, Any]:
    """One row of the table: a detector over one condition."""
    y, log10 = tried.labels, metrics.calibrated(scores, tried.labels, tried.folds)
    plain = np.array(["LibriSpeech" not in clip.corpus for clip in tried.clips])

    def bounded(measure: Callable[..., float], values: metrics.Scores) -> list[float]:
        return _rounded(metrics.interval(lambda i: measure(values[i], y[i]), y, tried.clusters))

    return {
        "detector": name,
        "condition": condition,
        "real": int((y == 0).sum()),
        "synthetic": int((y == 1).sum()),
        "eer": bounded(evidence.eer, scores),
        "eer_without_librispeech": round(evidence.eer(scores[plain], y[plain]), 4),
        "min_dcf": bounded(metrics.min_dcf, scores),
        "act_dcf": bounded(metrics.act_dcf, log10),
        "cllr": bounded(evidence.cllr, log10),
        "cllr_min": round(evidence.cllr_min(scores, y), 4),
        **_alarms(scores, tried),
    }


def _alarms(scores: metrics.Scores, tried: Trial) -> dict[str, Any]:
    """False alarms of every source and recall of every system: at the EER threshold, at the desk's."""
    y = tried.labels
    at_eer = scores >= metrics.eer_threshold(scores, y)
    at_desk = np.zeros(len(y), bool)
    for train, test in tried.folds:
        real = [i for i in train if not y[i]]
        threshold = metrics.alarm_threshold(scores[real], [tried.clips[i].corpus for i in real])
        at_desk[list(test)] = scores[list(test)] > threshold
    real = [i for i in range(len(y)) if not y[i]]
    seen = scores > metrics.alarm_threshold(scores[real], [tried.clips[i].corpus for i in real])
    return {
        "at_eer_threshold": _by_name(at_eer, tried),
        "at_desk_threshold": _by_name(at_desk, tried),
        "recall_where_no_source_passes_5_percent": round(float(seen[y == 1].mean()), 4),
    }


def _by_name(alarm: Any, tried: Trial) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for label, kind in ((0, "false_alarms"), (1, "recall")):
        chosen = np.flatnonzero(tried.labels == label)
        among = [tried.clips[i] for i in chosen]
        found[kind] = round(float(alarm[chosen].mean()), 4)
        for what, names in (("source" if not label else "system", [c.corpus for c in among]),
                            ("language", [c.language for c in among])):  # fmt: skip
            shares = metrics.shares(alarm[chosen], names)
            found[f"{kind}_by_{what}"] = {name: [round(s, 4), n] for name, (s, n) in shares.items()}
    return found


def shipped(samples: Any) -> float:
    """Our own score by the shipped weights; where no speech is found, of everything."""
    from quivive.voices import score
    from quivive.voices.sound import RATE
    from quivive.voices.speech import Segment, segments

    spoken = segments(samples) or (Segment(0.0, len(samples) / RATE),)
    return score.overall(samples, spoken, score.windows(samples, spoken))


def measured(
    cache: Path, held: Mapping[str, Mapping[str, Sequence[float | None]]], conditions: Sequence[str]
) -> dict[str, Any]:
    """Everything that the page shows."""
    every = clips()
    whole, unlearnt = trial(every), trial(every, lambda clip: not may_ship(clip))
    rows = []
    speeds = {name: cost(peer(name), every[:: len(every) // TIMED_CLIPS]) for name in PEERS}
    speeds["Quivive"] = cost(shipped, every[:: len(every) // TIMED_CLIPS])
    for condition in conditions:
        rows += [
            quality(name, condition, scored(name, peer(name), condition, every, cache), whole)
            for name in PEERS
        ]
        rows += [_held(name, condition, held[part][condition]) for part, name in HELD.items() if part in held]
        scores = scored(_version("Quivive"), shipped, condition, unlearnt.clips, cache)
        rows.append(quality("Quivive, shipped weights", condition, scores, unlearnt))
        print(condition, *((row["detector"], row["eer"]) for row in rows if row["condition"] == condition))
    return {
        "clips": {"real": int((whole.labels == 0).sum()), "synthetic": int(whole.labels.sum())},
        "folds": COUNT,
        "rows": rows,
        "real_time_factor": {name: round(speed.real_time_factor, 4) for name, speed in speeds.items()},
    }


def taken_for_machines(folder: Path) -> dict[str, dict[str, list[float]]]:
    """Over each of PEOPLE_OVER the share of each source that raises the alarm, and its clips."""
    from channels import apply
    from engines.sound import read

    from quivive.voices.judgement import judge

    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found: dict[str, dict[str, list[float]]] = {}
    for channel in PEOPLE_OVER:
        alarms: dict[str, list[bool]] = defaultdict(list)
        for number, row in enumerate(rows):
            arrived = apply(read(folder / row["path"])[0], channel, np.random.default_rng(number))
            alarms[row["system"]].append(judge(arrived).verdict == "alarm")
        found[channel] = {
            name: [round(float(np.mean(of)), 4), len(of)] for name, of in sorted(alarms.items())
        }
    return found


def _held(name: str, condition: str, scores: Sequence[float | None]) -> dict[str, Any]:
    """The quality of scores that some clips have not got."""
    there = {clip.path for clip, score in zip(clips(), scores, strict=True) if score is not None}
    found = np.array([score for score in scores if score is not None])
    return quality(name, condition, found, trial(clips(), lambda clip: clip.path in there))


def _version(name: str) -> str:
    """The name with a hash of our weights, so that a cache never answers for other weights."""
    import quivive.voices

    folder = Path(quivive.voices.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.read_bytes())
    return f"{name}-{digest.hexdigest()[:12]}"


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def main() -> None:
    """Measure and write results/voices.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "quivive-voices")
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--people", type=Path)
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    given = parser.parse_args()
    held = json.loads(given.folds.read_text("utf-8")) if given.folds else {}
    manifest = (data_folder() / "manifest.csv").read_bytes()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "quivive": __version__,
        "machine": f"{platform.machine()}, one thread",
        "channels_not_run": [name for name in CONDITIONS if name not in given.conditions],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        **measured(given.cache, held, given.conditions),
        "people": taken_for_machines(given.people) if given.people else {},
    }
    (HERE / "results" / "voices.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
