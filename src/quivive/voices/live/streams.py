"""What does a message of Twilio Media Streams, or of who speaks it alike, say?

Twilio (websocket-messages) and SignalWire name their fields streamSid, mediaFormat, customParameters; Telnyx
and Exotel stream_id, media_format, custom_parameters. Numbers come as strings or as numbers. The order in
which Telnyx sends media is not guaranteed: `media.chunk` says it.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quivive.errors import Unreadable
from quivive.voices.live.codecs import Codec, named

MOST_CHARACTERS = 64 * 1024
"""Characters of one message: 3 s of linear sound at 8 kHz; 20 ms in G.711 are 300."""
TRACKS = ("inbound", "outbound")
_MOST_NUMBER = 1 << 48
_MOST_NAME = 120


@dataclass(frozen=True)
class Start:
    """The stream begins: its name, the call's, its sound, and a token if one came with it."""

    stream: str
    call: str
    codec: Codec
    token: str


@dataclass(frozen=True)
class Media:
    """Sound of one track; `number` counts its frames, `milliseconds` its time; None where unsaid."""

    track: str
    number: int | None
    milliseconds: int | None
    octets: bytes


@dataclass(frozen=True)
class Stop:
    """The provider ends the stream."""


@dataclass(frozen=True)
class Other:
    """A message that carries no sound: connected, dtmf, mark, clear, error."""

    event: str


Message = Start | Media | Stop | Other


def parse(text: str | bytes) -> Message:
    """The message. Raises Unreadable saying what is wrong with it."""
    if isinstance(text, bytes):
        raise Unreadable("The frame is binary; Media Streams are JSON text.")
    if len(text) > MOST_CHARACTERS:
        raise Unreadable("The message is longer than a message of sound can be.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The message is not JSON.") from error
    event = found.get("event") if isinstance(found, dict) else None
    if not isinstance(event, str):
        raise Unreadable("The message names no event.")
    if event == "media":
        return _media(found)
    if event == "start":
        return _start(found)
    return Stop() if event == "stop" else Other(_plain(event))


def _start(message: Mapping[str, Any]) -> Start:
    inner = _inside(message, "start")
    form = _first(inner, "mediaFormat", "media_format")
    form = form if isinstance(form, dict) else {}
    own = _first(inner, "customParameters", "custom_parameters")
    token = own.get("token") if isinstance(own, dict) else None
    named_so = _first(message, "streamSid", "stream_id", "stream_sid") or _first(
        inner, "streamSid", "stream_id", "stream_sid"
    )
    call = _first(inner, "callSid", "call_sid", "call_control_id", "call_session_id", "call_id")
    rate = _whole(_first(form, "sampleRate", "sample_rate")) or 8000
    encoding = form.get("encoding")
    if (_whole(form.get("channels")) or 1) != 1:
        raise Unreadable("The stream has several channels in one; send one channel a track.")
    return Start(
        _plain(named_so),
        _plain(call),
        named(encoding if isinstance(encoding, str) else "PCMU", rate),
        token if isinstance(token, str) else "",
    )


def _media(message: Mapping[str, Any]) -> Media:
    inner = _inside(message, "media")
    payload = inner.get("payload")
    try:
        octets = binascii.a2b_base64(payload if isinstance(payload, str) else "?", strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("The sound of a message is not base64.") from error
    track = str(inner.get("track", "inbound")).removesuffix("_track")
    if track not in TRACKS:
        raise Unreadable("A message is of a track that is neither inbound nor outbound.")
    return Media(track, _whole(inner.get("chunk")), _whole(inner.get("timestamp")), octets)


def _inside(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = message.get(name)
    if not isinstance(inner, dict):
        raise Unreadable(f"The {name} message has nothing in it.")
    return inner


def _first(values: Mapping[str, Any], *names: str) -> Any:
    return next((values[name] for name in names if name in values), None)


def _whole(value: object) -> int | None:
    """A number that came as such or as digits; None for anything else."""
    if isinstance(value, str) and len(value) <= 15 and value.isascii() and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < _MOST_NUMBER else None


def _plain(value: object) -> str:
    """A name of the provider's, as far as it can be shown and logged."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text[:_MOST_NAME] if c.isascii() and (c.isalnum() or c in "-_.:+="))
