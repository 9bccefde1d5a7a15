"""Where has somebody spoken so far, while the call goes on?

The same detector as for files (`voices.speech`), step by step: its memory begins anew every half minute after
a second of warming up, as it does there. One thing cannot be the same: how much a quiet recording is raised
is read from what was heard so far, not from the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quivive.voices import speech
from quivive.voices.sound import RATE
from quivive.voices.speech import STEP, Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


class Voicing:
    """Speech in the samples given so far, mono at RATE."""

    def __init__(self) -> None:
        import numpy as np

        self._probability: list[float] = []
        self._loudness: list[float] = []
        self._open: Samples = np.zeros(0, np.float32)
        """Samples that do not fill a step yet."""
        self._recent: Samples = np.zeros((speech.WARM, STEP), np.float32)
        """The last second, to warm up with."""
        self._begin_anew()

    def add(self, samples: Samples) -> None:
        """Hear further samples."""
        import numpy as np

        self._open = np.concatenate([self._open, samples])
        count = len(self._open) // STEP
        steps = self._open[: count * STEP].reshape(count, STEP)
        self._open = self._open[count * STEP :].copy()
        self._loudness += speech.loudness(steps)
        gain = speech.gain(self._loudness)
        for step in steps:
            self._probability.append(self._heard(step, gain))
            self._recent = np.concatenate([self._recent[1:], step[None]])

    def segments(self) -> tuple[Segment, ...]:
        """As `speech.segments` would give them for what was heard so far."""
        import numpy as np

        return speech.segments_of(np.array(self._probability, np.float32))

    def _begin_anew(self) -> None:
        import numpy as np

        self._state = np.zeros((2, 1, speech.STATE), np.float32)
        self._before = np.zeros((1, speech.CONTEXT), np.float32)

    def _heard(self, step: Samples, gain: float) -> float:
        if len(self._probability) % speech.PIECE == 0:
            self._begin_anew()
            for earlier in self._recent:
                self._run(earlier * gain)
        return self._run(step * gain)

    def _run(self, step: Samples) -> float:
        import numpy as np

        given = {"input": np.concatenate([self._before, step[None]], axis=1), "state": self._state,
                 "sr": np.array(RATE, np.int64)}  # fmt: skip
        spoken, self._state = speech.network().run(None, given)
        self._before = step[None, -speech.CONTEXT :]
        return float(spoken[0, 0])
