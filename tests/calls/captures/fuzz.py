"""Damaged captures by the thousand: python -m calls.captures.fuzz COUNT [SEED] (from the tests folder).

Small captures of our own and the shared ones under 100 kB are changed in one to thirty places (octets set,
turned, cut, doubled, lengths blown up) and examined. Prints the slowest; stops at anything but our Error.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from calls.captures import capture_maker as make
from calls.captures.sound import GSM_TONE, encode, pcmu, tone
from damage import change
from quivive.calls.captures.capture_detector import Captures
from quivive.errors import Error
from quivive.intake import take
from quivive.model import Context, Limits

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LARGEST = 65_536
_ODD = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\xff\xff",
    b"\r\n\r\n",
)


def seeds() -> list[bytes]:
    """Small captures that reach every reader."""
    stream = [make.rtp(p, n, 160 * n) for n, p in enumerate(pcmu(tone(8000, 0.2)))]
    opus = [make.rtp(p, n, 960 * n, 111, 2) for n, p in enumerate(encode("libopus", tone(48000, 0.2), 48000))]
    gsm = [make.rtp(GSM_TONE.read_bytes()[33 * n : 33 * n + 33], n, 160 * n, 3, 3) for n in range(8)]
    g722 = [make.rtp(p, n, 160 * n, 9, 4) for n, p in enumerate(encode("g722", tone(16000, 0.2), 16000))]
    keys = [make.rtp(bytes([5, 10, 0, n]), n, 800, 101, 5) for n in range(6)]
    lines = ["a=rtpmap:111 opus/48000/2", "a=rtpmap:101 telephone-event/8000"]
    spoken, times = make.answered_call(stream + gsm, opus + g722 + keys, formats="0 3 9 111 101", lines=lines)
    signed = make.sip(make.INVITE, body=make.sdp(make.CALLER, 30000), more=["Identity: a.b.c;info=<x>"])
    tcp = [make.tcp(signed[at : at + 150], 7 + at) for at in range(0, len(signed), 150)]
    framed = b"".join(len(p).to_bytes(2, "big") + p for p in stream)
    pieces = make.fragments(make.udp(signed + b"x" * 900, "2001:db8::1", 5060, "2001:db8::2", 5060), 256)
    tagged = [make.ethernet(p, b"\x81\x00\x00\x05") for p in [*tcp, *pieces]]
    odd = [make.pppoe(tcp[0]), make.mpls(tcp[0]), make.ethernet(make.gre(tcp[0]))]
    mixed = make.section(">") + make.interface(113, ">", 9, 5) + make.enhanced(make.sll(tcp[0]), order=">")
    return [
        make.pcap(spoken, 101, times=times),
        make.pcapng([make.ethernet(p) for p in spoken]),
        make.pcap([make.sll(p) for p in tcp], 113, ">", nano=True),
        make.pcapng(tagged + odd, order=">"),
        make.pcap([make.tcp(framed, 1, dport=5000)], 101),
        mixed + make.old(tcp[1], order=">") + make.simple(tcp[1], order=">"),
        *(path.read_bytes() for path in _shared() if path.stat().st_size < 100_000),
    ]


def _shared() -> list[Path]:
    data = os.environ.get("QUIVIVE_DATA") or Path(__file__).parents[4] / "shared" / "data"
    folder = Path(data) / "calls" / "pcap"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The data with one to thirty changes, at most LARGEST octets."""
    out = bytearray(data[:LARGEST])
    for _ in range(chance.choice((1, 1, 2, 3, 5, 10, 30))):
        at = chance.randrange(len(out) + 1)
        change(out, at, _ODD, (0, 8, 60, 0x7FFFFFFF), chance)
    return bytes(out[:LARGEST])


def run(count: int, seed: int = 1) -> Iterator[tuple[float, bytes]]:
    """Examine `count` damaged captures; yields seconds and input of each. Our own Error is an answer."""
    chance, held = random.Random(seed), seeds()
    detector, context = Captures(), Context(NOON, limits=Limits())
    for _ in range(count):
        data = mutated(chance.choice(held), chance)
        kind = "application/x-pcapng" if data[:1] == b"\n" else "application/vnd.tcpdump.pcap"
        started = time.process_time()
        try:
            for _found in detector.examine(take(data, "damaged", kind), context):
                pass
        except Error:
            pass
        except Exception:
            Path("/tmp/damaged.pcap").write_bytes(data)
            raise
        yield time.process_time() - started, data


if __name__ == "__main__":
    slowest, octets, total = 0.0, 0, 0.0
    for seconds, data in run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        total += seconds
        if seconds > slowest:
            slowest, octets = seconds, len(data)
            Path("/tmp/slowest.pcap").write_bytes(data)
    print(f"{sys.argv[1]} inputs, {total:.0f} s, slowest {slowest:.3f} s ({octets} octets)")
