"""What was said in an RTP stream, as sound a person can play (16-bit mono WAV)?

Packets stand where their time stamps put them, silence between them: pauses (silence suppression) and lost
packets keep their length. A pause is never longer than the capture's clock allows, nor than MOST_PAUSE.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.calls.captures.codecs import Codec, decoder
from quivive.calls.captures.rtp import Rtp

if TYPE_CHECKING:
    from quivive.calls.captures.codecs import Decoder, Samples

MOST_PAUSE = 60.0
"""Seconds of silence between two packets."""
_PAUSE_A_PACKET = 0.5
"""Seconds of silence that each packet before allows, besides _SLACK: who speaks a second sends fifty."""
_SLACK = 2.0
"""Seconds by which time stamps may run ahead of the capture's clock."""
_WAV_HEADER = 44


@dataclass(frozen=True)
class Audio:
    """Sound of one stream in one codec: a WAV file, seconds of sound and of filled-in silence.

    `damaged` packets could not be decoded; `shortened` pauses, `cut`: the limit on octets was reached.
    """

    wav: bytes
    rate: int
    seconds: float
    silence: float
    damaged: int
    shortened: bool
    cut: bool


def decode(packets: Sequence[Rtp], codec: Codec, most: int) -> Audio | None:
    """The sound of packets of one codec in their order, at most `most` octets of it.

    None for a codec that is not read.
    """
    make = decoder(codec)
    if make is None:
        return None
    timeline = _Timeline(make, codec.clock, (most - _WAV_HEADER) // 2)
    for packet in packets:
        if not timeline.add(packet):
            break
    return timeline.audio()


class _Timeline:
    """Samples placed one after another, with the silence that lies between them."""

    def __init__(self, make: Decoder, clock: int, most: int) -> None:
        self._decode, self._clock, self._most = make, clock, most
        self._parts: list[tuple[int, Samples]] = []
        self._reached = self._packets = self._silent = self._damaged = 0
        self._before: Rtp | None = None
        self._due = 0
        self._shortened = self._cut = False

    def add(self, packet: Rtp) -> bool:
        """Decodes one packet and puts it in its place; False once there is no more room."""
        samples = self._decode(packet.data)
        rate = self._decode.rate
        self._damaged += not len(samples) and bool(packet.data)
        pause = self._pause(packet, len(samples))
        at = self._reached + round(pause * rate)
        if at + len(samples) > self._most:
            self._cut = True
            return False
        if len(samples):
            self._parts.append((at, samples))
        self._silent += at - self._reached
        self._packets += 1
        self._reached = at + len(samples)
        self._due = packet.stamp + round(len(samples) * self._clock / rate)
        self._before = packet
        return True

    def _pause(self, packet: Rtp, samples: int) -> float:
        """Seconds between the end of the packet before and the begin of this one, by their time stamps.

        Where they leap (the sender began anew) the capture's clock says it. In all no more than the packets
        allow, else a few of them could ask for hours of silence.
        """
        if self._before is None:
            return 0.0
        stamped = (((packet.stamp - self._due + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000) / self._clock
        waited = packet.time - self._before.time
        if stamped < 0 or stamped > waited + _SLACK:
            stamped = max(0.0, waited - samples / self._decode.rate) if abs(stamped) > _SLACK else 0.0
        left = _SLACK + _PAUSE_A_PACKET * self._packets - self._silent / self._decode.rate
        pause = min(stamped, MOST_PAUSE, max(0.0, left))
        self._shortened |= pause < stamped
        return pause

    def audio(self) -> Audio:
        """The WAV file of what was placed."""
        import numpy as np

        rate = self._decode.rate
        sound = np.zeros(self._reached, "<i2")
        for at, samples in self._parts:
            sound[at : at + len(samples)] = samples
        return Audio(
            wav(sound.tobytes(), rate),
            rate,
            self._reached / rate,
            self._silent / rate,
            self._damaged,
            self._shortened,
            self._cut,
        )


def wav(samples: bytes, rate: int) -> bytes:
    """A RIFF WAVE file of 16-bit little-endian mono samples."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body
