"""How loud is the speech up to here? What brings a recording to one loudness, a call as a file of it.

A score depends on loudness, and nobody knows how loud a call will be. So the loudness of each half second
is that of the speech in the last window before it; the first window is heard at its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Sums = NDArray[np.float64]

LOUDNESS = 0.1
"""Root mean square that speech is brought to."""
COLUMN = 320
"""Samples to a column: the smallest part that is speech or not."""
BLOCK = 25
"""Columns of a block: half a second at 16 kHz."""
WINDOW = 8
"""Blocks of a window."""
ENOUGH = 100
"""Columns of speech that a window needs."""


@dataclass(frozen=True)
class Level:
    """Offset and gain of some blocks, of the one before them, and of the one after."""

    offsets: Samples
    gains: Samples
    settled: bool
    """Whether these stay as they are, whatever follows."""
    blocks: int
    """How many lie behind."""
    spoken: Sums
    """Of the last blocks with speech, WINDOW at most: its samples, their sum, the sum of their squares."""

    @staticmethod
    def unknown() -> Level:
        """Before anything was heard."""
        import numpy as np

        nothing = np.zeros(0, np.float32)
        return Level(nothing, nothing, False, 0, np.zeros((0, 3)))

    def following(self, samples: Samples, speech: NDArray[np.bool_]) -> Level:
        """That of the blocks of samples that follow; `speech` holds for their columns.

        Where it was not settled, what lies behind must be too far back for a window, or silent.
        """
        import numpy as np

        blocks = _sums(samples, speech)
        wait = -1 if self.settled else _first_window(blocks[:, 0], self.blocks)
        heard = np.concatenate([self.spoken, blocks[blocks[:, 0] > 0]])
        before = len(self.spoken) + np.concatenate([[0], np.cumsum(blocks[:, 0] > 0)])
        before[: wait + 1] = before[min(wait + 1, len(blocks))]
        offsets, gains = _of_last(heard, before)
        if len(self.gains) and self.settled:
            first = self.offsets[-2:-1], self.gains[-2:-1]
        else:
            first = offsets[:1], gains[:1]
        return Level(
            np.concatenate([first[0], offsets]),
            np.concatenate([first[1], gains]),
            self.settled or wait < len(blocks),
            self.blocks + len(blocks),
            heard[-WINDOW:],
        )

    def levelled(self, samples: Samples, before: int = 0) -> Samples:
        """The samples of these blocks, with so many before them, and what lies after."""
        import numpy as np

        block = (np.arange(len(samples)) - before) // (BLOCK * COLUMN) + 1
        block = block.clip(0, len(self.gains) - 1)
        found: Samples = (samples - self.offsets[block]) * self.gains[block]
        return found


def _sums(samples: Samples, speech: NDArray[np.bool_]) -> Sums:
    """Of the speech in each block: samples, their sum, the sum of their squares."""
    import numpy as np

    columns = samples[: len(speech) * COLUMN].reshape(-1, COLUMN).astype(np.float64)
    parts = (np.full(len(columns), float(COLUMN)), columns.sum(axis=1), (columns**2).sum(axis=1))
    sums = np.zeros((-(-len(speech) // BLOCK) * BLOCK, 3))
    sums[: len(speech)] = np.stack(parts, axis=1) * speech[:, None]
    found: Sums = sums.reshape(-1, BLOCK, 3).sum(axis=1)
    return found


def _first_window(spoken: Sums, behind: int) -> int:
    """The last block of the first window with speech enough, by the samples spoken in each.

    Their number where there is none. A window may begin in what lies behind.
    """
    import numpy as np

    lead = min(behind, WINDOW - 1)
    padded = np.concatenate([np.zeros(lead), spoken])
    if len(padded) < WINDOW:
        return len(spoken)
    enough = np.lib.stride_tricks.sliding_window_view(padded, WINDOW).sum(axis=1) >= ENOUGH * COLUMN
    return int(enough.argmax()) + WINDOW - 1 - lead if enough.any() else len(spoken)


def _of_last(heard: Sums, before: NDArray[np.intp]) -> tuple[Samples, Samples]:
    """Offset and gain by the last WINDOW of the blocks heard, where so many were heard before."""
    import numpy as np

    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(heard, axis=0)])
    number, total, squares = (sums[before] - sums[np.maximum(before - WINDOW, 0)]).T
    number = np.maximum(number, 1.0)
    offsets = total / number  # an offset would leak into the first bins
    loudness = np.sqrt(np.maximum(squares / number - offsets**2, 1e-10))
    return offsets.astype(np.float32), (LOUDNESS / loudness).astype(np.float32)
