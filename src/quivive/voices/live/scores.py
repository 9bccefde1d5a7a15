"""How synthetic does a voice sound so far, window by window?

What `voices.score` reads of a recording, read once as it comes: sums of half seconds, and of those the same
windows. One thing cannot be the same: the loudness that speech is brought to is that of the speech so far.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.voices import score
from quivive.voices.score import COLUMN, HOP, LEAST_IN_WINDOW, LOUDNESS, WINDOW, Sums, Window
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quivive.voices.speech import Segment

    Samples = NDArray[np.float32]

_BLOCK, _AROUND = score.BLOCK * COLUMN, score.AROUND * COLUMN
"""Samples of a block, and of what the network needs around it."""
_SETTLED = 0.3
"""Seconds behind the newest sound up to which it is clear what is speech."""
_SIZE, _HOP = round(WINDOW * RATE / _BLOCK), round(HOP * RATE / _BLOCK)


class Scores:
    """The windows of the samples given so far, mono at RATE; each is scored once, when it is full."""

    def __init__(self, model: Path = score.MODEL) -> None:
        import numpy as np

        self._model = model
        self._kept: Samples = np.zeros(0, np.float32)
        """Samples from `_kept_at` on: those of blocks still to be read, and what lies around them."""
        self._kept_at = self._heard = 0
        self._energy, self._total, self._spoken = 0.0, 0.0, 0
        """Of the speech so far: sum of squares, sum, and samples."""
        self._sums = Sums.silent(0)
        """Of the blocks from `_first` on, where the next window begins, to `_read`."""
        self._first = self._read = 0
        self._windows: list[Window] = []

    def add(self, samples: Samples, spoken: tuple[Segment, ...]) -> tuple[Window, ...]:
        """All windows so far, of these samples too; a call shorter than a window is one, as a file is."""
        import numpy as np

        self._kept = np.concatenate([self._kept, samples])
        self._heard += len(samples)
        settled = int((self._heard - _SETTLED * RATE) // _BLOCK)
        if settled > self._read:
            self._take(score.speech_mask(self._heard, spoken), settled)
        if self._read < _SIZE:
            return self._scored(self._heard / RATE)
        while self._first + _SIZE <= self._read:
            self._windows += self._scored(WINDOW)
            self._first += _HOP
            self._sums = self._sums.cut(_HOP)
        return tuple(self._windows)

    def _take(self, speech: NDArray[np.bool_], settled: int) -> None:
        """Reads the blocks up to `settled`; `speech` holds for the columns of the whole."""
        begin, end = self._read * _BLOCK, settled * _BLOCK
        read_from = max(begin - _AROUND, 0)
        mask = speech[begin // COLUMN : end // COLUMN]
        self._level(self._kept[begin - self._kept_at : end - self._kept_at], mask)
        part = self._kept[read_from - self._kept_at : end + _AROUND - self._kept_at]
        levelled = score.floored((part - self._offset()) * self._gain(), read_from)
        found = _summed(levelled, mask, (begin - read_from) // COLUMN, self._model)
        self._sums = Sums.joined((self._sums, found))
        self._read = settled
        keep_from = max(end - _AROUND, 0)
        self._kept, self._kept_at = self._kept[keep_from - self._kept_at :].copy(), keep_from

    def _scored(self, seconds: float) -> tuple[Window, ...]:
        """The window of the next blocks, `seconds` long, if it holds speech enough."""
        if self._sums.columns[:_SIZE].sum() * COLUMN < LEAST_IN_WINDOW * RATE:
            return ()
        value = score.scores_of(self._sums.cut(0, _SIZE).described()[None], self._model)[0]
        start = self._first * _BLOCK / RATE
        return (Window(start, start + seconds, float(value)),)

    def _level(self, samples: Samples, mask: NDArray[np.bool_]) -> None:
        import numpy as np

        speech = samples.reshape(-1, COLUMN)[mask].astype(np.float64)
        self._energy += float((speech**2).sum())
        self._total += float(speech.sum())
        self._spoken += speech.size

    def _offset(self) -> np.float32:
        import numpy as np

        return np.float32(self._total / max(self._spoken, 1))

    def _gain(self) -> np.float32:
        import numpy as np

        power = self._energy / max(self._spoken, 1) - float(self._offset()) ** 2
        return np.float32(LOUDNESS / max(math.sqrt(max(power, 0.0)), 1e-5))


def _summed(levelled: Samples, speech: NDArray[np.bool_], before: int, model: Path) -> Sums:
    """The sums of the blocks that `speech` covers; so many columns `before` them lie in the samples too.

    Of blocks without speech the network need not be asked.
    """
    if not speech.any():
        return Sums.silent(len(speech) // score.BLOCK)
    (output,) = score.network(model).run(None, {"spectra": score.spectra(levelled)})
    return score.block_sums(output, before, speech)
