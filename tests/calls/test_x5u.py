"""Is a stranger's address asked for a certificate only as far as it does no harm?"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from threading import Event

import pytest

from calls.hostile_server import NAME, Authority, Behaviour, Server, answers, authority, loopback, serving
from quivive.calls import x5u
from quivive.calls.x5u.fetching import max_age
from quivive.errors import BadConfig, CouldNotLook, Unreadable

CHAIN = b"-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n" * 3
LIMIT = 64 * 1024


@pytest.fixture(scope="module", autouse=True)
def _reachable_loopback() -> None:
    try:
        loopback()
    except OSError as error:
        pytest.skip(f"127.0.0.1 cannot be reached here: {error}")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def certificate(ours: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ours.server_certificate(tmp_path_factory.mktemp("server"), NAME, "127.0.0.1")


Serve = Callable[..., "contextmanager[Server]"]


class Net:
    """A network of one server: its name resolves to 127.0.0.1, which the policy allows."""

    def __init__(self, root: Path, certificate: Path) -> None:
        self.root, self.certificate = root, certificate

    def policy(self, server: Server, **changes: object) -> x5u.Policy:
        base = x5u.Policy(
            ports=(server.port,), seconds=3.0, ca_file=self.root, allow_address=lambda _: True,
            resolve=lambda host, port: [server.address],
        )  # fmt: skip
        return replace(base, **changes)  # type: ignore[arg-type]

    @contextmanager
    def serve(self, behaviour: Behaviour, **changes: object) -> Iterator[tuple[Server, x5u.Policy]]:
        with serving(behaviour, self.certificate) as server:
            yield server, self.policy(server, **changes)

    def code(self, behaviour: Behaviour, **changes: object) -> str:
        with self.serve(behaviour, **changes) as (server, policy), pytest.raises(x5u.Refused) as refused:
            x5u.fetch(server.url(), policy)
        return refused.value.code


@pytest.fixture(scope="module")
def net(ours: Authority, certificate: Path) -> Net:
    return Net(ours.root, certificate)


# --- the address, before anything is asked ---


@pytest.mark.parametrize(
    "url",
    [
        "https://certs.example.org/a/b.pem",
        "https://certs.example.org",
        "https://certs.example.org:443/x?y=1&z=%20",
        "https://certs.example.org:8443/x.pem",
        "https://certs.example.org./x.pem",
        "https://sti_cert.example.org/x",
        "https://8.8.8.8/x.pem",
        "https://[2a00:1450::1]/x.pem",
        "https://xn--bcher-kva.example.org/",
    ],
)
def test_it_accepts_a_plain_https_address(url: str) -> None:
    assert x5u.refusal(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://certs.example.org/x.pem",
        "HTTPS://certs.example.org/x.pem",
        "ftp://certs.example.org/x.pem",
        "file:///etc/passwd",
        "//certs.example.org/x.pem",
        "",
        "https://",
        "https:///x.pem",
        "https://user@certs.example.org/x.pem",
        "https://certs.example.org@127.0.0.1/x.pem",
        "https://certs.example.org\\@127.0.0.1/x.pem",
        "https://certs.example.org/x.pem#y",
        "https://certs.example.org/x pem",
        "https://certs.example.org/x\r\nHost: localhost",
        "https://certs.example.org/x.pem\n",
        " https://certs.example.org/x.pem",
        "https://certs.example.org/\x00",
        "https://certs.exa\tmple.org/x.pem",
        "https://bücher.example.org/x.pem",
        "https://certs.example.org/%zz",
        "https://certs..example.org/x.pem",
        "https://-certs.example.org/x.pem",
        "https://" + "a" * 64 + ".example.org/",
        "https://certs.example.org/" + "a" * 2048,
        "https://certs.example.org:443:443/",
        "https://certs.example.org:/",
        "https://2130706433/x.pem",
        "https://0x7f000001/x.pem",
        "https://127.1/x.pem",
        "https://0177.0.0.1/x.pem",
        "https://[fe80::1%25eth0]/x.pem",
        "https://[127.0.0.1]/x.pem",
        "https://[::1/x.pem",
        "https://[v1.x]/x.pem",
        "https://1.2.3.4.5/x.pem",
    ],
)
def test_it_refuses_what_is_no_plain_https_address(url: str) -> None:
    assert x5u.refusal(url) == "x5u-scheme"


@pytest.mark.parametrize("port", [80, 8444, 8080, 1, 0, 99999, 44300])
def test_it_refuses_other_ports_than_443_and_8443(port: int) -> None:
    assert x5u.refusal(f"https://certs.example.org:{port}/x.pem") == "x5u-port"


def test_it_takes_the_ports_of_a_policy() -> None:
    assert x5u.refusal("https://certs.example.org:5000/", ports=(5000,)) is None
    assert x5u.refusal("https://certs.example.org/", ports=(5000,)) == "x5u-port"


PRIVATE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1",
    "fec0::1", "ff02::1", "5f00::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255",
          "2a00:1450::1", "2001:200::1", "2600::1", "2003::1")  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_outside_the_public_network_is_allowed(address: str) -> None:
    assert not x5u.public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert x5u.refusal(f"https://{host}/x.pem") == "x5u-address"


@pytest.mark.parametrize("address", PUBLIC)
def test_neighbours_of_private_networks_are_public(address: str) -> None:
    assert x5u.public(ip_address(address))


def test_localhost_is_refused_by_name() -> None:
    assert x5u.refusal("https://localhost/x") == "x5u-address"
    assert x5u.refusal("https://a.LOCALHOST./x") == "x5u-address"


def test_all_but_a_few_real_addresses_are_plain(shared_data: Path) -> None:
    listed = shared_data / "calls" / "sti-certs" / "shaken-urls.txt.gz"
    if not listed.is_file():
        pytest.skip("the list of x5u addresses seen in the wild is not there")
    refused = [x5u.refusal(url) for url in gzip.decompress(listed.read_bytes()).decode().split()]
    counts = {code: refused.count(code) for code in set(refused)}
    assert counts[None] > 0.99 * len(refused)
    assert counts["x5u-scheme"] == 13
    assert counts["x5u-port"] == 7
    assert counts.get("x5u-address", 0) <= 5


# --- the connection ---


def test_it_fetches_a_chain_as_it_was_served(net: Net) -> None:
    with net.serve(answers(CHAIN, "Cache-Control: max-age=600")) as (server, policy):
        assert x5u.fetch(server.url(), policy) == x5u.Answer(CHAIN, 600.0)
    sent = server.requests[0].decode()
    assert sent.startswith("GET /chain.pem HTTP/1.1\r\n")
    assert f"Host: {NAME}:{server.port}\r\n" in sent
    assert "Accept-Encoding: identity\r\n" in sent
    assert "cookie" not in sent.lower()
    assert "authorization" not in sent.lower()


def test_it_fetches_from_port_8443(net: Net) -> None:
    """Port 8443 of an address of this process, with the ports that hold by default."""
    address = f"127.{os.getpid() >> 8 & 127}.{os.getpid() & 255}.9"
    with serving(answers(CHAIN), net.certificate, address, 8443) as server:
        policy = net.policy(server, ports=x5u.Policy().ports)
        assert x5u.fetch(f"https://{NAME}:8443/chain.pem", policy).data == CHAIN


def test_loopback_is_refused_by_default_and_never_connected_to(net: Net) -> None:
    with net.serve(answers(CHAIN), allow_address=x5u.Policy().allow_address) as (server, policy):
        for url in (server.url(), server.url("127.0.0.1"), server.url("localhost")):
            with pytest.raises(x5u.Refused) as refused:
                x5u.fetch(url, policy)
            assert refused.value.code == "x5u-address"
    assert server.connections == 0


def test_the_defaults_are_those_for_the_public_network() -> None:
    policy = x5u.Policy()
    assert (policy.ports, policy.seconds, policy.bytes) == ((443, 8443), 5.0, 64 * 1024)
    assert policy.allow_address is x5u.public
    assert policy.ca_file is None


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_a_private_address_is_refused(net: Net, address: str) -> None:
    with net.serve(answers(CHAIN), allow_address=x5u.public, resolve=lambda *_: [address]) as (
        server,
        policy,
    ):
        with pytest.raises(x5u.Refused) as refused:
            x5u.fetch(server.url(), policy)
        assert refused.value.code == "x5u-address"
    assert server.connections == 0


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(net: Net) -> None:
    """DNS rebinding: a second answer, or what the system's resolver thinks, never matters."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [server.address] if len(asked) == 1 else ["127.0.0.66"]

    with net.serve(answers(CHAIN), resolve=rebinding) as (server, policy):
        only = replace(policy, allow_address=lambda address: str(address) == "127.0.0.1")
        assert x5u.fetch(server.url(), only).data == CHAIN
    assert asked == [NAME]


