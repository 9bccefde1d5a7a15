"""Which calls do the SIP messages make: who called whom, when, with what outcome?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from quivive.calls.captures.media import Media
from quivive.calls.captures.signals import Signal

Party: TypeAlias = Literal["caller", "callee"]
_CHALLENGES = (401, 407)
"""Answers that ask for a password: the call is tried again."""


@dataclass(frozen=True)
class Call:
    """The messages of one Call-ID that begin or try to begin a call; times are unix seconds.

    `status` is the final answer to the last INVITE that was not answered by 2xx before, None where the
    capture holds none; `answered` and `ended` are None where the capture does not show it.
    """

    number: int
    signals: tuple[Signal, ...]
    started: float
    answered: float | None
    ended: float | None
    status: int | None
    reason: str

    @property
    def invite(self) -> Signal | None:
        """The first INVITE; None where the capture begins later."""
        return next((s for s in self.signals if s.method == "INVITE" and s.status is None), None)

    def sender(self, signal: Signal) -> Party:
        """Who sent a message: the From tag is that of who sent the request (RFC 3261 §8.2.6.2)."""
        first = self.invite or self.signals[0]
        same = signal.tag == first.tag
        request = signal.status is None
        return "caller" if same == request else "callee"

    def media(self) -> list[tuple[float, Party, Media]]:
        """What each party announced, and when."""
        return [(s.time, self.sender(s), medium) for s in self.signals for medium in s.media]


def calls(signals: Iterable[Signal]) -> tuple[Call, ...]:
    """The calls in the order of their first messages; registrations and the like are none."""
    by_id: dict[bytes, list[Signal]] = {}
    for signal in signals:
        by_id.setdefault(signal.call_id, []).append(signal)
    found = [group for group in by_id.values() if any(s.method == "INVITE" for s in group)]
    return tuple(_call(number, group) for number, group in enumerate(found, 1))


def _call(number: int, signals: list[Signal]) -> Call:
    signals = sorted(signals, key=lambda signal: signal.time)
    answers = [s for s in signals if s.method == "INVITE" and s.status is not None and s.status >= 200]
    taken = next((s for s in answers if s.status is not None and s.status < 300), None)
    refusals = [s for s in answers if s.status not in _CHALLENGES]
    final = taken or next(reversed(refusals or answers), None)
    answered = taken.time if taken else None
    bye = next((s for s in signals if s.method == "BYE" and s.status is None), None)
    return Call(
        number=number,
        signals=tuple(signals),
        started=signals[0].time,
        answered=answered,
        ended=bye.time if bye else None,
        status=final.status if final else None,
        reason=final.reason if final else "",
    )
