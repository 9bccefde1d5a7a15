"""Which IP packet do these fragments make (RFC 791 §3.2, RFC 8200 §4.5)?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from quivive.calls.captures.pcap import Faults

Key: TypeAlias = tuple[bytes, bytes, int, bytes]
"""Source, destination, protocol, identification."""

MOST_WAITING = 1_000
"""Packets waiting for more of their fragments; the oldest gives way."""
MOST_PIECES = 200
"""Fragments of one packet: 64 KiB in pieces of 328 octets."""
MOST_OCTETS = 65_535


@dataclass
class _Waiting:
    pieces: dict[int, bytes] = field(default_factory=dict)
    octets: int = 0
    total: int | None = None


class Fragments:
    """Packets whose fragments have not all come yet."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._waiting: dict[Key, _Waiting] = {}

    def add(self, key: Key, offset: int, more: bool, piece: bytes) -> bytes:
        """The whole payload once its last missing fragment has come, else b''.

        The first of two fragments for one place stands. A packet that would be longer than an IP packet can
        be, or comes in absurdly many pieces, is dropped.
        """
        waiting = self._waiting.setdefault(key, _Waiting())
        if len(self._waiting) > MOST_WAITING:
            self._drop(next(iter(self._waiting)))
        if offset not in waiting.pieces:
            waiting.pieces[offset] = piece
            waiting.octets += len(piece)
        if not more:
            waiting.total = offset + len(piece)
        if len(waiting.pieces) > MOST_PIECES or offset + len(piece) > MOST_OCTETS:
            self._drop(key)
            return b""
        if waiting.total is None or waiting.octets < waiting.total:
            return b""
        whole = _join(waiting.pieces, waiting.total)
        if whole:
            del self._waiting[key]
        return whole

    def close(self) -> None:
        """No more will come: what still waits is counted as lost."""
        self._faults["fragments-missing"] += len(self._waiting)
        self._waiting.clear()

    def _drop(self, key: Key) -> None:
        self._faults["fragments-missing"] += self._waiting.pop(key, None) is not None


def _join(pieces: dict[int, bytes], total: int) -> bytes:
    """The pieces in order, without what overlaps; b'' if one is still missing."""
    whole = bytearray()
    for offset in sorted(pieces):
        if offset > len(whole):
            return b""
        whole += pieces[offset][len(whole) - offset :]
    return bytes(whole[:total]) if len(whole) >= total else b""
