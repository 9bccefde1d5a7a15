"""SIP requests for tests, and what stands in the responses to them."""

from __future__ import annotations

from calls.signed import CALLEE, CALLER
from quivive.calls.service.judged import Judged
from quivive.errors import CouldNotKeep

SOURCE = ("192.0.2.7", 40_000)


def invite(
    *fields: str, caller: str = CALLER, callee: str = CALLEE, method: str = "INVITE",
    branch: str = "z9hG4bK1", to: str = "", uri: str = "", call_id: str = "one@example.org", body: str = "",
) -> bytes:  # fmt: skip
    """A request from a border controller; `fields` are whole lines."""
    uri = uri or f"sip:+{callee}@gw.example.org;user=phone"
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP sbc.example.org:5070;rport;branch={branch}",
        f"From: <sip:+{caller}@sbc.example.org;user=phone>;tag=1",
        to or f"To: <sip:+{callee}@gw.example.org;user=phone>",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {method}",
        "Max-Forwards: 70",
        *fields,
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


def status(data: bytes | None) -> int:
    """The status of a response; 0 for none."""
    return int(data.split(b" ")[1]) if data else 0


def fields(data: bytes | None, name: str) -> list[str]:
    """The values of a header field in a response."""
    lines = (data or b"").decode().split("\r\n")
    return [line.partition(": ")[2] for line in lines if line.startswith(f"{name}: ")]


class Kept:
    """A journal in memory; with `full`, one that cannot be written."""

    def __init__(self, full: bool = False) -> None:
        self.calls: list[Judged] = []
        self.full = full

    def keep(self, calls: list[Judged]) -> None:
        if self.full:
            raise CouldNotKeep("no room")
        self.calls += calls
