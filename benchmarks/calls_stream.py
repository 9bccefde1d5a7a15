"""Is the service's memory bounded while a day of call records passes through it?

    python benchmarks/calls_stream.py [--hours 24] [--rate 200] [--seed 11] [--slice 5] [--small]

Generated traffic (benchmarks/call_traffic: no real records are public) of 24 hours at 200 calls a second is
posted to `quivive calls serve`, a process of its own, in slices of five minutes of traffic (rate x 300 calls;
the day's quiet and busy hours are evened out, so that early and late slices are alike). Time is lapsed: such
a slice of traffic goes into one slice of the service (`--slice` seconds of clock), of which as many are
searched for campaigns as an hour of traffic has. A client has a call signed every 50 ms all the while. After
each slice the memory of the service, and the peak of the process that closes slices and searches, are taken
from /proc. At the end every record that was posted must be in the service's Parquet once.
Writes benchmarks/results/calls_stream.json (--small, an hour: calls_stream_small.json).
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
BATCH = 5_000
MINUTES = 5.0
GROWTH = 1.10
"""The service's largest memory in the last third may be that much of its largest in the first."""
COLUMNS = {"trunk_in": "trunk", "trunk_out": "egress", "disposition": "answered"}


@dataclass
class Service:
    """The running service, and what was seen of it."""

    folder: Path
    slice: float
    popen: subprocess.Popen[bytes] = field(init=False)
    port: int = field(init=False)
    child_peak: float = 0.0
    ended: bool = False

    def __post_init__(self) -> None:
        log = self.folder / "log"
        with log.open("wb") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "quivive", "calls", "serve", "--http", "127.0.0.1:0", "--sip", "off",
                 "--config", str(_house(self.folder, self.slice))], stderr=out)  # fmt: skip
        while not (found := re.search(rb'"service": "http".*"port": (\d+)', log.read_bytes())):
            if self.popen.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.05)
        self.port = int(found[1])

    def memory(self, name: str = "VmRSS") -> float:
        """MB of the service."""
        return _status(self.popen.pid, name)

    def watch(self) -> None:
        """Keep the peak of the processes that the service starts."""
        children = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        while not self.ended:
            for child in children.read_text().split():
                self.child_peak = max(self.child_peak, _status(int(child), "VmHWM"))
            time.sleep(0.05)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's lines of that event."""
        lines = (self.folder / "log").read_text().split("\n")[:-1]
        return [
            said for line in lines if line.startswith("{") and (said := json.loads(line))["event"] == name
        ]

    def post(self, connection: http.client.HTTPConnection, body: bytes, key: str) -> None:
        """Until it is accepted."""
        headers = {"content-type": "text/csv", "idempotency-key": key}
        while True:
            try:
                connection.request("POST", "/records", body, headers)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException):  # closed between slices: the key makes it safe
                connection.close()
                continue
            if answer.status in (200, 201):
                assert said["refused"] == 0, said
                return
            assert answer.status == 503, (answer.status, said)
            time.sleep(0.1)


