"""Where in time does each frame of a direction belong, and what is heard in it?

Frames come in order (`order`); what never came is silence, so that the times of the verdict are those of the
call, and how much is missing is said beside it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.voices.live.codecs import Codec, decoder
from quivive.voices.live.order import Frame
from quivive.voices.live.stream import Scoring, Stream

if TYPE_CHECKING:
    from quivive.voices.judgement import Judgement

_SLACK = 0.1
"""Seconds that the sender's clock may run ahead of its own sound before silence is put in between."""
_MOST_GAP = 60.0
"""Seconds of silence put in at once; a clock that leaps farther is not believed."""
MOST_PENDING = 30.0
"""Seconds of sound, about, that wait to be heard; then the sender has to wait, or is not listened to."""


@dataclass(frozen=True)
class Sounds:
    """How one direction stands: seconds heard, lost (silence in their place), frames late, whether cut."""

    judgement: Judgement
    heard: float
    lost: float
    late: int
    cut: bool
    final: bool


class Direction:
    """One direction of a call. `take` is for whoever receives; `listen` for whoever has the time to judge."""

    def __init__(self, codec: Codec, scoring: Scoring) -> None:
        self.codec = codec
        self.late = 0
        self._frames: deque[Frame] = deque()
        self._came = self._went = 0
        """Octets taken and heard: two counts, since each is for another thread to write."""
        self._decode = decoder(codec)
        self._stream = Stream(codec.rate, scoring)
        self._lost = 0
        self._origin: int | None = None
        self._begun = 0
        """Samples heard when the sender's clock read `_origin`."""
        self._last = 0
        """Samples of the last frame, for one that is lost."""

    @property
    def full(self) -> bool:
        """Whether so much waits to be heard that no more should come."""
        return self._came - self._went > MOST_PENDING * self.codec.clock * _OCTETS.get(self.codec.name, 1)

    @property
    def waits(self) -> bool:
        """Whether anything waits to be heard."""
        return bool(self._frames)

    def take(self, frames: list[Frame]) -> None:
        """Frames in order, kept until `listen`."""
        self._frames.extend(frames)
        self._came += sum(max(len(each.octets), _LEAST) for each in frames)

    def listen(self, final: bool = False) -> Sounds:
        """Hears what waits and judges; `final`: nothing more will come."""
        for _ in range(len(self._frames)):
            frame = self._frames.popleft()
            self._went += max(len(frame.octets), _LEAST)
            self._place(frame)
        stream = self._stream
        judgement = stream.finish() if final else stream.verdict()
        return Sounds(judgement, stream.heard, self._lost / self.codec.rate, self.late, stream.cut, final)

    def _place(self, frame: Frame) -> None:
        import numpy as np

        samples = self._decode(frame.octets)
        self._last = len(samples) or self._last
        silence = self._silence(frame)
        if silence:
            self._stream.feed(np.zeros(silence, np.int16))
        if frame.lost:
            self._lost += silence
        self._stream.feed(samples)

    def _silence(self, frame: Frame) -> int:
        """Samples that are missing before a frame, by its time if it has one, else by the count of frames."""
        position = round(self._stream.heard * self.codec.rate)
        most = round(_MOST_GAP * self.codec.rate)
        if frame.time is None:
            return min(frame.lost * self._last, most)
        ticks = self.codec.rate / self.codec.clock
        if self._origin is None or frame.anew:
            self._origin, self._begun = frame.time, position
        gap = round((frame.time - self._origin) * ticks) + self._begun - position
        slack = 0 if frame.lost else round(_SLACK * self.codec.rate)
        if not -round(_SLACK * self.codec.rate) <= gap <= most:
            self._origin, self._begun = frame.time, position  # the clock leapt: it counts from here
            return min(frame.lost * self._last, most)
        return gap if gap > slack else 0


_OCTETS = {"L16": 2, "L16LE": 2, "OPUS": 0.1}
"""Octets of one tick of the clock, for the sake of a bound; G.711 and G.722 have one."""
_LEAST = 16
"""Octets that an empty frame counts as: it takes memory too."""
