"""How is a caller of many described? One form for ordinary organisations and for campaigns alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Profile:
    """Spans are drawn from once a caller: counts by the logarithm, parts evenly.

    `per_million`: callers in a million calls. `shown`: which numbers it shows (see `showing`). `ways`: how it
    comes in (see `ways`). `when`: office, day, evening, burst (`minutes`), slow (all day). `reach`: persons
    called: anyone, area (exchanges nearby), walk (one number after the other), repeat (its own customers
    again and again). `unheld`: part of dialled numbers that nobody has. `back`: part of those missed that
    call back.
    """

    name: str
    why: str
    per_million: float
    calls: Span
    shown: str = "own"
    numbers: Span = (1, 1)
    ways: str = "customer"
    trunks: Span = (1, 1)
    when: str = "office"
    minutes: Span = (5, 30)
    reach: str = "anyone"
    unheld: Span = (0.0, 0.01)
    back: Span = (0.02, 0.08)
    answered: Span = (0.4, 0.6)
    voicemail: Span = (0.1, 0.25)
    busy: float = 0.03
    aborted: Span = (0.0, 0.02)
    median: Span = (30, 90)
    sigma: float = 1.0
    brief: Span = (0.02, 0.1)
    message: Span = (10, 25)
    inbound: bool = False
    """Many call the number, instead of the number many."""
    kind: str = ""
    """The campaign's kind; empty for ordinary callers."""
