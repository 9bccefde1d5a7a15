"""What do the early layers of a speech quality network say about a recording?

The network is PLCMOS v2 (Diener et al., Interspeech 2023; MIT; in the wheel `speechmos`), trained to hear
the repairs of lost packets. Its input is a log spectrum of 512 samples every 256; its three early layers are
read where they leave the pooling, and each is described by mean and deviation over time.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from channels import Samples
from numpy.typing import NDArray

Features = NDArray[np.float32]
FRAME, HOP = 512, 256
LAYERS = ("input.4", "input.12", "input.20")
FLOOR = 1e-10
SECOND_LAYER = 2 * 32 * 64
"""Where the second layer begins in what `described` returns: 32 channels of 64 bands come before, twice."""


def network_file() -> Path:
    """The ONNX file in the installed wheel `speechmos`, found without importing it."""
    found = importlib.util.find_spec("speechmos")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("training on voices needs: pip install speechmos onnx scikit-learn torch")
    return Path(found.submodule_search_locations[0]) / "plcmos_models" / "plcmos_v2.onnx"


def log_spectrum(samples: Samples) -> Features:
    """The network's input: natural log of the power, over 20; [frames, 257]."""
    padded = np.concatenate([np.zeros(HOP, np.float32), samples, np.zeros(FRAME, np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hamming(FRAME + 1)[:-1])) ** 2
    return (np.log(np.maximum(power, FLOOR)) / 20).astype(np.float32)


def reader(layers: tuple[str, ...] = LAYERS, threads: int = 1) -> Any:
    """The network as an onnxruntime session that gives out `layers`."""
    import onnx
    import onnxruntime

    model = onnx.load(str(network_file()))
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in layers)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def described(samples: Samples, session: Any) -> Features:
    """Mean and deviation over time of every channel and band of the session's layers."""
    outputs = session.run(
        None, {"degraded_audio": log_spectrum(samples)[None, None], "rater_embed": np.zeros((1, 64), "f4")}
    )
    parts = [part for layer in outputs for part in (layer[0].mean(axis=1), layer[0].std(axis=1))]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)
