"""Does the detector say which calls a capture holds, and hand on their messages and sound?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calls.captures import capture_maker as make
from calls.captures.sound import encode, likeness, pcmu, samples_of, tone
from quivive.calls.captures.capture_detector import MOST_TOLD, Captures
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.model import Context, Finding, Item, Limits, Observable, Yield

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def examine(data: bytes, limits: Limits = Limits()) -> list[Yield]:
    item = take(data, "call.pcap", "application/vnd.tcpdump.pcap")
    return list(Captures().examine(item, Context(NOON, limits=limits)))


def findings(data: bytes, limits: Limits = Limits()) -> dict[str, Finding]:
    return {found.code: found for found in examine(data, limits) if isinstance(found, Finding)}


def items(data: bytes, limits: Limits = Limits()) -> dict[str, Item]:
    return {found.name: found for found in examine(data, limits) if isinstance(found, Item)}


def stream(payloads: list[bytes], kind: int = 0, step: int = 160, ssrc: int = 1) -> list[bytes]:
    return [make.rtp(data, n, step * n, kind, ssrc) for n, data in enumerate(payloads)]


def call(**sound: object) -> bytes:
    packets, times = make.answered_call(**sound)  # type: ignore[arg-type]
    return make.pcap(packets, 101, times=times)


@pytest.fixture(scope="module")
def spoken() -> bytes:
    """A call in which the caller's tone is deep and the called person's high."""
    there = stream(pcmu(tone(8000, 1.0, 300)))
    return call(caller_sound=there, callee_sound=stream(pcmu(tone(8000, 0.5, 1000)), ssrc=2))


def test_a_call_is_told_in_one_sentence_and_a_ladder(spoken):
    found = findings(spoken)["capture/call"]
    assert found.kind == "informational"
    assert found.message == (
        "Call 1: 12025550101 called 12025550102 at 2026-11-22 12:00:00 UTC. The call was answered and "
        "lasted 2.1 s."
    )
    rows = found.figures[0].data.splitlines()
    assert rows[0] == "seconds,from,to,message"
    assert rows[1] == "0.000,192.0.2.10:5060,198.51.100.20:5060,INVITE"
    assert rows[-1] == "4.180,198.51.100.20:5060,192.0.2.10:5060,200 OK"


def test_each_direction_becomes_a_recording_of_its_own(spoken):
    found = items(spoken)
    caller, callee = found["call.pcap/call-1-caller.wav"], found["call.pcap/call-1-callee.wav"]
    assert {caller.media_type, callee.media_type} == {"audio/x-wav"}
    assert likeness(samples_of(caller.data)[0], tone(8000, 1.0, 300))[0] > 0.99
    assert likeness(samples_of(callee.data)[0], tone(8000, 0.5, 1000))[0] > 0.99
    assert likeness(samples_of(callee.data)[0], tone(8000, 0.5, 300))[0] < 0.1
    assert caller.meta["codec"] == "PCMU"
    assert caller.meta["ssrc"] == "00000001"
    assert (caller.meta["direction"], callee.meta["direction"]) == ("caller", "callee")
    assert (caller.meta["from"], caller.meta["to"]) == ("192.0.2.10:30000", "198.51.100.20:40000")
    assert (caller.channel, caller.received_at) == ("call", datetime.fromtimestamp(make.START + 2.1, UTC))


def test_the_invite_is_handed_on_as_it_was_received(spoken):
    invite = items(spoken)["call.pcap/call-1-invite.sip"]
    assert invite.media_type == "message/sip"
    assert invite.data == make.sip(make.INVITE, body=make.sdp(make.CALLER, 30000))
    assert invite.meta == {
        "time": f"{make.START:.6f}",
        "src": "192.0.2.10:5060",
        "dst": "198.51.100.20:5060",
        "transport": "UDP",
    }
    assert invite.channel == "call"
    assert invite.received_at == NOON


def test_a_message_with_an_identity_is_handed_on_whatever_its_method():
    signed = make.sip("MESSAGE sip:b@example.org SIP/2.0", "1 MESSAGE", more=["Identity: a.b.c"])
    plain = make.sip("OPTIONS sip:b@example.org SIP/2.0", "1 OPTIONS", call="other@example.org")
    found = items(make.pcap([make.udp(signed), make.udp(plain), make.udp(signed)], 101))
    assert [item.data for item in found.values()] == [signed]


def test_an_invite_sent_again_is_handed_on_once():
    invite = make.udp(make.sip(make.INVITE))
    assert len(items(make.pcap([invite, invite, invite], 101))) == 1


def test_public_addresses_become_observables_and_private_ones_do_not():
    public = make.udp(make.sip(make.INVITE), "8.8.8.8", 5060, "10.0.0.1", 5060)
    public6 = make.udp(make.sip(make.INVITE), "2a00:1450::1", 5060, "fe80::1", 5060)
    found = [f for f in examine(make.pcap([public, public6], 101)) if isinstance(f, Observable)]
    assert [(o.type, o.value) for o in found] == [("ipv4-addr", "8.8.8.8"), ("ipv6-addr", "2a00:1450::1")]


def test_lost_packets_are_told():
    sound = stream(pcmu(tone(8000)))
    found = findings(call(caller_sound=sound[:20] + sound[25:]))["capture/gaps"]
    assert (found.params["lost"], found.params["sent"]) == ("5", "50")


def test_a_codec_that_is_not_read_is_named_and_nothing_is_handed_on():
    sound = stream([b"\x12" * 20] * 20, 18)
    data = call(caller_sound=sound, formats="18")
    assert findings(data)["capture/codec-unreadable"].params["codec"] == "G729"
    assert [name for name in items(data) if name.endswith(".wav")] == []


def test_encrypted_sound_is_not_decoded_as_noise():
    packets = [
        make.udp(make.sip(make.INVITE, body=make.sdp(make.CALLER, 30000, proto="RTP/SAVP"))),
        *(make.udp(p, make.CALLEE, 40000, make.CALLER, 30000) for p in stream([b"\x00" * 160] * 6)),
    ]
    data = make.pcap(packets, 101)
    assert findings(data)["capture/encrypted"].kind == "open"
    assert [name for name in items(data) if name.endswith(".wav")] == []


def test_pressed_keys_are_counted_and_never_shown():
    keys = [make.rtp(bytes([event, 0x8A, 3, 32]), n, 1000 * n, 101) for n, event in enumerate((1, 2, 3, 4))]
    data = call(caller_sound=keys, formats="0 101", lines=["a=rtpmap:101 telephone-event/8000"])
    found = findings(data)["capture/keys"]
    assert found.params["count"] == "4"
    assert "1234" not in "".join(f.message for f in findings(data).values())


def test_opus_told_by_its_form_is_said_to_be():
    opus = stream(encode("libopus", tone(48000, 0.5), 48000), 96, 960)
    data = make.pcap([make.udp(p, make.CALLER, 1000, make.CALLEE, 2000) for p in opus], 101)
    assert findings(data)["capture/codec-guessed"].params["codec"] == "OPUS"
    assert list(items(data)) == ["call.pcap/stream-1.wav"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (make.pcap([make.udp(make.sip(make.INVITE))], 101)[:-10], "capture/cut-short"),
        (make.pcap([make.udp(make.sip(make.INVITE))], 101, snap=200), "capture/cut-frames"),
        (make.pcap(make.fragments(make.udp(b"x" * 3000), 1024)[:2], 101), "capture/fragments-missing"),
        (make.pcap([b"\x00" * 50], 105), "capture/link-unreadable"),
        (make.pcap([make.tcp(b"\x03\x00", 1, dport=1720)], 101), "capture/other-protocol"),
        (make.pcap([], 101), "capture/nothing"),
        (make.pcap([make.tcp(b"a", 1), make.tcp(b"b", 9)], 101), "capture/tcp-gap"),
        (make.pcap([b""], 101) + b"\xff" * 40, "capture/damaged"),
    ],
)
def test_what_could_not_be_read_is_said(data, code):
    assert findings(data)[code].kind == "open"


def test_every_sentence_can_be_filled(spoken):
    for found in findings(spoken).values():
        assert "{" not in found.message


def test_what_is_no_capture_could_not_be_looked_at():
    with pytest.raises(Unreadable):
        examine(b"no capture")


def test_more_than_the_limit_is_said_not_done(spoken):
    few = findings(spoken, Limits(items=2))
    assert "capture/too-many" in few
    assert len(items(spoken, Limits(items=2))) == 2
    small = items(spoken, Limits(item_bytes=4000))
    assert len(small["call.pcap/call-1-caller.wav"].data) <= 4000
    assert "capture/audio-cut" in findings(spoken, Limits(item_bytes=4000))


def test_thousands_of_calls_are_not_told_one_by_one():
    invites = [make.udp(make.sip(make.INVITE, call=f"{n}@example.org")) for n in range(MOST_TOLD + 5)]
    found = [each.code for each in examine(make.pcap(invites, 101)) if isinstance(each, Finding)]
    assert found.count("capture/call-pending") == MOST_TOLD
    assert found.count("capture/too-many") == 1


def test_many_unknown_networks_make_one_finding():
    blocks = [make.interface(200 + n) + make.enhanced(b"?" * 20, number=n) for n in range(20)]
    found = findings(make.section() + b"".join(blocks))["capture/link-unreadable"]
    assert found.params == {"link": "200, 201, 202, 203, 204, 205, 206, 207", "count": "20"}


def test_times_that_no_calendar_has_do_no_harm():
    for time in (0.0, 4_294_967_295.0):
        assert "capture/call-pending" in findings(
            make.pcap([make.udp(make.sip(make.INVITE))], 101, times=[time])
        )
    far = make.section() + make.interface(101, resolution=0) + make.enhanced(make.udp(make.sip(make.INVITE)))
    assert findings(far)["capture/call-pending"].params["time"] == "?"


def test_a_workbench_gets_from_the_capture_to_the_sound(bench, spoken):
    report = bench.check(spoken, name="call.pcap")
    assert {item.media_type for item in report.items} >= {"message/sip", "audio/x-wav"}
    assert "calls.capture" in {e.detector for e in report.examinations if not e.skipped}
