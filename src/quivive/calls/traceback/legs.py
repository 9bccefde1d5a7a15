"""Which legs of captures are one call?

A switch between two networks ends one call and begins another with its own Call-ID, tags and often numbers.
The two are one where a strong sign says so: the same sound passed both (payloads of RTP, compared by hash),
one names the other's Call-ID or session (RFC 7989, X- fields), the media addresses are the same, or one
comes in where the other goes out, to the same number at the same moment. Sound without signalling is a leg,
too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.calls.traceback.record import Record, caller_cost
from quivive.calls.traceback.spellings import same
from quivive.errors import TooLarge, UsageError

if TYPE_CHECKING:
    from quivive.calls.captures.calls import Call
    from quivive.calls.captures.capture import Capture
    from quivive.calls.captures.rtp import Stream
    from quivive.calls.captures.signals import Signal

LARGEST = 2**30
_FEWEST = 8
"""Equal payloads from which two streams carry one sound; each of them occurs once in its own stream."""
_NEAR = 4.0
"""Seconds between the INVITEs of two legs of one call."""
_TOGETHER = 2.0
_POINTERS = (
    "session-id",
    "x-cid",
    "x-call-id",
    "x-callid",
    "x-original-call-id",
    "x-orig-call-id",
    "x-leg-id",
    "x-correlation-id",
    "x-global-call-id",
    "x-inbound-call-id",
    "x-session-id",
    "x-uuid",
    "p-charging-vector",
)


@dataclass(frozen=True)
class Leg:
    """One part of a call as one capture shows it: by its signalling, or by its sound alone.

    `provider` and `capture` say whose; `source` and `target` are 'address:port'; times are Unix seconds.
    """

    provider: str
    capture: str
    number: int
    start: float
    end: float
    source: str
    target: str
    calling: str | None = None
    called: str | None = None
    call_id: str | None = None
    answered: bool | None = None
    answer: float | None = None
    code: int | None = None
    attest: str | None = None
    origid: str | None = None
    pointers: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    sound: frozenset[bytes] = frozenset()
    """Hashes of payloads that occur once."""
    streams: frozenset[str] = frozenset()
    """Flow and SSRC of each stream."""


@dataclass(frozen=True)
class Joined:
    """One call: its legs in the order of their start, and why each two of them are one."""

    legs: tuple[Leg, ...]
    why: tuple[str, ...]


def read(path: Path, provider: str = "") -> list[Leg]:
    """The legs in a capture file. Raises Unreadable, TooLarge, UsageError."""
    from quivive.calls.captures import capture

    try:
        if path.stat().st_size > LARGEST:
            raise TooLarge(f"{path.name} is larger than {LARGEST >> 20} MB: cut the capture into parts.")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    return list(_legs(capture.read(data), path.name, provider))


def _legs(found: Capture, name: str, provider: str) -> Iterator[Leg]:
    for call in found.calls:
        if call.invite is not None:
            streams = [voice.stream for voice in found.voices if voice.call is call]
            yield _signalled(call, streams, name, provider)
    alone = {id(voice.stream): voice.stream for voice in found.voices if voice.call is None}
    for number, stream in enumerate(alone.values(), 1):
        yield Leg(
            provider, name, number, stream.start, stream.end, *_ends(stream.flow),
            sound=_sound(stream), streams=frozenset({_stream(stream)}),
        )  # fmt: skip


def _signalled(call: Call, streams: Sequence[Stream], name: str, provider: str) -> Leg:
    from quivive.calls.captures.parties import HIDDEN, UNKNOWN, parties
    from quivive.calls.sip import message

    invite = call.invite
    assert invite is not None
    read = message.parse(invite.data)
    caller, callee = parties(invite)
    attest, origid = _passport(invite)
    end = call.ended or max([call.signals[-1].time, *(stream.end for stream in streams)])
    pointers = {_word(value) for field in _POINTERS for value in read.all(field)} | {_word(invite.call_id)}
    return Leg(
        provider,
        name,
        call.number,
        call.started,
        end,
        *_ends(invite.flow),
        calling=None if caller in (HIDDEN, UNKNOWN) else caller,
        called=None if callee == UNKNOWN else callee,
        call_id=invite.call_id.decode("utf-8", "replace"),
        answered=call.answered is not None,
        answer=call.answered,
        code=call.status,
        attest=attest,
        origid=origid,
        pointers=frozenset(pointers),
        media=frozenset(_end(m.address, m.port) for _, _, m in call.media()),
        sound=frozenset().union(*map(_sound, streams)),
        streams=frozenset(map(_stream, streams)),
    )


def _passport(invite: Signal) -> tuple[str | None, str | None]:
    """Attestation and origination identifier of the INVITE's Identity, as claimed: nothing is verified
    here."""
    from quivive.calls import identity, passport
    from quivive.calls.sip import message

    value = message.parse(invite.data).first("identity")
    if value is None:
        return None, None
    try:
        claims = passport.read(identity.read(value).token).claims
    except passport.Malformed:
        return None, None
    return tuple(str(claims[key])[:64] if key in claims else None for key in ("attest", "origid"))  # type: ignore[return-value]


def _word(value: bytes) -> str:
    return value.decode("utf-8", "replace").partition(";")[0].strip()[:256]


def _ends(flow: tuple[bytes, int, bytes, int]) -> tuple[str, str]:
    return _end(flow[0], flow[1]), _end(flow[2], flow[3])


def _end(address: bytes, port: int) -> str:
    from quivive.calls.captures.signals import end

    return end(address, port)


def _stream(stream: Stream) -> str:
    return f"{' > '.join(_ends(stream.flow))} {stream.ssrc}"


def _sound(stream: Stream) -> frozenset[bytes]:
    """Payloads that stand once in the stream: silence repeats itself, what was said does not."""
    counts: dict[bytes, int] = {}
    for packet in stream.packets:
        if len(packet.data) >= 20 and len(set(packet.data)) >= 4:
            key = hashlib.blake2b(packet.data, digest_size=12).digest()
            counts[key] = counts.get(key, 0) + 1
    return frozenset(key for key, count in counts.items() if count == 1)


def join(legs: Iterable[Leg]) -> list[Joined]:
    """The calls that the legs make, in the order of their start; a leg that nothing joins is a call of its
    own."""
    held = sorted(legs, key=lambda leg: leg.start)
    group = list(range(len(held)))
    why: dict[int, list[str]] = {}
    pairs = [(a, b) for a in range(len(held)) for b in range(a + 1, len(held))]
    for sign in (_strong, lambda a, b: _relayed(a, b, held)):
        for a, b in pairs:
            if group[a] != group[b] and (text := sign(held[a], held[b])):
                old, new = group[b], group[a]
                group = [new if each == old else each for each in group]
                why.setdefault(new, []).extend([text, *why.pop(old, [])])
    return [
        Joined(tuple(leg for at, leg in enumerate(held) if group[at] == one), tuple(why.get(one, ())))
        for one in dict.fromkeys(group)
    ]


def _strong(first: Leg, second: Leg) -> str | None:
    """A sign that two legs are one call; None where there is none."""
    shared = len(first.sound & second.sound)
    if shared >= _FEWEST:
        flows = " (the same stream)" if first.streams & second.streams else ""
        return f"{_name(first)} and {_name(second)} carry the same sound: {shared} packets are equal{flows}."
    if first.call_id and second.call_id and first.pointers & second.pointers:
        return f"{_name(first)} and {_name(second)} name the same call identifier."
    if not first.call_id or not second.call_id or abs(first.start - second.start) > _NEAR:
        return None
    if first.media & second.media and same(first.called, second.called):
        return f"{_name(first)} and {_name(second)} go to the same number and use the same media address."
    passing = _host(first.target) == _host(second.source) and first.start <= second.start
    if passing and same(first.called, second.called) and caller_cost(first.calling, second.calling) < 3:
        return (
            f"{_name(first)} comes in where {_name(second)} goes out, to the same number at the same moment."
        )
    return None


def _relayed(first: Leg, second: Leg, held: Sequence[Leg]) -> str | None:
    """Sound without signalling that one relay received from two sides at once, and nothing else then."""
    if first.call_id or second.call_id or first.capture != second.capture:
        return None
    if abs(first.start - second.start) > _TOGETHER or _host(first.source) == _host(second.source):
        return None
    back = first.target == second.source or second.target == first.source
    relay = _host(first.target)
    if relay != _host(second.target) and not back:
        return None
    there = {
        leg.source
        for leg in held
        if leg.capture == first.capture
        and relay in (_host(leg.target), _host(leg.source))
        and leg.start < second.end
        and leg.end > first.start
    }
    if not back and len(there) != 2:
        return None
    return (
        f"{_name(first)} and {_name(second)} reach {relay} from two sides "
        f"within {abs(first.start - second.start):.2f} s, "
        "and no other sound does then: the two sides of one call (nothing signalled says so)."
    )


def _host(end: str) -> str:
    return end.rpartition(":")[0]


def _name(leg: Leg) -> str:
    where = f"{leg.provider}'s {leg.capture}" if leg.provider else leg.capture
    return f"{leg.source} to {leg.target} in {where}"


def records_of(path: Path) -> list[Record]:
    """The calls of one capture as records, legs joined: where each came in and went out."""
    return [record for joined in join(read(path)) if (record := _record(joined, path.name))]


def _record(joined: Joined, name: str) -> Record | None:
    legs = [leg for leg in joined.legs if leg.call_id]
    if not legs:
        return None
    first, last = legs[0], legs[-1]
    answer = first.answer
    return Record(
        reference=f"{name}:call {' and '.join(str(leg.number) for leg in legs)}",
        start=first.start, calling=first.calling, called=first.called,
        seconds=first.end - answer if answer is not None else 0.0,
        ring=answer - first.start if answer is not None else None, answered=first.answered,
        trunk=first.source, egress=last.target, call_id=first.call_id, code=first.code,
        attest_seen=first.attest, attest_sent=last.attest if len(legs) > 1 else None, origid=first.origid,
        others=tuple(leg.called for leg in legs[1:] if leg.called),
    )  # fmt: skip
