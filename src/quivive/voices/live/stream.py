"""What does one direction of a call sound like so far: a person, or a machine?

Samples in, a running judgement out; no socket, no clock. What a file would go through is gone through here
as it comes: the same resampling (`voices.sound`), the same speech (`voices.live.voicing`), the same windows
(`voices.live.scores`). At the end the whole is judged as a file is, so that file and stream agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quivive.voices.condition import Condition, condition
from quivive.voices.live.voicing import Voicing
from quivive.voices.sound import MOST_SECONDS, RATE
from quivive.voices.speech import LEAST_SPEECH, Segment, net_seconds, only_speech

if TYPE_CHECKING:
    import numpy as np
    from av import AudioResampler
    from numpy.typing import NDArray

    from quivive.voices.judgement import Judgement
    from quivive.voices.score import Window

    Samples = NDArray[np.float32]
    Wire = NDArray[np.int16]

_GROWTH = 1.5
"""The kind of channel is read again when there is this much more speech than the last time."""
_READ = 60.0
"""Seconds from the beginning in which it is read while the call goes on."""


class Running(Protocol):
    """The windows of a recording as it comes."""

    def add(self, samples: Samples, spoken: tuple[Segment, ...]) -> tuple[Window, ...]:
        """All windows so far, those of these samples too; `spoken` is the speech so far."""


class Scoring(Protocol):
    """What judges speech: `voices.score` and `voices.judgement`, or a small one of a test."""

    def running(self) -> Running:
        """The windows of a recording that begins."""

    def conclude(
        self, windows: tuple[Window, ...], spoken: tuple[Segment, ...], kind: Condition | None
    ) -> Judgement:
        """What scored windows mean."""

    def thresholds(self, kind: Condition | None) -> tuple[float, float]:
        """The scores up to which a recording is clear, and from which it raises the alarm."""

    def judge(self, samples: Samples) -> Judgement:
        """What a file of these samples would be judged as."""


class Stream:
    """One direction of a call: 16-bit mono samples at `rate` are fed, a verdict may be asked at any time.

    `feed` is cheap; `verdict` does the work that has come up since. Not for two threads at once.
    """

    def __init__(self, rate: int, scoring: Scoring, most_seconds: float = MOST_SECONDS) -> None:

        self.cut = False
        """There was more sound than is heard."""
        self._rate, self._scoring = rate, scoring
        self._room = round(most_seconds * rate)
        self._fed: list[Wire] = []
        self._done = 0
        """Parts of `_fed` that were gone through."""
        self._length = 0
        self._resampler = _resampler()
        self._voicing = Voicing()
        self._running = scoring.running()
        self._kind: Condition | None = None
        self._kind_read = 0.0

    @property
    def heard(self) -> float:
        """Seconds of sound fed so far."""
        return self._length / self._rate

    def feed(self, samples: Wire) -> None:
        """Further samples; silence where some were lost."""
        room = self._room - self._length
        self.cut = self.cut or len(samples) > room
        if room > 0 and len(samples):
            self._fed.append(samples[:room])
            self._length += len(self._fed[-1])

    def verdict(self) -> Judgement:
        """The judgement on what was fed so far."""
        import numpy as np

        fresh, samples = self._fed[self._done :], np.zeros(0, np.float32)
        if fresh:
            whole = np.concatenate(fresh)
            self._fed[self._done :] = [whole]  # one part instead of many small ones
            self._done = len(self._fed)
            samples = _resampled(self._resampler, whole, self._rate)
            self._voicing.add(samples)
        spoken = self._voicing.segments()
        windows = self._running.add(samples, spoken)
        return self._scoring.conclude(windows, spoken, self._channel(spoken))

    def finish(self) -> Judgement:
        """The judgement on the whole, as on a file of it: nothing more will be fed."""
        return self._scoring.judge(self._whole())

    def _channel(self, spoken: tuple[Segment, ...]) -> Condition | None:
        within = _until(spoken, _READ)
        net = net_seconds(within)
        if net >= LEAST_SPEECH and net > _GROWTH * self._kind_read:
            self._kind, self._kind_read = condition(only_speech(self._whole(_READ), within)), net
        return self._kind

    def _whole(self, most_seconds: float = MOST_SECONDS) -> Samples:
        """All samples at RATE, or the first of them, made part by part: the whole takes room enough."""
        import numpy as np

        resampler, parts, room = _resampler(), [], round(most_seconds * self._rate)
        for samples in self._fed:
            if room > 0:
                parts.append(_resampled(resampler, samples[:room], self._rate))
                room -= len(samples)
        if parts:
            parts += [np.clip(rest.to_ndarray()[0], -1.0, 1.0) for rest in resampler.resample(None)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def warm(scoring: Scoring) -> None:
    """Loads the models, by judging noise."""
    import numpy as np

    noise = np.random.default_rng(0).normal(scale=1000.0, size=5 * RATE).astype(np.int16)
    stream = Stream(RATE, scoring)
    stream.feed(noise)
    stream.verdict()
    scoring.thresholds(None)
    scoring.running().add(noise.astype(np.float32) / 32768.0, (Segment(0.0, 5.0),))
    scoring.judge(noise.astype(np.float32) / 32768.0)


def _resampler() -> AudioResampler:
    import av

    return av.AudioResampler("flt", "mono", RATE)


def _resampled(resampler: AudioResampler, samples: Wire, rate: int) -> Samples:
    import av
    import numpy as np

    frame = av.AudioFrame.from_ndarray((samples.astype(np.float32) / 32768.0)[None], "flt", "mono")
    frame.sample_rate = rate
    parts = [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.clip(np.concatenate(parts), -1.0, 1.0) if parts else np.zeros(0, np.float32)


def _until(spoken: tuple[Segment, ...], end: float) -> tuple[Segment, ...]:
    """Speech before `end`."""
    return tuple(Segment(each.start, min(each.end, end)) for each in spoken if each.start < end)
