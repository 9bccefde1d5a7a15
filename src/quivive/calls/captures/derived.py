"""Which items does a capture hand on to be examined by themselves: SIP messages and recordings?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from quivive.calls.captures.audio import Audio
from quivive.calls.captures.calls import Call
from quivive.calls.captures.parties import parties
from quivive.calls.captures.signals import Signal, end
from quivive.calls.captures.voices import Voice
from quivive.intake import derive
from quivive.model import Figure, Item, Limits

MOST_ROWS = 200
"""Messages shown in the ladder of one call."""
_LATEST = 253_402_300_799  # the end of the year 9999


def moment(time: float | None) -> datetime | None:
    """Unix seconds as UTC; None where the capture tells no time that a calendar has."""
    return datetime.fromtimestamp(time, UTC) if time is not None and 0 < time <= _LATEST else None


def clock(time: float | None) -> str:
    """'2026-11-22 12:00:00' (UTC); '?' where the capture does not tell."""
    found = moment(time)
    return found.isoformat(" ", "seconds")[:19] if found else "?"


def length(seconds: float) -> str:
    """'4.2 s' or '3 min 05 s'."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def ladder(call: Call) -> Figure:
    """The messages of a call in order, as CSV: seconds since the first, from, to, message."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("seconds", "from", "to", "message"))
    for signal in call.signals[:MOST_ROWS]:
        src, sport, dst, dport = signal.flow
        since = f"{signal.time - call.started:.3f}"
        table.writerow((since, end(src, sport), end(dst, dport), signal.line))
    shown = [signal.line for signal in call.signals[:MOST_ROWS]]
    return Figure("text/csv", out.getvalue(), ", ".join(shown))


def messages(item: Item, signals: tuple[Signal, ...], call: Call | None, limits: Limits) -> Iterator[Item]:
    """Each INVITE, and each message that carries an Identity, once."""
    seen: set[bytes] = set()
    for signal in signals:
        invite = signal.method == "INVITE" and signal.status is None
        if (invite or signal.has_identity) and signal.data not in seen:
            seen.add(signal.data)
            yield _message(item, signal, call, limits)


def _message(item: Item, signal: Signal, call: Call | None, limits: Limits) -> Item:
    src, sport, dst, dport = signal.flow
    meta = {
        "time": f"{signal.time:.6f}",
        "src": end(src, sport),
        "dst": end(dst, dport),
        "transport": signal.transport,
    }
    kind = signal.method.lower() if signal.status is None else str(signal.status)
    name = f"call-{call.number}-{kind}.sip" if call else f"{kind or 'message'}.sip"
    origin = "SIP message"
    found = derive(
        item, name, signal.data, "message/sip", origin=origin, channel="call", meta=meta, limits=limits
    )
    return replace(found, received_at=moment(signal.time))


def recording(item: Item, voice: Voice, sound: Audio, number: int, limits: Limits) -> Item:
    """One direction of a call as a WAV file; `number` tells streams apart that no call claims."""
    src, sport, dst, dport = voice.stream.flow
    meta = {
        "codec": voice.codec.name,
        "ssrc": voice.stream.ssrc,
        "direction": voice.speaker or "",
        "from": end(src, sport),
        "to": end(dst, dport),
        "time": f"{voice.packets[0].time:.6f}",
    }
    if voice.call:
        meta["call"] = str(voice.call.number)
        meta["caller"], meta["callee"] = parties(voice.call.invite or voice.call.signals[0])
    name = f"call-{voice.call.number}-{voice.speaker}.wav" if voice.call else f"stream-{number}.wav"
    origin = f"what the {voice.speaker} said" if voice.call else "sound of the call"
    found = derive(
        item, name, sound.wav, "audio/x-wav", origin=origin, channel="call", meta=meta, limits=limits
    )
    return replace(found, received_at=moment(voice.packets[0].time))
