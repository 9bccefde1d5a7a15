"""In which order were the frames of a call sent, and which never came?

Frames that overtake others wait for them, at most WAIT frames; then the missing ones are given up as lost.
Numbers that leap are believed only when the next one follows (RFC 3550, appendix A.1).
"""

from __future__ import annotations

from dataclasses import dataclass

WAIT = 16
"""Frames (320 ms of the usual 20) that may overtake a missing one before it is given up."""
MOST_MISSING = 3000
"""Frames in a row that can be lost; a farther leap is a new beginning (RFC 3550: MAX_DROPOUT)."""
_MOST_LATE = 100
"""Frames that one may come late before its number reads as a new beginning (RFC 3550: MAX_MISORDER)."""


@dataclass(frozen=True)
class Frame:
    """`number` counts frames; `time` is the sender's, in ticks of its clock, or None; `lost` before it.

    `anew`: the numbers began again here, so that times before and after cannot be compared.
    """

    number: int
    time: int | None
    octets: bytes
    lost: int = 0
    anew: bool = False


class Order:
    """The frames of one direction, given in the order of arrival, taken in the order of sending."""

    def __init__(self) -> None:
        self.late = 0
        """Frames that came twice, or after they had been given up."""
        self._next: int | None = None
        self._waiting: dict[int, Frame] = {}
        self._suspect: Frame | None = None
        self._anew = False

    def put(self, number: int, time: int | None, octets: bytes) -> list[Frame]:
        """The frames that may be heard now, in order."""
        frame = Frame(number, time, octets)
        if self._next is None:
            self._next = number
        if not -_MOST_LATE <= number - self._next <= MOST_MISSING:
            return self._leapt(frame)
        self._suspect = None
        if number < self._next or number in self._waiting:
            self.late += 1
            return []
        self._waiting[number] = frame
        return self._ready(WAIT)

    def rest(self) -> list[Frame]:
        """All that still waits: the call is over."""
        return self._ready(0)

    def _ready(self, wait: int) -> list[Frame]:
        found: list[Frame] = []
        while self._waiting and self._next is not None:
            lost = 0
            if self._next not in self._waiting:
                if len(self._waiting) <= wait:
                    break
                first = min(self._waiting)
                lost, self._next = first - self._next, first
            frame = self._waiting.pop(self._next)
            found.append(Frame(frame.number, frame.time, frame.octets, lost, self._anew))
            self._next += 1
            self._anew = False
        return found

    def _leapt(self, frame: Frame) -> list[Frame]:
        """A number far from all others: rubbish, unless the next one follows it."""
        before, self._suspect = self._suspect, frame
        if before is None or frame.number != before.number + 1:
            return []
        found = self.rest()
        self._suspect, self._next, self._anew = None, before.number, True
        self._waiting = {before.number: before, frame.number: frame}
        return [*found, *self._ready(WAIT)]


def unwrapped(value: int, near: int, bits: int) -> int:
    """The number without an end that `value` (mod 2^bits) stands for: the one nearest to `near`."""
    whole = 1 << bits
    return near + (value - near + whole // 2) % whole - whole // 2
