"""The network that is trained: the early layers of Distill-MOS and one linear map of what they say.

Distill-MOS (Stahl & Gamper, arXiv 2502.05356; MIT; weights in the wheel `distillmos`) judges speech quality
by six convolutions over the compressed complex spectrum and a transformer; it was distilled from a large
self-supervised network, whose sense for how speech is made its convolutions keep. The transformer is left
out. `quivive.voices.score` is what runs: the same spectra, the same layers, the same description.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from corpora import REPOSITORY
from torch import Tensor, nn

sys.path.insert(0, str(REPOSITORY / "src"))
SHAPES = (
    (2, 64, 1, 1),
    (64, 64, 2, 1),
    (64, 128, 2, 1),
    (128, 256, 2, 1),
    (256, 256, 2, 1),
    (256, 256, 2, 2),
)
"""Channels in and out, stride over frequency and over time, of each layer."""
FROZEN = 3
"""Layers that stay as they are: they hear edges and hum, and learning them takes the most time."""
DESCRIBED = (4, 5)
FEATURES = 2 * 256 * 9 + 2 * 256 * 4
SLOPE = 0.1


class Network(nn.Module):
    """Spectra float32[n, 2, bins, frames] to scores [n]; higher = more synthetic."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, (over_bins, over_frames), (0, 1))
            for before, after, over_bins, over_frames in SHAPES
        )
        self.norm = nn.BatchNorm1d(FEATURES, affine=False, momentum=0.02)
        self.drop, self.out = nn.Dropout(0.5), nn.Linear(FEATURES, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, spectra: Tensor) -> Tensor:
        return self.out(self.drop(self.norm(self.described(spectra))))[:, 0]  # type: ignore[no-any-return]

    def described(self, spectra: Tensor) -> Tensor:
        """Mean and deviation over time of each channel and band of the layers in DESCRIBED."""
        parts, hidden = [], spectra.contiguous(memory_format=torch.channels_last)
        for number, layer in enumerate(self.layers):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= FROZEN):
                hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
            if number in DESCRIBED:
                whole = hidden.float()
                parts += [whole.mean(-1), (whole.var(-1, correction=0) + 1e-5).sqrt()]
        return torch.cat([part.flatten(1) for part in parts], 1)


def begun() -> Network:
    """A network that begins from Distill-MOS."""
    network = Network()
    stored = torch.load(weights_file(), map_location="cpu", weights_only=True)["model"]
    for number, layer in enumerate(network.layers):
        layer.load_state_dict({part: stored[f"cnn.cnn.{2 * number}.{part}"] for part in ("weight", "bias")})
    return network.to(memory_format=torch.channels_last)


def weights_file() -> Path:
    """The weights in the installed wheel `distillmos`, found without importing it."""
    found = importlib.util.find_spec("distillmos")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("training on voices needs: pip install distillmos torch onnx")
    return Path(found.submodule_search_locations[0]) / "weights" / "distill_mos_v7.pt"


def spectra(sounds: np.ndarray) -> Tensor:
    """As `quivive.voices.score.spectra`, of many sounds at once: float32[n, 2, bins, frames]."""
    from quivive.voices import score

    edge = (score.FRAME - score.STEP) // 2
    padded = nn.functional.pad(torch.from_numpy(sounds), (edge, edge), mode="reflect")
    turned = torch.stft(padded, score.FRAME, score.STEP, window=torch.hann_window(score.FRAME), center=False,
                        return_complex=True)  # fmt: skip
    turned[:, : score.LOWEST] = 0
    turned[:, score.HIGHEST + 1 :] = 0
    turned = turned * turned.abs().clamp_min(1e-12) ** -0.7
    return torch.stack([turned.real, turned.imag], 1)


def save(network: Network, folder: Path) -> None:
    """layers.onnx (weights in half precision) and head.npz, as `quivive.voices.score` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    deviation = (network.norm.running_var + network.norm.eps).sqrt()  # type: ignore[operator]
    weight = network.out.weight.detach()[0] / deviation
    bias = network.out.bias.detach()[0] - (weight * network.norm.running_mean).sum()  # type: ignore[operator]
    np.savez(folder / "head.npz", weight=weight.numpy().astype(np.float32), bias=np.float32(bias))
    (folder / "layers.onnx").write_bytes(_onnx(network).SerializeToString())


def _onnx(network: Network) -> Any:
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes, stored, before = [], [], "spectra"
    for number, layer in enumerate(network.layers):
        half = layer.weight.detach().numpy().astype(np.float16)
        stored.append(numpy_helper.from_array(half, f"weight{number}.half"))
        stored.append(numpy_helper.from_array(layer.bias.detach().numpy(), f"bias{number}"))
        nodes += [
            helper.make_node("Cast", [f"weight{number}.half"], [f"weight{number}"], to=TensorProto.FLOAT),
            helper.make_node("Conv", [before, f"weight{number}", f"bias{number}"], [f"conv{number}"],
                             strides=SHAPES[number][2:], pads=[0, 1, 0, 1]),
            helper.make_node("LeakyRelu", [f"conv{number}"], [f"layer{number}"], alpha=SLOPE),
        ]  # fmt: skip
        before = f"layer{number}"
    read = helper.make_tensor_value_info("spectra", TensorProto.FLOAT, [1, 2, 161, "frames"])
    given = [helper.make_tensor_value_info(f"layer{number}", TensorProto.FLOAT, [1, 256, bands, length])
             for number, bands, length in ((4, 9, "frames"), (5, 4, "halved"))]  # fmt: skip
    graph = helper.make_graph(nodes, "voices", [read], given, stored)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(made)
    return made
