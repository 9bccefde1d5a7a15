"""What does Resemblyzer 0.1.4 say of a voice, where its file is at hand, without the libraries it needs?

A published model (Apache-2.0; 256 numbers; learnt from LibriSpeech and VoxCeleb) that tells people apart
better than ours. It does not ship: the user names the wheel of that release, or the `pretrained.pt` within.
The file is held to its checksum and its arrays are read at the places where that very file has them, so that
nothing of it is run or unpickled. Features as the release computes them, read from its source.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook, UsageError
from quivive.model import Source
from quivive.voices.sound import RATE
from quivive.voices.speakers.encoder import Encoder, unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
"""Of resemblyzer/pretrained.pt in release 0.1.4."""
SIZE = 256
_MEMBER = "resemblyzer/pretrained.pt"
_MOST_BYTES = 32 * 2**20
_HIDDEN, _BANDS = 256, 40
_WEIGHTS = ((269883, 433723), (1482299, 2530875), (3579451, 4628027))
"""Where the file holds each layer's weights for its input and for its memory (octets from the start)."""
_BIASES = ((5676603, 5680699), (5684795, 5688891), (5692987, 5697083))
_LAST, _LAST_BIAS = 7731, 6699
_WINDOW, _STEP = 160, 40
"""Frames of one hearing, and how far apart hearings lie."""
_MOST_WINDOWS = 60
_FRAME, _HOP = 400, 160
_LOUDNESS = 10 ** (-30 / 20)
"""Root mean square that quieter speech is raised to."""


def load(path: Path) -> Encoder:
    """The encoder in a wheel or .pt file. Raises UsageError where it is not that very release."""
    data = _file(path)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise UsageError(
            f"{path.name} is not Resemblyzer 0.1.4 (wheel or pretrained.pt): its checksum differs."
        )
    network = _network(data)
    source = Source("Resemblyzer 0.1.4", "2019-08-29", SHA256, "Apache-2.0", model=True)
    return Encoder("Resemblyzer 0.1.4", source, SIZE, lambda speech: _embed(network, speech))


def _file(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path.name} is too large to be Resemblyzer 0.1.4.")
        data = path.read_bytes()
        if data[:2] != b"PK":
            return data
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            if wheel.getinfo(_MEMBER).file_size > _MOST_BYTES:
                raise UsageError(f"{path.name} is too large to be Resemblyzer 0.1.4.")
            return wheel.read(_MEMBER)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"{path.name} is no wheel of Resemblyzer 0.1.4.") from error


def _network(data: bytes) -> tuple[tuple[tuple[Floats, Floats, Floats], ...], Floats, Floats]:
    """Per layer weights for input, for memory and bias; then weights and bias of the last step."""
    import numpy as np

    def read(at: int, *shape: int) -> Floats:
        return np.frombuffer(data, "<f4", int(np.prod(shape)), at).reshape(shape).astype(np.float32)

    gates = 4 * _HIDDEN
    widths = (_BANDS, _HIDDEN, _HIDDEN)
    layers = tuple(
        (read(given, gates, width).T, read(memory, gates, _HIDDEN).T, read(one, gates) + read(other, gates))
        for width, (given, memory), (one, other) in zip(widths, _WEIGHTS, _BIASES, strict=True)
    )
    return layers, read(_LAST, SIZE, _HIDDEN).T, read(_LAST_BIAS, SIZE)


def _embed(
    network: tuple[tuple[tuple[Floats, Floats, Floats], ...], Floats, Floats], speech: Floats
) -> Floats:
    """float32[SIZE] of length 1 for mono speech at RATE, pauses removed."""
    import numpy as np

    if len(speech) < _WINDOW * _HOP:
        raise CouldNotLook("There is too little speech to say whose voice it is.")
    loudness = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2)))
    mel = _mel(speech * max(1.0, _LOUDNESS / max(loudness, 1e-9)))
    starts = sorted({*range(0, len(mel) - _WINDOW + 1, _STEP), len(mel) - _WINDOW})
    picked = np.unique(np.linspace(0, len(starts) - 1, min(len(starts), _MOST_WINDOWS)).astype(int))
    heard = np.stack([mel[starts[each] : starts[each] + _WINDOW] for each in picked])
    layers, last, bias = network
    for layer in layers:
        heard = _remembered(heard, *layer)
    found = np.maximum(heard[:, -1] @ last + bias, 0.0)
    return unit(np.stack([unit(each) for each in found]).mean(axis=0))


def _remembered(heard: Floats, given: Floats, memory: Floats, bias: Floats) -> Floats:
    """One layer of long short-term memory (Hochreiter & Schmidhuber 1997): [n, frames, any] → [n, frames,
    256]."""
    import numpy as np

    inputs = heard @ given + bias
    output = np.zeros((len(heard), _HIDDEN), np.float32)
    cell, found = output, np.empty((*heard.shape[:2], _HIDDEN), np.float32)
    for frame in range(heard.shape[1]):
        gates = inputs[:, frame] + output @ memory
        enter, forget, new, leave = np.split(gates, 4, axis=1)
        cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(new)
        output = _sigmoid(leave) * np.tanh(cell)
        found[:, frame] = output
    return found


def _sigmoid(values: Floats) -> Floats:
    import numpy as np

    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * values))
    return found


def _mel(speech: Floats) -> Floats:
    """Mel energies [frames, 40] of 25 ms every 10 ms, on Slaney's scale, filters of equal area."""
    import numpy as np

    padded = np.pad(speech, _FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)).astype(np.float32)
    power = np.abs(np.fft.rfft(frames * hann, _FRAME, axis=1)) ** 2
    found: Floats = (power @ _filters()).astype(np.float32)
    return found


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """Triangles [201, 40] between corners that lie 66.7 Hz apart in mel up to 1 kHz, then by a factor."""
    import numpy as np

    factor = np.log(6.4) / 27
    steps = np.linspace(0.0, 15 + np.log(RATE / 2 / 1000) / factor, _BANDS + 2)
    corners = np.where(steps < 15, steps * 200 / 3, 1000 * np.exp(factor * (steps - 15)))
    at = (np.arange(_FRAME // 2 + 1) * RATE / _FRAME)[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.minimum((at - low) / (middle - low), (high - at) / (high - middle))
    found: NDArray[np.float64] = np.maximum(triangles, 0.0) * (2 / (high - low))
    return found
