"""Which calls does a packet capture hold, who took part, and what was said?"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator

from quivive.calls.captures import derived
from quivive.calls.captures.audio import Audio, decode
from quivive.calls.captures.calls import Call
from quivive.calls.captures.capture import MOST_MESSAGES, MOST_PACKETS, Capture, read
from quivive.calls.captures.codecs import is_read
from quivive.calls.captures.parties import parties
from quivive.calls.captures.sentences import CODES
from quivive.calls.captures.signals import end
from quivive.calls.captures.streams import Flow
from quivive.calls.captures.voices import Keys, Voice
from quivive.model import Context, Finding, Item, Kind, Observable, Source, Subject, Yield, finding

MOST_TOLD = 2_000
"""Calls and streams of one capture that are told one by one."""


class Captures:
    """Reads pcap and pcapng: SIP calls, their messages and their sound."""

    name = "calls.capture"
    version = "1"
    accepts = frozenset({"application/vnd.tcpdump.pcap", "application/x-pcapng"})
    online = False
    codes = CODES

    def sources(self) -> tuple[Source, ...]:
        """None: a capture is read by the standards alone."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Calls with their messages and sound, sound without a call, what could not be read."""
        if not isinstance(subject, Item):
            return
        capture = read(subject.data)
        yield _summary(self, subject, capture)
        yield from _ends(subject, capture)
        teller = _Teller(self, subject, context, capture)
        for call in capture.calls:
            yield from teller.call(call)
        yield from teller.other_messages()
        yield from teller.sound(None)
        yield from _faults(self, subject, capture)


DETECTORS = (Captures,)


def _summary(detector: Captures, item: Item, capture: Capture) -> Finding:
    if not capture.messages and not capture.voices and not capture.keys:
        return finding(detector, "capture/nothing", "open", item, params={"packets": capture.packets})
    params = {
        "packets": capture.packets,
        "start": derived.clock(capture.first),
        "end": derived.clock(capture.last),
        "messages": len(capture.messages),
        "calls": len(capture.calls),
        "voices": len(capture.voices),
    }
    return finding(detector, "capture/summary", "informational", item, params=params)


def _ends(item: Item, capture: Capture) -> Iterator[Observable]:
    """The public addresses between which was signalled and spoken; private ones are the same everywhere."""
    flows = [signal.flow for signal in capture.messages] + [voice.stream.flow for voice in capture.voices]
    for packed in dict.fromkeys(address for flow in flows for address in (flow[0], flow[2])):
        address = ipaddress.ip_address(packed)
        if address.is_global:
            yield Observable(f"ipv{address.version}-addr", str(address), item=item.name)


