"""How synthetic does a voice sound so far, window by window?

What `voices.score` reads of a recording, read once as it comes: sums of half seconds, brought to the loudness
of the speech so far, and of those the same windows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quivive.voices import score
from quivive.voices.level import BLOCK, COLUMN, Level
from quivive.voices.score import HOP, LEAST_IN_WINDOW, WINDOW, Sums, Window
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quivive.voices.speech import Segment

    Samples = NDArray[np.float32]

_BLOCK, _AROUND = BLOCK * COLUMN, score.AROUND * COLUMN
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
        self._level = Level.unknown()
        self._sums = Sums.silent(0)
        """Of the blocks from `_first` on, where the next window begins, to `_read`."""
        self._first = self._read = 0
        self._windows: list[Window] = []
        self._complete = 0
        self._given: tuple[Window, ...] = ()
        """Blocks that were complete when this was last asked, and what was answered then."""

    def add(self, samples: Samples, spoken: tuple[Segment, ...]) -> tuple[Window, ...]:
        """All windows so far, of these samples too; a call shorter than a window is one, as a file is."""
        import numpy as np

        self._kept = np.concatenate([self._kept, samples])
        self._heard += len(samples)
        settled = int((self._heard - _SETTLED * RATE) // _BLOCK)
        complete = (self._heard + COLUMN) // _BLOCK  # a resampler holds some samples back
        if settled > self._read or complete > self._complete:
            self._complete = complete
            self._given = self._asked(score.speech_mask(self._heard, spoken), max(settled, self._read))
        return self._given

    def _asked(self, speech: NDArray[np.bool_], settled: int) -> tuple[Window, ...]:
        """The windows up to what is settled, and the newest, of whose end it is not clear what is speech."""
        level = self._levels(speech, settled)
        if not level.settled and settled >= _SIZE:
            self._pass(speech, settled)
            return ()
        if not level.settled and speech.sum() * COLUMN < LEAST_IN_WINDOW * RATE:
            return ()
        ends_now = self._complete < _SIZE or (self._complete - self._first) % _HOP == 0
        end = self._complete if ends_now else settled
        found = self._summed(self._levels(speech, end), speech, end)
        if level.settled:
            new = settled - self._read
            self._done(settled, level, found.cut(0, new))
            found = found.cut(new)
            self._fill()
        if level.settled and end == settled:
            return tuple(self._windows)
        newest = self._scored(Sums.joined((self._sums, found)), min(self._heard / RATE, WINDOW))
        return tuple(self._windows) + newest

    def _fill(self) -> None:
        """The windows that are full."""
        while self._first + _SIZE <= self._read:
            self._windows += self._scored(self._sums, WINDOW)
            self._first += _HOP
            self._sums = self._sums.cut(_HOP)

    def _pass(self, speech: NDArray[np.bool_], settled: int) -> None:
        """Leaves what is silent, or lies so far back that no window of it will hold speech enough."""
        import numpy as np

        spoken = np.flatnonzero(speech[self._read * BLOCK : settled * BLOCK])
        silent = spoken[0] // BLOCK if len(spoken) else settled - self._read
        passed = max(settled - _SIZE, self._read + int(silent))
        if passed > self._read:
            self._done(passed, self._levels(speech, passed), Sums.silent(passed - self._read))

    def _levels(self, speech: NDArray[np.bool_], settled: int) -> Level:
        """Of the blocks from `_read` to `settled`; `speech` holds for the columns of the whole."""
        begin, end = self._read * _BLOCK, settled * _BLOCK
        samples = self._kept[begin - self._kept_at : end - self._kept_at]
        return self._level.following(samples, speech[begin // COLUMN : end // COLUMN])

    def _summed(self, level: Level, speech: NDArray[np.bool_], settled: int) -> Sums:
        """What the network says of these blocks; where nothing is spoken it need not be asked."""
        import numpy as np

        begin, end = self._read * _BLOCK, settled * _BLOCK
        mask = speech[begin // COLUMN : end // COLUMN]
        if not mask.any():
            return Sums.silent(settled - self._read)
        read_from = max(begin - _AROUND, 0)
        part = self._kept[read_from - self._kept_at : end + _AROUND - self._kept_at]
        levelled = level.levelled(part, begin - read_from)
        levelled = np.pad(levelled, (0, end + _AROUND - read_from - len(part)))  # as after a file's end
        heard = score.floored(levelled, read_from)
        (output,) = score.network(self._model).run(None, {"spectra": score.spectra(heard)})
        return score.block_sums(output, (begin - read_from) // COLUMN, mask)

    def _done(self, settled: int, level: Level, found: Sums) -> None:
        self._read, self._level, self._sums = settled, level, Sums.joined((self._sums, found))
        keep_from = max(settled * _BLOCK - _AROUND, 0)
        self._kept, self._kept_at = self._kept[keep_from - self._kept_at :].copy(), keep_from

    def _scored(self, sums: Sums, seconds: float) -> tuple[Window, ...]:
        """The window from `_first`, `seconds` long, if it holds speech enough."""
        if sums.columns[:_SIZE].sum() * COLUMN < LEAST_IN_WINDOW * RATE:
            return ()
        value = score.scores_of(sums.cut(0, _SIZE).described()[None], self._model)[0]
        start = self._first * _BLOCK / RATE
        return (Window(start, start + seconds, float(value)),)
