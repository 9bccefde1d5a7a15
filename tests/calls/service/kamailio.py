"""Debian's Kamailio, unmodified, with our configuration, started and ended by the test that needs it."""

from __future__ import annotations

import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

MISSING = "Kamailio is not installed (Debian packages kamailio and kamailio-secsipid-modules)"
_MODULES = ("/usr/lib/*/kamailio/modules/secsipid.so", "/usr/lib/kamailio/modules/secsipid.so")
_COLUMNS = ("id(int,auto) method(string) from_tag(string) to_tag(string) callid(string) sip_code(string) "
            "sip_reason(string) time(int) src_user(string) src_domain(string) src_ip(string) "
            "dst_ouser(string) dst_user(string) dst_domain(string) \n")  # fmt: skip
"""The table acc of Debian's dbtext files with the columns that Kamailio's own kamailio.cfg adds."""


def is_installed() -> bool:
    """Whether Kamailio and its module secsipid are there."""
    return program() is not None and any(list(Path("/").glob(each[1:])) for each in _MODULES)


def program() -> str | None:
    """Where Kamailio lies: /usr/sbin is not in everybody's path."""
    return shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A UDP port that nobody has at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Phone:
    """A UDP socket that speaks as much SIP as a test needs: caller and gateway in one."""

    socket: socket.socket
    seen: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def send(self, message: str, port: int) -> None:
        self.socket.sendto(message.encode(), ("127.0.0.1", port))

    def read(self, seconds: float = 5.0) -> tuple[str, int]:
        """The next message and whose port sent it; provisional responses are passed over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            data, (_, port) = self.socket.recvfrom(65_535)
            if not data.startswith(b"SIP/2.0 1"):
                self.seen.append(data.decode())
                return data.decode(), port
        raise TimeoutError("no message came")


def first_of(*phones: Phone, seconds: float = 5.0) -> tuple[str, int]:
    """The next message to any of them, as `Phone.read` gives it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([each.socket for each in phones], [], [], left)
        for each in phones:
            if each.socket in ready:
                with suppress(TimeoutError):  # it was a provisional response
                    return each.read(0.05)
    raise TimeoutError("no message came")


@contextmanager
def phone() -> Iterator[Phone]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        yield Phone(made)


@dataclass(frozen=True)
class Kamailio:
    """A running Kamailio: its port and its folder (table acc, log)."""

    port: int
    folder: Path

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def records(self) -> list[str]:
        """The rows of the table acc, as Kamailio's db_text wrote them."""
        return (self.folder / "acc").read_text("utf-8").splitlines()[1:]


@contextmanager
def running(
    folder: Path, key: bytes, certificate: bytes, x5u: str, gateway: int, redirect: int = 9
) -> Iterator[Kamailio]:
    """Kamailio with keys and a table acc of its own in `folder`. Raises AssertionError with its log."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.pem").write_bytes(key)
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "version").write_text("table_name(string) table_version(int)\nacc:5\nmissed_calls:4\n")
    for table in ("acc", "missed_calls"):
        (folder / table).write_text(_COLUMNS)
    made = Kamailio(free_port(), folder)
    text = (Path(__file__).parent / "kamailio.cfg").read_text("utf-8")
    for word, value in {"PORT": made.port, "GATEWAY": gateway, "REDIRECT": redirect, "FOLDER": folder,
                        "X5U": x5u}.items():  # fmt: skip
        text = text.replace(f"@{word}@", str(value))
    (folder / "kamailio.cfg").write_text(text)
    command = [program() or "kamailio", "-DD", "-E", "-f", "kamailio.cfg", "-m", "32", "-M", "8", "-Y", "."]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(made, process)
            yield made
        finally:
            _end(process)


def _wait(kamailio: Kamailio, process: subprocess.Popen[bytes]) -> None:
    """Until it answers OPTIONS."""
    with phone() as probe:
        for _ in range(100):
            assert process.poll() is None, f"Kamailio ended: {kamailio.log()}"
            probe.send(request("OPTIONS", "100", "100", probe.port), kamailio.port)
            try:
                probe.read(0.2)
            except (TimeoutError, ConnectionError):
                continue
            return
    raise AssertionError(f"Kamailio does not answer: {kamailio.log()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)  # to the main process, which ends its children
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def request(
    method: str, caller: str, callee: str, port: int, *fields: str, call: str = "", to: str = ""
) -> str:
    """A SIP request from 127.0.0.1:`port`; `fields` are further header lines, `to` the To-tag."""
    call = call or uuid4().hex
    tag = f";tag={to}" if to else ""
    lines = [
        f"{method} sip:{callee}@example.org SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{uuid4().hex}",
        "Max-Forwards: 70",
        f"From: <sip:{caller}@example.org>;tag=f{call[:8]}",
        f"To: <sip:{callee}@example.org>{tag}",
        f"Call-ID: {call}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:{caller}@127.0.0.1:{port}>",
        *fields,
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def response(said: str, status: str, tag: str = "g1") -> str:
    """A response to a request as it was received: Via, From, To, Call-ID and CSeq as they were."""
    kept = [line for line in said.split("\r\n")
            if line.split(":")[0].lower() in ("via", "from", "call-id", "cseq")]  # fmt: skip
    to = header(said, "To")
    to = to if ";tag=" in to else f"{to};tag={tag}"
    return "\r\n".join([f"SIP/2.0 {status}", *kept, f"To: {to}", "Content-Length: 0"]) + "\r\n\r\n"


def header(message: str, name: str) -> str:
    """The first value of a header field, '' for none."""
    for line in message.split("\r\n\r\n")[0].split("\r\n")[1:]:
        field_, _, value = line.partition(":")
        if field_.strip().lower() == name.lower():
            return value.strip()
    return ""
