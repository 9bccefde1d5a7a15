"""Whose voice does each RTP stream carry, and in which codec?

A stream belongs to the call whose session descriptions announced where it goes to or comes from. Where no
signalling names the codec of a dynamic payload type, Opus and key presses (RFC 4733) are told by their form.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quivive.calls.captures.calls import Call, Party
from quivive.calls.captures.codecs import Codec, opus_ticks, static
from quivive.calls.captures.media import Media
from quivive.calls.captures.rtp import Rtp, Stream

_EARLY = 5.0
"""Seconds by which sound may come before the message that announces it."""
_PRESS = Codec("TELEPHONE-EVENT")
_KEYS = 16
"""Events 0 to 15 are the keys 0-9 * # A-D (RFC 4733 §3.2)."""


@dataclass(frozen=True)
class Voice:
    """The packets of one codec in a stream; `call` and `speaker` are None where no signalling tells them.

    `guessed`: the codec was told by the form of its packets. `keys` counts the keys pressed in the stream,
    which are not told: they may be a PIN.
    """

    stream: Stream
    codec: Codec
    packets: tuple[Rtp, ...]
    guessed: bool
    call: Call | None
    speaker: Party | None
    encrypted: bool


@dataclass(frozen=True)
class Keys:
    """Keys pressed on the telephone during a call (RFC 4733): how many, not which."""

    stream: Stream
    count: int
    call: Call | None
    speaker: Party | None


@dataclass(frozen=True)
class _Announced:
    time: float
    call: Call
    party: Party
    media: Media


class Book:
    """All addresses at which parties said that they would receive sound."""

    def __init__(self, calls: Iterable[Call]) -> None:
        told = [_Announced(time, call, party, media) for call in calls for time, party, media in call.media()]
        self._by_end: dict[tuple[bytes, int], list[_Announced]] = {}
        self._by_call: dict[tuple[bytes, int, int], list[_Announced]] = {}
        for one in sorted(told, key=lambda one: one.time):
            end = (one.media.address, one.media.port)
            self._by_end.setdefault(end, []).append(one)
            self._by_call.setdefault((*end, one.call.number), []).append(one)

    def ends(self) -> set[tuple[bytes, int]]:
        """The addresses and ports."""
        return set(self._by_end)

    def voices(self, streams: Iterable[Stream]) -> Iterator[Voice | Keys]:
        """What each stream holds, one codec after another."""
        for stream in streams:
            yield from self._voices(stream)

    def _voices(self, stream: Stream) -> Iterator[Voice | Keys]:
        src, sport, dst, dport = stream.flow
        to = _latest(self._by_end.get((dst, dport)), stream.start)
        if to:
            by = _latest(self._by_call.get((src, sport, to.call.number)), stream.start)
        else:
            by = _latest(self._by_end.get((src, sport)), stream.start)
        known = to or by
        speaker = _other(to.party) if to else by.party if by else None
        formats = {**(by.media.formats if by else {}), **(to.media.formats if to else {})}
        encrypted = any(end.media.encrypted for end in (to, by) if end)
        call = known.call if known else None
        for codec, guessed, packets in _by_codec(stream.packets, formats):
            if codec.name == _PRESS.name:
                yield Keys(stream, _pressed(packets), call, speaker)
            elif codec.name != "CN":
                yield Voice(stream, codec, packets, guessed, call, speaker, encrypted)


def _other(party: Party) -> Party:
    return "callee" if party == "caller" else "caller"


def _latest(held: Sequence[_Announced] | None, start: float) -> _Announced | None:
    """The last announcement before the stream began: ports are used again by later calls."""
    if not held:
        return None
    return held[max(0, bisect_right(held, start + _EARLY, key=lambda one: one.time) - 1)]


def _by_codec(
    packets: Sequence[Rtp], formats: Mapping[int, Codec]
) -> Iterator[tuple[Codec, bool, tuple[Rtp, ...]]]:
    kinds: dict[int, list[Rtp]] = {}
    for packet in packets:
        kinds.setdefault(packet.kind, []).append(packet)
    for kind, group in kinds.items():
        codec = formats.get(kind) or static(kind)
        yield codec or _guess(kind, group), codec is None, tuple(group)


def _guess(kind: int, packets: Sequence[Rtp]) -> Codec:
    """The codec of a dynamic payload type by the form of its packets; else a codec named by the type."""
    if all(len(p.data) == 4 and p.data[0] <= _KEYS and not p.data[1] & 0x40 for p in packets):
        return _PRESS
    if _is_opus(packets):
        return Codec("OPUS", 48000, 2)
    return Codec(f"payload type {kind}")


def _is_opus(packets: Sequence[Rtp]) -> bool:
    """Each Opus packet says how long it lasts: that is the step to the next time stamp (RFC 7587 §4.1)."""
    steps = [
        ((b.stamp - a.stamp) & 0xFFFF_FFFF, opus_ticks(a.data))
        for a, b in pairwise(packets)
        if (b.seq - a.seq) & 0xFFFF == 1
    ]
    return len(steps) >= 3 and sum(step == ticks for step, ticks in steps) >= 0.9 * len(steps)


def _pressed(packets: Iterable[Rtp]) -> int:
    """Packets of one press share a time stamp (RFC 4733 §2.4.1)."""
    return len({p.stamp for p in packets if len(p.data) >= 4 and p.data[0] < _KEYS})
