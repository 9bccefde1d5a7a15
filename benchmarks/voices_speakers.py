"""How well are speakers told apart, what is that worth as evidence, and how often are calls linked rightly?

    python benchmarks/voices_speakers.py [--resemblyzer WHEEL]

People of ../shared/data/voices (or $QUIVIVE_DATA) who are in no training: pairs of one person against pairs
of different people of one corpus (training/voices/speaker_trials.py), wideband, over G.711, and one of each.
Ratios are calibrated on one half of the people and judged on the other. Links: the threshold is chosen on
one half too. Synthetic voices: clips of one system in one voice, of systems that did not train.
`--resemblyzer` measures that model beside ours. One thread. Writes
benchmarks/results/voices_speakers.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "training" / "voices"), str(HERE.parent / "src")]

import speaker_trials as tries  # noqa: E402
from corpora import Clip, clips, may_ship  # noqa: E402
from folds import speaker  # noqa: E402
from speaker_trials import Trials  # noqa: E402

from quivive import __version__, evidence  # noqa: E402
from quivive.voices.sound import RATE  # noqa: E402
from quivive.voices.speakers import resemblyzer  # noqa: E402
from quivive.voices.speakers.compare import LINES, card  # noqa: E402
from quivive.voices.speakers.encoder import Encoder, shipped  # noqa: E402

RARE = 1_000
"""Pairs of strangers for each pair of one person, as among the calls of many cases."""
RESULTS = HERE / "results" / "voices_speakers.json"


def row(scores: np.ndarray, tried: Trials) -> dict[str, Any]:
    """EER with its interval over people, Cllr on people that did not calibrate, links."""
    rng = np.random.default_rng(tries.SEED)
    drawn = [tries.resampled(tried, rng) for _ in range(tries.RESAMPLES)]
    errors = [evidence.eer(scores[pairs], tried.same[pairs]) for pairs in drawn]
    log10, inside = tries.crossed(scores, tried)
    return {
        "same": int(tried.same.sum()),
        "different": int((1 - tried.same).sum()),
        "eer": _short(evidence.eer(scores, tried.same)),
        "eer_95": [_short(each) for each in np.quantile(errors, [0.025, 0.975])],
        "cllr": _short(evidence.cllr(log10, tried.same[inside])),
        "cllr_min": _short(evidence.cllr_min(log10, tried.same[inside])),
        "links": _links(scores, tried),
    }


def _links(scores: np.ndarray, tried: Trials) -> dict[str, float]:
    """Recall and false links on people who did not choose the threshold; precision among RARE."""
    recall, false = tries.links(scores, tried)
    among_rare = recall / (recall + RARE * false) if recall else 0.0
    return {
        "recall": _short(recall),
        "false_links": _short(false, 5),
        f"precision_1_in_{RARE}": _short(among_rare),
    }


def at_the_shipped_threshold(scores: np.ndarray, tried: Trials, encoder: Encoder) -> dict[str, float]:
    """Of voices that did not choose it: share of same pairs linked, share of different ones."""
    over = scores >= float(card(encoder.source.sha256).get("link", 2.0))
    return {"same": int(tried.same.sum()), "different": int((1 - tried.same).sum()),
            "eer": _short(evidence.eer(scores, tried.same)), "recall": _short(over[tried.same == 1].mean()),
            "false_links": _short(over[tried.same == 0].mean(), 5)}  # fmt: skip


def machines(among: Sequence[Clip]) -> tuple[Clip, ...]:
    """Synthetic clips with a voice's name that could not train, of systems with several clips in one
    voice."""
    kept = {speaker(clip) for clip in tries.tested(among)}
    return tuple(c for c in among if c.synthetic and c.speaker and (not may_ship(c) or speaker(c) in kept))


def machine(clip: Clip) -> str:
    """One voice of one system on one page."""
    return f"{clip.corpus} {clip.repository} {speaker(clip)}"


def measured(encoder: Encoder, tried: Trials, sounds: dict[str, list[Any]]) -> dict[str, Any]:
    """Rows by kind of line, and CPU seconds for a second of speech."""
    start = time.process_time()
    wide = np.stack([encoder.embed(each) for each in sounds["clean"]])
    cost = (time.process_time() - start) / (sum(len(each) for each in sounds["clean"]) / RATE)
    telephone = np.stack([encoder.embed(each) for each in sounds["g711a"]])
    found = tries.likenesses(tried, wide, telephone)
    return {
        "sha256": encoder.source.sha256,
        "cpu_per_second": _short(cost),
        "lines": {kind: row(found[kind], tried) for kind in LINES},
    }


def on_machines(encoder: Encoder, tried: Trials, sounds: dict[str, list[Any]]) -> dict[str, Any]:
    """The shipped threshold on machines' voices, clean and over G.711."""
    rows = {}
    for kind, line in (("wideband", "clean"), ("telephone", "g711a")):
        voices = _voices(encoder, sounds[line])
        scores = (voices[tried.one] * voices[tried.other]).sum(axis=1)
        usable = ~np.isnan(scores)
        part = Trials(tried.one[usable], tried.other[usable], tried.same[usable], tried.who)
        rows[kind] = at_the_shipped_threshold(scores[usable], part, encoder)
    return rows


def _voices(encoder: Encoder, sounds: Sequence[Any]) -> np.ndarray:
    """Embeddings; not a number where there is too little speech."""
    least, nothing = tries.LEAST * RATE, np.full(encoder.size, np.nan)
    return np.stack([encoder.embed(each) if len(each) >= least else nothing for each in sounds])


def _short(value: float, places: int = 4) -> float:
    return round(float(value), places)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resemblyzer", type=Path, help="the wheel of release 0.1.4, measured beside ours")
    wheel = parser.parse_args().resemblyzer
    encoders = (shipped(), *([resemblyzer.load(wheel)] if wheel else []))
    everything = clips()
    people, synthetic = tries.people(everything), machines(everything)
    heard = {line: tries.heard(people, line) for line in tries.SENT}
    spoken = {line: tries.heard(synthetic, line) for line in tries.SENT}
    tried, of_machines = tries.trials(people), tries.trials(synthetic, machine)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "python": platform.python_version(),
        "people": len({speaker(clip) for clip in people}),
        "clips": len(people),
        "models": {each.name: measured(each, tried, heard) for each in encoders},
        "synthetic_voices": {each.name: on_machines(each, of_machines, spoken) for each in encoders},
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
