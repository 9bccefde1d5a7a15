"""Which sound files may break a program, and of which must it not say who speaks?

The voice in them is that of the example call (made up, examples/README.md); seeds are fixed.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from voices import fuzz, sound_maker
from voices.noise_maker import noises
from voices.voice_maker import recording, voice

HOURS = 10
NO_DATA = b"\x7c"
"""A frame of AMR in which nothing was sent (RFC 4867 §5.3, type 15)."""
Maker = Callable[[], bytes]


def files() -> Mapping[str, tuple[str, Maker]]:
    """Name of a kind → name of the file, and what makes it."""
    spoken, many = voice(), np.random.default_rng(2)
    wide = np.repeat(spoken, 12)  # 192 kHz
    return {
        "nothing at all": ("voicemail.amr", lambda: b""),
        "a header alone": ("voicemail.amr", lambda: b"#!AMR\n"),
        "a WAV of no samples": ("call.wav", lambda: wav(8000, 1, b"")),
        "cut in half: M4A": ("memo.m4a", lambda: half("voice.m4a")),
        "cut in half: MP3": ("memo.mp3", lambda: half("voice.mp3")),
        "cut in half: Opus": ("memo.opus", lambda: half("whatsapp.opus")),
        "cut in half: AMR": ("memo.amr", lambda: half("voicemail.amr")),
        "speech named PDF": ("letter.pdf", recording),
        "speech without a name": ("file", lambda: said("adts", "aac", 44_100)),
        "text named MP3": ("song.mp3", lambda: b"Your parcel is held. Pay the fee.\n" * 50),
        "random octets named WAV": ("call.wav", lambda: random.Random(3).randbytes(500_000)),
        "a playlist named MP3": ("a.mp3", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"),
        "a minute of zeros": ("call.wav", lambda: wav(8000, 1, bytes(960_000))),
        "a minute of quiet Opus": ("quiet.opus", quiet),
        f"{HOURS} hours of speech: AMR": ("long.amr", lambda: hours(b"")),
        f"{HOURS} hours of pauses, then speech: AMR": ("late.amr", lambda: hours(NO_DATA)),
        f"{HOURS} hours: WAV": ("long.wav", lambda: wav(4000, 1, bytes(8000 * 3600 * HOURS))),
        "192 kHz": ("studio.wav", lambda: wav(192_000, 1, pcm(wide))),
        "192 kHz: FLAC": ("studio.flac", lambda: sound_maker.write(wide, "flac", "flac", 192_000)),
        "8 channels of speech and noise": ("eight.wav", lambda: wav(16_000, 8, crowd(spoken, many, 8))),
        "64 channels of noise": ("many.wav", lambda: wav(16_000, 64, crowd(spoken * 0, many, 64))),
        "a header that claims 4 GHz": ("fast.wav", lambda: wav(2**32 - 1, 1, pcm(spoken))),
        "a header that claims 4 GiB": ("big.wav", lambda: wav(16_000, 1, pcm(spoken), 2**32 - 40)),
        "numbers that are none": ("nan.wav", not_numbers),
    }  # fmt: skip


def wav(rate: int, channels: int, data: bytes, stated: int | None = None) -> bytes:
    """16-bit RIFF WAVE whose header may say anything."""
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2, 16)
    size = len(data) if stated is None else stated
    head = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", len(head) + size & 0xFFFFFFFF) + head + data


def pcm(samples: Any) -> bytes:
    """16 bits a sample."""
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def said(container: str, encoder: str, rate: int, seconds: float | None = None) -> bytes:
    """The made-up voice as a file."""
    import av

    spoken = voice()[: round(16_000 * seconds)] if seconds else voice()
    frame = av.AudioFrame.from_ndarray(spoken[None], "flt", "mono")
    frame.sample_rate = 16_000
    parts = [part.to_ndarray()[0] for part in av.AudioResampler("flt", "mono", rate).resample(frame)]
    return sound_maker.write(np.concatenate(parts), container, encoder, rate)


def half(kind: str) -> bytes:
    """The first half of a file of speech."""
    data = said(*sound_maker.KINDS[kind])
    return data[: len(data) // 2]


def quiet() -> bytes:
    """A minute of nothing as a voice message."""
    return sound_maker.write(np.zeros(60 * 48_000, np.float32), "ogg", "libopus", 48_000)


def hours(frame: bytes) -> bytes:
    """HOURS of AMR at 50 frames a second: `frame` over and over, then speech; without one speech alone."""
    speech = said(*sound_maker.KINDS["voicemail.amr"])
    head, spoken = speech[:6], speech[6:]
    if frame:
        return head + frame * (50 * 3600 * HOURS) + spoken
    return head + spoken * round(3600 * HOURS / (len(voice()) / 16_000))


def crowd(spoken: Any, chance: np.random.Generator, channels: int) -> bytes:
    """Speech, later in each channel than in the one before, in noise of its own."""
    both = [np.roll(spoken, 4000 * n) + 0.01 * chance.normal(size=len(spoken)) for n in range(channels)]
    return pcm(np.stack(both, axis=1).ravel())


def not_numbers() -> bytes:
    """Samples as floats, of which many are no number."""
    broken = np.array([0.1, np.nan, np.inf, -np.inf] * 40_000, np.float32).tobytes()
    form = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(broken))
    return b"RIFF" + struct.pack("<I", len(body) + len(broken)) + body + broken


def silent() -> Iterator[tuple[str, bytes]]:
    """Every noise as it is, over G.711 and over AMR: (name, file)."""
    for name, samples in noises().items():
        narrow = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1).astype(np.float32)
        yield f"{name}.wav", wav(16_000, 1, pcm(samples))
        yield f"{name} over G.711.wav", sound_maker.write(narrow, "wav", "pcm_alaw", 8000)
        yield f"{name} over AMR.amr", sound_maker.write(narrow, "amr", "libopencore_amrnb", 8000)


def damaged(inputs: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Files of tones and of speech in turn, each with up to thirty injuries: (name, file)."""
    chance, tones = random.Random(seed), fuzz.seeds()
    kinds = {**sound_maker.KINDS, **{name: (name, *of[::2]) for name, of in sound_maker.FILMS.items()}}
    speech = [said(container, encoder, rate, 1.2) for container, encoder, rate in kinds.values()]
    for number in range(inputs):
        from_tones = number % 2 == 0
        held = tones if from_tones else speech
        yield (
            f"{number:06d}-{'tone' if from_tones else 'speech'}",
            fuzz.mutated(chance.choice(held), held, chance),
        )
