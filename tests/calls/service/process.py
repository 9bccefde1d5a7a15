"""`quivive calls serve` as a process of its own, on free ports of 127.0.0.1, with keys made for tests."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from calls.certificates.make import Made, authority, issue
from quivive.calls.service import batches, journal

X5U = "https://cert.example.org/own.pem"
DAYS = (-4000.0, 20000.0)
"""The process has the real clock."""


def write_house(folder: Path, own: Made | None = None, more: str = "") -> Path:
    """A quivive.toml with one key, its root, and this machine as a peer whose calls are signed."""
    root = authority(days=DAYS)
    own = own or issue(root, spc="709J", days=DAYS)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "own.pem").write_bytes(own.pem)
    (folder / "own.key").write_bytes(own.key_pem)
    file = folder / "quivive.toml"
    file.write_text(
        f"""
[calls]
roots = "root.pem"
[calls.certificates]
"{X5U}" = "own.pem"
[calls.serve]
journal = "journal"
{more}
[[calls.serve.credentials]]
key = "own.key"
x5u = "{X5U}"
chain = "own.pem"
[[calls.serve.peers]]
name = "pbx"
networks = ["127.0.0.0/8"]
attest = "A"
""",
        "utf-8",
    )
    return file


@dataclass
class Process:
    """One run of the service."""

    config: Path
    options: tuple[str, ...] = ("--sip", "off")
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = self.config.parent / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "quivive", "calls", "serve", "--config", str(self.config),
                 "--http", "127.0.0.1:0", *self.options], stderr=log, env=dict(os.environ))  # fmt: skip
        self.wait_for("serving")
        self.ports = {each["service"]: each["port"] for each in self.events("listening")}

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's events of that name; a line that is being written does not count."""
        lines = self.log.read_bytes().split(b"\n")[:-1]
        said = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [each for each in said if each["event"] == name]

    def wait_for(self, name: str, times: int = 1, seconds: float = 60.0) -> dict[str, Any]:
        """The latest event of a name, once there are so many."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.events(name)
            if len(found) >= times:
                return found[-1]
            assert self.popen.poll() is None or found, self.log.read_text()
            time.sleep(0.02)
        raise AssertionError(f"no event {name} in {seconds} s: {self.log.read_text()}")

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Status and body. Raises OSError or HTTPException where the service is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET" if body is None else "POST", path, body, named)
            got = connection.getresponse()
            data = got.read()
            is_json = "json" in (got.getheader("content-type") or "")
            return got.status, json.loads(data) if is_json else data.decode()
        finally:
            connection.close()

    def kill(self) -> None:
        """As the kernel does it when memory is short: no handler runs."""
        self.popen.kill()
        self.popen.wait()

    def end(self) -> int:
        """SIGTERM, and the exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(20)


def sign_request(number: int) -> bytes:
    """A request of the Ms to sign the call of that number."""
    asked = {"attest": "A", "orig": {"tn": "12025550100"}, "dest": {"tn": [f"1202555{number % 10000:04}"]},
             "iat": int(time.time()), "origid": f"00000000-0000-4000-8000-{number:012}"}  # fmt: skip
    return json.dumps({"signingRequest": asked}).encode()


def invite(number: int) -> bytes:
    """An INVITE of the peer, unsigned; its Call-ID tells the number."""
    lines = (
        "INVITE sip:+12025550101@gw.example.org;user=phone SIP/2.0",
        f"Via: SIP/2.0/UDP sbc.example.org:5070;rport;branch=z9hG4bK{number}",
        "From: <sip:+12025550100@sbc.example.org;user=phone>;tag=1",
        "To: <sip:+12025550101@gw.example.org;user=phone>",
        f"Call-ID: {number}@example.org",
        "CSeq: 1 INVITE",
        "Max-Forwards: 70",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def rows(first: int, count: int) -> bytes:
    """NDJSON records with the ids first, first + 1 …"""
    made: Iterator[Mapping[str, Any]] = (
        {"id": f"r{number}", "start": 1_795_000_000 + number, "calling": "+12025550100",
         "called": "+12025550101", "seconds": 7, "answered": True, "trunk": "t1"}
        for number in range(first, first + count)
    )  # fmt: skip
    return b"".join(json.dumps(row).encode() + b"\n" for row in made)


def kept_records(folder: Path) -> list[str]:
    """The ids of all records in a journal's folder, in Parquet or waiting for it."""
    ids: list[str] = []
    for path in (folder / "slices").glob("*.parquet"):
        ids += pq.read_table(path, columns=["id"])["id"].to_pylist()
    db = batches.open_db(folder)
    for (number,) in db.execute("select distinct slice from batches where body is not null").fetchall():
        for table in batches.bodies(db, number):
            ids += table["id"].to_pylist()
    db.close()
    return ids


def waiting_slices(folder: Path) -> list[int]:
    """The slices whose records do not stand in Parquet alone yet."""
    db = batches.open_db(folder)
    found = db.execute("select distinct slice from batches where body is not null").fetchall()
    db.close()
    return [number for (number,) in found]


def kept_calls(folder: Path) -> list[dict[str, Any]]:
    """All answered calls in a journal's folder."""
    lines = [call for path in sorted((folder / "calls").glob("*.ndjson")) for call in journal.read(path)]
    tables = [pq.read_table(path) for path in (folder / "calls").glob("*.parquet")]
    return lines + (pa.concat_tables(tables).to_pylist() if tables else [])
