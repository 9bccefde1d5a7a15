"""Whose voice does each RTP stream carry, and in which codec?"""

from __future__ import annotations

import struct

import pytest

from calls.captures import capture_maker as make
from calls.captures.sound import encode, tone
from quivive.calls.captures.capture import Capture, read


def capture(**sound: object) -> Capture:
    packets, times = make.answered_call(**sound)  # type: ignore[arg-type]
    return read(make.pcap(packets, 101, times=times))


def stream(payloads: list[bytes], kind: int = 0, step: int = 160, ssrc: int = 1) -> list[bytes]:
    return [make.rtp(data, n, step * n, kind, ssrc) for n, data in enumerate(payloads)]


def press(event: int, stamp: int, seq: int, kind: int = 101) -> list[bytes]:
    """A key held for 60 ms, its last packet sent three times."""
    return [
        make.rtp(struct.pack(">BBH", event, 0x80 if n > 1 else 0, 160 * min(n + 1, 3)), seq + n, stamp, kind)
        for n in range(5)
    ]


def test_both_directions_are_told_apart_by_the_session_descriptions():
    found = capture(
        caller_sound=stream([b"\xff" * 160] * 10), callee_sound=stream([b"\x7f" * 160] * 8, ssrc=2)
    )
    assert [(v.speaker, v.codec.name, len(v.packets)) for v in found.voices] == [
        ("caller", "PCMU", 10),
        ("callee", "PCMU", 8),
    ]
    assert {v.call.number for v in found.voices if v.call} == {1}


def test_a_dynamic_payload_type_is_what_the_session_description_says():
    lines = ["a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000"]
    sound = stream(encode("g722", tone(16000, 0.2), 16000), 111)
    (voice,) = capture(caller_sound=sound, formats="111", lines=["a=rtpmap:111 G722/8000"]).voices
    assert (voice.codec.name, voice.guessed) == ("G722", False)
    (voice,) = capture(caller_sound=stream([b"\x48x"], 111), formats="111 9", lines=lines).voices
    assert voice.codec.name == "OPUS"


def test_sound_encrypted_by_agreement_is_said_to_be():
    packets = [
        make.udp(make.sip(make.INVITE, body=make.sdp(make.CALLER, 30000, proto="RTP/SAVP"))),
        *(make.udp(p, make.CALLEE, 40000, make.CALLER, 30000) for p in stream([b"\xff" * 160] * 6)),
    ]
    (voice,) = read(make.pcap(packets, 101)).voices
    assert voice.encrypted
    assert voice.speaker == "callee"


def test_a_sender_behind_address_translation_is_known_by_where_it_sends_to():
    private = make.sip(make.INVITE, body=make.sdp("10.0.0.5", 30000))
    answer = make.sip("SIP/2.0 200 OK", body=make.sdp(make.CALLEE, 40000), to_tag="b")
    packets = [
        make.udp(private),
        make.udp(answer, make.CALLEE, 5060, make.CALLER, 5060),
        *(make.udp(p, make.CALLER, 61000, make.CALLEE, 40000) for p in stream([b"\xff" * 160] * 6)),
        *(make.udp(p, make.CALLEE, 40000, make.CALLER, 61000) for p in stream([b"\xff" * 160] * 6, ssrc=2)),
    ]
    found = read(make.pcap(packets, 101))
    assert [v.speaker for v in found.voices] == ["caller", "callee"]


def test_a_port_used_again_belongs_to_the_later_call():
    packets, times = make.answered_call(stream([b"\xff" * 160] * 5))
    again = [p.replace(b"call-a@", b"call-b@") for p in packets]
    again = [p[:28] + p[28:36] + b"\x00\x00\x00\x09" + p[40:] if p[28] == 0x80 else p for p in again]
    later = [t + 100 for t in times]
    found = read(make.pcap(packets + again, 101, times=times + later))
    assert [v.call.number for v in found.voices if v.call] == [1, 2]


def test_keys_are_counted_and_no_sound():
    keys = [*press(1, 8000, 10), *press(1, 9600, 15), *press(11, 11200, 20), *press(16, 12800, 25)]
    sound = stream([b"\xff" * 160] * 10) + keys
    lines = ["a=rtpmap:101 telephone-event/8000"]
    found = capture(caller_sound=sound, formats="0 101", lines=lines)
    assert [(k.count, k.speaker) for k in found.keys] == [(3, "caller")]  # event 16 is a hook flash
    assert [(v.codec.name, len(v.packets)) for v in found.voices] == [("PCMU", 10)]


def unsignalled(packets: list[bytes]) -> Capture:
    return read(make.pcap([make.udp(p, make.CALLER, 30000, make.CALLEE, 40000) for p in packets], 101))


def test_keys_are_recognised_without_signalling():
    found = unsignalled([*press(5, 8000, 10, 96), *press(7, 9600, 15, 96)])
    assert [k.count for k in found.keys] == [2]
    assert not found.voices


def test_opus_is_recognised_without_signalling_by_the_length_its_packets_state():
    opus = encode("libopus", tone(48000, 0.5), 48000)
    (voice,) = unsignalled(stream(opus, 96, 960)).voices
    assert (voice.codec.name, voice.guessed, voice.call) == ("OPUS", True, None)


@pytest.mark.parametrize("step", [480, 1200, 3000])
def test_another_dynamic_codec_is_not_taken_for_opus(step):
    opus = encode("libopus", tone(48000, 0.5), 48000)
    (voice,) = unsignalled(stream(opus, 96, step)).voices
    assert voice.codec.name == "payload type 96"


def test_rtp_over_tcp_is_read():
    """RFC 4571: each packet behind its length in two octets."""
    framed = b"".join(len(p).to_bytes(2, "big") + p for p in stream([b"\xd5" * 160] * 20, 8))
    segments = [make.tcp(framed[at : at + 500], 1 + at, dport=5000) for at in range(0, len(framed), 500)]
    (voice,) = read(make.pcap(segments, 101)).voices
    assert (voice.codec.name, len(voice.packets)) == ("PCMA", 20)
