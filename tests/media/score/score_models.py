"""Small ONNX models of pictures and made-up collections of them: nothing here was ever photographed."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from PIL import Image

from voices import onnx_maker as onnx

SIDE = 32
"""Height and width that the models take."""
DESCRIPTION = f"""
name = "brightness"
licence = "CC0-1.0"
height = {SIDE}
width = {SIDE}
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
fit = "resize"
trained_on = ["taught"]
synthetic = 0
genuine = 1
"""


def brightness_model(weights: tuple[float, ...] = (4.0, -4.0), channels: int = 3) -> bytes:
    """float32[1, 3, h, w] → logits: the mean of the pixels times each of `weights`; (0, 0) is a constant."""
    mean = onnx._node(
        "ReduceMean", ["picture"], ["mean"], onnx._ints("axes", [1, 2, 3]) + onnx._int("keepdims", 0)
    )
    row = onnx._node("Reshape", ["mean", "shape"], ["row"])
    times = onnx._node("Mul", ["row", "weights"], ["logits"])
    tensors = [
        onnx._tensor("weights", [1, len(weights)], struct.pack(f"<{len(weights)}f", *weights)),
        onnx._tensor("shape", [2], struct.pack("<2q", 1, 1), onnx.INT64),
    ]
    graph = b"".join(onnx._message(1, node) for node in (mean, row, times))
    graph += b"".join(onnx._message(5, tensor) for tensor in tensors)
    return onnx.model(
        graph, [onnx._value("picture", [1, channels, None, None])], [onnx._value("logits", [1, len(weights)])]
    )


def collection(folder: Path, real: int, synthetic: int, seed: int) -> Path:
    """Soft pictures of some 520 pixels: `real` ones dark, `synthetic` ones bright, each a bit other."""
    dice = np.random.default_rng(seed)
    for kind, count, middle in (("real", real, 90), ("synthetic", synthetic, 165)):
        (folder / kind).mkdir(parents=True)
        for number in range(count):
            small = np.clip(dice.normal(dice.normal(middle, 12), 20, (8, 8, 3)), 0, 255).astype(np.uint8)
            size = 516 + int(dice.integers(0, 30)), 514 + int(dice.integers(0, 30))
            picture = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
            picture.save(folder / kind / f"{number}.jpg", quality=92)
    return folder
