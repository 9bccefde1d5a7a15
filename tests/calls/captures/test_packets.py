"""Which UDP datagrams and TCP segments do the frames carry?"""

from __future__ import annotations

from collections import Counter

import pytest

from calls.captures import capture_maker as make
from quivive.calls.captures.fragments import MOST_WAITING
from quivive.calls.captures.packets import TCP, UDP, Packet, packets
from quivive.calls.captures.pcap import Faults, frames

HELLO = make.udp(b"hello", sport=1111, dport=2222)
HELLO6 = make.udp(b"hello", "2001:db8::1", 1111, "2001:db8::2", 2222)


def read(frames_: list[bytes], link: int = 1, snap: int = 262144) -> tuple[list[Packet], Faults]:
    data, faults = make.pcap(frames_, link, snap=snap), Counter[str]()
    found = list(packets(data, frames(data, faults), faults, Counter()))
    return found, +faults


VLAN = b"\x81\x00\x00\x05"
QINQ = b"\x88\xa8\x00\x09" + VLAN
LINKS = {
    "Ethernet": (1, make.ethernet),
    "VLAN": (1, lambda p: make.ethernet(p, VLAN)),
    "QinQ": (1, lambda p: make.ethernet(p, QINQ)),
    "MPLS": (1, make.mpls),
    "PPPoE": (1, make.pppoe),
    "Linux cooked": (113, make.sll),
    "Linux cooked 2": (276, make.sll2),
    "raw": (101, lambda p: p),
    "raw, old number": (12, lambda p: p),
    "loopback": (0, make.loopback),
    "loopback of another machine": (0, lambda p: make.loopback(p, ">")),
    "OpenBSD loopback": (108, lambda p: make.loopback(p, ">")),
    "PPP": (9, make.ppp),
    "PPP without address": (9, lambda p: make.ppp(p)[2:]),
    "GRE": (101, make.gre),
    "IP in IP": (101, lambda p: make.ip(4 if p[0] >> 4 == 4 else 41, p)),
    "802.3 with SNAP": (
        1,
        lambda p: b"\x02" * 12 + b"\x00\x40\xaa\xaa\x03\0\0\0" + make.ethernet(p)[12:14] + p,
    ),
}


@pytest.mark.parametrize("packet", [HELLO, HELLO6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("layer", LINKS)
def test_it_finds_the_datagram_in_every_kind_of_frame(layer, packet):
    link, wrap = LINKS[layer]
    found, faults = read([wrap(packet)], link)
    assert [(p.protocol, p.sport, p.dport, p.data) for p in found] == [(UDP, 1111, 2222, b"hello")]
    assert found[0].src == (make.packed(make.CALLER) if packet is HELLO else make.packed("2001:db8::1"))
    assert not faults


def test_the_padding_of_a_short_ethernet_frame_is_no_data():
    found, _ = read([make.ethernet(HELLO) + b"\x00" * 30])
    assert found[0].data == b"hello"


def test_a_length_of_zero_means_that_the_network_card_fills_it_in():
    packet = bytearray(HELLO)
    packet[2:4] = b"\x00\x00"
    found, _ = read([bytes(packet)], 101)
    assert found[0].data == b"hello"


def test_ipv6_extension_headers_are_passed_over():
    hop, destination = b"\x3c\x00" + b"\x00" * 6, b"\x11\x01" + b"\x00" * 14
    found, _ = read([make.ip(0, hop + destination + HELLO6[40:], "2001:db8::1", "2001:db8::2")], 101)
    assert found[0].data == b"hello"


def test_tcp_segments_keep_number_and_flags():
    found, _ = read([make.ethernet(make.tcp(b"abc", 77, 0x12))])
    assert (found[0].protocol, found[0].seq, found[0].flags, found[0].data) == (TCP, 77, 0x12, b"abc")


@pytest.mark.parametrize("address", [make.CALLER, "2001:db8::1"], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("order", ["as sent", "backwards", "twice"])
def test_fragments_are_put_together_in_whatever_order_they_come(address, order):
    data = bytes(range(256)) * 12
    other = make.CALLEE if "." in address else "2001:db8::2"
    pieces = make.fragments(make.udp(data, address, 5060, other, 5060), 1024)
    assert len(pieces) == 4
    pieces = {"as sent": pieces, "backwards": pieces[::-1], "twice": pieces[:-1] * 2 + pieces[-1:]}[order]
    found, faults = read(pieces, 101)
    assert [p.data for p in found] == [data]
    assert not faults


def test_a_missing_fragment_is_said():
    pieces = make.fragments(make.udp(b"x" * 3000), 1024)
    found, faults = read([pieces[0], pieces[2]], 101)
    assert not found
    assert faults["fragments-missing"] == 1


def test_fragments_that_overlap_do_not_rewrite_what_came_first():
    first, second, *_ = make.fragments(make.udp(b"A" * 1016 + b"B" * 100), 1024)
    forged = make.fragments(make.udp(b"A" * 1016 + b"Z" * 100), 1024)[1]
    found, _ = read([second, forged, first], 101)
    assert found[0].data.endswith(b"B" * 100)


def test_a_flood_of_first_fragments_is_bounded():
    flood = [make.fragments(make.udp(b"x" * 64), 32, number)[0] for number in range(2 * MOST_WAITING)]
    found, faults = read(flood, 101)
    assert not found
    assert faults["fragments-missing"] == 2 * MOST_WAITING


def test_what_the_snapshot_length_cut_off_is_said():
    found, faults = read([make.ethernet(make.udp(b"x" * 500))], snap=100)
    assert found[0].data == b"x" * (100 - 14 - 28)
    assert faults["cut-frames"] == 1


def test_frames_of_a_network_that_is_not_read_are_counted_by_its_number():
    data, links = make.pcap([b"\x00" * 60] * 3, 105), Counter[int]()
    assert list(packets(data, frames(data, Counter()), Counter(), links)) == []
    assert links == {105: 3}


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x02" * 13, make.ethernet(HELLO)[:20], b"\x02" * 12 + b"\x08\x06" + b"\x00" * 40,
     make.ethernet(b"\x4f" + HELLO[1:]), b"\x02" * 12 + VLAN * 30],
)  # fmt: skip
def test_frames_without_a_readable_packet_give_none(frame):
    found, _ = read([frame])
    assert not found


def test_tunnels_within_tunnels_end():
    packet = HELLO
    for _ in range(50):
        packet = make.ip(4, packet)
    assert read([packet], 101)[0] == []
