"""What does the network say of every example, over every channel? As the desk hears it, and kept."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from channels import RATE, apply
from corpora import REPOSITORY
from examples import Example
from numpy.typing import NDArray

sys.path.insert(0, str(REPOSITORY / "src"))
AT_ONCE = 64


@dataclass(frozen=True)
class Described:
    """Of each example over one channel: its description float32[n, features], and the kind of channel that
    the desk takes it for ('' where that is not told)."""

    values: NDArray[np.float32]
    kinds: NDArray[np.str_]


def described(
    every: Sequence[Example], channel: str, network: Path, kept: Path, processes: int = 2
) -> Described:
    """Read anew only what `kept`, the folder for descriptions by the file layers.onnx in `network`, lacks."""
    kept.mkdir(parents=True, exist_ok=True)
    file = kept / f"{channel}.npz"
    known = _known(file)
    missing = [each for each in every if each.name not in known]
    with ProcessPoolExecutor(processes) as pool:
        for start in range(0, len(missing), AT_ONCE):
            batch = missing[start : start + AT_ONCE]
            answers = pool.map(partial(_description, channel=channel, network=network), batch, chunksize=8)
            known |= {each.name: answer for each, answer in zip(batch, answers, strict=True)}
            print(f"{channel}: {start + len(batch)} of {len(missing)} read", flush=True)
    if missing:
        names = list(known)
        np.savez(
            file,
            names=names,
            values=np.stack([known[name][0] for name in names]),
            kinds=[known[name][1] for name in names],
        )
    values = np.stack([known[each.name][0] for each in every])
    return Described(values, np.array([known[each.name][1] for each in every]))


def _known(file: Path) -> dict[str, tuple[NDArray[np.float32], str]]:
    if not file.exists():
        return {}
    with np.load(file) as stored:
        parts = (stored["names"].tolist(), stored["values"], stored["kinds"].tolist())
        return {name: (value, kind) for name, value, kind in zip(*parts, strict=True)}


def _description(each: Example, channel: str, network: Path) -> tuple[NDArray[np.float32], str]:
    from quivive.voices import score
    from quivive.voices.condition import condition
    from quivive.voices.speech import Segment, only_speech, segments

    arrived = apply(each.samples(), channel, np.random.default_rng(zlib.crc32(each.name.encode())))
    spoken = segments(arrived) or (Segment(0.0, len(arrived) / RATE),)
    found = score.Sums.of(arrived, spoken, network).described()
    return found, condition(only_speech(arrived, spoken)) or ""
