"""Was this request answered already? Repetitions get the same answer, and are judged and kept once.

The answers of the last 32 seconds are kept (64·T1, after which nobody repeats a request: RFC 3261 §17.1.1.2),
and no more than `most` of them or `room` bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

SECONDS = 32.0
MOST = 131_072
ROOM = 256 << 20
"""Bytes of answers: a flood of the longest requests does not fill the memory."""


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: bytes
    answer: bytes
    at: float


class Transactions:
    """Answers by transaction. Another request under an old branch is another call: it gets its own answer."""

    def __init__(self, most: int = MOST, room: int = ROOM) -> None:
        self._most, self._room = most, room
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: tuple[str, str], data: bytes) -> bytes | None:
        """The answer that this very request got."""
        kept = self._kept.get(key)
        return kept.answer if kept and kept.digest == _digest(data) else None

    def knows(self, key: tuple[str, str]) -> bool:
        """Whether a request of that transaction was answered: what CANCEL asks."""
        return key in self._kept

    def keep(self, key: tuple[str, str], data: bytes, answer: bytes, at: float) -> None:
        """Remember an answer given at `at` (seconds of any clock that never goes back)."""
        before = self._kept.pop(key, None)
        self._bytes += len(answer) - (len(before.answer) if before else 0)
        self._kept[key] = _Kept(_digest(data), answer, at)
        while self._kept and (
            len(self._kept) > self._most or self._bytes > self._room or self._oldest() < at - SECONDS
        ):
            self._bytes -= len(self._kept.popitem(last=False)[1].answer)

    def _oldest(self) -> float:
        return next(iter(self._kept.values())).at


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
