"""The made-up voice of the example call, as it was made (examples/make_call.py), and what lines do to it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from conftest import NOON, ROOT
from quivive.intake import take
from quivive.model import Context, Item
from quivive.voices.sound import RATE, decode

Samples = NDArray[np.float32]
CALL = ROOT / "examples" / "grandchild" / "7-phone-call.pcap"


@lru_cache(maxsize=1)
def recording() -> bytes:
    """What the caller of the example says: WAV at 8 kHz."""
    from quivive.calls.captures.capture_detector import Captures

    item = take(CALL.read_bytes(), "call.pcap", "application/vnd.tcpdump.pcap")
    found = [each for each in Captures().examine(item, Context(NOON)) if isinstance(each, Item)]
    (said,) = [each for each in found if each.name.endswith("caller.wav")]
    return said.data


def voice() -> Samples:
    """The caller's words at RATE."""
    (track,) = decode(recording())
    return track.samples


def brightened(speech: Samples) -> Samples:
    """Speech with hiss above 4 kHz where it is loud: as wide as from a good microphone."""
    rng = np.random.default_rng(1)
    hiss = np.fft.rfft(rng.normal(size=len(speech)))
    hiss[np.arange(len(hiss)) * RATE / len(speech) < 3500] = 0
    loud = np.convolve(np.abs(speech), np.ones(800) / 800, "same")
    return (speech + 0.3 * loud * np.fft.irfft(hiss, len(speech))).astype(np.float32)
