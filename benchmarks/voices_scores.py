"""What does each detector of synthetic speech say of every clip, over every channel?

Scores (higher = more synthetic) are kept in a folder, one array for each detector and condition, in the order
of the manifest, so that a long run can be taken up again. AASIST and AASIST-L (Jung et al. 2022, MIT) are the
ONNX files of the shared data: 64,600 samples, a shorter clip repeated as their authors do.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training" / "voices"))
from channels import RATE, Samples, apply
from corpora import Clip, clips, data_folder, load

CONDITIONS = ("clean", "g711a", "gsm", "opus-voip", "amr")
PEERS = ("AASIST-L", "AASIST")
AASIST_SAMPLES = 64_600
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Cost:
    """CPU seconds for one second of sound, on one thread, median over clips."""

    real_time_factor: float
    clips: int


def peer(name: str) -> Callable[[Samples], float]:
    """One of PEERS as a score: its logit for spoof less its logit for bona fide, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = data_folder() / "peers" / f"{name}.onnx"
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def score(samples: Samples) -> float:
        heard = np.resize(samples, AASIST_SAMPLES).astype(np.float32)
        spoof, genuine = session.run(None, {"wav": heard[None]})[0][0]
        return float(spoof - genuine)

    return score


def heard(clip: Clip, condition: str) -> Samples:
    """The clip over the condition; its chance (a codec's bit rate) hangs on its path alone."""
    return apply(load(clip), condition, np.random.default_rng(zlib.crc32(clip.path.encode())))


def scored(
    name: str, score: Callable[[Samples], float], condition: str, among: Sequence[Clip], cache: Path
) -> Scores:
    """Scores of all clips over one condition, from the cache or made now."""
    kept = cache / f"{name}-{condition}.npy"
    if kept.is_file():
        found: Scores = np.load(kept)
        if len(found) == len(among):
            return found
    made = np.array([score(heard(clip, condition)) for clip in among])
    cache.mkdir(parents=True, exist_ok=True)
    np.save(kept, made)
    return made


def cost(score: Callable[[Samples], float], among: Sequence[Clip]) -> Cost:
    """What scoring costs: CPU time of this process by the seconds of sound, decoding not counted."""
    score(load(among[0]))
    factors = []
    for clip in among:
        samples = load(clip)
        started = time.process_time()
        score(samples)
        factors.append((time.process_time() - started) / (samples.size / RATE))
    return Cost(float(np.median(factors)), len(among))


def main() -> None:
    """Fill the cache with the peers' scores: python benchmarks/voices_scores.py CACHE"""
    for condition in CONDITIONS:
        for name in PEERS:
            scored(name, peer(name), condition, clips(), Path(sys.argv[1]))
            print(name, condition, flush=True)


if __name__ == "__main__":
    main()
