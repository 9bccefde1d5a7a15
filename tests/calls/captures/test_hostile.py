"""Is a damaged or hostile capture answered in bounded time, and never with a foreign exception?"""

from __future__ import annotations

import struct
import time

import pytest

from calls.captures import capture_maker as make
from calls.captures import fuzz
from calls.captures.test_capture_detector import examine
from quivive.model import Finding, Item

LARGEST = fuzz.LARGEST


def test_a_thousand_damaged_captures_are_answered():
    slowest = max(seconds for seconds, _ in fuzz.run(1_000, seed=7))
    assert slowest < 1.0


def filled(frames: list[bytes], apart: float = 1.0) -> bytes:
    """A capture of as many of these frames as go into LARGEST octets, some seconds apart."""
    room = (LARGEST - 24) // (max(len(frame) for frame in frames) + 16)
    return make.pcap(frames[:room], 101, times=[make.START + apart * n for n in range(len(frames[:room]))])


def numbered(frame: bytes) -> list[bytes]:
    """The frame 2,000 times, with its number where XX stands."""
    return [frame.replace(b"XX", struct.pack(">H", n)) for n in range(2_000)]


def speech(payload: bytes, kind: int, step: int, packets_each: int = 2_000) -> list[bytes]:
    """RTP packets, a new source after every `packets_each`."""
    return [
        make.udp(
            make.rtp(payload, n, step * n, kind, n // packets_each), make.CALLER, 2000, make.CALLEE, 4000
        )
        for n in range(2_000)
    ]


HOSTILE = {
    "four packets a source, a minute apart": filled(speech(b"\xff", 0, 480_000, 4), apart=60.0),
    "an hour between packets": filled(speech(b"\xff", 0, 28_800_000), apart=3600.0),
    "Opus of 120 ms in two octets": filled(speech(b"\x1f\x02", 111, 5760), apart=0.12),
    "noise as Opus": filled(speech(bytes(range(256)), 111, 480), apart=0.01),
    "a call a packet": filled(numbered(make.udp(make.sip(make.INVITE, call="XX")))),
    "the same call over and over": filled(
        [make.udp(make.sip(make.INVITE, body=make.sdp("192.0.2.1", 3)))] * 200
    ),
    "first fragments": filled([make.fragments(make.udp(b"x" * 64), 32, n)[0] for n in range(2_000)]),
    "an octet a segment": filled([make.tcp(b"I", n) for n in range(2_000)]),
    "every second octet missing": filled([make.tcp(b"I", 2 * n) for n in range(2_000)]),
    "empty frames": filled([b""] * 4_000),
    "SIP start lines in one connection": filled(
        [make.tcp(b"INVITE sip:a SIP/2.0\r\n" * 60, 1320 * n) for n in range(60)]
    ),
    "a mark without end": make.pcap([make.udp(b"SIP/2.0 " * 8000)], 101),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_capture_of_64_kib_takes_less_than_a_second(name):
    data = HOSTILE[name]
    assert len(data) <= LARGEST + 100
    started = time.process_time()
    found = examine(data)
    assert time.process_time() - started < 1.0
    assert any(isinstance(each, Finding) for each in found)
    assert sum(each.size for each in found if isinstance(each, Item)) < 2**28