def test_of_mixed_answers_only_the_allowed_address_is_asked(net: Net) -> None:
    with net.serve(answers(CHAIN), resolve=lambda *_: ["127.0.0.66", "::1", "127.0.0.1"]) as (server, policy):
        only = replace(policy, allow_address=lambda address: str(address) == "127.0.0.1")
        assert x5u.fetch(server.url(), only).data == CHAIN


def test_the_next_address_is_asked_when_one_is_closed(net: Net) -> None:
    with net.serve(answers(CHAIN), resolve=lambda *_: ["127.0.0.66", "127.0.0.1"]) as (server, policy):
        assert x5u.fetch(server.url(), policy).data == CHAIN


def test_nobody_there_is_unreachable(net: Net) -> None:
    assert net.code(answers(CHAIN), resolve=lambda *_: ["127.0.0.66"]) == "x5u-unreachable"


def test_an_address_of_version_6_is_asked_like_any_other(net: Net) -> None:
    try:
        with serving(answers(CHAIN), net.certificate, "::1") as server:
            assert x5u.fetch(server.url(), net.policy(server)).data == CHAIN
    except OSError:
        pytest.skip("this machine has no IPv6")


def _unknown(host: str, port: int) -> list[str]:
    raise OSError("no such name")


@pytest.mark.parametrize(
    ("resolver", "code"),
    [
        (_unknown, "x5u-unreachable"),
        (lambda *_: [], "x5u-address"),
        (lambda *_: ["no address"], "x5u-unreachable"),
        (lambda *_: time.sleep(3), "x5u-timeout"),
    ],
)
def test_a_name_that_gives_no_address_is_refused(net: Net, resolver: object, code: str) -> None:
    started = time.monotonic()
    assert net.code(answers(CHAIN), resolve=resolver, seconds=0.5) == code
    assert time.monotonic() - started < 1.5


