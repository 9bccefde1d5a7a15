"""Which numbers say whose voice this is? They lie close together for one person and apart for two.

The model is ours (training/voices/speakers.py, model/MODEL_CARD.md): a student of two published ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook
from quivive.model import Source
from quivive.voices.sound import RATE
from quivive.voices.speakers.features import log_mel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Floats = NDArray[np.float32]

MODEL = Path(__file__).parent / "model" / "speakers.onnx"
DATE = "2026-11-22"
SIZE = 192
"""Numbers of one voice."""
_PIECE, _LEAST = 4.0, 1.5
"""Seconds of speech heard at once, and below which a rest is left out."""
_MOST_PIECES = 15
"""A minute of speech, evenly spread, is enough."""


@dataclass(frozen=True)
class Encoder:
    """A model of voices: `embed` gives float32[size] of length 1 for mono speech at RATE, pauses removed."""

    name: str
    source: Source
    size: int
    embed: Callable[[Floats], Floats]


def shipped() -> Encoder:
    """Ours. Raises CouldNotLook where its file is missing."""
    return Encoder("Quivive", source(), SIZE, embed)


def embed(speech: Floats) -> Floats:
    """float32[SIZE] of length 1 for mono speech at RATE, pauses removed (at least a second and a half).

    Raises CouldNotLook where there is too little, or the model cannot be read.
    """
    import numpy as np

    session = _session()
    found = [session.run(None, {"heard": log_mel(each)[None]})[0][0] for each in _pieces(speech)]
    if not found:
        raise CouldNotLook("There is too little speech to say whose voice it is.")
    return unit(np.stack([unit(each) for each in found]).mean(axis=0))


def unit(numbers: Floats) -> Floats:
    """The same direction at length 1."""
    import numpy as np

    found: Floats = (numbers / max(float(np.linalg.norm(numbers)), 1e-9)).astype(np.float32)
    return found


@lru_cache(maxsize=1)
def source() -> Source:
    """The model, by the hash of its file."""
    try:
        return Source("voice comparison", DATE, hashlib.sha256(MODEL.read_bytes()).hexdigest(), "Apache-2.0",
                      model=True)  # fmt: skip
    except OSError as error:
        raise CouldNotLook("The model that compares voices is missing. Install quivive again.") from error


def _pieces(speech: Floats) -> list[Floats]:
    """Stretches of _PIECE seconds; the last may be shorter."""
    import numpy as np

    size = round(_PIECE * RATE)
    found = [speech[at : at + size] for at in range(0, len(speech), size)]
    found = [each for each in found if len(each) >= _LEAST * RATE]
    picked = np.unique(np.linspace(0, len(found) - 1, min(len(found), _MOST_PIECES)).astype(int))
    return [found[each] for each in picked] if found else []


@lru_cache(maxsize=1)
def _session() -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own for a missing or damaged file
        raise CouldNotLook("The model that compares voices cannot be read. Install quivive again.") from error
