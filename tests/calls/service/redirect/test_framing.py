"""Are requests taken off a stream whole, however it is cut?"""

from __future__ import annotations

import random
import time

import pytest

from calls.service.http.serving import house
from calls.service.redirect.requests import Kept as Journal
from calls.service.redirect.requests import fields, invite, status
from quivive.calls.service.house import Live
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.redirect.desk import Desk
from quivive.calls.service.redirect.framing import HEAD, take

REQUESTS = [invite(call_id=f"{number}@example.org", body="\r\n\r\nv=0" * number) for number in range(9)]


def test_any_cut_of_the_stream_gives_the_same_requests() -> None:
    stream = b"\r\n\r\n" + REQUESTS[0] + b"\r\n" + b"".join(REQUESTS[1:5]) + b"\r\n\r\n\r\n\r\n"
    stream += b"".join(REQUESTS[5:])
    random_ = random.Random(5)
    for _ in range(200):
        buffer, found, pings, place = bytearray(), [], 0, 0
        while place < len(stream):
            size = random_.choice((1, 2, 3, 50, 700, 5_000))
            buffer += stream[place : place + size]
            place += size
            taken = take(buffer)
            assert taken.fault is None
            found += taken.requests
            pings += taken.pings
        assert found == REQUESTS
        assert pings == 3
        assert not buffer


@pytest.mark.parametrize("length", ["", "-1", "+5", "5, 5", "1_0", "65537", "9" * 30, "0x5", "٣"])
def test_a_length_that_is_none_ends_it(length: str) -> None:
    buffer = bytearray(REQUESTS[0].replace(b"Content-Length: 0", f"Content-Length: {length}".encode()))
    taken = take(buffer)
    assert taken.fault is not None
    assert taken.requests == []


def test_what_was_whole_before_the_fault_is_given() -> None:
    buffer = bytearray(REQUESTS[1] + b"INVITE sip:x@example.org SIP/2.0\r\nTo: nobody\r\n\r\n")
    taken = take(buffer)
    assert taken.requests == [REQUESTS[1]]
    assert taken.fault is not None


def test_a_head_without_an_end_is_not_read_for_ever() -> None:
    assert take(bytearray(b"x" * HEAD)).fault is None
    assert take(bytearray(b"x" * (HEAD + 1))).fault is not None


def test_who_comes_when_there_are_too_many_is_told_when_to_try_again() -> None:
    kept = Journal()
    desk = Desk(Live(house), kept, Metrics())
    reply = desk.overloaded(REQUESTS[0], ("192.0.2.7", 5060))
    assert reply is not None
    assert status(reply.data) == 503
    assert fields(reply.data, "Retry-After")[0].isdigit()
    assert not kept.calls
    assert desk.overloaded(REQUESTS[0].replace(b"INVITE", b"ACK"), ("192.0.2.7", 5060)) is None
    assert desk.overloaded(b"noise", ("192.0.2.7", 5060)) is None


@pytest.mark.parametrize("name", [b"Content-Length", b"l"])
def test_blanks_around_a_length_cost_no_more_than_other_bytes(name: bytes) -> None:
    blanks = b" \t" * 15_000
    head = b"OPTIONS sip:a@example.org SIP/2.0\r\n" + name + b":" + blanks + b"\r0" + blanks + b"x\r\n\r\n"
    began = time.process_time()
    assert take(bytearray(head)).fault == head
    assert time.process_time() - began < 0.5