def test_a_proxy_of_the_environment_is_not_used(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.66:1")
    with net.serve(answers(CHAIN)) as (server, policy):
        assert x5u.fetch(server.url(), policy).data == CHAIN


# --- TLS ---


def test_a_server_of_an_unknown_authority_is_refused(net: Net, tmp_path: Path) -> None:
    other = authority(tmp_path, "Another root")
    assert net.code(answers(CHAIN), ca_file=other.root) == "x5u-tls"
    assert net.code(answers(CHAIN), ca_file=None) == "x5u-tls"


@pytest.mark.parametrize(("name", "days"), [("other.example.org", 1), (NAME, -1)])
def test_a_certificate_for_another_name_or_time_is_refused(
    ours: Authority, tmp_path: Path, name: str, days: int
) -> None:
    wrong = Net(ours.root, ours.server_certificate(tmp_path, name, days=days))
    assert wrong.code(answers(CHAIN)) == "x5u-tls"


def test_an_address_as_host_needs_a_certificate_for_the_address(
    net: Net, ours: Authority, tmp_path: Path
) -> None:
    with net.serve(answers(CHAIN)) as (server, policy):
        assert x5u.fetch(server.url("127.0.0.1"), policy).data == CHAIN
    only_named = ours.server_certificate(tmp_path, NAME)
    with serving(answers(CHAIN), only_named) as server, pytest.raises(x5u.Refused) as refused:
        x5u.fetch(server.url("127.0.0.1"), net.policy(server))
    assert refused.value.code == "x5u-tls"


def test_a_server_without_tls_is_refused(net: Net) -> None:
    with serving(answers(CHAIN), None) as server, pytest.raises(x5u.Refused) as refused:
        x5u.fetch(server.url(), net.policy(server))
    assert refused.value.code == "x5u-tls"


def test_a_ca_file_that_does_not_read_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"roots\.pem"):
        x5u.fetch("https://certs.example.org/", x5u.Policy(ca_file=tmp_path / "roots.pem"))


