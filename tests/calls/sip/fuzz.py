"""Damages SIP messages and reads them: python tests/calls/sip/fuzz.py [INPUTS] [SEED]

Reports how many were read, how many refused, and the slowest. Ends with an error at the first exception that
is none of ours, after naming seed and number of the input, and at the first input that takes over a second.
Then it measures how many typical INVITEs are read in a second of one core.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from calls.sip.invites import SDP, invite
from quivive.calls import numbers
from quivive.calls.sip import message
from quivive.calls.sip.sip_detector import Sip
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.model import Context

SPICE = (
    b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b'"', b"<", b">", b";", b",", b":", b"@", b"%", b"%00", b"\\",
    b" ", b"\t", b"=", b"--b1", b"sip:", b"tel:+", b"SIP/2.0", b"SIP/2.0 200 OK\r\n", b"\r\n\r\n",
    b"Content-Length: ", b"l: 99999999999999999999", b"9" * 40, b"[::1]", b"\xe2\x80\xae", b"v=0\r\n",
    b"m=audio ", b"a=rtpmap:",
    b"Identity: ", b";verstat=", b"Date: ", b"\r\n ", b"*", b"+",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Sound messages of every kind, of our own making."""
    rich = {
        "From": '"A, \\"B\\"" <sip:+12155550100;tgrp=t;trunk-context=x.example@192.0.2.7;user=phone>;tag=1',
        "P_Asserted_Identity": '"N" <tel:+12155550100;verstat=TN-Validation-Passed>, <sip:a%20b@example.com>',
        "Diversion": "<sip:+12155550111@example.com>;reason=unconditional",
        "Call_Info": "<https://icons.example.org/a.png>;purpose=icon",
        "Privacy": "id;critical",
        "Identity": "a.b.c;info=<https://certificates.example.org/a.pem>",
    }
    multipart = (
        b"--b1\r\nContent-Type: application/sdp\r\n\r\n" + SDP + b"\r\n--b1\r\n\r\nhello\r\n--b1--\r\n"
    )
    return [
        invite(SDP),
        invite(SDP, **rich),
        invite(multipart, Content_Type='multipart/mixed;boundary="b1"', **rich),
        invite(invite(), Content_Type="message/sip"),
        invite(b"hello", method="MESSAGE", Content_Type="text/plain"),
        invite() + invite(SDP),
        b"SIP/2.0 486 Busy\r\nv: SIP/2.0/TCP [2001:db8::7]:5060;received=192.0.2.9\r\nf: <sip:a@b>\r\n\r\n",
    ]


def damaged(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """One to eight damages: bytes changed, cut, doubled, moved, spiced, or two messages crossed."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 2, 8, 64, 512)))
        match rng.randrange(7):
            case 0:
                data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[to:]
            case 2:
                data = data[:at] + data[at:to] * rng.choice((2, 3, 50)) + data[to:]
            case 3 | 4:
                data = data[:at] + rng.choice(SPICE) * rng.choice((1, 1, 1, 2, 200)) + data[at:]
            case 5:
                other = rng.choice(others)
                data = data[:at] + other[rng.randrange(len(other)) :]
            case _:
                data = bytes(reversed(data[at:to])).join((data[:at], data[to:]))
    return data[:65536]


def examine(data: bytes, context: Context) -> bool:
    """Read one input in every way; whether it was SIP."""
    for piece in message.split(data):
        assert piece in data
    numbers.canonical(data[:200].decode("latin-1"), "FR")
    try:
        list(Sip().examine(take(data, "fuzz.sip", "message/sip"), context))
    except Unreadable:
        return False
    return True


def run(inputs: int, seed: int, context: Context) -> tuple[int, float]:
    """How many of the inputs were SIP, and the seconds that the slowest took."""
    rng, sound = random.Random(seed), seeds()
    read, slowest = 0, 0.0
    for number in range(inputs):
        data = damaged(rng, rng.choice(sound), sound)
        began = time.process_time()
        try:
            read += examine(data, context)
        except Exception:
            print(f"seed {seed}, input {number}: {data[:400]!r}", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - began)
        assert slowest < 1, f"seed {seed}, input {number} took {slowest:.2f} s"
    return read, slowest


def rate(data: bytes, rounds: int = 20_000) -> float:
    """Messages a second of processor time that `message.parse` reads."""
    began = time.process_time()
    for _ in range(rounds):
        message.parse(data)
    return rounds / (time.process_time() - began)


if __name__ == "__main__":
    from datetime import UTC, datetime

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    start = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    as_sip, longest = run(count, start, Context(datetime(2026, 11, 22, 12, tzinfo=UTC), country="DE"))
    print(
        f"{count} inputs: {as_sip} read, {count - as_sip} refused as no SIP, slowest {longest * 1000:.1f} ms"
    )
    typical = seeds()[1]
    print(f"an INVITE of {len(typical)} bytes: {rate(typical):,.0f} parsed a second")
