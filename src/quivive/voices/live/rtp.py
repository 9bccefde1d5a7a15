"""What does an RTP packet carry (RFC 3550 §5.1, RFC 3551 §6)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quivive.errors import Unreadable, UsageError
from quivive.voices.live.codecs import Codec, named

KINDS: Mapping[int, Codec] = {0: Codec("PCMU"), 8: Codec("PCMA"), 9: Codec("G722", 16000, 8000),
                              11: Codec("L16", 44100, 44100)}  # fmt: skip
"""Payload types with a fixed meaning that are read; others are named by `mapped`."""
_HEADER = 12


@dataclass(frozen=True)
class Packet:
    """`source` is the SSRC; `number` counts mod 2^16, `time` ticks of the codec's clock mod 2^32."""

    kind: int
    number: int
    time: int
    source: int
    octets: bytes


def parse(data: bytes) -> Packet | None:
    """The packet; None for what is no RTP, RTCP on the same port (RFC 5761 §4) among it."""
    if len(data) < _HEADER or data[0] >> 6 != 2 or 72 <= data[1] & 127 <= 76:
        return None
    begin = _HEADER + 4 * (data[0] & 15)
    if data[0] & 16:  # an extension: its length in words stands in its second half-word
        if len(data) < begin + 4:
            return None
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4])
    end = len(data) - (data[-1] if data[0] & 32 else 0)
    if begin > end:
        return None
    return Packet(
        data[1] & 127,
        int.from_bytes(data[2:4]),
        int.from_bytes(data[4:8]),
        int.from_bytes(data[8:12]),
        data[begin:end],
    )


def mapped(texts: tuple[str, ...]) -> dict[int, Codec]:
    """Payload types as the user names them, '96=opus' or '97=L16/16000', beside the fixed ones.

    Raises UsageError naming the one that does not read.
    """
    found = dict(KINDS)
    for text in texts:
        kind, _, rest = text.partition("=")
        name, _, rate = rest.partition("/")
        try:
            if not 0 <= int(kind) <= 127:
                raise ValueError(kind)
            found[int(kind)] = named(name, int(rate or 8000), network_order=True)
        except (ValueError, Unreadable) as error:
            raise UsageError(
                f"'{text}' does not name a payload type: write 96=opus or 97=L16/16000."
            ) from error
    return found