# --- time ---


def _drip(head: bytes, drop: bytes) -> Behaviour:
    def behave(connection) -> None:  # type: ignore[no-untyped-def]
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(drop)
            time.sleep(0.05)

    return behave


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"z"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b""),
    ],
    ids=["status", "header", "body", "chunks", "continue", "silence"],
)
def test_slow_bytes_do_not_stretch_the_time(net: Net, head: bytes, drop: bytes) -> None:
    started = time.monotonic()
    assert net.code(_drip(head, drop), seconds=0.6) == "x5u-timeout"
    assert 0.5 < time.monotonic() - started < 1.6


def test_a_handshake_that_never_ends_is_given_up(net: Net) -> None:
    started = time.monotonic()
    with (
        serving(_drip(b"\x16\x03\x03\x40\x00", b"\x00"), None) as server,
        pytest.raises(x5u.Refused) as refused,
    ):
        x5u.fetch(server.url(), net.policy(server, seconds=0.6))
    assert refused.value.code in ("x5u-timeout", "x5u-tls")
    assert time.monotonic() - started < 1.6


def test_a_connection_that_says_nothing_at_all_is_given_up(net: Net) -> None:
    started = time.monotonic()
    with serving(lambda _: time.sleep(2), None) as server, pytest.raises(x5u.Refused) as refused:
        x5u.fetch(server.url(), net.policy(server, seconds=0.6))
    assert refused.value.code == "x5u-timeout"
    assert time.monotonic() - started < 1.6


# --- size ---


def _endless(head: bytes, piece: bytes) -> Behaviour:
    def behave(connection) -> None:  # type: ignore[no-untyped-def]
        connection.sendall(head)
        for _ in range(4096):
            connection.sendall(piece)

    return behave


def test_64_kib_are_taken_and_one_byte_more_is_not(net: Net) -> None:
    with net.serve(answers(b"x" * LIMIT)) as (server, policy):
        assert len(x5u.fetch(server.url(), policy).data) == LIMIT
    assert net.code(answers(b"x" * (LIMIT + 1))) == "x5u-too-large"


@pytest.mark.parametrize("length", [None, 2**70, LIMIT + 1])
def test_a_body_without_end_is_refused_whatever_its_length_says(net: Net, length: int | None) -> None:
    said = f"Content-Length: {length}\r\n" if length else ""
    head = f"HTTP/1.1 200 OK\r\n{said}\r\n".encode()
    assert net.code(_endless(head, b"x" * 4096)) == "x5u-too-large"


def test_more_than_was_announced_is_not_read(net: Net) -> None:
    with net.serve(answers(CHAIN + b"x" * LIMIT, length=len(CHAIN))) as (server, policy):
        assert x5u.fetch(server.url(), policy).data == CHAIN


