"""Which calls show a number that only takes calls and never makes them?

Do-not-originate lists: of the country packs, of the user; and emergency numbers, which no list needs to name
(47 CFR 64.1200(k)(2) lets providers block calls from numbers whose owners only take calls).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quivive.calls.records.campaigns.detail import EXACT
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.profile import flags
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, numbers, table

KIND = "do-not-originate"
NEEDS = ("calling",)
_EMERGENCY = (112, 911, 999)
"""ITU-T E.161.1 recommends 112 and 911; 999 is known far beyond Britain."""
_SHORT = 10_000
_EXTENSIONS = 20
"""So many callers of up to four digits are the extensions of a house, and 112 may be one of them."""


@dataclass(frozen=True)
class NeverCalling:
    """Numbers that never call: `exact` ones, and all that begin with one of `starts`; digits."""

    exact: frozenset[int]
    starts: frozenset[str]


def never_calling(entries: Iterable[str]) -> NeverCalling:
    """From digits, a dot at the end where all that begin so are meant (as a pack's list has them)."""
    kept = list(entries)
    return NeverCalling(frozenset(int(each) for each in kept if not each.endswith(".")),
                        frozenset(each[:-1] for each in kept if each.endswith(".")))  # fmt: skip


def find(scene: Scene, listed: NeverCalling) -> Iterator[Draft]:
    """Every listed number that calls."""
    exact = listed.exact | frozenset(_EMERGENCY)
    called = scene.source.rows(
        _sql(scene, "join picked on calls.calling = picked.number"), picked=numbers(exact)
    )
    rows = _without_extensions(scene, called)
    for row in sorted(rows + _beginning(scene, listed.starts), key=lambda row: int(row["calling"])):
        if row["calls"] >= scene.of(KIND)["calls"]:
            yield _draft(row)


def detector(listed: NeverCalling) -> Detector:
    """The detector for listed numbers."""
    return Detector(KIND, NEEDS, lambda scene: find(scene, listed))


def _without_extensions(scene: Scene, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not any(row["calling"] < _SHORT for row in rows):
        return rows
    short = scene.source.rows(
        f"select count(distinct calling) as callers from {CALLS} where calling < {_SHORT}"
    )[0]["callers"]
    return [row for row in rows if row["calling"] >= _SHORT or short < _EXTENSIONS]


def _beginning(scene: Scene, starts: frozenset[str]) -> list[dict[str, Any]]:
    """Numbers that begin with a listed start: whole ranges of them, at each length a number may have."""
    if not starts:
        return []
    spans = [(int(start) * 10**more, (int(start) + 1) * 10**more)
             for start in _shortest(starts) for more in range(1, 16 - len(start))]  # fmt: skip
    return scene.source.rows(
        _sql(scene, "join picked on calls.calling >= picked.low and calls.calling < picked.high"),
        picked=table({"low": "bigint", "high": "bigint"}, sorted(spans)),
    )


def _shortest(starts: frozenset[str]) -> Sequence[str]:
    return sorted(s for s in starts if not any(s[:end] in starts for end in range(1, len(s))))


def _sql(scene: Scene, join: str) -> str:
    return (
        f"select calls.calling as calling, {flags(scene.of('sight'))}, {EXACT} from {CALLS} calls {join} "
        "group by calls.calling order by calls.calling"
    )


def _draft(row: dict[str, Any]) -> Draft:
    number = row["calling"]
    subject = f"{number} is an emergency number" if number in _EMERGENCY else (
        f"{number} is on a list of numbers that only take calls")  # fmt: skip
    why = (
        f"{subject}, yet {plural(row['calls'], 'call')} to {plural(row['called'], 'number')} showed it. "
        "Whoever made them forged the number."
    )
    figures = {"calls": row["calls"], "called": row["called"],
               "answered_percent": percent(row["answered"], row["calls"])}  # fmt: skip
    return Draft(KIND, f"calling={number}", (number,), row["calls"], row["first"], row["last"], why,
                 figures, "brief")  # fmt: skip
