"""Are requests of a connection told apart and answered in turn, and do hostile connections do no harm?"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from ipaddress import ip_network

import pytest

from calls.service.http.serving import house
from calls.service.redirect.requests import Kept, fields, invite, status
from calls.service.redirecting import redirecting
from quivive.calls.service.house import House, Peer
from quivive.calls.service.judged import Judged
from quivive.calls.service.redirect import server

PONG = b"\r\n"


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def port(kept: Kept) -> Iterator[int]:
    with redirecting(house, kept) as found:
        yield found


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), 10) as made:
        yield made


def said(line: socket.socket, answers: int) -> list[bytes]:
    """So many answers, or what comes before the connection ends."""
    data = b""
    while data.count(b"\r\n\r\n") < answers and (more := line.recv(65_536)):
        data += more
    return [each + b"\r\n\r\n" for each in data.split(b"\r\n\r\n") if each]


def numbered(number: int, body: str = "") -> bytes:
    call = f"{number}@tcp.example.org"
    return invite(branch=f"z9hG4bKtcp{number}", call_id=call, body=body).replace(
        b"SIP/2.0/UDP", b"SIP/2.0/TCP"
    )


def test_requests_in_one_segment_are_answered_in_turn(line: socket.socket) -> None:
    line.sendall(b"".join(numbered(number, body="v=0\r\n\r\nx" * number) for number in range(20)))
    answers = said(line, 20)
    assert [fields(each, "Call-ID") for each in answers] == [[f"{n}@tcp.example.org"] for n in range(20)]
    assert {status(each) for each in answers} == {302}


def test_a_request_may_come_byte_by_byte(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in numbered(100, body="v=0\r\n"):
        line.send(bytes([byte]))
    assert status(said(line, 1)[0]) == 302


def test_keep_alives_are_answered_and_stand_in_nobodys_way(line: socket.socket) -> None:
    line.sendall(b"\r\n\r\n")
    assert line.recv(100) == PONG
    line.sendall(b"\r\n\r\n" + numbered(200))
    data = b"".join(said(line, 1))
    assert data.startswith(PONG + b"SIP/2.0 302")


def test_a_request_without_a_length_is_refused_and_the_connection_ends(line: socket.socket) -> None:
    line.sendall(numbered(300).replace(b"Content-Length: 0\r\n", b"") + numbered(301))
    assert [status(each) for each in said(line, 2)] == [400]


@pytest.mark.parametrize(
    "length", [b"-1", b"1e3", b"99999999", b"0\r\nContent-Length: 5", b"0\r\nl: 7", b"0x10"]
)
def test_no_length_hides_a_second_request(line: socket.socket, kept: Kept, length: bytes) -> None:
    before = len(kept.calls)
    line.sendall(numbered(400).replace(b"Content-Length: 0", b"Content-Length: " + length) + numbered(401))
    assert [status(each) for each in said(line, 2)] == [400]
    assert len(kept.calls) == before


def test_noise_ends_the_connection_and_nothing_else(line: socket.socket, port: int) -> None:
    line.sendall(b"\x16\x03\x01\x02\x00" * 40_000)
    with suppress(ConnectionResetError):
        assert said(line, 1) == []
    with socket.create_connection(("127.0.0.1", port), 10) as other:
        other.sendall(numbered(500))
        assert status(said(other, 1)[0]) == 302


def peers_at(address: str, only_peers: bool) -> House:
    return replace(house(), peers=(Peer("sbc", (ip_network(address),), "verify"),), only_peers=only_peers)


def is_open(line: socket.socket, number: int) -> bool:
    """Whether a connection is served."""
    try:
        line.sendall(numbered(number))
        return [status(each) for each in said(line, 1)] == [302]
    except OSError:
        return False


def test_strangers_leave_places_for_peers(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 8)
    with redirecting(lambda: peers_at("127.0.0.2/32", False), kept) as port, ExitStack() as held:

        def connect(source: str) -> socket.socket:
            made = socket.create_connection(("127.0.0.1", port), 10, source_address=(source, 0))
            return held.enter_context(made)

        strangers = [is_open(connect("127.0.0.3"), 600 + number) for number in range(8)]
        assert strangers == [True] * 4 + [False] * 4
        peers = [is_open(connect("127.0.0.2"), 620 + number) for number in range(6)]
        assert peers == [True] * 4 + [False] * 2


def test_a_strangers_connection_is_closed_where_only_peers_are_served(kept: Kept) -> None:
    with redirecting(lambda: peers_at("127.0.0.2/32", True), kept) as port:
        with socket.create_connection(("127.0.0.1", port), 10, source_address=("127.0.0.3", 0)) as line:
            assert not is_open(line, 640)
        with socket.create_connection(("127.0.0.1", port), 10, source_address=("127.0.0.2", 0)) as line:
            assert is_open(line, 641)


class Slow(Kept):
    """A journal that takes its time: fifty calls a second."""

    def keep(self, calls: list[Judged]) -> None:
        time.sleep(0.02 * len(calls))
        super().keep(calls)


def test_who_would_wait_too_long_is_told_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BATCH", 1)
    slow, asked, sent, waited = Slow(), 300, dict[str, float](), dict[int, list[float]]()
    with redirecting(house, slow) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(10)

        def ask() -> None:
            for number in range(asked):
                sent[f"{700 + number}@tcp.example.org"] = time.monotonic()
                phone.sendto(numbered(700 + number), ("127.0.0.1", port))
                time.sleep(0.005)

        asking = threading.Thread(target=ask)
        asking.start()
        for _ in range(asked):
            answer = phone.recv(65_536)
            since = sent[fields(answer, "Call-ID")[0]]
            waited.setdefault(status(answer), []).append(time.monotonic() - since)
        asking.join()
    assert set(waited) == {302, 503}
    assert len(waited[302]) == len(slow.calls)
    assert max(waited[302]) < 3.0  # in turn, the last would wait for more than four


def test_udp_shares_the_port_and_a_repetition_gets_the_same_answer(port: int, kept: Kept) -> None:
    request = invite(branch="z9hG4bKboth", call_id="both@example.org")
    answers = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(10)
        for _ in range(3):
            phone.sendto(request, ("127.0.0.1", port))
            answers.add(phone.recv(65_536))
    assert len(answers) == 1
    assert sum(call.call_id == "both@example.org" for call in kept.calls) == 1
