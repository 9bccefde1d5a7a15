"""Which result of verification did the network write into a message (verstat, 3GPP TS 24.229 §7.2A.20)?

The value is not protected by anything: it says what the last network that wrote it claims. It is sent as a
parameter of the user part, of the tel or SIP URI, or of the header field, quoted or not, and by some
providers in a field of its own, with the attestation level behind it ('TN-Validation-Passed-A').
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from quivive.calls.sip import lexing
from quivive.calls.sip.addresses import Address
from quivive.calls.sip.message import Message

Outcome = Literal["passed", "failed", "not-validated", "unknown"]
_FIELDS = ("verstat", "x-verstat", "x-stir-verstat", "x-stirverstat", "x-twilio-verstat")
_OUTCOMES: dict[str, Outcome] = {
    "tn-validation-passed": "passed",
    "tn-verification-passed": "passed",
    "tn-validation-failed": "failed",
    "tn-verification-failed": "failed",
    "no-tn-validation": "not-validated",
    "no-tn-verification": "not-validated",
}


@dataclass(frozen=True)
class Verstat:
    """`value` as sent, the header field it stood in, and the attestation that a suffix names ('' if none)."""

    value: str
    source: str
    outcome: Outcome
    attestation: str = ""


def of_address(address: Address, source: str) -> Iterator[Verstat]:
    """The values in one address: of the user part, of the URI, of the header field, in this order."""
    for parameters in (address.uri.user_parameters, address.uri.parameters, address.parameters):
        if value := parameters.get("verstat", "").strip():
            yield parse_verstat(value, source)


def of_fields(message: Message) -> Iterator[Verstat]:
    """The values in header fields of their own."""
    for name in _FIELDS:
        if value := lexing.text(message.first(name) or b"").strip('" \t'):
            yield parse_verstat(value, name)


def parse_verstat(value: str, source: str) -> Verstat:
    """Read one value, in any case of letters, with or without a suffix."""
    lower = value.lower()
    for name, outcome in _OUTCOMES.items():
        if lower == name or lower.startswith(name + "-"):
            level = lower[len(name) + 1 :].partition("-")[0].upper()
            return Verstat(value, source, outcome, level if level in ("A", "B", "C") else "")
    return Verstat(value, source, "unknown")
