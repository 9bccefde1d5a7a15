"""How synthetic does a voice sound, along a recording? Higher = more synthetic.

Six convolutions over the compressed complex spectrum (begun from those of Distill-MOS, Stahl & Gamper,
arXiv 2502.05356, MIT, and trained on by `training/voices/train.py`); the last two layers are described by
their mean and deviation over the frames in which somebody speaks, and one linear map of that is the score.
The recording is read once, in pieces; the sums of half seconds make the windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.voices.sound import RATE
from quivive.voices.speech import Segment, only_speech, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Samples = NDArray[np.float32]
    Layer = tuple[Samples, Samples, Samples]
    """Of each block: frames with speech, and the sums and sums of squares of a layer's output over them."""

MODEL = Path(__file__).parent / "model"
"""The folder of layers.onnx, head.npz and calibration.json."""
WINDOW, HOP = 4.0, 1.0
"""Seconds of a window, and from the beginning of one to that of the next."""
LEAST_IN_WINDOW = 2.0
"""Seconds of speech below which a window has no score."""
FRAME, STEP = 320, 160
LOUDNESS = 0.1
"""Root mean square that the speech is brought to."""
LOWEST, HIGHEST = 1, 156
"""Bins of 50 Hz that are looked at: an offset and a resampler's edge lie outside."""
BLOCK = 50
"""Frames of a block: half a second."""
STRIDES = (1, 2)
"""Frames to a column of the output of each described layer."""
_PIECE, AROUND = 40 * BLOCK, 16
"""Frames that are read at once (20 s), and before and after them what the convolutions need."""


@dataclass(frozen=True)
class Window:
    """A stretch from `start` to `end` (seconds) and how synthetic the speech in it sounds."""

    start: float
    end: float
    score: float


def score(samples: Samples) -> float:
    """The score of a recording, mono at RATE: the mean of its windows'. Raises ValueError without speech."""
    spoken = segments(samples)
    if not spoken:
        raise ValueError("there is no speech to score")
    return overall(samples, spoken, windows(samples, spoken))


def overall(
    samples: Samples, spoken: tuple[Segment, ...], scored: tuple[Window, ...], model: Path = MODEL
) -> float:
    """The mean of the windows; where none has speech enough, the score of all speech there is."""
    if scored:
        return sum(each.score for each in scored) / len(scored)
    return float(scores_of(Sums.of(samples, spoken, model).together()[None], model)[0])


def windows(samples: Samples, spoken: tuple[Segment, ...], model: Path = MODEL) -> tuple[Window, ...]:
    """Scores of the windows with at least LEAST_IN_WINDOW of speech; a shorter recording is one window."""
    import numpy as np

    if not spoken:
        return ()
    sums = Sums.of(samples, spoken, model)
    size, hop = (round(each * RATE / STEP / BLOCK) for each in (WINDOW, HOP))
    starts = [at for at in range(0, max(len(sums.frames) - size, 0) + 1, hop)
              if sums.frames[at : at + size].sum() * STEP >= LEAST_IN_WINDOW * RATE]  # fmt: skip
    if not starts:
        return ()
    scores = scores_of(np.stack([sums.together(at, at + size) for at in starts]), model)
    block, length = BLOCK * STEP / RATE, len(samples) / RATE
    return tuple(
        Window(at * block, min((at + size) * block, length), float(value))
        for at, value in zip(starts, scores, strict=True)
    )


def spectra(samples: Samples) -> Samples:
    """Complex spectra with magnitudes to the power of 0.3: float32[1, 2, FRAME // 2 + 1, len // STEP]."""
    import numpy as np

    edge = (FRAME - STEP) // 2
    padded = np.pad(samples, edge, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]
    turned = np.fft.rfft(frames * np.hanning(FRAME + 1)[:-1]).astype(np.complex64)
    turned[:, :LOWEST] = 0
    turned[:, HIGHEST + 1 :] = 0
    turned *= np.maximum(np.abs(turned), 1e-12) ** np.float32(-0.7)
    return np.ascontiguousarray(np.stack([turned.real, turned.imag]).transpose(0, 2, 1)[None])


