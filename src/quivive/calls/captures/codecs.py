"""What does an RTP payload type mean, and how do its octets become samples (RFC 3551, 5574, 7587)?"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from quivive.calls.sip.sdp import STATIC

if TYPE_CHECKING:
    import numpy as np
    from av.audio.codeccontext import AudioCodecContext
    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.int16]


class Codec(NamedTuple):
    """An encoding name of RFC 3551 §6 in upper case, its RTP clock in Hz and number of channels."""

    name: str
    clock: int = 8000
    channels: int = 1


_LEAST_CLOCK, _MOST_CLOCK, _MOST_CHANNELS = 1_000, 192_000, 8
_FIXED = {"OPUS": 48000, "G722": 8000, "GSM": 8000}
"""RTP clocks that are always the same, whatever is said (RFC 7587 §4.1, RFC 3551 §4.5.2, §4.5.8)."""


def named(name: str, clock: int, channels: int) -> Codec:
    """A codec as SDP names it; figures that no sound has are replaced by those of telephony."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-+.") else "?" for c in name.upper()[:32])
    clock = _FIXED.get(safe) or (clock if _LEAST_CLOCK <= clock <= _MOST_CLOCK else 8000)
    return Codec(safe, clock, min(max(channels, 1), _MOST_CHANNELS))


def static(kind: int) -> Codec | None:
    """What a payload type with a fixed meaning is (RFC 3551 §6)."""
    form = STATIC.get(kind)
    return named(form.name, form.rate, form.channels) if form else None


class Decoder(Protocol):
    """Turns the payload of one packet into mono samples at `rate` Hz; an empty array where it is damaged."""

    rate: int

    def __call__(self, payload: bytes) -> Samples: ...


def decoder(codec: Codec) -> Decoder | None:
    """A decoder with no memory yet; None for a codec that is not read."""
    if codec.name in ("PCMU", "PCMA"):
        return _Companded(codec.name, codec.clock)
    if codec.name == "L16":
        return _Linear(codec)
    make = _CODED.get(codec.name)
    return _Coded(*make) if make else None


def is_read(codec: Codec) -> bool:
    """Whether there is a decoder for it."""
    return codec.name in ("PCMU", "PCMA", "L16") or codec.name in _CODED


_CODED = {"G722": ("g722", 16000, 0), "GSM": ("gsm", 8000, 33), "OPUS": ("libopus", 48000, 0)}
"""Name in FFmpeg, samples a second, octets of one frame where a packet may hold several."""


class _Companded:
    """G.711: one octet a sample, by table."""

    def __init__(self, name: str, clock: int) -> None:
        self.rate = clock
        self._table = _mu_law() if name == "PCMU" else _a_law()

    def __call__(self, payload: bytes) -> Samples:
        import numpy as np

        samples: Samples = self._table[np.frombuffer(payload, np.uint8)]
        return samples


class _Linear:
    """L16 (RFC 3551 §4.5.11): 16 bits, big-endian, channels interleaved; their mean is taken."""

    def __init__(self, codec: Codec) -> None:
        self.rate = codec.clock
        self._channels = codec.channels

    def __call__(self, payload: bytes) -> Samples:
        import numpy as np

        whole = len(payload) // (2 * self._channels) * self._channels
        samples = np.frombuffer(payload, ">i2", whole).reshape(-1, self._channels)
        mean: Samples = samples.mean(axis=1).astype(np.int16)
        return mean


class _Coded:
    """A codec of FFmpeg, which keeps a memory from packet to packet."""

    def __init__(self, name: str, rate: int, block: int) -> None:
        from av import CodecContext

        self.rate = rate
        self._block = block
        self._context: AudioCodecContext = CodecContext.create(name, "r")  # type: ignore[assignment]
        self._context.sample_rate = rate
        self._context.layout = "mono"

    def __call__(self, payload: bytes) -> Samples:
        import numpy as np

        size = self._block or len(payload) or 1
        parts = [self._decode(payload[at : at + size]) for at in range(0, len(payload), size)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def _decode(self, block: bytes) -> Samples:
        import numpy as np
        from av import Packet
        from av.error import FFmpegError

        try:
            frames = self._context.decode(Packet(block))
        except FFmpegError:
            return np.zeros(0, np.int16)
        parts = [frame.to_ndarray()[0].astype(np.int16) for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


@lru_cache(maxsize=1)
def _mu_law() -> Samples:
    """ITU-T G.711 table 2: sign, three bits of exponent, four of mantissa, all inverted."""
    import numpy as np

    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((code & 15) << 3) + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


@lru_cache(maxsize=1)
def _a_law() -> Samples:
    """ITU-T G.711 table 1: even bits inverted; the lowest segment is linear."""
    import numpy as np

    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = code >> 4 & 7, (code & 15) << 4
    size = np.where(exponent, (mantissa + 264) << np.maximum(exponent - 1, 0), mantissa + 8)
    return np.where(code & 0x80, size, -size).astype(np.int16)


def opus_ticks(payload: bytes) -> int | None:
    """How long an Opus packet lasts in ticks of its 48 kHz clock (RFC 6716 §3.1, §3.2); None: no Opus."""
    if not payload:
        return None
    config, code = payload[0] >> 3, payload[0] & 3
    if config < 12:
        each = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        each = (480, 960)[config & 1]
    else:
        each = (120, 240, 480, 960)[config & 3]
    if code == 3:
        if len(payload) < 2 or payload[1] & 63 == 0:
            return None
        count = payload[1] & 63
    else:
        count = (1, 2, 2)[code]
    return each * count if each * count <= 5760 else None
