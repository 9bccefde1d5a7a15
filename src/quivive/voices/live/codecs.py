"""How do the octets of a live call become samples?

G.711 by table (ITU-T G.711, the tables 1a and 2a written out), linear samples as they are, G.722 and Opus by
FFmpeg (PyAV), which keep a memory from frame to frame.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from quivive.errors import Unreadable

if TYPE_CHECKING:
    import numpy as np
    from av.audio.codeccontext import AudioCodecContext
    from numpy.typing import NDArray

    Wire = NDArray[np.int16]


class Codec(NamedTuple):
    """PCMU, PCMA, L16, L16LE, G722 or OPUS; samples a second that come out; ticks a second of its clock."""

    name: str
    rate: int = 8000
    clock: int = 8000


RATES = (8000, 16000, 24000, 32000, 44100, 48000)
"""Samples a second that linear sound may have."""
_NAMES = {
    "PCMU": "PCMU", "AUDIO/X-MULAW": "PCMU", "MULAW": "PCMU", "ULAW": "PCMU", "G711U": "PCMU",
    "PCMA": "PCMA", "AUDIO/X-ALAW": "PCMA", "ALAW": "PCMA", "G711A": "PCMA",
    "L16": "L16", "AUDIO/X-L16": "L16", "AUDIO/L16": "L16", "AUDIO/X-RAW": "L16", "LINEAR16": "L16",
    "OPUS": "OPUS", "G722": "G722", "G.722": "G722",
}  # fmt: skip


def named(encoding: str, rate: int = 8000, network_order: bool = False) -> Codec:
    """The codec that a start message, a map of payload types or SDP names.

    `network_order`: linear samples have their high octet first, as in RTP (RFC 3551 §4.5.11); those of Media
    Streams have their low octet first. Raises Unreadable naming what is read.
    """
    name = _NAMES.get(encoding.strip().upper().partition("@")[0])
    if name == "OPUS":
        return Codec("OPUS", 48000, 48000)
    if name == "G722":
        return Codec("G722", 16000, 8000)  # RFC 3551 §4.5.2: the clock is 8000 by an old mistake
    if name in ("PCMU", "PCMA") and rate == 8000:
        return Codec(name)
    if name == "L16" and rate in RATES:
        return Codec("L16" if network_order else "L16LE", rate, rate)
    shown = "".join(each for each in encoding[:32] if each.isalnum() or each in "/-.@")
    raise Unreadable(
        f"Sound as '{shown}' at {rate} Hz is not read: send PCMU or PCMA at 8000 Hz, L16, G722 or Opus."
    )


class Decoder(Protocol):
    """Turns the octets of one frame into mono samples; nothing where they are damaged."""

    def __call__(self, octets: bytes) -> Wire: ...


def decoder(codec: Codec) -> Decoder:
    """A decoder with no memory yet."""
    if codec.name in ("PCMU", "PCMA"):
        return _Companded(_mu_law() if codec.name == "PCMU" else _a_law())
    if codec.name in ("L16", "L16LE"):
        return _Linear(">i2" if codec.name == "L16" else "<i2")
    return _Coded("libopus" if codec.name == "OPUS" else "g722", codec.rate)


class _Companded:
    def __init__(self, table: Wire) -> None:
        self._table = table

    def __call__(self, octets: bytes) -> Wire:
        import numpy as np

        samples: Wire = self._table[np.frombuffer(octets, np.uint8)]
        return samples


class _Linear:
    def __init__(self, form: str) -> None:
        self._form = form

    def __call__(self, octets: bytes) -> Wire:
        import numpy as np

        return np.frombuffer(octets, self._form, len(octets) // 2).astype(np.int16)


class _Coded:
    def __init__(self, name: str, rate: int) -> None:
        from av import CodecContext

        self._context: AudioCodecContext = CodecContext.create(name, "r")  # type: ignore[assignment]
        self._context.sample_rate = rate
        self._context.layout = "mono"

    def __call__(self, octets: bytes) -> Wire:
        import numpy as np
        from av import Packet
        from av.error import FFmpegError

        try:
            frames = self._context.decode(Packet(octets)) if octets else []
        except FFmpegError:
            frames = []
        parts = [_whole(frame.to_ndarray(), len(frame.layout.channels)) for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def _whole(samples: NDArray[np.generic], channels: int) -> Wire:
    """Mono samples of 16 bits, whatever FFmpeg's decoder gives."""
    import numpy as np

    flat = samples.reshape(-1, channels).T if samples.shape[0] != channels else samples
    mono = flat.mean(axis=0)
    if samples.dtype.kind == "f":
        mono = mono * 32767.0
    whole: Wire = np.clip(np.rint(mono), -32768, 32767).astype(np.int16)
    return whole


@lru_cache(maxsize=1)
def _mu_law() -> Wire:
    """Octet → sample: sign, 3 bits of segment, 4 of step, all inverted; steps of 8 in 16 bits, bias 132."""
    import numpy as np

    octet = ~np.arange(256, dtype=np.int32) & 255
    height = ((((octet & 15) << 3) + 132) << ((octet >> 4) & 7)) - 132
    return np.where(octet & 128, -height, height).astype(np.int16)


@lru_cache(maxsize=1)
def _a_law() -> Wire:
    """Octet → sample: every second bit inverted; the lowest two segments have the same step."""
    import numpy as np

    octet = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (octet >> 4) & 7, ((octet & 15) << 4) + 8
    height = np.where(segment > 0, (step + 256) << np.maximum(segment - 1, 0), step)
    return np.where(octet & 128, height, -height).astype(np.int16)
