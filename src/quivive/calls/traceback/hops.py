"""What is asked of a call, and what does one provider know of it? Fields of industry tracebacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["terminating", "intermediate", "gateway", "originating"]
State = Literal["found", "ambiguous", "silent", "not-found", "refused"]
"""found: one call fits; ambiguous: several do and nothing tells them apart; silent: asked, no answer;
not-found: records were searched and hold no such call; refused: the provider says it will not tell."""


@dataclass(frozen=True)
class Query:
    """The call that somebody reported: canonical numbers, `at` in Unix seconds, `tolerance` in seconds."""

    called: str
    calling: str | None
    at: float
    tolerance: float
    call_id: str | None = None
    seconds: float | None = None
    """How long they spoke, if the report says so."""


@dataclass(frozen=True)
class Hop:
    """What one provider says of the call. Times are Unix seconds by the provider's own clock."""

    provider: str
    state: State
    role: Role | None = None
    upstream: str | None = None
    """Who handed the call to this provider: a provider's name, or None if it was a customer or is unknown."""
    downstream: str | None = None
    customer: str | None = None
    """The provider's own customer who made the call, where it began here (a reference, not a name)."""
    start: float | None = None
    calling: str | None = None
    called: str | None = None
    call_id: str | None = None
    attest_seen: str | None = None
    attest_sent: str | None = None
    spc: str | None = None
    record: str | None = None
    """Where it stands: file and line, or the provider's own reference."""
    ingress: str | None = None
    egress: str | None = None
    clock: float | None = None
    """Seconds that this provider's clock was found to be ahead of the reported time's."""
    action: str | None = None
    """What the provider did or will do: 'customer warned', 'trunk blocked' …"""
    deadline: float | None = None
    """Until when an answer is due (Unix seconds), for a hop that is asked or silent."""
    candidates: int = 0
    """How many calls fitted, where more than one did."""
    why: str = ""
    """In a sentence: how it was matched, or why it could not be."""


@dataclass(frozen=True)
class Gap:
    """A place that nothing covers: `after` answered and names `missing` as upstream, who did not."""

    after: str
    missing: str | None
    why: str


@dataclass(frozen=True)
class Traceback:
    """The way of the call, from the provider of the called party upstream; every gap is named."""

    query: Query
    hops: tuple[Hop, ...]
    gaps: tuple[Gap, ...]
    complete: bool
    """Whether the last hop is where the call began, with no gap or ambiguous hop before it."""
