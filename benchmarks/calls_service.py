"""How many calls a second does the SIP redirect server answer, how soon, and what does a call cost?

    python benchmarks/calls_service.py [--calls 20000] [--rates 500 1000 2000] [--small]

SIPp of Debian, unmodified, asks `quivive calls serve` on this machine about calls that each carry a token of
their own, signed just before, every tenth of them wrong in one of nine ways (tests/calls/service/redirect);
each answer is compared with what is right for that very call, and the journal must hold each call once. One
run a rate and transport: calls a second as the journal's first and last call have them, time to answer as
SIPp measures it, processor seconds of the service's process by the kernel's count. SIPp runs on the same
machine, so the wall-clock figures hold for both together. `core_us` is the same work in this process without
sockets: processor microseconds a call, the journal's line included. Writes
benchmarks/results/calls_service.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from calls.certificates.make import authority, issue  # noqa: E402
from calls.service.process import DAYS, Process, kept_calls, write_house  # noqa: E402
from calls.service.redirect import sipp  # noqa: E402
from calls.service.redirect.asked import X5U, Asked, calls  # noqa: E402
from calls.service.redirect.test_sipp import ACTIONS, wrong_answers  # noqa: E402
from quivive import __version__  # noqa: E402

TARGETS = {"calls_per_second": 500, "lost": 0, "wrong": 0}
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run what was asked for, print a line each, write the result."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--calls", type=int, default=20_000)
    asked.add_argument("--rates", type=int, nargs="+", default=[500, 1000, 2000])
    asked.add_argument("--small", action="store_true", help="3,000 calls at 600 a second, UDP and TCP")
    given = asked.parse_args()
    count, rates = (3_000, [600]) if given.small else (given.calls, given.rates)
    runs = []
    for transport, name in (("u1", "udp"), ("t1", "tcp")):
        for rate in rates:
            runs.append({"transport": name, "asked_per_second": rate, **run(count, rate, transport)})
            print(json.dumps(runs[-1]), flush=True)
    result = {
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "sipp": sipp_version(),
        "targets": TARGETS,
        "core": core(min(count, 10_000)),
        "runs": runs,
    }
    name = "calls_service_small" if given.small else "calls_service"
    (ROOT / "benchmarks" / "results" / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["core"]))


def run(count: int, rate: int, transport: str) -> dict[str, Any]:
    """One SIPp run against a fresh service. A run in which SIPp gives a call up is told as such."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        root = authority(days=DAYS)
        own = issue(root, spc="709J", days=DAYS)
        config = write_house(folder, own, ACTIONS)
        (folder / "root.pem").write_bytes(root.pem)
        asked = list(calls(count, own))
        service = Process(config, ("--sip", "127.0.0.1:0", "--no-log-calls"))
        try:
            before = processor_seconds(service.popen.pid)
            answered = sipp.ask(folder, asked, service.ports["sip"], rate, transport)
            used, peak = processor_seconds(service.popen.pid) - before, peak_mb(service.popen.pid)
        except AssertionError as error:
            return {"calls": count, "gave_up": re.sub(r"\s+", " ", str(error))[:200]}
        finally:
            service.end()
        return figures(asked, answered, kept_calls(folder / "journal"), used) | {"peak_mb": peak}


def figures(
    asked: Sequence[Asked], answered: sipp.Run, kept: Sequence[dict[str, Any]], used: float
) -> dict[str, Any]:
    """What one run showed."""
    begins = sorted(line["start"] for line in kept)
    times = sorted(answered.milliseconds)
    return {
        "calls": len(asked),
        "wrong_tokens": sum(call.kind != "right" for call in asked),
        "lost": len(asked) - len(answered.answers),
        "wrong": len(wrong_answers(asked, answered)),
        "kept": len(kept),
        "kept_twice": len(kept) - len({line["call_id"] for line in kept}),
        "per_second": round((len(begins) - 1) / (begins[-1] - begins[0])),
        "ms": {
            name: round(quantile(times, q), 2) for name, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        },
        "ms_most": round(times[-1], 2),
        "cpu_us": round(used / len(asked) * 1e6),
    }


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of the ordered values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def core(count: int, rounds: int = 3) -> dict[str, Any]:
    """Processor microseconds a call without sockets, the least of some rounds, and of a repeated call."""
    from quivive.calls import signers
    from quivive.calls.certificates import trust
    from quivive.calls.service.house import House, Live, Peer
    from quivive.calls.service.journal import HourlyJournal
    from quivive.calls.service.metrics import Metrics
    from quivive.calls.service.redirect.desk import Desk
    from quivive.calls.verify import Policy

    root = authority(days=DAYS)
    own = issue(root, spc="709J", days=DAYS)
    peers = (Peer("pbx", (ip_network("127.0.0.0/8"),), attest="A"),)
    chains = signers.Certificates({X5U: own.pem}, trust.read(root.pem))
    house = House(chains, Policy(), peers=peers)
    batch = [(invite(call), ("127.0.0.1", 5555)) for call in calls(count, own)]
    first, again = [], []
    with tempfile.TemporaryDirectory() as folder:
        journal = HourlyJournal(Path(folder))
        for _ in range(rounds):
            desk = Desk(Live(lambda: house), journal, Metrics())
            first.append(timed(desk, batch))
            again.append(timed(desk, batch))
        journal.close()
    return {
        "calls": count,
        "core_us": round(min(first)),
        "repeat_us": round(min(again)),
        "per_second_and_core": round(1e6 / min(first)),
        "rounds_us": [round(each) for each in first],
    }


def timed(desk: Any, batch: Sequence[tuple[bytes, tuple[str, int]]]) -> float:
    """Processor microseconds a request of answering all in batches of 64, as the server does."""
    began = time.process_time()
    for start in range(0, len(batch), 64):
        assert all(reply.data[8:11] in (b"302", b"603") for reply in desk.answer(batch[start : start + 64]))
    return (time.process_time() - began) / len(batch) * 1e6


def invite(call: Asked) -> bytes:
    """The request that SIPp sends for a call."""
    text = sipp.SCENARIO.read_text("utf-8").partition("<![CDATA[")[2].partition("]]>")[0]
    head, _, body = "\r\n".join(line.strip() for line in text.strip().splitlines()).partition("\r\n\r\n")
    known = {"field1": call.caller, "field2": call.callee, "field3": call.token,
             "branch": f"z9hG4bK{call.number}", "call_id": f"{call.number}@127.0.0.1", "transport": "UDP",
             "local_port": "5555", "remote_port": "5060", "local_ip_type": "4", "media_ip_type": "4",
             "pid": "1", "call_number": str(call.number)}  # fmt: skip
    body = filled(body + "\r\n", known)
    return f"{filled(head, known | {'len': str(len(body))})}\r\n\r\n{body}".encode()


def filled(text: str, known: Mapping[str, str]) -> str:
    """SIPp's keywords with their values; all addresses are this machine's."""
    return re.sub(r"\[(\w+)\]", lambda found: known.get(found[1], "127.0.0.1"), text)


def processor_seconds(pid: int) -> float:
    """User and system time of a process with its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_mb(pid: int) -> int:
    """Peak memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


def sipp_version() -> str:
    said = subprocess.run(["sipp", "-v"], capture_output=True, text=True).stdout
    found = re.search(r"SIPp v[\w.-]+", said)
    return found[0] if found else "unknown"


if __name__ == "__main__":
    main()
