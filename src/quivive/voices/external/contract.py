"""Does an ONNX graph keep the contract of docs/guides/models.md, and what does it say of a voice?

Only the bytes whose sha256 was named are read: a graph that points to further files, or needs operators that
onnxruntime does not have, does not load. One thread, and an end after MOST_SECONDS.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook, TooLarge, Unreadable
from quivive.foreign_onnx import first_line, load
from quivive.model import ExternalModel
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Samples = NDArray[np.float32]

MOST_PIECES = 8
"""Pieces of one voice that a model hears: of a longer one, spread evenly."""
MOST_SECONDS = 30.0
"""Seconds after which a model is stopped."""


@dataclass(frozen=True)
class Raw:
    """The score of a model of others: mean, least and highest over `pieces`; higher is more like a machine.

    Not calibrated: no ratio and no verdict follow from it.
    """

    mean: float
    least: float
    highest: float
    pieces: int


class Listener:
    """A model that was loaded and keeps the contract."""

    def __init__(self, model: ExternalModel, data: bytes) -> None:
        """Raises Unreadable where the bytes are not those named, or break the contract; NotInstalled."""
        if hashlib.sha256(data).hexdigest() != model.sha256:
            raise Unreadable(f"The file of {model.name} is not the one that quivive.toml names (sha256): "
                             "fetch or add it again.")  # fmt: skip
        self.model = model
        self._session = load(model.name, data)
        self._input, self._output = _names(model, self._session)

    def raw(self, samples: Samples) -> Raw:
        """What the model says of mono samples float32[n] at 16 kHz, one voice, best without pauses.

        Shorter sound is repeated, as the authors of AASIST do. Raises Unreadable where there is no sound and
        for logits that break the contract, TooLarge after MOST_SECONDS.
        """
        heard = _at_rate(samples, self.model.rate)
        if not len(heard):
            raise Unreadable(f"There is no sound that {self.model.name} could hear.")
        with _stopped_after(MOST_SECONDS, self.model) as options:
            scores = [self._score(piece, options) for piece in _pieces(heard, self.model.samples)]
        return Raw(sum(scores) / len(scores), min(scores), max(scores), len(scores))

    def _score(self, piece: Samples, options: Any) -> float:
        (found,) = self._session.run([self._output], {self._input: piece[None]}, options)
        logits = found.reshape(-1)
        columns = [c for c in (self.model.machine, self.model.person) if c is not None]
        if found.shape[:-1] not in ((1,), ()) or max(columns) >= len(logits):
            raise Unreadable(f"{self.model.name} gives {list(found.shape)}, not logits float32[1, k] with "
                             "the columns that quivive.toml names.")  # fmt: skip
        score = sum(sign * float(logits[column]) for sign, column in _signs(self.model))
        if not math.isfinite(score):
            raise Unreadable(f"{self.model.name} gives no number for this voice.")
        return score


def _signs(model: ExternalModel) -> Iterator[tuple[float, int]]:
    """The logit for a machine less that for a person, whichever there are."""
    if model.machine is not None:
        yield 1.0, model.machine
    if model.person is not None:
        yield -1.0, model.person


def _names(model: ExternalModel, session: InferenceSession) -> tuple[str, str]:
    """The input and the output to use. Raises Unreadable where they are not those of the contract."""
    given, outputs = session.get_inputs(), session.get_outputs()
    if len(given) != 1 or given[0].type != "tensor(float)" or not _takes(given[0].shape, model.samples):
        shapes = ", ".join(f"{each.name} {each.type} {each.shape}" for each in given)
        raise Unreadable(f"{model.name} takes {shapes}, not one float32[1, {model.samples}] as quivive.toml "
                         "says (rate × seconds).")  # fmt: skip
    if model.output >= len(outputs) or outputs[model.output].type != "tensor(float)":
        raise Unreadable(f"{model.name} has no output number {model.output} of float32.")
    return given[0].name, outputs[model.output].name


def _takes(shape: list[int | str | None], samples: int) -> bool:
    """Whether [1, samples] fits a shape; names and None stand for any length."""
    return len(shape) == 2 and all(
        not isinstance(have, int) or have == want for have, want in zip(shape, (1, samples), strict=True)
    )


def _pieces(samples: Samples, length: int) -> Iterator[Samples]:
    """Pieces of `length` samples: side by side or, of a long voice, spread evenly from start to end."""
    import numpy as np

    if len(samples) <= length:
        yield np.resize(samples, length)
        return
    count = min(len(samples) // length, MOST_PIECES)
    for start in np.linspace(0, len(samples) - length, count).astype(int):
        yield samples[start : start + length]


def _at_rate(samples: Samples, rate: int) -> Samples:
    """float32, finite, at the model's rate; band-limited (FFmpeg's resampler)."""
    import numpy as np

    clean = np.nan_to_num(np.ascontiguousarray(samples, np.float32), posinf=0.0, neginf=0.0)
    if rate == RATE or not len(clean):
        return clean
    import av

    frame = av.AudioFrame.from_ndarray(clean[None], "fltp", "mono")
    frame.sample_rate = RATE
    turned = av.AudioResampler("fltp", "mono", rate)
    parts = [each.to_ndarray()[0] for one in (frame, None) for each in turned.resample(one)]
    return np.concatenate(parts).astype(np.float32)


@contextmanager
def _stopped_after(seconds: float, model: ExternalModel) -> Iterator[Any]:
    """Options of a run that ends by itself; what the model does wrong is said in our own errors."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    timer = Timer(seconds, setattr, (options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        yield options
    except CouldNotLook:
        raise
    except Exception as error:  # onnxruntime's errors have no common parent
        if options.terminate:
            raise TooLarge(f"{model.name} was stopped after {seconds:g} seconds.") from error
        raise Unreadable(f"{model.name} fails on this voice: {first_line(error)}") from error
    finally:
        timer.cancel()
