"""Does fine-tuning the early layers of PLCMOS end to end beat a line drawn through them?

Run `python training/voices/finetune.py FOLD [STEPS]` in an environment with torch, onnx, speechmos and av.
The three early layers start from the quality network, attention pooling and one output from nothing; training
hears both labels equally, clean or over G.711, with noise, gain and a random smooth equaliser. Prints equal
error on the fold that was kept apart. bfloat16, about 1 CPU second for a step of 32 clips of 2.5 s.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from channels import RATE, Samples, apply
from corpora import REPOSITORY, Clip, clips, load, prepared
from folds import folds
from quality_layers import FLOOR, FRAME, HOP, network_file
from separator import weights
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(REPOSITORY / "src"))
SEED = 4
BATCH = 32
CROP = int(2.5 * RATE)
CONDITIONS = ("clean", "g711a")
NOISE_DB = (15.0, 45.0)
GAIN_DB = 6.0
EQUALISER = 0.046
LAYER_RATE, HEAD_RATE = 3e-4, 2e-3


class Detector(nn.Module):
    """The early layers of PLCMOS, then mean and deviation weighted by four attentions."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_quality_layers())
        self.norm, self.narrow = nn.BatchNorm1d(1536), nn.Conv1d(1536, 96, 1)
        self.attend, self.settle = nn.Conv1d(96, 4, 1), nn.BatchNorm1d(96 * 8)
        self.out, self.drop = nn.Linear(96 * 8, 1), nn.Dropout(0.3)

    def forward(self, spectra: Tensor) -> Tensor:
        """Logits, higher = more synthetic, of log spectra [clips, frames, 257]."""
        hidden, kept = spectra[:, None], []
        for layer in self.layers:
            hidden = functional.max_pool2d(functional.leaky_relu(layer(hidden), 0.1), (1, 4))
            kept.append(hidden.transpose(2, 3).flatten(1, 2))
        frames = kept[2].shape[2]
        both = torch.cat([kept[1][:, :, :frames], kept[2]], 1)
        narrow = functional.leaky_relu(self.narrow(self.drop(self.norm(both))), 0.1)
        share = torch.softmax(self.attend(narrow), 2)
        mean = torch.einsum("bct,bht->bhc", narrow, share)
        spread = torch.einsum("bct,bht->bhc", narrow**2, share) - mean**2
        pooled = torch.cat([mean, spread.clamp_min(1e-5).sqrt()], 2).flatten(1)
        return self.out(self.drop(self.settle(pooled)))[:, 0]  # type: ignore[no-any-return]


def main() -> None:
    from quivive.evidence import eer

    fold, steps = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 128
    every = clips()
    parts = folds(every)[fold]
    sounds = [prepared(load(clip)) for clip in every]
    heard = {name: [apply(s, name, np.random.default_rng(SEED)) for s in sounds] for name in CONDITIONS}
    detector = trained(heard, every, parts.train, steps).eval()
    labels = [int(every[i].synthetic) for i in parts.test]
    for name, recordings in heard.items():
        with torch.inference_mode():
            scores = [float(detector(spectra(recordings[i][None]))) for i in parts.test]
        print(f"fold {fold}, {steps} steps, {name}: equal error {100 * eer(scores, labels):.1f} %")


def trained(
    heard: dict[str, list[Samples]], every: Sequence[Clip], rows: Sequence[int], steps: int
) -> Detector:
    """The detector after `steps` batches, half of each label."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    detector = Detector().to(memory_format=torch.channels_last)
    layers = list(detector.layers.parameters())
    head = [p for name, p in detector.named_parameters() if not name.startswith("layers.")]
    optimiser = torch.optim.AdamW([{"params": layers}, {"params": head}], weight_decay=1e-2)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, [LAYER_RATE, HEAD_RATE], total_steps=steps)
    chance = weights([every[i] for i in rows])
    for _ in range(steps):
        drawn = rng.choice(rows, BATCH, p=chance / chance.sum())
        batch = np.stack([_varied(heard[rng.choice(CONDITIONS)][i], rng) for i in drawn])
        target = torch.tensor([0.95 if every[i].synthetic else 0.05 for i in drawn])
        with torch.autocast("cpu", torch.bfloat16):
            logits = detector(_equalised(spectra(batch), rng))
        optimiser.zero_grad()
        functional.binary_cross_entropy_with_logits(logits.float(), target).backward()
        optimiser.step()
        rates.step()
    return detector


def spectra(sounds: Samples) -> Tensor:
    """Log spectra [clips, frames, 257] as quality_layers.log_spectrum gives them, in torch."""
    padded = functional.pad(torch.from_numpy(sounds), (HOP, HOP))
    frames = padded.unfold(1, FRAME, HOP) * torch.hamming_window(FRAME)
    return torch.log(torch.fft.rfft(frames).abs().square().clamp_min(FLOOR)) / 20


def _varied(sound: Samples, rng: np.random.Generator) -> Samples:
    start = int(rng.integers(0, sound.size - CROP + 1))
    piece = sound[start : start + CROP]
    noise = rng.standard_normal(CROP) * float(piece.std()) * 10 ** (-rng.uniform(*NOISE_DB) / 20)
    gain = 10 ** (rng.uniform(-GAIN_DB, GAIN_DB) / 20)
    return np.asarray((piece + noise * (rng.random() < 0.4)) * gain, dtype=np.float32)


def _equalised(spectrum: Tensor, rng: np.random.Generator) -> Tensor:
    """A smooth curve over frequency for each clip, as a microphone or a line adds one."""
    band = np.linspace(0, np.pi, spectrum.shape[2])
    curves = rng.normal(0, EQUALISER, (len(spectrum), 4)) @ np.cos(np.arange(1, 5)[:, None] * band)
    return spectrum + torch.from_numpy(curves.astype(np.float32))[:, None]


def _quality_layers() -> list[Any]:
    import onnx

    stored = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(str(network_file())).graph.initializer}
    layers = []
    for number in (1, 2, 3):
        weight = torch.from_numpy(stored[f"in_blocks.0.conv{number}.weight"].copy())
        layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1, dilation=(2, 1))
        layer.weight.data = weight
        layer.bias.data = torch.from_numpy(stored[f"in_blocks.0.conv{number}.bias"].copy())
        layers.append(layer)
    return layers


if __name__ == "__main__":
    main()
