"""Which numbers dial like a machine through a list of people who do not wait for the call?

The trade separates dialer traffic from conversation by its length (ZipDX, 'Dialer traffic in the spotlight',
2021). Reminders, school alerts and one-time codes are short too, but answered; call centres and pollsters
are often not answered, but then talk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.machine import told, unwelcome
from quivive.calls.records.campaigns.scene import Detector, Scene

KIND = "dialer"
NEEDS = ("calling", "called", "answered", "seconds")


def candidates(scene: Scene) -> Collection[int]:
    """Numbers with enough calls, of which few are answered, and shortly."""
    limits = scene.of(KIND)
    return [
        row["calling"]
        for row in scene.profile.callers
        if row["calls"] >= limits["calls"] and unwelcome(row, limits)
    ]


def find(scene: Scene) -> Iterator[Draft]:
    """Of the candidates those that call many numbers and are hardly called."""
    limits = scene.of(KIND)
    numbers = candidates(scene)
    received = scene.received(numbers)
    for number, deeds in scene.deeds(numbers).items():
        did = vars(deeds) | {"inbound": received.get(number, 0)}
        if did["one_ring"] * 100 >= did["calls"] * scene.of("wangiri")["one_ring_percent"]:
            continue
        if did["called"] * 100 < did["calls"] * limits["distinct_percent"]:
            continue
        if did["inbound"] * 100 > did["calls"] * limits["inbound_percent"]:
            continue
        yield Draft(KIND, f"calling={number}", (number,), did["calls"], did["first"], did["last"],
                    _why(did), _figures(did), "brief")  # fmt: skip


def _why(did: dict[str, Any]) -> str:
    return (
        f"This number made {plural(did['calls'], 'call')} to {plural(did['called'], 'number')}; {told(did)}. "
        f"{plural(did['inbound'], 'call')} came back to it."
    )


def _figures(did: dict[str, Any]) -> dict[str, int]:
    return {
        "calls": did["calls"],
        "called": did["called"],
        "answered_percent": percent(did["answered"], did["calls"]),
        "brief_percent": percent(did["brief"], did["answered"]),
        "inbound": did["inbound"],
    }


DETECTOR = Detector(KIND, NEEDS, find)
