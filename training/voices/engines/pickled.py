"""How are the weights of a pickled torch module read without running anything that the pickle names?

Such a file names classes to build the module from, and unpickling it freely would run any function that it
names. Here every name but those of tensors gives an empty object that only keeps its attributes."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
WORD = np.dtype("<f4")


def weights(file: Path) -> dict[str, Array]:
    """All arrays of the module by the names of its `state_dict`; ValueError for another file."""
    with ZipFile(file) as parts, parts.open("archive/data.pkl") as pickled:
        return dict(_named(_Stubborn(pickled, parts).load(), ""))


class _Stub:
    """What stands for any object that is not a tensor."""

    def __init__(self, *arguments: object) -> None:
        del arguments


class _Floats:
    """The name of the one kind of storage that is read."""


class _Stubborn(pickle.Unpickler):
    """An unpickler that calls nothing but the functions below."""

    def __init__(self, pickled: BinaryIO | Any, parts: ZipFile) -> None:
        super().__init__(pickled)
        self._parts = parts

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
            ("torch", "FloatStorage"): _Floats,
        }
        return known.get((module, name), _Stub)

    def persistent_load(self, pid: Any) -> Array:
        _, kind, key, *_ = pid
        if kind is not _Floats or not str(key).isdigit():
            raise ValueError("the file holds other numbers than 32-bit floats")
        return np.frombuffer(self._parts.read(f"archive/data/{key}"), WORD)


def _tensor(stored: Array, start: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> Array:
    """The part of the storage that is the tensor; only a contiguous one is known."""
    size = int(np.prod(shape, dtype=np.int64))
    expected = tuple(int(np.prod(shape[axis + 1 :], dtype=np.int64)) for axis in range(len(shape)))
    if any(one != other for one, other, n in zip(strides, expected, shape, strict=True) if n > 1):
        raise ValueError("a tensor of the file is not contiguous")
    return stored[start : start + size].reshape(shape)


def _parameter(tensor: Array, *_: object) -> Array:
    return tensor


def _named(module: Any, before: str) -> list[tuple[str, Array]]:
    """The module's own arrays and those of the modules in it, as `state_dict` names them."""
    held = vars(module)
    if not {"_parameters", "_modules"} <= held.keys():
        raise ValueError("the file holds something else than a module")
    own = [(before + name, array) for name, array in held["_parameters"].items() if array is not None]
    inner = [_named(part, f"{before}{name}.") for name, part in held["_modules"].items()]
    return own + [pair for pairs in inner for pair in pairs]
