"""How is a certificate fetched from an address that a stranger chose?

The standard library does it on a socket of our own: libraries for HTTP resolve and connect by themselves
(so that the address checked is not the address asked), count time per read instead of in all, follow
redirects and read proxies from the environment. Here a name is resolved once, its addresses are judged, one
that passed is connected to as a number, and TLS is checked for the name. Only the reading of the answer is
left to `http.client`, over a stream that knows the deadline and the number of bytes.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, cast

from quivive.calls.x5u.policy import Address, Policy, Url, read_url, refusal
from quivive.errors import BadConfig, CouldNotLook

if TYPE_CHECKING:
    import socket
    import ssl
    from email.message import Message
    from http.client import HTTPResponse

ADDRESSES = 4
"""Addresses of one name that are tried in turn."""
OVERHEAD = 32 * 1024
"""Bytes beside the body: status line, headers, the frames of a chunked body."""


class Refused(CouldNotLook):
    """A certificate that was not fetched: `code` as in the reasons of a verification, `detail` a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Answer:
    """What a server handed out: the body, and for how many seconds it may be kept (None: it does not say)."""

    data: bytes
    max_age: float | None


def fetch(url: str, policy: Policy | None = None) -> Answer:
    """The bytes at an https address, asked as `policy` allows.

    Raises Refused with one of x5u-scheme, x5u-port, x5u-address, x5u-redirect, x5u-too-large, x5u-timeout,
    x5u-unreachable, x5u-status, x5u-tls, x5u-no-certificate; BadConfig where the policy's CA file does not
    read. Takes `policy.seconds` at the most.
    """
    policy = policy or Policy()
    parts = read_url(url)
    code = refusal(url, policy.ports, policy.allow_address)
    if code or parts is None:
        raise Refused(code or "x5u-scheme", f"The address of the certificate is not asked ({code}).")
    context = _tls(policy)
    deadline = time.monotonic() + policy.seconds
    with _in_words(), _connect(parts, policy, deadline) as plain:
        plain.settimeout(_left(deadline))
        with context.wrap_socket(plain, server_hostname=str(parts.host)) as secure:
            secure.settimeout(_left(deadline))
            secure.sendall(_request(parts))
            return _read(secure, policy, deadline)


