"""Which packets belong to one RTP stream, and in which order were they sent?"""

from __future__ import annotations

import random
import struct

import pytest

from calls.captures import capture_maker as make
from quivive.calls.captures.packets import UDP, Packet
from quivive.calls.captures.rtp import Rtp, Stream, Streams, in_order, looks_like_rtp, parse

ENDS = (make.packed(make.CALLER), 30000, make.packed(make.CALLEE), 40000)


def read(payloads: list[bytes], announced: bool = False) -> list[Stream]:
    streams = Streams()
    for number, data in enumerate(payloads):
        streams.add(Packet(0.02 * number, UDP, *ENDS, data))
    return list(streams.streams({ENDS[2:]} if announced else set()))


def packet(seq: int, data: bytes = b"x") -> Rtp:
    return Rtp(0.0, seq & 0xFFFF, 160 * seq, 0, data)


def test_the_header_is_read_with_contributors_extension_and_padding():
    fixed = struct.pack(">BBHII", 0x80 | 0x20 | 0x10 | 2, 0x80 | 8, 7, 1600, 99)
    data = fixed + b"CSRCcsrc" + b"\xbe\xde\x00\x01EXTN" + b"sound" + b"\x00\x00\x03"
    assert parse(1.0, data) == Rtp(1.0, 7, 1600, 8, b"sound")


@pytest.mark.parametrize("data", [
    b"\x8f\x00" + b"\x00" * 12,                        # fifteen contributors that are not there
    b"\x90\x00" + b"\x00" * 10 + b"\xbe\xde\xff\xff",  # an extension longer than the packet
    b"\xa0\x00" + b"\x00" * 10 + b"\xff",              # more padding than payload
])  # fmt: skip
def test_a_header_that_does_not_add_up_is_no_rtp(data):
    assert parse(0.0, data) is None


def test_a_stream_is_told_by_its_rising_numbers():
    (stream,) = read([make.rtp(b"x" * 160, 65533 + n, 160 * n, ssrc=0xABCD) for n in range(10)])
    assert (stream.ssrc, len(stream.packets), stream.lost) == ("0000abcd", 10, 0)


def test_other_protocols_that_begin_alike_are_not_taken_for_sound():
    names = [struct.pack(">HHHHHH", 0x8000 + 7 * n, 0x0110, 1, 0, 0, 0) + b"NAMESERVICE" for n in range(50)]
    noise = random.Random(1)
    strays = [b"\x80" + noise.randbytes(7) + b"same" + noise.randbytes(40) for _ in range(50)]
    assert read(names) == []
    assert read(strays) == []


def test_three_packets_are_too_few_unless_signalling_announced_them():
    few = [make.rtp(b"x", n, 160 * n) for n in range(3)]
    assert read(few) == []
    assert len(read(few, announced=True)) == 1


def test_control_packets_are_told_apart():
    streams = Streams()
    assert streams.add(Packet(0.0, UDP, *ENDS, b"\x80\xc8\x00\x06" + b"\x00" * 24))
    assert streams.add(Packet(0.0, UDP, *ENDS, b"\x81\xcd\x00\x02\x00\x00\x00\x01"))
    assert streams.control == 2
    assert not list(streams.streams({ENDS[2:]}))


def test_late_and_doubled_packets_find_their_place_across_the_wrap():
    sent = [packet(seq) for seq in range(65530, 65546)]
    mixed = [*sent[:4], sent[5], sent[4], *sent[6:12], sent[10], *sent[12:]]
    ordered, lost = in_order(mixed)
    assert [p.seq for p in ordered] == [p.seq for p in sent]
    assert lost == 0


def test_missing_packets_are_counted():
    _, lost = in_order([packet(seq) for seq in range(100) if seq not in (7, 8, 50)])
    assert lost == 3


def test_a_sender_that_begins_anew_has_lost_nothing():
    ordered, lost = in_order([packet(n) for n in range(10)] + [packet(30000 + n) for n in range(10)])
    assert (len(ordered), lost) == (20, 0)


def test_a_few_losses_do_not_hide_a_stream():
    kept = [packet(n) for n in range(200) if n % 10]
    assert looks_like_rtp(kept)
