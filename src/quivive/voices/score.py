"""How synthetic does a voice sound, along a recording? Higher = more synthetic.

Six convolutions over the compressed complex spectrum (those of Distill-MOS, a judge of speech quality; Stahl
& Gamper, arXiv 2502.05356, MIT); mean and deviation of the last one's channels over what is spoken, and one
linear map of those, learnt by `training/voices/train.py`. The recording is read once, in pieces; the sums of
half seconds make the windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.voices.level import BLOCK, COLUMN, LOUDNESS, Level
from quivive.voices.sound import RATE
from quivive.voices.speech import Segment, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Samples = NDArray[np.float32]

MODEL = Path(__file__).parent / "model"
"""The folder of layers.onnx, head.npz and calibration.json."""
WINDOW, HOP = 4.0, 1.0
"""Seconds of a window, and from the beginning of one to that of the next."""
LEAST_IN_WINDOW = 2.0
"""Seconds of speech below which a window has no score."""
FRAME, STEP = 320, 160
LOWEST, HIGHEST = 1, 156
"""Bins of 50 Hz that are looked at: an offset and a resampler's edge lie outside."""
FLOOR = LOUDNESS * 10 ** (-50 / 20)
"""Root mean square of the noise that is put under all speech. What lies lower (rounding to 16 bits, the empty
band of a telephone, digital silence) tells how a recording was kept, not who speaks."""
CHANNELS, BANDS = 256, 4
"""Of the last convolution."""
_PIECE, AROUND = 40 * BLOCK, 8
"""Columns that are read at once (20 s), and before and after them what the convolutions need."""


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
    return float(scores_of(Sums.of(samples, spoken, model).described()[None], model)[0])


def windows(samples: Samples, spoken: tuple[Segment, ...], model: Path = MODEL) -> tuple[Window, ...]:
    """Scores of the windows with at least LEAST_IN_WINDOW of speech; a shorter recording is one window."""
    import numpy as np

    if not spoken:
        return ()
    sums = Sums.of(samples, spoken, model)
    size, hop = (round(each * RATE / COLUMN / BLOCK) for each in (WINDOW, HOP))
    starts = [
        at
        for at in range(0, max(len(sums.columns) - size, 0) + 1, hop)
        if sums.columns[at : at + size].sum() * COLUMN >= LEAST_IN_WINDOW * RATE
    ]
    if not starts:
        return ()
    scores = scores_of(np.stack([sums.cut(at, at + size).described() for at in starts]), model)
    block, length = BLOCK * COLUMN / RATE, len(samples) / RATE
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
    """Of each half second: columns with speech [blocks], and over them the sums and the sums of squares of
    the last convolution's output [blocks, CHANNELS, BANDS]."""

    columns: Samples
    total: Samples
    squares: Samples

    @staticmethod
    def of(samples: Samples, spoken: tuple[Segment, ...], model: Path) -> Sums:
        """Those of a recording, mono at RATE; raises ValueError where nothing is spoken."""
        speech = speech_mask(len(samples), spoken)
        if not speech.any():
            raise ValueError("there is no speech to score")
        heard = Level.unknown().following(samples, speech).levelled(samples)
        return Sums.joined(
            block_sums(output, start - read_from, speech[start:end])
            for start, end, read_from, output in _read(heard, model)
        )

    @staticmethod
    def joined(pieces: Iterable[Sums]) -> Sums:
        """The sums of stretches that follow one another, as one."""
        import numpy as np

        parts = zip(*((each.columns, each.total, each.squares) for each in pieces), strict=True)
        return Sums(*(np.concatenate(part) for part in parts))

    @staticmethod
    def silent(blocks: int) -> Sums:
        """Those of so many blocks in which nothing is spoken."""
        import numpy as np

        nothing = np.zeros((blocks, CHANNELS, BANDS), np.float32)
        return Sums(np.zeros(blocks, np.float32), nothing, nothing)

    def cut(self, start: int = 0, end: int | None = None) -> Sums:
        """The blocks from `start` to `end`."""
        return Sums(self.columns[start:end], self.total[start:end], self.squares[start:end])

    def described(self) -> Samples:
        """Mean and deviation of each channel over time, averaged over its bands: float32[2 * CHANNELS]."""
        import numpy as np

        number = max(float(self.columns.sum()), 1.0)
        mean = self.total.sum(axis=0) / number
        spread = self.squares.sum(axis=0) / number - mean**2
        return np.concatenate([mean.mean(axis=1), np.sqrt(np.maximum(spread, 0.0)).mean(axis=1)])


def speech_mask(samples: int, spoken: tuple[Segment, ...]) -> NDArray[np.bool_]:
    """Which columns of so many samples hold speech."""
    import numpy as np

    speech = np.zeros(samples // COLUMN, bool)
    for each in spoken:
        speech[round(each.start * RATE / COLUMN) : round(each.end * RATE / COLUMN)] = True
    return speech


def _read(samples: Samples, model: Path) -> Iterator[tuple[int, int, int, Samples]]:
    """Columns [start, end) of each piece, the column with which the output begins, and that."""
    import numpy as np

    session, columns = network(model), len(samples) // COLUMN
    padded = np.concatenate([samples[: columns * COLUMN], np.zeros(AROUND * COLUMN, np.float32)])
    for start in range(0, columns, _PIECE):
        end, read_from = min(start + _PIECE, columns), max(start - AROUND, 0)
        heard = floored(padded[read_from * COLUMN : (end + AROUND) * COLUMN], read_from * COLUMN)
        (output,) = session.run(None, {"spectra": spectra(heard)})
        yield start, end, read_from, output


def floored(samples: Samples, start: int) -> Samples:
    """Speech at LOUDNESS, of which the first sample is that at `start` of the recording, over the FLOOR."""
    import numpy as np

    noise = _noise()
    return samples + noise[(start + np.arange(len(samples))) % len(noise)]


@lru_cache(maxsize=1)
def _noise() -> Samples:
    """One second, always the same, so that files and calls are scored alike, every time."""
    import numpy as np

    return (FLOOR * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)


def block_sums(output: Samples, late: int, speech: NDArray[np.bool_]) -> Sums:
    """Of the network's output, whose column 0 lies `late` columns before the first of `speech`, by blocks."""
    import numpy as np

    count = len(speech)
    kept = np.zeros((-(-count // BLOCK) * BLOCK, CHANNELS, BANDS), np.float32)
    kept[:count] = output[0, :, :, late : late + count].transpose(2, 0, 1) * speech[:, None, None]
    heard = np.zeros(len(kept), np.float32)
    heard[:count] = speech
    blocks = kept.reshape(-1, BLOCK, CHANNELS, BANDS)
    return Sums(heard.reshape(-1, BLOCK).sum(axis=1), blocks.sum(axis=1), (blocks**2).sum(axis=1))


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
    """The convolutions, on one thread; from `spectra` to float32[1, CHANNELS, BANDS, columns]."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(str(folder / "layers.onnx"), options, providers=["CPUExecutionProvider"])
