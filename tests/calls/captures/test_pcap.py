"""Which frames does a capture file hold, and when was each caught?"""

from __future__ import annotations

import struct
from collections import Counter

import pytest

from calls.captures import capture_maker as make
from quivive.calls.captures.pcap import Faults, Frame, frames
from quivive.errors import Unreadable

FRAMES = [b"first frame", b"second, longer frame", b"3"]


def read(data: bytes) -> tuple[list[bytes], list[Frame], Faults]:
    faults: Faults = Counter()
    found = list(frames(data, faults))
    return [data[f.start : f.end] for f in found], found, faults


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_it_reads_pcap_in_both_byte_orders_and_both_units_of_time(order, nano):
    times = [make.START, make.START + 0.25, make.START + 1.5]
    data, found, faults = read(make.pcap(FRAMES, order=order, nano=nano, times=times))
    assert data == FRAMES
    assert [f.time for f in found] == pytest.approx(times, abs=1e-6)
    assert not faults


@pytest.mark.parametrize("order", ["<", ">"])
def test_it_reads_pcapng_in_both_byte_orders(order):
    data, found, faults = read(make.pcapng(FRAMES, link=113, order=order))
    assert data == FRAMES
    assert {f.link for f in found} == {113}
    assert found[1].time - found[0].time == pytest.approx(0.02, abs=1e-5)
    assert not faults


def test_a_second_section_in_the_other_byte_order_brings_its_own_interfaces():
    first = make.section("<") + make.interface(1, "<") + make.enhanced(b"aaaa", order="<")
    second = make.section(">") + make.interface(101, ">") + make.enhanced(b"bbbb", order=">")
    data, found, _ = read(first + second)
    assert data == [b"aaaa", b"bbbb"]
    assert [f.link for f in found] == [1, 101]


def test_each_interface_has_its_own_link_type_and_unit_of_time():
    blocks = [make.interface(1), make.interface(276, resolution=9), make.interface(0, resolution=0x80 | 10)]
    packets = [
        make.enhanced(b"micro", make.START, 0),
        make.enhanced(b"nano", make.START, 1, unit=1e9),
        make.enhanced(b"1/1024", make.START, 2, unit=1024),
    ]
    _, found, _ = read(make.section() + b"".join(blocks + packets))
    assert [f.link for f in found] == [1, 276, 0]
    assert [f.time for f in found] == pytest.approx([make.START] * 3, abs=1e-3)


def test_the_offset_of_an_interface_is_added_to_its_times():
    data = make.section() + make.interface(offset=1_000_000_000) + make.enhanced(b"x", 795_348_800.0)
    _, found, _ = read(data)
    assert found[0].time == pytest.approx(make.START)


def test_old_and_simple_packet_blocks_are_read_and_unknown_blocks_passed_over():
    unknown = make.block(0x0BAD, b"some statistics")
    data, found, faults = read(
        make.section() + make.interface() + make.old(b"old") + unknown + make.simple(b"simple")
    )
    assert data == [b"old", b"simple"]
    assert found[1].time == found[0].time  # a simple packet has no time of its own
    assert not faults


def test_frames_cut_by_the_snapshot_length_keep_their_length_on_the_wire():
    _, found, _ = read(make.pcap([b"x" * 100], snap=60))
    assert (found[0].end - found[0].start, found[0].length) == (60, 100)


def test_a_file_cut_off_gives_what_came_before_and_says_so():
    whole = make.pcap(FRAMES)
    data, _, faults = read(whole[: len(whole) - len(FRAMES[2]) - 16 - 5])
    assert data == [FRAMES[0], FRAMES[1][:-5]]
    assert faults["cut-short"] == 1


@pytest.mark.parametrize("rest", [b"\x00", b"\x00" * 15])
def test_a_file_cut_off_in_the_head_of_a_record_says_so(rest):
    assert read(make.pcap([]) + rest)[2]["cut-short"] == 1
    data, _, faults = read(make.pcap(FRAMES) + rest)
    assert (data, faults["cut-short"]) == (FRAMES, 1)


def test_a_pcapng_file_cut_off_says_so():
    data, _, faults = read(make.pcapng(FRAMES)[:-6])
    assert data == FRAMES[:2]
    assert faults["cut-short"] == 1


def test_an_absurd_frame_length_is_damage_not_an_allocation():
    good = make.pcap(FRAMES[:1])
    data, _, faults = read(good + struct.pack("<IIII", 1, 1, 0xFFFFFFF0, 0xFFFFFFF0) + b"x" * 100)
    assert data == FRAMES[:1]
    assert faults["damaged"] == 1


@pytest.mark.parametrize("length", [0, 4, 13])
def test_a_block_with_an_impossible_length_is_damage_not_an_endless_loop(length):
    broken = struct.pack("<II", 6, length) + b"\x00" * 60
    _, _, faults = read(make.section() + make.interface() + broken)
    assert faults["damaged"] == 1


def test_a_packet_of_an_interface_that_was_never_described_is_counted():
    _, found, faults = read(make.section() + make.interface() + make.enhanced(b"x", number=3))
    assert not found
    assert faults["damaged-blocks"] == 1


@pytest.mark.parametrize("data", [b"", b"\xd4\xc3\xb2\xa1", b"GIF89a", b"\x0a\x0d\x0d\x0a" + b"\x00" * 40])
def test_what_is_no_capture_is_refused(data):
    with pytest.raises(Unreadable):
        frames(data, Counter())