def test_chunks_are_read_and_counted(net: Net) -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(CHAIN), CHAIN)
    with net.serve(answers(chunked, "Transfer-Encoding: chunked", length=None)) as (server, policy):
        assert x5u.fetch(server.url(), policy).data == CHAIN
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
    assert net.code(_endless(head, b"1000\r\n" + b"x" * 4096 + b"\r\n")) == "x5u-too-large"
    assert net.code(_endless(head, b"1;" + b"x" * 4000 + b"\r\na\r\n")) == "x5u-too-large"
    assert net.code(answers(b"zz\r\n", "Transfer-Encoding: chunked", length=None)) == "x5u-unreachable"
    assert net.code(answers(b"ff\r\nshort", "Transfer-Encoding: chunked", length=None)) == "x5u-unreachable"


def test_headers_without_end_are_refused(net: Net) -> None:
    assert net.code(_endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 500)) == "x5u-unreachable"
    assert net.code(_endless(b"HTTP/1.1 200 OK\r\nA: ", b"b" * 4096)) in ("x5u-unreachable", "x5u-too-large")
    assert net.code(_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")) == "x5u-too-large"


def test_a_compressed_body_is_not_unpacked(net: Net) -> None:
    bomb = gzip.compress(bytes(2**24))
    assert len(bomb) < LIMIT
    assert net.code(answers(bomb, "Content-Encoding: gzip")) == "x5u-no-certificate"
    with net.serve(answers(CHAIN, "Content-Encoding: identity")) as (server, policy):
        assert x5u.fetch(server.url(), policy).data == CHAIN


# --- the answer ---


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P", "304 Same"])
def test_a_redirect_is_not_followed(net: Net, status: str) -> None:
    elsewhere = answers(CHAIN, "Location: /other.pem", status=status)
    with net.serve(elsewhere) as (server, policy), pytest.raises(x5u.Refused) as refused:
        x5u.fetch(server.url(), policy)
    assert refused.value.code == "x5u-redirect"
    assert server.connections == 1


@pytest.mark.parametrize("status", ["201 Created", "204 No", "206 Partial", "404 No", "500 Oh", "999 Odd"])
def test_any_other_status_than_200_is_refused(net: Net, status: str) -> None:
    assert net.code(answers(CHAIN, status=status)) == "x5u-status"


def test_a_server_that_closes_early_gave_no_answer(net: Net) -> None:
    assert net.code(answers(CHAIN, length=len(CHAIN) + 1)) == "x5u-unreachable"
    assert net.code(lambda connection: connection.close()) == "x5u-unreachable"
    cut = b"HTTP/1.1 200 OK\r\nA: b"
    assert net.code(lambda connection: connection.sendall(cut)) == "x5u-no-certificate"
    assert net.code(answers(b"")) == "x5u-no-certificate"


@pytest.mark.parametrize(
    "start", [b"\x00\xff" * 50, b"HTTP/9 x\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 -1 x\r\n\r\n"]
)
def test_what_is_no_http_is_refused(net: Net, start: bytes) -> None:
    assert net.code(lambda connection: connection.sendall(start)) == "x5u-unreachable"


def _headers(*fields: tuple[str, str]) -> Message:
    message = Message()
    for name, value in fields:
        message[name] = value
    return message


NOON, EVENING = "Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 18:00:00 GMT"


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ((), None),
        ((("Cache-Control", "public, max-age=60"),), 60),
        ((("Cache-Control", 'max-age="60"'),), 60),
        ((("Cache-Control", "Max-Age=60"), ("Age", "20")), 40),
        ((("Cache-Control", "max-age=60"), ("Age", "70")), 0),
        ((("Cache-Control", "max-age=60, no-store"),), 0),
        ((("Cache-Control", "public"), ("Cache-Control", "no-cache")), 0),
        ((("Cache-Control", "max-age=-5"),), 0),
        ((("Cache-Control", "max-age=x"),), 0),
        ((("Cache-Control", "max-age=" + "9" * 5000),), 0),
        ((("Cache-Control", "public"),), None),
        ((("Expires", EVENING), ("Date", NOON)), 6 * 3600),
        ((("Expires", NOON), ("Date", EVENING)), 0),
        ((("Expires", "0"),), 0),
        ((("Expires", "Sun, 99 Foo 99999999999 12:00:00 GMT"), ("Date", "\x00")), 0),
        ((("Cache-Control", "max-age=5"), ("Expires", EVENING), ("Date", NOON)), 5),
    ],
)
def test_how_long_an_answer_may_be_kept(fields: tuple[tuple[str, str], ...], seconds: float | None) -> None:
    assert max_age(_headers(*fields)) == seconds


