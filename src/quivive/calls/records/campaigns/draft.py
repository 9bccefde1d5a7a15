"""What has a detector found, before the calls that show it are fetched?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quivive.calls.records.campaigns.profile import NEAR
from quivive.calls.records.campaigns.source import SIGNERS

SHOWS = {
    "any": "true",
    "brief": "not answered or seconds < 60",
    "one-ring": "not answered",
    "brief-far": f"(not answered or seconds < 60) and not ({NEAR})",
    "near": f"(not answered or seconds < 60) and {NEAR}",
}
"""Which calls of a campaign stand first among its examples."""


@dataclass(frozen=True)
class Draft:
    """A campaign without examples: the calls of `numbers`, where `place` names a column only those with its
    value ('': without one); `shows` is a key of SHOWS."""

    kind: str
    key: str
    numbers: tuple[int, ...]
    calls: int
    first: int
    last: int
    why: str
    figures: Mapping[str, int]
    shows: str = "any"
    place: Mapping[str, str] = field(default_factory=dict)


def within(places: str) -> str:
    """The condition that a row of WAYS has the signers of a row of `places`: null is any, '' is none."""
    return " and ".join(f"({places}.{n} is null or {places}.{n} = coalesce(ways.{n}, ''))" for n in SIGNERS)


def percent(part: int, whole: int) -> int:
    """Hundredths, rounded down; 0 of nothing."""
    return part * 100 // whole if whole else 0


def plural(count: int, one: str, many: str = "") -> str:
    """'1 call', '2 calls'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
