"""What the detector says of bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from quivive.intake import take
from quivive.media.provenance.detector import Provenance
from quivive.media.provenance.trust import Trust
from quivive.model import Context, Finding

OUTCOMES = frozenset({"c2pa/trusted", "c2pa/unknown-signer", "c2pa/content-changed",
                      "c2pa/credential-problem", "c2pa/none", "c2pa/remote-not-fetched"})  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The findings on one file."""

    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        """The one outcome; a second would be a fault."""
        (only,) = [f.code for f in self.findings if f.code in OUTCOMES]
        return only.removeprefix("c2pa/")

    @property
    def codes(self) -> set[str]:
        return {f.code.removeprefix("c2pa/") for f in self.findings}

    def __getitem__(self, code: str) -> Finding:
        return next(f for f in self.findings if f.code == f"c2pa/{code}")


Look = Callable[..., Told]


def looking(lists: Trust | None = None) -> Look:
    """A look by these lists; None: those that ship."""
    detector = Provenance(lists)

    def examine(data: bytes, name: str = "made.jpg") -> Told:
        context = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
        return Told(tuple(f for f in detector.examine(take(data, name), context) if isinstance(f, Finding)))

    return examine