class _Teller:
    """Says what was found, and counts what calls, messages and recordings take of the limits."""

    def __init__(self, detector: Captures, item: Item, context: Context, capture: Capture) -> None:
        self._detector, self._item, self._limits = detector, item, context.limits
        self._capture = capture
        self._sound: dict[int | None, list[Voice | Keys]] = {}
        both: list[Voice | Keys] = [*capture.voices, *capture.keys]
        for one in both:
            self._sound.setdefault(one.call.number if one.call else None, []).append(one)
        self._untold = MOST_TOLD
        self._octets = context.limits.bytes // 2
        self._items = context.limits.items
        self._full = False
        self._unclaimed = 0

    def call(self, call: Call) -> Iterator[Yield]:
        """One call: its course, its messages, its sound."""
        if not self._may_tell():
            yield from self._no_more(MOST_TOLD)
            return
        code, more = _outcome(call)
        caller, callee = parties(call.invite or call.signals[0])
        params = {"number": call.number, "caller": caller, "callee": callee}
        params |= {"time": derived.clock(call.started), **more}
        figures = (derived.ladder(call),)
        yield finding(self._detector, code, "informational", self._item, params=params, figures=figures)
        yield from self._hand_on(derived.messages(self._item, call.signals, call, self._limits))
        yield from self.sound(call)

    def _may_tell(self) -> bool:
        self._untold -= 1
        return self._untold >= 0

    def _hand_on(self, items: Iterator[Item]) -> Iterator[Yield]:
        """Items one by one; what lies beyond the limit is not made."""
        for item in items:
            if self._items <= 0:
                yield from self._no_more(self._limits.items)
                return
            self._items -= 1
            yield item

    def _no_more(self, limit: int) -> Iterator[Finding]:
        if not self._full:
            self._full = True
            yield finding(self._detector, "capture/too-many", "open", self._item, params={"limit": limit})

    def other_messages(self) -> Iterator[Yield]:
        """Registrations and the like; those with an Identity are handed on."""
        inside = {id(signal) for call in self._capture.calls for signal in call.signals}
        others = tuple(signal for signal in self._capture.messages if id(signal) not in inside)
        if not others:
            return
        methods = Counter(signal.method for signal in others).most_common(8)
        params = {"methods": ", ".join(f"{name} {count}" for name, count in methods)}
        yield finding(self._detector, "capture/other-messages", "informational", self._item, params=params)
        yield from self._hand_on(derived.messages(self._item, others, None, self._limits))

    def sound(self, call: Call | None) -> Iterator[Yield]:
        """The streams of a call, or those that belong to none."""
        for one in self._sound.get(call.number if call else None, ()):
            if not self._may_tell():
                yield from self._no_more(MOST_TOLD)
                return
            if isinstance(one, Voice):
                yield from self._voice(one)
            else:
                yield self._say("capture/keys", one.stream.flow, count=one.count)

    def _say(self, code: str, flow: Flow, kind: Kind = "informational", **params: object) -> Finding:
        src, sport, dst, dport = flow
        filled = {"src": end(src, sport), "dst": end(dst, dport), **params}
        return finding(self._detector, code, kind, self._item, params=filled)

    def _voice(self, voice: Voice) -> Iterator[Yield]:
        flow, codec = voice.stream.flow, voice.codec.name
        if voice.encrypted:
            yield self._say("capture/encrypted", flow, "open")
            return
        if not is_read(voice.codec):
            yield self._say("capture/codec-unreadable", flow, "open", codec=codec)
            return
        if self._items <= 0 or self._octets <= 0:
            yield from self._no_more(self._limits.bytes if self._items else self._limits.items)
            return
        sound = decode(voice.packets, voice.codec, min(self._octets, self._limits.item_bytes))
        if sound is None or not sound.seconds:
            yield self._say("capture/codec-unreadable", flow, "open", codec=codec)
            return
        self._octets -= len(sound.wav)
        self._unclaimed += voice.call is None
        yield self._heard(voice, sound)
        yield from self._blemishes(voice, sound)
        recording = derived.recording(self._item, voice, sound, self._unclaimed, self._limits)
        yield from self._hand_on(iter((recording,)))

    def _heard(self, voice: Voice, sound: Audio) -> Finding:
        code = f"capture/audio-{voice.speaker}" if voice.call else "capture/audio"
        number = voice.call.number if voice.call else ""
        duration = derived.length(sound.seconds)
        return self._say(code, voice.stream.flow, number=number, duration=duration, codec=voice.codec.name)

    def _blemishes(self, voice: Voice, sound: Audio) -> Iterator[Finding]:
        """What a listener must know of a recording."""
        flow, codec, stream = voice.stream.flow, voice.codec.name, voice.stream
        if voice.guessed:
            yield self._say("capture/codec-guessed", flow, codec=codec)
        if stream.lost:
            sent = stream.lost + len(stream.packets)
            yield self._say("capture/gaps", flow, lost=stream.lost, sent=sent)
        if sound.damaged:
            yield self._say("capture/audio-damaged", flow, "open", count=sound.damaged, codec=codec)
        if sound.shortened:
            yield self._say("capture/pauses-shortened", flow)
        if sound.cut:
            yield self._say("capture/audio-cut", flow, "open", duration=derived.length(sound.seconds))


def _outcome(call: Call) -> tuple[str, dict[str, object]]:
    if call.answered is not None and call.ended is not None:
        return "capture/call", {"duration": derived.length(max(0.0, call.ended - call.answered))}
    if call.answered is not None:
        return "capture/call-open", {}
    if call.status is not None:
        return "capture/call-refused", {"status": call.status, "reason": call.reason}
    return "capture/call-pending", {}


def _faults(detector: Captures, item: Item, capture: Capture) -> Iterator[Finding]:
    """What was not read, and why."""
    for protocol in sorted(capture.others):
        params: dict[str, object] = {"protocol": protocol}
        yield finding(detector, "capture/other-protocol", "open", item, params=params)
    for fault, count in sorted(capture.faults.items()):
        if fault in _TOO_MANY:
            params = {"limit": _TOO_MANY[fault]}
            yield finding(detector, "capture/too-many", "open", item, params=params)
        else:
            yield finding(detector, f"capture/{fault}", "open", item, params={"count": count})
    if capture.links:
        params = {"link": ", ".join(map(str, sorted(capture.links)[:8])), "count": capture.links.total()}
        yield finding(detector, "capture/link-unreadable", "open", item, params=params)


_TOO_MANY = {"too-many-packets": MOST_PACKETS, "too-many-messages": MOST_MESSAGES}
