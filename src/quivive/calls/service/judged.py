"""What did the service decide about one call? The line that its journal keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Judged:
    """One call that was answered. Field names are those of call records (`calls.records.columns`)."""

    start: float
    """When the request came, Unix seconds."""
    service: str
    """'sip', 'signing' or 'verification'."""
    calling: str | None
    called: str | None
    call_id: str | None
    trunk: str | None
    """The peer's trunk or name, else its address."""
    action: str
    """'signed', 'show', 'route-on', 'block', 'block-analytics' or 'error'."""
    sip_code: int | None
    verdict: str | None
    verstat: str | None
    attest: str | None
    spc: str | None
    """Service provider code of the signer's certificate (RFC 8226 §9), the first."""
    certificate: str | None
    """sha256 of the signer's certificate, hex."""
    x5u: str | None
    origid: str | None
    reasons: tuple[str, ...] = ()
    """Codes of refusals.yaml."""


class Journal(Protocol):
    """Where answered calls are kept. What was kept survives the end of the process at any moment."""

    def keep(self, calls: Sequence[Judged]) -> None:
        """Hand the calls to the operating system before their answers are sent. Raises CouldNotKeep."""
        ...
