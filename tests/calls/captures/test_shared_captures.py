"""What does each of the shared captures hold?

The figures were worked out with `tcpdump -T rtp`, `tcpdump -A` and awk, not with this reader: messages by
their start lines, calls by the Call-IDs of INVITEs, sound by payload octets (one a sample in G.711) and by
the span of sequence numbers and time stamps, presses by distinct time stamps of telephone events.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from quivive.calls.captures.audio import decode
from quivive.calls.captures.capture import Capture, read


@dataclass(frozen=True)
class Holds:
    """Packets of UDP and TCP, SIP messages, final status of each call, streams, key presses a stream.

    A stream is (codec, packets, lost, seconds of sound to the hundredth, None where it cannot be heard).
    """

    packets: int
    messages: int = 0
    calls: tuple[int | None, ...] = ()
    streams: tuple[tuple[str, int, int, float | None], ...] = ()
    keys: tuple[int, ...] = ()
    others: tuple[str, ...] = ()


A_DAY_OF_2005 = Holds(112, 81, (408, 403, 403, 480), (("PCMA", 9, 0, 0.18),))
CAPTURES = {
    "asterisk-40msalaw.pcap": Holds(826, streams=(("PCMA", 826, 0, 33.04),)),
    "asterisk-A_party_g711a.pcap": Holds(5535, streams=(("PCMA", 5535, 0, 110.70),)),
    "asterisk-CARRIER_G711U.pcap": Holds(800, streams=(("PCMU", 800, 14, 16.28),)),
    "asterisk-CUSTOMER_G711U.pcap": Holds(800, streams=(("PCMU", 401, 0, 8.02), ("PCMU", 399, 0, 7.98))),
    "asterisk-crash.pcap": Holds(128),  # fax (T.38) and garbage between ports 1 and 2: nothing to hear
    "asterisk-opus-2013785496.pcap": Holds(765, streams=(("OPUS", 725, 0, 15.23),), keys=(10,)),
    "asterisk-ssrc1.pcap": Holds(1),  # one packet, which could be anything
    "asterisk-ulaw-2013785496.pcap": Holds(974, streams=(("PCMU", 854, 0, 19.48),), keys=(10,)),
    "ndpi-h323.pcap": Holds(75, others=("H.323",)),
    # video, a voice chat whose payloads are encrypted (two directions, and video), Opus, G.711 over TCP
    "ndpi-rtp.pcapng": Holds(
        112,
        streams=(
            ("H263", 15, 0, None),
            ("payload type 120", 7, 0, None),
            ("payload type 101", 12, 0, None),
            ("payload type 120", 6, 0, None),
            ("OPUS", 29, 0, 0.58),
            ("PCMA", 17, 0, 2.55),
        ),
    ),
    "ndpi-sip.pcap": A_DAY_OF_2005,
    "ndpi-sip_hello.pcapng": Holds(30, 8),
    "sipp-dtmf_2833_1.pcap": Holds(10, keys=(1,)),
    "sipp-g711a.pcap": Holds(236, streams=(("PCMA", 236, 0, 7.08),)),
    "sngrep-aaa.pcap": Holds(647, 81, A_DAY_OF_2005.calls, A_DAY_OF_2005.streams),
    "suricata-sdp.pcap": Holds(2, 2, (200,)),
    "suricata-sip-body-large.pcap": Holds(16, 2, (None,)),
    "suricata-sip-tcp.pcap": Holds(11, 2),
    "suricata-sip_compact_form.pcap": Holds(1, 1, (None,)),
    "suricata-sip_header_multi_val.pcap": Holds(1, 1, (None,)),
}


@pytest.fixture(scope="session")
def folder(shared_data: Path) -> Path:
    return shared_data / "calls" / "pcap"


def test_the_table_leaves_no_capture_out(folder):
    assert {path.name for path in folder.iterdir()} == set(CAPTURES)


@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_holds_what_the_table_says(name, folder):
    capture = read((folder / name).read_bytes())
    assert _holds(capture) == CAPTURES[name]
    assert not capture.faults


def _holds(capture: Capture) -> Holds:
    streams = []
    for voice in capture.voices:
        sound = decode(voice.packets, voice.codec, 2**27)
        seconds = round(sound.seconds, 2) if sound else None
        streams.append((voice.codec.name, len(voice.packets), voice.stream.lost, seconds))
    return Holds(
        capture.packets,
        len(capture.messages),
        tuple(call.status for call in capture.calls),
        tuple(streams),
        tuple(keys.count for keys in capture.keys),
        tuple(capture.others),
    )


def test_the_voice_in_the_fourth_call_is_the_callers(folder):
    (voice,) = read((folder / "ndpi-sip.pcap").read_bytes()).voices
    assert voice.call is not None
    assert (voice.call.number, voice.speaker) == (4, "caller")


@pytest.mark.parametrize("name", CAPTURES)
def test_checking_a_capture_ends_in_a_report(name, folder, bench):
    """No detector of the capture fails on it; those of the items found are tested with their own."""
    report = bench.check((folder / name).read_bytes(), name=name, detectors=["calls.capture"])
    (examination,) = (e for e in report.examinations if e.detector == "calls.capture")
    assert examination.skipped is None
    assert examination.findings