@dataclass(frozen=True)
class Sums:
    """Of each half second: frames with speech [blocks]; of each layer their number, sums and squares."""

    frames: NDArray[np.float32]
    layers: tuple[Layer, ...]

    @staticmethod
    def of(samples: Samples, spoken: tuple[Segment, ...], model: Path) -> Sums:

        centred = samples - only_speech(samples, spoken).mean()  # an offset leaks into the first bins
        speech = speech_mask(len(samples) // STEP, spoken)
        parts = [
            [block_sums(output, start - read_from, speech[start:end], stride)
             for output, stride in zip(outputs, STRIDES, strict=True)]
            for start, end, read_from, outputs in _read(centred * gain(centred, spoken), model)
        ]  # fmt: skip
        layers = tuple(joined([part[layer] for part in parts]) for layer in range(len(STRIDES)))
        return Sums(layers[0][0], layers)

    def together(self, start: int = 0, end: int | None = None) -> Samples:
        """Mean and deviation of each layer over the blocks from `start` to `end`."""
        import numpy as np

        parts = []
        for count, total, squares in self.layers:
            number = max(float(count[start:end].sum()), 1.0)
            mean = total[start:end].sum(axis=0) / number
            spread = squares[start:end].sum(axis=0) / number - mean**2
            parts += [mean, np.sqrt(np.maximum(spread, 0.0) + np.float32(1e-5))]
        return np.concatenate(parts)


def speech_mask(frames: int, spoken: tuple[Segment, ...]) -> NDArray[np.bool_]:
    """Which of so many frames of STEP samples hold speech."""
    import numpy as np

    speech = np.zeros(frames, bool)
    for each in spoken:
        speech[round(each.start * RATE / STEP) : round(each.end * RATE / STEP)] = True
    return speech


def gain(samples: Samples, spoken: tuple[Segment, ...]) -> np.float32:
    """What brings the speech to LOUDNESS."""
    import numpy as np

    speech = only_speech(samples, spoken).astype(np.float64)
    level = float(np.sqrt(np.mean(speech**2))) if speech.size else 0.0
    return np.float32(LOUDNESS / max(level, 1e-5))


def _read(samples: Samples, model: Path) -> Iterator[tuple[int, int, int, list[Samples]]]:
    """Frames [start, end) of each piece, the frame with which the layers' outputs begin, and those."""
    import numpy as np

    session, frames = network(model), len(samples) // STEP
    padded = np.concatenate([samples[: frames * STEP], np.zeros(AROUND * STEP, np.float32)])
    for start in range(0, frames, _PIECE):
        end, read_from = min(start + _PIECE, frames), max(start - AROUND, 0)
        heard = padded[read_from * STEP : (end + AROUND) * STEP]
        yield start, end, read_from, session.run(None, {"spectra": spectra(heard)})


def block_sums(output: Samples, late: int, speech: NDArray[np.bool_], stride: int) -> Layer:
    """Of a layer's output, whose column 0 lies `late` frames before the first of `speech`, by blocks."""
    import numpy as np

    columns = output[0].reshape(-1, output.shape[-1])[:, late // stride :].T
    heard, block = speech[::stride], BLOCK // stride
    kept = np.zeros((-(-len(heard) // block) * block, columns.shape[1]), np.float32)
    count = np.zeros(len(kept), np.float32)
    kept[: len(heard)] = columns[: len(heard)] * heard[:, None]
    count[: len(heard)] = heard
    kept = kept.reshape(-1, block, kept.shape[1])
    return count.reshape(-1, block).sum(axis=1), kept.sum(axis=1), (kept**2).sum(axis=1)


def joined(pieces: Sequence[Layer]) -> Layer:
    """The sums of stretches that follow one another, as one."""
    import numpy as np

    count, total, squares = (np.concatenate([piece[part] for piece in pieces]) for part in range(3))
    return count, total, squares


def scores_of(described: Samples, model: Path) -> Samples:
    """Scores [n] of windows described as float32[n, features]."""
    import numpy as np

    weight, bias = _head(model)
    found: Samples = described @ weight + np.float32(bias)
    return found


@lru_cache(maxsize=2)
def _head(folder: Path) -> tuple[Samples, float]:
    import numpy as np

    with np.load(folder / "head.npz") as head:
        return head["weight"], float(head["bias"])


@lru_cache(maxsize=2)
def network(folder: Path) -> InferenceSession:
    """The convolutions, on one thread; from `spectra` to the output of each described layer."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(str(folder / "layers.onnx"), options, providers=["CPUExecutionProvider"])
