"""Train the voice model: `python training/voices/train.py GENERATED PACKAGES --work FOLDER --out FOLDER`.

GENERATED and PACKAGES are the folders that generate.py and packages.py have filled. With `--fold N` what
shares a system, corpus, speaker or page with that test fold is left out, and the fold is scored; with
`--every-row` clips train too that no shipped model may learn from, to measure what they would add.

Half of the pairs of a person and a machine come from one page, corpus or recording, so that what its
recordings have in common cannot be learnt as a sign of either; both of a pair are sent over the same channel,
through the same equaliser and noise.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from channels import RATE, Samples
from corpora import clips
from examples import CHANNELS, TELEPHONE, Example, examples, heard
from folds import Fold, folds
from network import Network, begun, save, spectra
from torch import nn

SEED = 4
PAIRS = 16
CROP = 2 * RATE
SHARES = dict(zip(CHANNELS, (0.3, 0.15, 0.1, 0.1, 0.15, 0.1, 0.1), strict=True))
LAYER_RATE, HEAD_RATE = 1e-4, 3e-4
LEVEL, LEVELS_DB = 0.1, 6.0
NOISE_DB = (12.0, 45.0)
EQUALISER_DB = 3.0
EDGES_HZ = (4_500.0, 7_800.0)
SMOOTHING = 0.05
SETTLING = 40


def main() -> None:
    """Read the command line, train, save, and score the fold where one was named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("generated", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where clips over channels are kept")
    parser.add_argument("--out", type=Path, required=True, help="where the model goes")
    parser.add_argument("--steps", type=int, default=151)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--every-row", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    every = examples(asked.generated, asked.packages, asked.every_row)
    sounds = heard(every, asked.work / ("every" if asked.every_row else "open"))
    fold = None if asked.fold is None else folds(clips())[asked.fold]
    rows = list(range(len(every))) if fold is None else kept_apart(every, fold)
    print(Counter(every[i].synthetic for i in rows), flush=True)
    save(trained(every, sounds, rows, asked.steps), asked.out)
    if fold is not None:
        print(json.dumps(scored(asked.out, fold, asked.out / "scores.json")))


def kept_apart(every: Sequence[Example], fold: Fold) -> list[int]:
    """Which examples may train where this fold tests: not its clips, what conflicts, nor copies of either."""
    listed = clips()
    free = set(fold.train)
    shut = {clip.path for number, clip in enumerate(listed) if number not in free}
    return [
        number
        for number, each in enumerate(every)
        if (each.row < 0 or each.row in free) and each.copy_of not in shut
    ]


def trained(
    every: Sequence[Example], sounds: dict[str, np.ndarray], rows: Sequence[int], steps: int
) -> Network:
    """The network after `steps` batches of PAIRS pairs."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    network, draw = begun(), Draw(every, rows)
    head = list(network.out.parameters())
    optimiser = torch.optim.AdamW(
        [{"params": network.layers.parameters()}, {"params": head}], weight_decay=1e-2
    )
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, [LAYER_RATE, HEAD_RATE], steps, pct_start=0.15)
    losses, began = [], time.monotonic()
    for step in range(1, steps + 1):
        batch = np.concatenate([_pair(sounds, draw.pair(rng), rng) for _ in range(PAIRS)])
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(spectra(batch)).float()
        loss = _loss(scores)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        rates.step()
        losses.append(float(loss))
        if step % 50 == 0:
            print(
                f"step {step}, loss {np.mean(losses[-50:]):.3f}, {time.monotonic() - began:.0f} s", flush=True
            )
    _settle(network, lambda: np.concatenate([_pair(sounds, draw.pair(rng), rng) for _ in range(PAIRS)]))
    return network.eval()


def _settle(network: Network, batch: Callable[[], Samples]) -> None:
    """The mean and deviation of what the layers say, anew, over SETTLING batches.

    What was gathered on the way still holds a share of where it began, a deviation of 1, and so drowns the
    features that move little.
    """
    network.norm.reset_running_stats()
    network.norm.momentum = None
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for _ in range(SETTLING):
            network(spectra(batch()))


class Draw:
    """Pairs of a person and a machine, over a channel that suits both."""

    def __init__(self, every: Sequence[Example], rows: Sequence[int]) -> None:
        sizes = Counter((every[i].synthetic, every[i].group) for i in rows)
        self.every = every
        self.sides = [[i for i in rows if every[i].synthetic == side] for side in (False, True)]
        weights = [
            np.array([sizes[side, every[i].group] ** -0.5 for i in self.sides[side]]) for side in (0, 1)
        ]
        self.chances = [weight / weight.sum() for weight in weights]
        homes = sorted({every[i].home for i in self.sides[0]} & {every[i].home for i in self.sides[1]})
        self.homes = [[[i for i in side if every[i].home == home] for side in self.sides] for home in homes]

    def pair(self, rng: np.random.Generator) -> tuple[int, int, str]:
        """A person, a machine, a channel."""
        if self.homes and rng.random() < 0.5:
            home = self.homes[rng.integers(len(self.homes))]
            person, machine = (int(rng.choice(side)) for side in home)
        else:
            person, machine = (
                int(rng.choice(side, p=chance)) for side, chance in zip(self.sides, self.chances, strict=True)
            )
        possible = TELEPHONE if self.every[person].narrow or self.every[machine].narrow else CHANNELS
        chances = np.array([SHARES[channel] for channel in possible])
        return person, machine, str(rng.choice(possible, p=chances / chances.sum()))


def _loss(scores: torch.Tensor) -> torch.Tensor:
    """Person and machine by turns: each on its side, and the machine above the person of its pair."""
    target = torch.tensor([SMOOTHING, 1 - SMOOTHING]).repeat(PAIRS)
    apart = nn.functional.softplus(scores[0::2] - scores[1::2]).mean()
    return nn.functional.binary_cross_entropy_with_logits(scores, target) + apart


def _pair(sounds: dict[str, np.ndarray], drawn: tuple[int, int, str], rng: np.random.Generator) -> Samples:
    *both, channel = drawn
    pieces = np.stack([_cropped(sounds[channel][i], rng) for i in both])
    return varied(pieces, rng)


def _cropped(wire: np.ndarray, rng: np.random.Generator) -> Samples:
    start = int(rng.integers(0, len(wire) - CROP + 1))
    return wire[start : start + CROP].astype(np.float32) / 32768


def varied(pieces: Samples, rng: np.random.Generator) -> Samples:
    """Pieces [n, samples] at about LEVEL, through one microphone and noise for all."""
    count = pieces.shape[1]
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    curve = rng.normal(0, EQUALISER_DB, 4) @ np.cos(np.arange(1, 5)[:, None] * np.pi * hertz / hertz[-1])
    response = 10 ** (curve / 20)
    if rng.random() < 0.3:
        response *= 1 / (1 + (hertz / rng.uniform(*EDGES_HZ)) ** 16)
    shaped = np.fft.irfft(np.fft.rfft(pieces) * response, count)
    if rng.random() < 0.4:
        shaped += rng.standard_normal(count) * shaped.std() * 10 ** (-rng.uniform(*NOISE_DB) / 20)
    level = np.sqrt(np.mean(shaped**2, axis=1, keepdims=True)) + 1e-6
    gain = 10 ** (rng.uniform(-LEVELS_DB, LEVELS_DB, (len(pieces), 1)) / 20)
    return (shaped * LEVEL / level * gain).astype(np.float32)


def scored(model: Path, fold: Fold, kept: Path) -> dict[str, float]:
    """Equal error in percent over each channel, by what runs at the desk; the scores go to `kept`."""
    from channels import apply
    from corpora import load, prepared

    from quivive.evidence import eer
    from quivive.voices import score
    from quivive.voices.condition import condition
    from quivive.voices.speech import Segment, only_speech, segments

    every = clips()
    found: dict[str, dict[str, tuple[float, str | None]]] = {}
    for number in fold.test:
        sound = prepared(load(every[number]))
        for channel in ("clean", "g711a", "gsm", "amr", "opus-voip"):
            arrived = apply(sound, channel, np.random.default_rng(number))
            spoken = segments(arrived) or (Segment(0.0, len(arrived) / RATE),)
            value = score.overall(arrived, spoken, score.windows(arrived, spoken, model), model)
            kind = condition(only_speech(arrived, spoken))
            found.setdefault(channel, {})[every[number].path] = value, kind
    kept.write_text(json.dumps(found), encoding="utf-8")
    return {
        channel: round(100 * eer([scores[every[i].path][0] for i in fold.test],
                                 [int(every[i].synthetic) for i in fold.test]), 1)
        for channel, scores in found.items()
    }  # fmt: skip


if __name__ == "__main__":
    main()
