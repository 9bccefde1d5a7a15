"""Trains the model that says how like two voices are: a small student of two published models of speakers.

    python training/voices/speakers.py TEACHERS [--more MANIFEST …] [--steps N]

TEACHERS: see speaker_teachers.py. Needs torch, onnx and pyworld (setuptools < 81) beside the package's
sources. Seed fixed, one thread. Writes src/quivive/voices/speakers/model/speakers.onnx; then
training/voices/speaker_trials.py writes its calibration, benchmarks/voices_speakers.py its figures."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from speaker_examples import FRAMES, Examples, examples, recordings  # noqa: E402
from speaker_teachers import SIZES, teachers, unit  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from quivive.voices.speakers.features import BANDS  # noqa: E402

SEED = 4
SIZE = 192
"""Numbers that say whose voice it is."""
WIDTH = 160
BATCH = 32
CROP = 100
"""Frames of one example in training, of FRAMES."""
RATE_OF_LEARNING = 2e-3
VOICES = 5
"""Made-up voices of each recording."""
MODEL = HERE.parents[1] / "src" / "quivive" / "voices" / "speakers" / "model" / "speakers.onnx"


class Student(nn.Module):
    """float32[n, frames, BANDS] → float32[n, SIZE]: small pictures of the spectrum, then time, then
    statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Sequential(*_seen(1, 12, (2, 1)), *_seen(12, 16, (2, 2)), *_seen(16, 24, (2, 1)))
        self.narrow = nn.Sequential(nn.Conv1d(24 * BANDS // 8, WIDTH, 1), nn.BatchNorm1d(WIDTH), nn.ReLU())
        self.time = nn.Sequential(*(Block(dilation) for dilation in (1, 2, 3, 4)))
        self.attention = nn.Sequential(nn.Conv1d(WIDTH, 64, 1), nn.Tanh(), nn.Conv1d(64, WIDTH, 1))
        self.last = nn.Sequential(nn.BatchNorm1d(2 * WIDTH), nn.Linear(2 * WIDTH, SIZE))

    def forward(self, heard: Tensor) -> Tensor:
        """Embeddings, not of length 1."""
        seen = self.picture(heard.transpose(1, 2)[:, None])
        frames = self.time(self.narrow(seen.flatten(1, 2)))
        share = torch.softmax(self.attention(frames), dim=2)
        mean = (share * frames).sum(2)
        spread = ((share * frames**2).sum(2) - mean**2).clamp(min=1e-4).sqrt()
        found: Tensor = self.last(torch.cat([mean, spread], 1))
        return found


class Block(nn.Module):
    """What a frame's neighbours add to it, weighed by what the whole recording is like."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Conv1d(WIDTH, WIDTH, 1), nn.BatchNorm1d(WIDTH), nn.ReLU())
        self.near = nn.Sequential(
            nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation, groups=16),
            nn.BatchNorm1d(WIDTH), nn.ReLU(), nn.Conv1d(WIDTH, WIDTH, 1), nn.BatchNorm1d(WIDTH),
        )  # fmt: skip
        self.whole = nn.Sequential(nn.Linear(WIDTH, 32), nn.ReLU(), nn.Linear(32, WIDTH), nn.Sigmoid())

    def forward(self, frames: Tensor) -> Tensor:
        """Same shape as it was given, [n, WIDTH, frames]."""
        added = self.near(self.mix(frames))
        found: Tensor = torch.relu(frames + added * self.whole(added.mean(2))[:, :, None])
        return found


def _seen(given: int, made: int, stride: tuple[int, int]) -> tuple[nn.Module, ...]:
    return nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU()


def train(found: Examples, steps: int, report: Any = print) -> Student:
    """A student that says of voices over any line what both teachers say of them clean."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    student = Student()
    heads = nn.ModuleList(nn.Linear(SIZE, size) for size in SIZES)
    targets = [torch.from_numpy(_centred(each)) for each in (found.first, found.second)]
    weights = [*student.parameters(), *heads.parameters()]
    learner = torch.optim.AdamW(weights, RATE_OF_LEARNING, weight_decay=0.02)
    course = torch.optim.lr_scheduler.OneCycleLR(learner, RATE_OF_LEARNING, steps, pct_start=0.15)
    for step in range(steps):
        picked = rng.choice(len(found.heard), BATCH, replace=False)
        loss = _loss(student, heads, _heard(found, picked, rng), [each[picked] for each in targets])
        learner.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 5.0)
        learner.step()
        course.step()
        if step % 100 == 99:
            report(step + 1, round(loss.item(), 4))
    return student.eval()


def _loss(student: Student, heads: nn.ModuleList, heard: Tensor, targets: list[Tensor]) -> Tensor:
    """Angles to both teachers' numbers, and between the voices of a batch as the teachers see them."""
    voices = student(heard)
    own = nn.functional.normalize(voices, dim=1)
    total = torch.zeros(())
    alike = sum(target @ target.T for target in targets) / len(targets)
    for head, target in zip(heads, targets, strict=True):
        total = total + (1 - (nn.functional.normalize(head(voices), dim=1) * target).sum(1)).mean()
    return total + 5.0 * ((own @ own.T - alike) ** 2).mean()


def _heard(found: Examples, picked: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Of each voice one line and a crop, a band or a stretch of time blanked now and then."""
    lines, starts = rng.integers(3, size=len(picked)), rng.integers(FRAMES - CROP + 1, size=len(picked))
    batch = np.stack([found.heard[voice, line, at : at + CROP].astype(np.float32)
                      for voice, line, at in zip(picked, lines, starts, strict=True)])  # fmt: skip
    for one in batch:
        band, time = rng.integers(BANDS - 8), rng.integers(CROP - 20)
        one[:, band : band + rng.integers(9)] = 0.0
        one[time : time + rng.integers(21)] = 0.0
    return torch.from_numpy(batch)


def _centred(values: np.ndarray) -> np.ndarray:
    """Resemblyzer's numbers are never negative: what all voices share says nothing."""
    return unit(values - values.mean(axis=0)).astype(np.float32)


def export(student: Student, path: Path) -> None:
    """The student as ONNX: `heard` float32[n, frames, BANDS] → `voice` float32[n, SIZE]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {"heard": {0: "n", 1: "frames"}, "voice": {0: "n"}}
    torch.onnx.export(student, (torch.zeros(1, 150, BANDS),), str(path), dynamo=False, opset_version=17,
                      input_names=["heard"], output_names=["voice"], dynamic_axes=axes)  # fmt: skip


def main() -> None:
    """Gather, train, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teachers", type=Path)
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    found = examples(recordings(options.more), teachers(options.teachers), VOICES, rng)
    export(train(found, options.steps), options.out)


if __name__ == "__main__":
    main()