# --- the cache ---


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Web:
    """What the cache asks: counts, and answers as told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: x5u.Answer | Exception = x5u.Answer(CHAIN, None)

    def __call__(self, url: str) -> x5u.Answer:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


URL = "https://certs.example.org/chain.pem"
DAY = 86400.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web() -> Web:
    return Web()


def cache_of(web: Web, clock: Clock, lives: float = 30 * DAY, **options: object) -> x5u.Cache:
    end = clock.now + lives

    def earliest_end(data: bytes) -> float:
        if b"CERTIFICATE" not in data:
            raise Unreadable("no certificate")
        return end

    return x5u.Cache(earliest_end, web, clock=clock, **options)  # type: ignore[arg-type]


def test_it_returns_the_whole_chain_also_from_the_cache(net: Net, clock: Clock, tmp_path: Path) -> None:
    with net.serve(answers(CHAIN)) as (server, policy):
        for _ in range(2):  # the second cache finds it on disk
            cache = cache_of(lambda url: x5u.fetch(url, policy), clock, folder=tmp_path)  # type: ignore[arg-type]
            assert [cache.get(server.url()) for _ in range(3)] == [CHAIN] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    ("max_age", "lives", "kept"),
    [(600, 30 * DAY, 600), (None, 30 * DAY, DAY), (30 * DAY, 100, 100), (None, 100, 100)],
)
def test_a_chain_is_kept_no_longer_than_the_answer_and_its_certificates_live(
    web: Web, clock: Clock, max_age: float | None, lives: float, kept: float
) -> None:
    web.answer = x5u.Answer(CHAIN, max_age)
    cache = cache_of(web, clock, lives)
    cache.get(URL)
    clock.now += kept - 1
    cache.get(URL)
    assert len(web.asked) == 1
    clock.now += 1
    cache.get(URL)
    assert len(web.asked) == 2


def test_an_answer_not_to_be_kept_and_an_expired_certificate_are_asked_again(web: Web, clock: Clock) -> None:
    web.answer = x5u.Answer(CHAIN, 0.0)
    cache = cache_of(web, clock)
    assert cache.get(URL) == cache.get(URL) == CHAIN
    assert len(web.asked) == 2
    expired = cache_of(Web(), clock, lives=-1)
    assert expired.get(URL) == CHAIN  # the verifier says that it has expired


def test_a_failure_is_remembered_for_twice_as_long_each_time(web: Web, clock: Clock) -> None:
    web.answer = x5u.Refused("x5u-timeout", "Too slow.")
    cache = cache_of(web, clock)
    for number, pause in enumerate((60, 120, 240, 480, 900, 900), 1):
        for wait in (0, pause - 1):
            clock.now += wait
            with pytest.raises(x5u.Refused, match="Too slow") as refused:
                cache.get(URL)
            assert refused.value.code == "x5u-timeout"
            assert len(web.asked) == number
        clock.now += 1
    web.answer = x5u.Answer(CHAIN, 0.0)
    assert cache.get(URL) == CHAIN
    web.answer = x5u.Refused("x5u-timeout", "Too slow.")
    with pytest.raises(x5u.Refused):
        cache.get(URL)
    clock.now += 60  # the count began anew
    web.answer = x5u.Answer(CHAIN, None)
    assert cache.get(URL) == CHAIN


def test_an_answer_without_a_certificate_is_refused_and_remembered(
    web: Web, clock: Clock, tmp_path: Path
) -> None:
    web.answer = x5u.Answer(b"<html>", None)
    cache = cache_of(web, clock, folder=tmp_path)
    for _ in range(2):
        with pytest.raises(x5u.Refused) as refused:
            cache.get(URL)
        assert refused.value.code == "x5u-no-certificate"
    assert len(web.asked) == 1
    assert not list(tmp_path.iterdir())


def test_the_cache_is_bounded_and_failures_push_out_no_certificate(
    web: Web, clock: Clock, tmp_path: Path
) -> None:
    cache = cache_of(web, clock, most=3, folder=tmp_path)
    cache.get(URL)
    web.answer = x5u.Refused("x5u-status", "Gone.")
    for number in range(10):
        with pytest.raises(CouldNotLook):
            cache.get(f"{URL}?{number}")
    assert cache.get(URL) == CHAIN
    web.answer = x5u.Answer(CHAIN, None)
    for number in range(10, 20):
        cache.get(f"{URL}?{number}")
    assert len(list(tmp_path.iterdir())) == 3
    assert len(cache._kept) == len(cache._failures) == 3


def _spoil(how: str, path: Path) -> None:
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "changed":
        path.write_bytes(content.replace(b"leaf", b"leap"))
    elif how == "other address":
        path.write_bytes(content.replace(b"chain.pem", b"other.pem"))
    elif how == "no JSON":
        path.write_bytes(b"[" * 100_000)
    elif how == "no end":
        path.write_bytes(content.replace(b'"until": ', b'"until": NaN, "was": '))
    elif how == "link":
        path.rename(path.with_suffix(".real"))
        path.symlink_to(path.with_suffix(".real"))
    elif how == "pipe":
        path.unlink()
        os.mkfifo(path)


@pytest.mark.parametrize("how", ["cut", "changed", "other address", "no JSON", "no end", "link", "pipe"])
def test_a_spoiled_file_counts_as_absent(web: Web, clock: Clock, tmp_path: Path, how: str) -> None:
    cache_of(web, clock, folder=tmp_path).get(URL)
    (path,) = tmp_path.iterdir()
    _spoil(how, path)
    assert cache_of(web, clock, folder=tmp_path).get(URL) == CHAIN
    assert len(web.asked) == 2


def test_what_lies_on_disk_is_read_again_and_ends_with_its_certificates(
    web: Web, clock: Clock, tmp_path: Path
) -> None:
    cache_of(web, clock, folder=tmp_path).get(URL)
    shorter = cache_of(web, clock, lives=50, folder=tmp_path)
    clock.now += 49
    shorter.get(URL)
    assert len(web.asked) == 1
    clock.now += 1
    shorter.get(URL)
    assert len(web.asked) == 2


def test_a_folder_that_cannot_be_written_is_no_error(web: Web, clock: Clock, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache = cache_of(web, clock, folder=blocked / "cache")
    assert [cache.get(URL), cache.get(URL)] == [CHAIN] * 2
    assert len(web.asked) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_many_threads_that_want_one_address_ask_once(clock: Clock, fails: bool) -> None:
    go, asked = Event(), []

    def ask(url: str) -> x5u.Answer:
        asked.append(url)
        go.wait(5)
        if fails:
            raise x5u.Refused("x5u-status", "Gone.")
        return x5u.Answer(CHAIN, 0.0)

    cache = cache_of(ask, clock)  # type: ignore[arg-type]
    with ThreadPoolExecutor(8) as pool:
        wanted = [pool.submit(cache.get, URL) for _ in range(8)]
        time.sleep(0.2)
        go.set()
        ends = [future.exception() if fails else future.result() for future in wanted]
    assert len(asked) == 1
    assert all(isinstance(end, x5u.Refused) if fails else end == CHAIN for end in ends)
