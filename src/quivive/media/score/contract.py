"""Does an ONNX graph keep the contract for pictures of docs/guides/models.md, and what does it say of one?

A model is one file: a graph that points to further files, or needs operators that onnxruntime does not have,
does not load. One thread.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.errors import BadConfig, Unreadable
from quivive.foreign_onnx import first_line, load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Pixels = NDArray[np.uint8]

FITS = ("resize", "crop")
_MUST = ("name", "licence", "height", "width", "mean", "std", "fit", "trained_on")
_KNOWN = (*_MUST, "output", "synthetic", "genuine", "date")


@dataclass(frozen=True)
class Description:
    """What a model's maker says of it: how a picture goes in, and which logits speak for what.

    The graph takes float32[1, 3, height, width], RGB, each channel (v / 255 - mean) / std. `fit`: 'resize'
    (the shorter side is scaled to fit, the middle is taken) or 'crop' (the middle pixels as they are).
    `synthetic` and `genuine` are columns of output number `output`. `trained_on`: names of collections.
    """

    name: str
    licence: str
    height: int
    width: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    fit: str
    trained_on: tuple[str, ...]
    output: int = 0
    synthetic: int | None = None
    genuine: int | None = None
    date: str = ""


def description(text: str) -> Description:
    """A description as TOML. Raises BadConfig, naming the key."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"The description of the model does not read as TOML: {error}.") from error
    return described(values)


def described(values: Mapping[str, Any]) -> Description:
    """A description from its keys. Raises BadConfig, naming the key."""
    if missing := [key for key in _MUST if key not in values]:
        raise BadConfig(f"The description of the model says nothing of {', '.join(missing)}.")
    if unknown := sorted(set(values) - set(_KNOWN)):
        raise BadConfig(f"The description of the model has unknown keys: {', '.join(unknown)}.")
    for key, holds in _RULES.items():
        if values.get(key) is not None and not holds(values[key]):
            raise BadConfig(f"The description of the model: {key} cannot be {values[key]!r} "
                            "(docs/guides/models.md says what can stand there).")  # fmt: skip
    if values.get("synthetic") == values.get("genuine"):  # neither, or both the same
        raise BadConfig("The description of the model must say which logit speaks for 'synthetic' pictures, "
                        "which for 'genuine' ones, or both.")  # fmt: skip
    lists = {key: tuple(values[key]) for key in ("mean", "std", "trained_on")}
    return Description(**{**values, **lists})


class Scorer:
    """A model that was loaded and keeps the contract."""

    def __init__(self, told: Description, data: bytes) -> None:
        """Raises Unreadable where the bytes do not load or break the contract; NotInstalled."""
        self.told = told
        self.sha256 = hashlib.sha256(data).hexdigest()
        self._session = load(told.name, data)
        self._input, self._output = _names(told, self._session)

    def score(self, pixels: Pixels) -> float:
        """Raw score of RGB uint8[height, width, 3]: higher is more like a machine's. Raises Unreadable."""
        import numpy as np

        mean, std = (np.array(each, np.float32) for each in (self.told.mean, self.told.std))
        given = ((pixels.astype(np.float32) / 255 - mean) / std).transpose(2, 0, 1)[None]
        try:
            (logits,) = self._session.run([self._output], {self._input: np.ascontiguousarray(given)})
        except Exception as error:  # onnxruntime's errors have no common parent
            raise Unreadable(f"{self.told.name} fails on a picture: {first_line(error)}") from error
        return self._told(logits.reshape(-1))

    def _told(self, logits: NDArray[np.float32]) -> float:
        signs = ((1.0, self.told.synthetic), (-1.0, self.told.genuine))
        columns = [(sign, column) for sign, column in signs if column is not None]
        if max(column for _, column in columns) >= len(logits):
            raise Unreadable(f"{self.told.name} gives {len(logits)} logits, fewer than its description says.")
        score = sum(sign * float(logits[column]) for sign, column in columns)
        if not math.isfinite(score):
            raise Unreadable(f"{self.told.name} gives no number for a picture.")
        return score


def _names(told: Description, session: InferenceSession) -> tuple[str, str]:
    """The input and the output to use. Raises Unreadable where they are not those of the contract."""
    given, outputs = session.get_inputs(), session.get_outputs()
    want = (1, 3, told.height, told.width)
    if len(given) != 1 or given[0].type != "tensor(float)" or not _takes(given[0].shape, want):
        shapes = ", ".join(f"{each.name} {each.type} {each.shape}" for each in given)
        raise Unreadable(f"{told.name} takes {shapes}, not one float32{list(want)} as its description says.")
    if told.output >= len(outputs) or outputs[told.output].type != "tensor(float)":
        raise Unreadable(f"{told.name} has no output number {told.output} of float32.")
    return given[0].name, outputs[told.output].name


def _takes(shape: list[int | str | None], want: tuple[int, ...]) -> bool:
    """Whether `want` fits a shape; names and None stand for any length."""
    return len(shape) == len(want) and all(
        not isinstance(have, int) or have == length for have, length in zip(shape, want, strict=True)
    )


def _number(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _three(values: object, least: float) -> bool:
    return isinstance(values, list | tuple) and len(values) == 3 and all(
        isinstance(v, int | float) and math.isfinite(v) and v >= least for v in values
    )  # fmt: skip


def _words(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and value.isprintable()


_RULES: Mapping[str, Any] = {
    "name": lambda v: _words(v, 64),
    "licence": lambda v: _words(v, 200),
    "date": lambda v: v == "" or _words(v, 64),
    "height": lambda v: _number(v, 16, 1024),
    "width": lambda v: _number(v, 16, 1024),
    "mean": lambda v: _three(v, 0.0),
    "std": lambda v: _three(v, 1e-6),
    "fit": lambda v: v in FITS,
    "trained_on": lambda v: isinstance(v, list | tuple) and all(_words(name, 200) for name in v),
    "output": lambda v: _number(v, 0, 63),
    "synthetic": lambda v: _number(v, 0, 4095),
    "genuine": lambda v: _number(v, 0, 4095),
}
