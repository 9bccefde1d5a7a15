"""Makes the call of the case 'grandchild in trouble': `python examples/make_call.py PACKAGES` (Linux).

    apt install sip-tester tcpdump      # SIPp 3.6, tcpdump; and the speech engine of speech.py

Two SIPp speak to each other in a network of their own (`unshare -n`: no rights needed, nothing leaves it)
whose addresses are kept for documentation (RFC 5737); the voices are a speech engine reading made-up words,
in G.711 A-law; tcpdump records. The clock of the recording is then set to the day of the story. Numbers are
of ranges kept for fiction. The Identity header was signed for another call, which is what the case is about.

Writes grandchild/7-phone-call.pcap and certificates/. Keys are made anew on each run and thrown away, so a
run gives other bytes than the last one and the same findings.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

HERE = Path(__file__).parent
CAPTURE = HERE / "grandchild" / "7-phone-call.pcap"
CERTIFICATES = HERE / "certificates"
sys.path.insert(0, str(HERE.parent / "tests"))

STARTS = datetime(2026, 11, 3, 9, 40, tzinfo=UTC)
"""When the telephone rings in the story."""
SHOWN, CALLED = "+442079460123", "+441632960177"
"""Ofcom's numbers for drama: London, and no area."""
SIGNED_FOR, SIGNED_TO = "+12025550142", "+12025550187"
"""Caller and callee of the call from which the Identity header was copied, nine seconds before."""
X5U = "https://stir.example-telecom.example/000X.pem"
CALLER_ADDRESS, CALLEE_ADDRESS = "198.51.100.7", "192.0.2.60"

ROSE_SAYS = "Hello? Who is speaking, please?"
POLICE_SAY = (
    "Good morning. This is Sergeant Field, at the police custody desk. Your grandson Tom had an accident, "
    "and he is in our cell. His lawyer asks for four thousand eight hundred pounds in cash, before three "
    "o'clock. Stay on the line, and do not tell anybody. A courier will come to your door."
)


def main() -> None:
    """Write the capture and the certificates; inside the network, make the call."""
    if sys.argv[1:2] == ["--inside"]:
        call(Path(sys.argv[2]))
        return
    from speech import POLICE, ROSE, encoded, packages, spoken

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, says, person in (("rose", ROSE_SAYS, ROSE), ("police", POLICE_SAY, POLICE)):
            speech = encoded(spoken(says, person, packages()), "alaw", "pcm_alaw", 8000)
            (work / f"{name}.alaw").write_bytes(speech)
        (work / "identity").write_text(copied_identity(), "ascii")
        # not as its root: tcpdump would then change to a user that the new name space does not know
        apart = ["unshare", "-n", "--map-user=1000", "--map-group=1000", "--keep-caps"]
        inside = [sys.executable, str(Path(__file__).resolve()), "--inside", str(work)]
        subprocess.run([*apart, *inside], check=True)  # noqa: S603
        CAPTURE.write_bytes(dated((work / "lo.pcap").read_bytes(), STARTS.timestamp()))


def copied_identity() -> str:
    """A valid Identity header of another call; writes the certificates that it can be checked with."""
    from calls.certificates.make import authority, crl, issue
    from quivive.calls.sign import Token, sign

    root = authority("Example STI Root")
    provider = issue(root, name="SHAKEN 000X", spc="000X", days=(-200, 165))
    CERTIFICATES.mkdir(exist_ok=True)
    (CERTIFICATES / "root.pem").write_bytes(root.pem)
    (CERTIFICATES / "provider.pem").write_bytes(provider.pem)
    (CERTIFICATES / "crl.pem").write_bytes(crl(root, days=(-30, 60)))
    token = Token(SIGNED_FOR, [SIGNED_TO], attest="A", iat=int(STARTS.timestamp()) - 9)
    return sign(token, provider.key, X5U, provider.pem)


# --- inside the network of our own ---


def call(work: Path) -> None:
    """Both ends call each other while tcpdump listens."""
    for command in (
        ["ip", "link", "set", "lo", "up"],
        *(["ip", "addr", "add", f"{each}/32", "dev", "lo"] for each in (CALLER_ADDRESS, CALLEE_ADDRESS)),
    ):
        subprocess.run(command, check=True)  # noqa: S603
    capture = work / "lo.pcap"
    tcpdump = ["tcpdump", "-i", "lo", "-U", "-w", str(capture), "udp"]
    listening = subprocess.Popen(tcpdump, cwd=work)  # noqa: S603
    wait_for(capture)
    called = sipp("callee", CALLEE_ADDRESS, work)
    time.sleep(1)
    lasts = (work / "police.alaw").stat().st_size // 8 + 300  # ms
    calling = sipp(
        "caller", CALLER_ADDRESS, work, f"{CALLEE_ADDRESS}:5060", "-d", str(lasts),
        shown=SHOWN, called=CALLED, rings=http_date(STARTS), identity=(work / "identity").read_text("ascii"),
    )  # fmt: skip
    failed = calling.wait(timeout=120) or called.wait(timeout=30)
    time.sleep(1)
    listening.terminate()
    listening.wait(timeout=10)
    if failed:
        sys.exit(f"The call failed: SIPp ended with {failed}.")


def sipp(scenario: str, address: str, work: Path, *target: str, **values: str) -> subprocess.Popen[bytes]:
    """One end of one call; `values` are what the scenario's [words] stand for."""
    keys = [part for name, value in values.items() for part in ("-key", name, value)]
    command = [
        *("sipp", *target, "-sf", str(HERE / "sipp" / f"{scenario}.xml"), "-m", "1", "-nostdin"),
        *("-i", address, "-mi", address, "-p", "5060", "-timeout", "100", "-timeout_error", *keys),
    ]
    environment = {**os.environ, "TERM": "dumb"}
    return subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603


def wait_for(file: Path) -> None:
    """Until tcpdump has begun to write."""
    for _ in range(100):
        if file.exists() and file.stat().st_size:
            return
        time.sleep(0.1)
    sys.exit("tcpdump does not listen.")


def http_date(moment: datetime) -> str:
    """As SIP writes it (RFC 3261 §20.17)."""
    return format_datetime(moment, usegmt=True)


# --- the recording ---


def dated(capture: bytes, start: float) -> bytes:
    """The same packets with their clock moved so that the first one is at `start` (Unix seconds).

    The UDP checksums that the kernel leaves to a network card, which a loopback is not, are filled in.
    """
    header, moved, at, shift = capture[:24], [], 24, 0
    while at < len(capture):
        seconds, micros, size, full = struct.unpack_from("<4I", capture, at)
        shift = shift or round(start) * 1_000_000 - (seconds * 1_000_000 + micros)
        moment = divmod(seconds * 1_000_000 + micros + shift, 1_000_000)
        frame = capture[at + 16 : at + 16 + size]
        moved.append(struct.pack("<4I", *moment, size, full) + checked(frame))
        at += 16 + size
    return header + b"".join(moved)


def checked(frame: bytes) -> bytes:
    """An Ethernet frame of IPv4 without options and UDP, with the UDP checksum of RFC 768."""
    addresses, udp = frame[26:34], frame[34:]
    pseudo = (
        addresses + struct.pack(">HH", 17, len(udp)) + udp[:6] + b"\0\0" + udp[8:] + b"\0" * (len(udp) % 2)
    )
    total = sum(struct.unpack(f">{len(pseudo) // 2}H", pseudo))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return frame[:40] + struct.pack(">H", ~total & 0xFFFF or 0xFFFF) + frame[42:]


if __name__ == "__main__":
    main()
