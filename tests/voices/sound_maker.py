"""Sounds made for the tests, as files of every kind that people have, written by FFmpeg's encoders."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

# name → (container, encoder, rate)
KINDS: dict[str, tuple[str, str, int]] = {
    "voice.wav": ("wav", "pcm_s16le", 44100),
    "alaw.wav": ("wav", "pcm_alaw", 8000),
    "mulaw.au": ("au", "pcm_mulaw", 8000),
    "voice.mp3": ("mp3", "libmp3lame", 44100),
    "voice.m4a": ("ipod", "aac", 44100),
    "voice.aac": ("adts", "aac", 44100),
    "whatsapp.opus": ("ogg", "libopus", 48000),
    "voice.flac": ("flac", "flac", 48000),
    "voicemail.amr": ("amr", "libopencore_amrnb", 8000),
    "voicemail.3gp": ("3gp", "libopencore_amrnb", 8000),
    "voice.mka": ("matroska", "libopus", 48000),
    "voice.aiff": ("aiff", "pcm_s16be", 44100),
    "voice.caf": ("caf", "pcm_s16le", 44100),
    "voice.ts": ("mpegts", "mp2", 44100),
    "voice.aifc": ("aiff", "pcm_alaw", 8000),
    "voice.au": ("au", "pcm_s16be", 44100),
    "voice.wma": ("asf", "wmav2", 44100),
    "voice.flv": ("flv", "libmp3lame", 44100),
    "voice.m2ts": ("mpegts", "ac3", 48000),
    "voice.mpg": ("mpeg", "mp2", 44100),
    "voice.rf64": ("wav", "pcm_s16le", 44100),
    "voice.w64": ("w64", "pcm_s16le", 44100),
}
# settings of FFmpeg's containers
SETTINGS = {"voice.rf64": {"rf64": "always"}, "voice.m2ts": {"mpegts_m2ts_mode": "1"}}


def tone(seconds: float, hertz: float = 440.0, rate: int = 44100, height: float = 0.4) -> Samples:
    """A sine."""
    t = np.arange(round(rate * seconds)) / rate
    return (height * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def write(
    samples: Samples, container: str, encoder: str, rate: int, video: str = "", **settings: str
) -> bytes:
    """A file of `samples` (float32[n] or float32[channels, n] at `rate`), under a picture if asked for.

    `settings`: FFmpeg's of the container. The same samples give the same octets each time.
    """
    import av

    sound = np.atleast_2d(samples)
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(sound)]
    out = io.BytesIO()
    with av.open(out, "w", format=container, options={"fflags": "+bitexact", **settings}) as file:
        stream = file.add_stream(encoder, rate=rate, layout=layout)
        if encoder == "wmav2":  # it has no bit rate of its own
            stream.bit_rate = 64_000
        if video:
            _picture(file, video)
        size = stream.codec_context.frame_size or 1024
        fifo = av.AudioFifo()
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound, np.float32), "fltp", layout)
        frame.sample_rate = rate
        for converted in av.AudioResampler(stream.format, layout, rate).resample(frame):
            fifo.write(converted)
        while part := fifo.read(size) or fifo.read():
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return out.getvalue()


def _picture(file: object, encoder: str) -> None:
    import av

    stream = file.add_stream(encoder, rate=5)  # type: ignore[attr-defined]
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    for _ in range(10):
        frame = av.VideoFrame.from_ndarray(np.full((96, 64), 100, np.uint8), "yuv420p")
        file.mux(stream.encode(frame))  # type: ignore[attr-defined]
    file.mux(stream.encode(None))  # type: ignore[attr-defined]


def as_kind(name: str, seconds: float = 2.0) -> bytes:
    """A tone of 440 Hz as one of KINDS."""
    container, encoder, rate = KINDS[name]
    return write(tone(seconds, rate=rate), container, encoder, rate, **SETTINGS.get(name, {}))


# container → encoders of sound and picture, rate
FILMS: dict[str, tuple[str, str, int]] = {
    "mp4": ("aac", "mpeg4", 44100),
    "avi": ("libmp3lame", "mpeg4", 44100),
    "mov": ("aac", "mpeg4", 44100),
    "webm": ("libopus", "libvpx", 48000),
    "flv": ("aac", "flv1", 44100),
    "asf": ("wmav2", "msmpeg4", 44100),
    "mpegts": ("aac", "mpeg2video", 44100),
}


def film(container: str, seconds: float = 2.0) -> bytes:
    """A tone of 440 Hz under a grey picture."""
    encoder, picture, rate = FILMS[container]
    return write(tone(seconds, rate=rate), container, encoder, rate, picture)