def _house(folder: Path, seconds: float) -> Path:
    """One key to sign with; a window of an hour of traffic."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "own.key").write_bytes(pem)
    columns = "\n".join(f'{name} = "{ours}"' for name, ours in COLUMNS.items())
    file = folder / "quivive.toml"
    file.write_text(
        f'[calls.serve]\njournal = "journal"\nslice = {seconds}\nwindow = {seconds * 60 / MINUTES}\n'
        f'[calls.serve.columns]\n{columns}\n[[calls.serve.credentials]]\nkey = "own.key"\n'
        'x5u = "https://cert.example.org/own.pem"\n'
    )
    return file


def _status(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":")), 0.0)


def slices(seed: int, rate: float, hours: float) -> Iterator[list[bytes]]:
    """CSV bodies of five minutes each at an even rate: the calls of the generated day in their order.

    The day's quiet and busy hours are evened out, so that memory early and late is that of the same load.
    """
    from call_traffic.traffic import Load, world
    from call_traffic.writing import tables

    size = round(rate * MINUTES * 60)
    waiting = None
    for table, _ in tables(world(seed, Load(rate, hours)), MINUTES):
        waiting = table if waiting is None else pa.concat_tables([waiting, table], promote_options="default")
        while len(waiting) >= size:
            yield _bodies(waiting.slice(0, size))
            waiting = waiting.slice(size)
    if waiting is not None and len(waiting):
        yield _bodies(waiting)


def _bodies(table: pa.Table) -> list[bytes]:
    return [_csv(table.slice(first, BATCH)) for first in range(0, len(table), BATCH)]


def _csv(table: pa.Table) -> bytes:
    plain = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    out = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(plain, names=table.column_names), out)
    return out.getvalue()


def call(service: Service, seconds: list[float], failed: list[int]) -> None:
    """Have a call signed every 50 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    asked = {"attest": "A", "orig": {"tn": "12025550100"}, "dest": {"tn": ["12025550101"]}, "origid": "o"}
    while not service.ended:
        body = json.dumps({"signingRequest": {**asked, "iat": int(time.time())}}).encode()
        began = time.perf_counter()
        connection.request("POST", "/stir/v1/signing", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        seconds.append(time.perf_counter() - began)
        if answer.status != 200:
            failed.append(answer.status)
        time.sleep(0.05)


def replay(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Post the day, look at the service after each slice, end it, count what it kept."""
    service = Service(folder, given.slice)
    try:
        return _replayed(service, given)
    finally:
        service.ended = True
        service.popen.terminate()
        service.popen.wait()


def _replayed(service: Service, given: argparse.Namespace) -> dict[str, Any]:
    seconds: list[float] = []
    failed: list[int] = []
    helpers = [
        threading.Thread(target=service.watch, daemon=True),
        threading.Thread(target=call, args=(service, seconds, failed), daemon=True),
    ]
    for each in helpers:
        each.start()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    memory, children, posted, began = [], [], 0, time.monotonic()
    for number, bodies in enumerate(slices(given.seed, given.rate, given.hours)):
        for place, body in enumerate(bodies):
            service.post(connection, body, f"{number}-{place}")
            posted += body.count(b"\n") - 1
        time.sleep(max(0.0, given.slice - (time.time() % given.slice)) + 0.01)
        memory.append(service.memory())
        children.append(service.child_peak)
        service.child_peak = 0.0
        print(f"{number + 1} slices, {posted:,} records, service {memory[-1]:.0f} MB, "
              f"slices {children[-1]:.0f} MB, {time.monotonic() - began:.0f} s", file=sys.stderr)  # fmt: skip
    wall = time.monotonic() - began
    closed = len(service.events("slices-closed"))
    while len(service.events("slices-closed")) < closed + 2:
        time.sleep(0.2)
    peak = service.memory("VmHWM")
    service.ended = True
    for each in helpers:
        each.join()
    service.popen.terminate()
    service.popen.wait()
    return _figures(service, memory, children, posted, seconds, failed) | {
        "wall_seconds": round(wall), "service_peak_mb": round(peak)}  # fmt: skip


def _figures(service: Service, memory: list[float], children: list[float], posted: int, seconds: list[float],
             failed: list[int]) -> dict[str, Any]:  # fmt: skip
    kept = sum(pq.read_metadata(path).num_rows for path in (service.folder / "journal" / "slices").glob("*"))
    files = (service.folder / "journal" / "slices").glob("*.parquet")
    ids = [pq.read_table(path, columns=["id"])["id"] for path in files]
    distinct = len(pa.chunked_array([chunk for each in ids for chunk in each.chunks]).unique())
    searches = service.events("slices-closed")
    third = max(1, len(memory) // 3)
    calls = sorted(seconds)
    return {
        "slices": len(memory),
        "records_posted": posted,
        "records_kept": kept,
        "records_kept_distinct": distinct,
        "service_mb": {
            "first_third_max": round(max(memory[:third]), 1),
            "last_third_max": round(max(memory[-third:]), 1),
            "each_slice": [round(each) for each in memory],
        },
        "slice_process_mb": {
            "first_third_max": round(max(children[:third]), 1),
            "last_third_max": round(max(children[-third:]), 1),
        },
        "searches": len(searches),
        "searches_failed": len(service.events("slice-failed")),
        "search_seconds_max": round(max((each.get("seconds", 0.0) for each in searches), default=0.0), 2),
        "campaigns_in_windows": sum(len(each.get("kinds", ())) for each in searches),
        "calls_signed_meanwhile": len(calls),
        "calls_failed": len(failed),
        "call_seconds": {
            "median": round(calls[len(calls) // 2], 4),
            "p99": round(calls[int(len(calls) * 0.99)], 4),
            "max": round(calls[-1], 4),
        },
    }


def main() -> None:
    """Replay, judge, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument(
        "--slice", type=float, default=5.0, help="seconds of clock for five minutes of traffic"
    )
    parser.add_argument("--small", action="store_true", help="one hour")
    given = parser.parse_args()
    if given.small:
        given.hours = 1.0
    with tempfile.TemporaryDirectory() as folder:
        figures = replay(given, Path(folder))
    bounded = figures["service_mb"]["last_third_max"] <= GROWTH * figures["service_mb"]["first_third_max"]
    whole = figures["records_kept"] == figures["records_kept_distinct"] == figures["records_posted"]
    result = {
        "benchmark": "calls_stream",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "cpu": platform.machine(),
        },
        "data": f"generated: call_traffic, seed {given.seed}, {given.rate:g} calls/s, {given.hours:g} h",
        "lapse": f"{MINUTES:g} minutes of traffic in {given.slice:g} s",
        "figures": figures,
        "targets": {"memory_growth_at_most": GROWTH, "records_lost_or_doubled": 0, "calls_failed": 0},
        "met": bool(bounded and whole and not figures["calls_failed"]),
    }
    name = "calls_stream_small.json" if given.small else "calls_stream.json"
    (ROOT / "benchmarks" / "results" / name).write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(figures))
    sys.exit(0 if result["met"] else 1)


if __name__ == "__main__":
    main()
