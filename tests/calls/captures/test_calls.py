"""Which calls do the SIP messages of a capture make?"""

from __future__ import annotations

import pytest

from calls.captures import capture_maker as make
from quivive.calls.captures.capture import Capture, read

THERE = {"src": make.CALLER, "dst": make.CALLEE}
BACK = {"src": make.CALLEE, "dst": make.CALLER}


def capture(*packets: bytes, times: list[float] | None = None) -> Capture:
    return read(make.pcap(list(packets), 101, times=times))


def udp(message: bytes, back: bool = False, port: int = 5060) -> bytes:
    ends = BACK if back else THERE
    return make.udp(message, sport=port, dport=port, **ends)


INVITE = make.sip(make.INVITE)
BUSY = make.sip("SIP/2.0 486 Busy Here", to_tag="b")
OK = make.sip("SIP/2.0 200 OK", to_tag="b")
BYE = make.sip(make.BYE, "2 BYE", to_tag="b")


def test_an_answered_call_has_begin_answer_and_end():
    packets, times = make.answered_call([make.rtp(b"\xff" * 160, n, 160 * n) for n in range(50)])
    (call,) = read(make.pcap(packets, 101, times=times)).calls
    assert [s.line for s in call.signals] == ["INVITE", "180 Ringing", "200 OK", "ACK", "BYE", "200 OK"]
    assert call.answered is not None
    assert call.ended is not None
    assert call.started == pytest.approx(make.START)
    assert call.answered - call.started == pytest.approx(2.0)
    assert call.ended - call.answered == pytest.approx(2.08, abs=0.01)


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ([BUSY], 486, "Busy Here"),
        ([make.sip("SIP/2.0 100 Trying")], None, ""),
        ([make.sip("SIP/2.0 407 Proxy Authentication Required")], 407, "Proxy Authentication Required"),
        (
            [make.sip("SIP/2.0 401 Unauthorized"), make.sip("SIP/2.0 603 Decline", "2 INVITE")],
            603,
            "Decline",
        ),
        ([], None, ""),
    ],
)
def test_a_call_that_was_not_answered_says_why(answers, status, reason):
    (call,) = capture(udp(INVITE), *(udp(a, back=True) for a in answers)).calls
    assert (call.answered, call.status, call.reason) == (None, status, reason)


def test_a_refused_change_during_the_call_does_not_make_it_unanswered():
    refused = make.sip("SIP/2.0 488 Not Acceptable Here", "2 INVITE", to_tag="b")
    (call,) = capture(udp(INVITE), udp(OK, back=True), udp(refused, back=True)).calls
    assert call.status == 200


def test_calls_are_told_apart_by_their_call_id_and_registrations_are_none():
    other = make.sip(make.INVITE, call="call-b@example.org")
    register = make.sip("REGISTER sip:example.org SIP/2.0", "1 REGISTER", call="r@example.org")
    found = capture(udp(INVITE), udp(other), udp(register), udp(BUSY, back=True))
    assert [len(call.signals) for call in found.calls] == [2, 1]
    assert len(found.messages) == 4


def test_a_call_whose_begin_was_not_captured_is_still_a_call():
    (call,) = capture(udp(OK, back=True), udp(BYE)).calls
    assert call.invite is None
    assert call.answered is not None


def test_sip_is_recognised_on_any_port_and_behind_keep_alives():
    found = capture(udp(INVITE, port=33333), udp(b"\r\n\r\n"), udp(b"\r\n" + BUSY, back=True, port=33333))
    assert [s.line for s in found.messages] == ["INVITE", "486 Busy Here"]


def test_compact_forms_and_folded_lines_are_read():
    text = (
        b"INVITE sip:bob@example.org SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.10\r\n"
        b"f: <sip:al@example.org>;tag=1\r\n"
        b"t: <sip:bob@example.org>\r\ni: folded@\r\n example.org\r\nCSeq: 5\r\n\tINVITE\r\nl: 0\r\n\r\n"
    )
    (signal,) = capture(udp(text)).messages
    assert (signal.call_id, signal.number, signal.method) == (b"folded@ example.org", 5, "INVITE")


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_messages_over_tcp_are_cut_by_their_length_however_they_are_sent(size):
    stream = INVITE + b"\r\n\r\n" + make.sip(make.ACK, "1 ACK", body=make.sdp(make.CALLER, 30000)) + BYE
    segments = [make.tcp(stream[at : at + size], 1000 + at) for at in range(0, len(stream), size)]
    found = capture(make.tcp(b"", 999, 2), *segments)
    assert [s.line for s in found.messages] == ["INVITE", "ACK", "BYE"]
    assert {s.transport for s in found.messages} == {"TCP"}
    assert not found.faults


def test_a_gap_in_a_connection_loses_only_what_it_hits():
    stream = INVITE + BYE
    hole = len(INVITE) // 2
    found = capture(make.tcp(stream[:hole], 0), make.tcp(stream[len(INVITE) :], len(INVITE)))
    assert [s.line for s in found.messages] == ["INVITE", "BYE"]
    assert (found.faults["tcp-gap"], found.faults["sip-cut"]) == (1, 1)


def test_it_reads_a_call_over_ipv6_in_fragments_with_vlan_tags():
    offer = make.sdp("2001:db8::1", 30000, "0 8 " + " ".join(map(str, range(96, 128))))
    long = make.sip(make.INVITE, body=offer, more=["X-Filler: " + "x" * 3000])
    pieces = make.fragments(make.udp(long, "2001:db8::1", 5060, "2001:db8::2", 5060), 1232)
    frames = [make.ethernet(piece, b"\x81\x00\x00\x05") for piece in pieces]
    found = read(make.pcapng(frames))
    (signal,) = found.messages
    assert signal.data == long
    assert (signal.media[0].address, signal.media[0].port) == (make.packed("2001:db8::1"), 30000)


def test_who_sent_a_message_is_told_by_the_from_tag():
    """A change of the call by the called person has their tag in From."""
    change = make.sip(make.INVITE, "1 INVITE", body=make.sdp(make.CALLEE, 40000), from_tag="b", to_tag="a1")
    agreed = make.sip(
        "SIP/2.0 200 OK", "1 INVITE", body=make.sdp(make.CALLER, 30002), from_tag="b", to_tag="a1"
    )
    (call,) = capture(udp(INVITE), udp(OK, back=True), udp(change, back=True), udp(agreed)).calls
    assert [call.sender(s) for s in call.signals] == ["caller", "callee", "callee", "caller"]


def test_other_protocols_of_telephony_are_named():
    h323 = make.tcp(b"\x03\x00\x00\x10\x08\x02", 1, dport=1720)
    tls = make.tcp(b"\x16\x03\x01\x00\x05hello", 1, dport=5061)
    assert set(capture(h323, tls).others) == {"H.323", "SIP over TLS"}
