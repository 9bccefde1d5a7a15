"""The convolutions of Distill-MOS as the file that `quivive.voices.score` reads.

Distill-MOS (Stahl & Gamper, arXiv 2502.05356; MIT; weights in the wheel `distillmos`) judges speech quality
by six convolutions over the compressed complex spectrum and a transformer; it was distilled from a large
self-supervised network, whose sense for how speech is made its convolutions keep. The transformer is left
out, and nothing of them is trained on: docs/decisions/0010 has what that gave.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIDES = ((1, 1), (2, 1), (2, 1), (2, 1), (2, 1), (2, 2))
"""Over frequency and over time, of each convolution; all are 3 by 3, without padding over frequency."""
SLOPE = 0.1
BANDS = 4


def save(folder: Path) -> None:
    """Write layers.onnx, weights in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "layers.onnx").write_bytes(_onnx(weights()).SerializeToString())


def weights() -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Weight and bias of each convolution."""
    import torch

    stored = torch.load(weights_file(), map_location="cpu", weights_only=True)["model"]
    layers = (f"cnn.cnn.{2 * number}" for number in range(len(STRIDES)))
    return [(stored[f"{layer}.weight"].numpy(), stored[f"{layer}.bias"].numpy()) for layer in layers]


def weights_file() -> Path:
    """The weights in the installed wheel `distillmos`, found without importing it."""
    found = importlib.util.find_spec("distillmos")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("training on voices needs: pip install distillmos torch onnx")
    return Path(found.submodule_search_locations[0]) / "weights" / "distill_mos_v7.pt"


def _onnx(layers: list[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> Any:
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes, stored, before = [], [], "spectra"
    for number, ((weight, bias), strides) in enumerate(zip(layers, STRIDES, strict=True)):
        stored.append(numpy_helper.from_array(weight.astype(np.float16), f"weight{number}.half"))
        stored.append(numpy_helper.from_array(bias, f"bias{number}"))
        nodes += [
            helper.make_node("Cast", [f"weight{number}.half"], [f"weight{number}"], to=TensorProto.FLOAT),
            helper.make_node("Conv", [before, f"weight{number}", f"bias{number}"], [f"conv{number}"],
                             strides=strides, pads=[0, 1, 0, 1]),
            helper.make_node("LeakyRelu", [f"conv{number}"], [f"layer{number}"], alpha=SLOPE),
        ]  # fmt: skip
        before = f"layer{number}"
    read = helper.make_tensor_value_info("spectra", TensorProto.FLOAT, [1, 2, 161, "frames"])
    channels = layers[-1][0].shape[0]
    given = helper.make_tensor_value_info(before, TensorProto.FLOAT, [1, channels, BANDS, "columns"])
    graph = helper.make_graph(nodes, "voices", [read], [given], stored)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(made)
    return made
