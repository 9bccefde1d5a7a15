"""What a provider sends, made up: Media Streams as Twilio and as Telnyx write them, and RTP; and a small
scoring, so that what is tried here is the listening and not the model."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive.voices.judgement import Judgement
from quivive.voices.score import Window
from quivive.voices.sound import RATE
from quivive.voices.speech import LEAST_SPEECH, net_seconds

Wire = NDArray[np.int16]
FRAME = 160
"""Samples of 20 ms at 8 kHz."""


def coded(samples: Wire, law: str = "pcm_mulaw") -> bytes:
    """16-bit samples in G.711, by FFmpeg's encoder."""
    import av

    encoder = av.CodecContext.create(law, "w")
    encoder.sample_rate, encoder.layout, encoder.format = 8000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
    frame.sample_rate = 8000
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def frames(octets: bytes, size: int = FRAME) -> list[bytes]:
    """Octets cut into frames."""
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def connected() -> str:
    """Twilio's first message."""
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(token: str = "", encoding: str = "audio/x-mulaw", rate: int = 8000) -> str:
    """Twilio's start message."""
    own = {"token": token} if token else {}
    inner = {"accountSid": "AC0", "streamSid": "MZ0", "callSid": "CA0", "tracks": ["inbound", "outbound"],
             "mediaFormat": {"encoding": encoding, "sampleRate": rate, "channels": 1},
             "customParameters": own}  # fmt: skip
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": inner, "streamSid": "MZ0"})


def media(octets: bytes, number: int, track: str = "inbound", size: int = FRAME) -> str:
    """Twilio's media message; `number` counts from 1."""
    inner = {"track": track, "chunk": str(number), "timestamp": str((number - 1) * size // 8),
             "payload": base64.b64encode(octets).decode()}  # fmt: skip
    told = {"event": "media", "sequenceNumber": str(number + 1), "media": inner, "streamSid": "MZ0"}
    return json.dumps(told)


def stop() -> str:
    """Twilio's last message."""
    told = {"event": "stop", "sequenceNumber": "9", "stop": {"callSid": "CA0"}, "streamSid": "MZ0"}
    return json.dumps(told)


def telnyx_start() -> str:
    """As Telnyx says the same."""
    form = {"encoding": "PCMA", "sample_rate": 8000, "channels": 1}
    inner = {"call_control_id": "v2:abc", "media_format": form}
    return json.dumps({"event": "start", "sequence_number": "1", "start": inner, "stream_id": "32DE0DEA"})


def telnyx_media(octets: bytes, number: int) -> str:
    """As Telnyx says the same."""
    inner = {"track": "inbound", "chunk": str(number), "timestamp": str((number - 1) * 20),
             "payload": base64.b64encode(octets).decode()}  # fmt: skip
    told = {"event": "media", "sequence_number": str(number), "media": inner, "stream_id": "32DE0DEA"}
    return json.dumps(told)


def rtp(octets: bytes, number: int, kind: int = 0, source: int = 7, time: int | None = None) -> bytes:
    """One packet; the clock goes on by FRAME a packet."""
    ticks = number * FRAME if time is None else time
    return struct.pack(">BBHII", 0x80, kind, number % 2**16, ticks % 2**32, source) + octets


class Loudness:
    """Scores by loudness: alarm from -12 dB of full scale, clear below -40 dB."""

    def running(self) -> Any:
        """All windows anew each time."""
        return _Running(self)

    def windows(self, samples: NDArray[np.float32]) -> tuple[Window, ...]:
        """Of 4 s, one a whole second."""
        return tuple(self._windows(samples))

    def _windows(self, samples: NDArray[np.float32]) -> Iterator[Window]:
        for at in range(0, len(samples) - 4 * RATE + 1, RATE):
            level = float(np.sqrt((samples[at : at + 4 * RATE].astype(float) ** 2).mean()))
            yield Window(at / RATE, at / RATE + 4.0, 20 * np.log10(max(level, 1e-6)))

    def conclude(self, windows: Any, spoken: Any, kind: Any) -> Any:
        """By the mean of the windows."""
        net = net_seconds(spoken)
        score = float(np.mean([each.score for each in windows])) if windows else None
        if net < LEAST_SPEECH or score is None:
            return Judgement(score, kind, net, spoken, windows, None, "insufficient")
        verdict = "alarm" if score > -12 else "clear" if score < -40 else "cannot-tell"
        return Judgement(score, kind, net, spoken, windows, None, verdict)

    def thresholds(self, kind: Any) -> tuple[float, float]:
        """Clear up to, alarm from."""
        return -40.0, -12.0

    def judge(self, samples: NDArray[np.float32]) -> Any:
        """A whole recording."""
        from quivive.voices.condition import condition
        from quivive.voices.speech import only_speech, segments

        spoken = segments(samples)
        kind = condition(only_speech(samples, spoken))
        return self.conclude(self.windows(samples), spoken, kind)


class _Running:
    def __init__(self, scoring: Loudness) -> None:
        self._scoring = scoring
        self._heard: list[NDArray[np.float32]] = []

    def add(self, samples: NDArray[np.float32], spoken: Any) -> tuple[Window, ...]:
        self._heard.append(samples)
        return self._scoring.windows(np.concatenate(self._heard))
