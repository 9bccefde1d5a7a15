"""Small made-up providers for the tests: who recorded what of which call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quivive.calls.traceback.hops import Query, Traceback
from quivive.calls.traceback.peers import Peers, read
from quivive.calls.traceback.record import Record
from quivive.calls.traceback.sources import Provider
from quivive.calls.traceback.way import trace

NOON = 1_795_348_800.0
CALLED, CALLER = "12025550102", "12125550101"
REPORT = Query(CALLED, CALLER, NOON, 30.0)


def call(name: str, at: float, came: str | None = None, went: str | None = None, **more: Any) -> Record:
    """A call that was answered after 10 s and lasted 45 s, `at` seconds after noon by the provider's
    clock."""
    known: dict[str, Any] = {
        "calling": CALLER,
        "called": CALLED,
        "seconds": 45.0,
        "ring": 10.0,
        "answered": True,
    }
    return Record(name, NOON + at, trunk=came, egress=went, **(known | more))


def unanswered(name: str, at: float, came: str | None = None, went: str | None = None, **more: Any) -> Record:
    """A call that rang for 20 s in vain."""
    return call(
        name, at, came, went, **({"seconds": 0.0, "ring": 20.0, "answered": False, "code": 487} | more)
    )


def provider(name: str, *records: Record, **more: Any) -> Provider:
    """A provider that handed in these records."""
    return Provider(name, records, rows=len(records), **more)


def silent(name: str) -> Provider:
    """One that handed in nothing."""
    return Provider(name, state="silent")


def others(skew: float, came: str | None, went: str | None, count: int = 12) -> list[Record]:
    """Other calls that two neighbours share, so that their clocks can be compared."""
    return [
        call(
            f"other{at}",
            37.0 * at + skew + 100,
            came,
            went,
            calling=f"1310555{1000 + at}",
            called=f"1415555{2000 + 7 * at}",
            seconds=20.0 + 3 * at,
        )
        for at in range(count)
    ]


def traced(
    providers: Sequence[Provider], query: Query = REPORT, peers: Peers | None = None, **more: Any
) -> Traceback:
    """The way of the call; trunks are called as the providers are."""
    return trace(query, providers, peers or read([], [each.name for each in providers]), NOON, **more)


def told(found: Traceback) -> list[tuple[str, str, str | None]]:
    """(provider, state, record) of each hop."""
    return [(hop.provider, hop.state, hop.record) for hop in found.hops]
