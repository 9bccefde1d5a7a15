"""What was said over each TCP connection, in order and without what was sent twice?"""

from __future__ import annotations

from collections import Counter

import pytest

from calls.captures import capture_maker as make
from quivive.calls.captures.packets import TCP, Packet
from quivive.calls.captures.streams import Connections

TEXT = bytes(range(256)) * 4


def segment(seq: int, data: bytes, time: float = 0.0, flags: int = 0x18) -> Packet:
    src, dst = make.packed(make.CALLER), make.packed(make.CALLEE)
    return Packet(time, TCP, src, 40000, dst, 5060, data, seq & 0xFFFFFFFF, flags)


def read(*segments: Packet) -> tuple[list[bytes], Counter[str]]:
    connections, faults = Connections(), Counter[str]()
    for each in segments:
        connections.add(each)
    return [piece.data for piece in connections.pieces(faults)], faults


@pytest.mark.parametrize("first", [1000, 0xFFFFFF80], ids=["plain", "numbers wrap"])
@pytest.mark.parametrize("syn", [True, False], ids=["from the begin", "from the middle"])
def test_segments_are_put_in_order(first, syn):
    parts = [segment(first + at, TEXT[at : at + 100]) for at in range(0, len(TEXT), 100)]
    opening = [segment(first - 1, b"", flags=2)] if syn else []
    assert read(*opening, parts[0], *reversed(parts[1:])) == ([TEXT], {})


def test_what_is_sent_twice_counts_once():
    a, b, c = segment(0, TEXT[:300]), segment(200, TEXT[200:600]), segment(600, TEXT[600:])
    assert read(a, a, b, a, c, b, segment(100, TEXT[100:200])) == ([TEXT], {})


def test_a_gap_parts_the_stream_and_is_counted():
    data, faults = read(segment(0, TEXT[:100]), segment(500, TEXT[500:]))
    assert data == [TEXT[:100], TEXT[500:]]
    assert faults["tcp-gap"] == 1


def test_a_gap_of_two_gigabytes_takes_no_memory():
    data, _ = read(segment(0, b"a"), segment(0x7FFFFFF0, b"b"))
    assert data == [b"a", b"b"]


def test_a_new_connection_on_old_ports_is_told_apart():
    first = [segment(9, b"", flags=2), segment(10, b"first")]
    second = [segment(5_000_009, b"", flags=2), segment(5_000_010, b"second")]
    assert read(*first, *second) == ([b"first", b"second"], {})


def test_a_syn_that_is_sent_again_opens_no_new_connection():
    syn = segment(9, b"", flags=2)
    assert read(syn, syn, segment(10, b"first "), syn, segment(16, b"second")) == ([b"first second"], {})


def test_each_octet_has_the_time_of_the_segment_that_brought_it():
    connections = Connections()
    connections.add(segment(0, b"aaaa", 1.0))
    connections.add(segment(4, b"bbbb", 2.0))
    (piece,) = connections.pieces(Counter())
    assert [piece.time(at) for at in (0, 3, 4, 7)] == [1.0, 1.0, 2.0, 2.0]
