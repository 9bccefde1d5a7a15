"""Tones, encoded as telephones do, and how alike two sounds are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
GSM_TONE = Path(__file__).with_name("data") / "tone.gsm"


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0, height: int = 12000) -> Samples:
    """A sine."""
    t = np.arange(round(rate * seconds)) / rate
    return (height * np.sin(2 * np.pi * hertz * t)).astype(np.int16)


def encode(name: str, samples: Samples, rate: int, packet: float = 0.02) -> list[bytes]:
    """Payloads of `packet` seconds each, made by FFmpeg's encoder of that name."""
    from av import AudioFrame, CodecContext

    context = CodecContext.create(name, "w")
    context.sample_rate, context.layout, context.format = rate, "mono", "s16"
    context.open()
    size = round(rate * packet)
    payloads = []
    for at in range(0, len(samples) - size + 1, size):
        frame = AudioFrame.from_ndarray(samples[None, at : at + size], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, at
        payloads += [bytes(each) for each in context.encode(frame)]
    return payloads


def pcmu(samples: Samples) -> list[bytes]:
    """G.711 µ-law payloads of 20 ms."""
    return encode("pcm_mulaw", samples, 8000)


def samples_of(wav: bytes) -> tuple[Samples, int]:
    """Samples and rate of a WAV file, read by Python's own reader."""
    import io
    import wave

    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def likeness(heard: Samples, original: Samples, most_delay: int = 1000) -> tuple[float, float]:
    """Correlation, and signal-to-noise ratio in dB, at the delay of the codec that fits best."""
    window = min(len(heard), len(original)) - most_delay
    best = max(
        range(0, most_delay, 1),
        key=lambda d: float(np.dot(heard[d : d + window].astype(float), original[:window])),
    )
    a, b = heard[best : best + window].astype(float), original[:window].astype(float)
    correlation = float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)))
    noise = a - b * (np.dot(a, b) / np.dot(b, b))
    return correlation, float(10 * np.log10(np.dot(a, a) / max(np.dot(noise, noise), 1e-9)))