def _tls(policy: Policy) -> ssl.SSLContext:
    import ssl

    try:
        return ssl.create_default_context(cafile=policy.ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise BadConfig(f"The CA file {policy.ca_file} does not read: {error}.") from error


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises Refused once it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Refused("x5u-timeout", "The server of the certificate took too long.")
    return left


@contextmanager
def _in_words() -> Iterator[None]:
    """Says what went wrong on the line with the codes of a refusal."""
    import ssl
    from http.client import HTTPException

    try:
        yield
    except TimeoutError as error:
        raise Refused("x5u-timeout", "The server of the certificate took too long.") from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "the handshake failed"
        raise Refused(
            "x5u-tls", f"The server of the certificate did not prove its name: {reason}."
        ) from error
    except (OSError, HTTPException, EOFError, ValueError) as error:
        kind = type(error).__name__
        raise Refused("x5u-unreachable", f"The server gave no whole answer ({kind}).") from error


# --- to the server ---


def _connect(url: Url, policy: Policy, deadline: float) -> socket.socket:
    """A connection to an address that the policy allows; the address itself is asked, not the name again."""
    found = [url.host] if not isinstance(url.host, str) else _resolved(url.host, url.port, policy, deadline)
    allowed = [address for address in dict.fromkeys(found) if policy.allow_address(address)][:ADDRESSES]
    if not allowed:
        raise Refused("x5u-address", "The address of the certificate leads into a private network.")
    problem: OSError | None = None
    for number, address in enumerate(allowed):
        try:
            return _dial(address, url.port, policy, _left(deadline) / (len(allowed) - number))
        except OSError as error:
            problem = error
    raise problem or OSError("no address answered")


def _resolved(host: str, port: int, policy: Policy, deadline: float) -> list[Address]:
    """The addresses of a name. The system's resolver cannot be interrupted, so it is asked in a thread."""
    from queue import Empty, SimpleQueue
    from threading import Thread

    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(policy.resolve(host, port)))
        except Exception as error:  # handed to the caller, who gives it a code
            answers.put(error)

    Thread(target=ask, name="x5u-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise Refused("x5u-unreachable", "The name of the certificate's server is not known.") from answer
    return [ip_address(text) for text in answer]


def _dial(address: Address, port: int, policy: Policy, seconds: float) -> socket.socket:
    import socket

    six = isinstance(address, IPv6Address)
    plain = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        plain.settimeout(seconds)
        plain.connect((str(address), port))
        peer = ip_address(plain.getpeername()[0])
        if peer != address or not policy.allow_address(peer):
            raise Refused("x5u-address", "The connection led to another address than the one that was asked.")
    except BaseException:
        plain.close()
        raise
    return plain


def _request(url: Url) -> bytes:
    return (
        f"GET {url.target} HTTP/1.1\r\nHost: {url.authority}\r\n"
        "Accept: application/pem-certificate-chain, application/pkix-cert, */*\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: quivive\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


# --- from the server ---


class _Bounded(io.RawIOBase):
    """The bytes of a socket, until a deadline and up to a number; what `http.client` reads from."""

    def __init__(self, source: socket.socket, most: int, deadline: float) -> None:
        self._source, self._most, self._deadline = source, most, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._most <= 0:
            raise _too_large()
        self._source.settimeout(_left(self._deadline))
        count = self._source.recv_into(memoryview(buffer)[: self._most])
        self._most -= count
        return count


def _too_large() -> Refused:
    return Refused("x5u-too-large", "The answer is larger than a certificate chain may be.")


def _read(source: socket.socket, policy: Policy, deadline: float) -> Answer:
    from http.client import HTTPResponse

    stream = _Bounded(source, policy.bytes + OVERHEAD, deadline)
    with HTTPResponse(cast("socket.socket", stream), method="GET") as response:
        response.begin()
        _refuse_status(response)
        if (response.length or 0) > policy.bytes:
            raise _too_large()
        data = response.read(policy.bytes + 1)
        if len(data) > policy.bytes:
            raise _too_large()
        if response.length:
            raise Refused("x5u-unreachable", "The server closed before its answer was whole.")
        if not data:
            raise Refused("x5u-no-certificate", "The answer is empty.")
        return Answer(data, max_age(response.headers))


def _refuse_status(response: HTTPResponse) -> None:
    if 300 <= response.status < 400:
        raise Refused("x5u-redirect", "The server sends elsewhere for the certificate; nobody follows.")
    if response.status != 200:
        raise Refused("x5u-status", f"The server answers {response.status} instead of the certificate.")
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise Refused("x5u-no-certificate", "The server sends a compressed answer, which was not asked for.")


def max_age(headers: Message) -> float | None:
    """Seconds for which an answer may be kept (RFC 9111 §4.2.1, §5.2.2); None: the server does not say.

    What does not read counts as stale, as §4.2.1 advises.
    """
    control = {}
    for directive in ",".join(headers.get_all("Cache-Control", [])).split(","):
        name, _, value = directive.partition("=")
        control[name.strip().lower()] = value.strip().strip('"')
    if "no-store" in control or "no-cache" in control:
        return 0.0
    if "max-age" in control:
        return max(0.0, _count(control["max-age"]) - _count(headers.get("Age", "0")))
    if "Expires" in headers:
        return max(0.0, _moment(headers["Expires"]) - (_moment(headers.get("Date", "")) or time.time()))
    return None


def _count(text: str) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= 10 else 0


def _moment(text: str) -> float:
    """An HTTP date as unix seconds; 0 for what is none."""
    from email.utils import mktime_tz, parsedate_tz

    try:
        parts = parsedate_tz(text)
        return float(mktime_tz(parts)) if parts else 0.0
    except (TypeError, ValueError, OverflowError, IndexError):
        return 0.0
