"""What is known of a call that is listened to: its directions, how they stand, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from quivive.voices.live.codecs import Codec
from quivive.voices.live.direction import Direction, Sounds
from quivive.voices.live.order import Order
from quivive.voices.live.stream import Scoring

Source = Literal["media-stream", "rtp"]


@dataclass(frozen=True)
class Names:
    """What a call is called: `id` by us, `stream` and `call` by whoever sends it."""

    id: str
    source: Source
    stream: str = ""
    call: str = ""


@dataclass
class Call:
    """One call. `take` for whoever receives frames, `listen` for one worker at a time."""

    names: Names
    codec: Codec
    scoring: Scoring
    began: datetime
    sounds: dict[str, Sounds] = field(default_factory=dict)
    """How each direction stood when it was last judged."""
    alarms: dict[str, float] = field(default_factory=dict)
    """Seconds into the call at which a direction first raised the alarm."""
    ended: str = ""
    """Why nothing more comes; empty while it goes on."""
    final: bool = False
    """Whether the last word was said."""
    _orders: dict[str, Order] = field(default_factory=dict)
    _directions: dict[str, Direction] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether more comes than is heard."""
        return any(each.full for each in self._directions.values())

    @property
    def waits(self) -> bool:
        """Whether anything waits to be heard."""
        return any(each.waits for each in self._directions.values())

    @property
    def judged(self) -> bool:
        """Whether there is a verdict on any direction."""
        return any(each.judgement.verdict != "insufficient" for each in tuple(self.sounds.values()))

    def take(self, track: str, number: int | None, time: int | None, octets: bytes) -> None:
        """A frame of a track; without a number it counts as the next one."""
        if self.ended:
            return
        direction = self._directions.setdefault(track, Direction(self.codec, self.scoring))
        order = self._orders.setdefault(track, Order())
        if number is None:
            number = self._counted.get(track, 0)
            self._counted[track] = number + 1
        direction.take(order.put(number, time, octets))
        direction.late = order.late

    def end(self, reason: str) -> None:
        """Nothing more comes; what still waited for frames before it may be heard."""
        if not self.ended:
            for track, order in self._orders.items():
                self._directions[track].take(order.rest())
            self.ended = reason  # last: from here on a worker may say the last word

    def fail(self, reason: str) -> None:
        """It cannot be judged: what was said of it so far is the last word."""
        self.ended = reason
        self.over()

    def over(self) -> None:
        """What was said so far is the last word; the sound is forgotten."""
        self.final = True
        self._directions.clear()
        self._orders.clear()

    def listen(self) -> None:
        """Hears what waits and judges; the last time, once the call has ended, the whole."""
        final = bool(self.ended)
        for track, direction in tuple(self._directions.items()):
            if final or direction.waits:
                self.sounds[track] = direction.listen(final)
                if self.sounds[track].judgement.verdict == "alarm":
                    self.alarms.setdefault(track, round(self.sounds[track].heard, 1))
        if final:
            self.over()
