"""Which legs of captures are one call?"""

from __future__ import annotations

import random

from calls.captures import capture_maker as make
from quivive.calls.traceback.legs import join, read, records_of

SWITCH, FAR = "198.51.100.20", "203.0.113.30"


def sound(seed: int, count: int = 40, repeat: bytes | None = None) -> list[bytes]:
    rng = random.Random(seed)
    payloads = [repeat or rng.randbytes(160) for _ in range(count)]
    return [make.rtp(payload, at, 160 * at, ssrc=seed) for at, payload in enumerate(payloads)]


def saved(tmp_path, name, *timed):
    frames = sorted(timed, key=lambda pair: pair[0])
    path = tmp_path / name
    path.write_bytes(
        make.pcap([frame for _, frame in frames], 101, times=[make.START + at for at, _ in frames])
    )
    return path


def invite(call: str, more=(), callee="+12025550102", caller="+12025550101", port=30000, src=make.CALLER):
    return make.sip(make.INVITE, call=call, more=more, callee=callee, caller=caller, body=make.sdp(src, port))


def stream(packets, src, sport, dst, dport, begin=0.5):
    return [(begin + 0.02 * at, make.udp(p, src, sport, dst, dport)) for at, p in enumerate(packets)]


def test_two_legs_with_the_same_sound_are_one_call_whatever_their_numbers(tmp_path):
    a = saved(
        tmp_path, "a.pcap", (0, make.udp(invite("a@x"))), *stream(sound(1), make.CALLER, 30000, SWITCH, 40000)
    )
    b = saved(
        tmp_path,
        "b.pcap",
        (
            90,
            make.udp(
                invite("b@y", callee="+13035550199", caller="anonymous", src=SWITCH, port=41000),
                SWITCH,
                5060,
                FAR,
            ),
        ),
        *stream(sound(1), SWITCH, 41000, FAR, 50000, 90.5),
    )
    (call,) = join([*read(a, "north"), *read(b, "south")])
    assert [leg.provider for leg in call.legs] == ["north", "south"]
    assert "same sound" in call.why[0]


def test_silence_is_not_the_same_sound(tmp_path):
    quiet = sound(1, repeat=b"\xff" * 160)
    a = saved(tmp_path, "a.pcap", *stream(quiet, make.CALLER, 30000, SWITCH, 40000))
    b = saved(tmp_path, "b.pcap", *stream(quiet, SWITCH, 41000, FAR, 50000))
    assert len(join([*read(a), *read(b)])) == 2


def test_a_leg_that_names_the_others_call_id_is_of_one_call(tmp_path):
    path = saved(
        tmp_path,
        "a.pcap",
        (0, make.udp(invite("a@x"))),
        (0.3, make.udp(invite("b@y", more=["X-CID: a@x"], caller="+13035550198"), SWITCH, 5060, FAR)),
    )
    (call,) = join(read(path))
    assert "same call identifier" in call.why[0]


def test_a_leg_that_goes_out_where_another_came_in_is_of_one_call(tmp_path):
    path = saved(
        tmp_path, "a.pcap", (0, make.udp(invite("a@x"))), (0.3, make.udp(invite("b@y"), SWITCH, 5060, FAR))
    )
    (record,) = records_of(path)
    assert (record.trunk, record.egress) == (f"{make.CALLER}:5060", f"{FAR}:5060")
    assert record.called == "12025550102"


def test_two_calls_to_different_numbers_stay_two(tmp_path):
    path = saved(tmp_path, "a.pcap", (0, make.udp(invite("a@x"))),
                 (0.3, make.udp(invite("b@y", callee="+12025550177"), SWITCH, 5060, FAR)))  # fmt: skip
    assert len(join(read(path))) == 2


def test_the_two_leg_capture_is_one_call(shared_data):
    folder = shared_data / "calls" / "pcap"
    carrier, customer = (folder / f"asterisk-{name}_G711U.pcap" for name in ("CARRIER", "CUSTOMER"))
    calls = join([*read(carrier, "carrier"), *read(customer, "customer")])
    assert len(calls) == 1
    assert [leg.provider for leg in calls[0].legs] == ["carrier", "customer", "customer"]
    assert any("same stream" in why for why in calls[0].why)


def test_captures_that_share_no_call_are_not_joined(shared_data):
    folder = shared_data / "calls" / "pcap"
    names = (
        "asterisk-CARRIER_G711U",
        "asterisk-40msalaw",
        "asterisk-A_party_g711a",
        "sipp-g711a",
        "asterisk-ulaw-2013785496",
    )
    assert len(join(leg for name in names for leg in read(folder / f"{name}.pcap", name))) == len(names)


def test_the_calls_of_one_capture_stay_apart_and_are_known_in_another(shared_data):
    folder = shared_data / "calls" / "pcap"
    calls = join([*read(folder / "sngrep-aaa.pcap", "a"), *read(folder / "ndpi-sip.pcap", "b")])
    assert [len(call.legs) for call in calls] == [2, 2, 2, 2]
