"""What do the packs of country rules say?

A pack is one YAML file, named for its country (`de.yaml`):

    country: DE                 ISO 3166-1 alpha-2
    name: Germany
    calling_code: 49
    date: 2026-11-22            when the pack was last gone through
    neighbour: 6                national digits that neighbours share (all but the last 4 if absent)
    rules:
      - id: de-from-abroad      letters, digits, hyphens; begins with the file's name; the code is caller/<id>
        kind: fail              fail, review or informational
        sentence: "…"           what a victim is told; {number}, {callee} and {country} are filled in
        sources:                who says so; checked: whether the text was at hand when this was written
          - {document: "TKG", section: "§ 120 (4)", date: 2021-12-01, url: "…", checked: true}
        caller: ["+49."]        patterns of calling numbers (see patterns.py)
        unless: ["+49 15."]     patterns that are spared
        wherever: true          holds wherever the call arrives; else only in the country
        trunk: [international]  the ways in on which it holds: national, international
        authenticated: false    holds if no network vouches for the number
        roaming: false          holds if the caller is known not to roam; 'unproven': unless known to roam
        since: 2022-12-01       in force from this day
        covers: [unassigned]    general rules that say less than this one and are then left out
        examples:               its tests: positives, near_misses, open (something unknown would decide)
          positives: [{caller: "+49…", callee: "+49…", trunk: international}]

Numbers that never call stand beside the pack, one a line, in `de.do-not-originate.txt`; a line that ends
with a dot stands for all that begin so. None ships: such lists are for networks, not for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quivive.model import Kind

KINDS = ("fail", "review", "informational")
EXAMPLES = ("positives", "near_misses", "open")


@dataclass(frozen=True)
class Origin:
    """Who says so: a statute or a regulator's document."""

    document: str
    section: str
    date: date
    checked: bool
    url: str = ""

    def __str__(self) -> str:
        return f"{self.document}, {self.section}" if self.section else self.document


@dataclass(frozen=True)
class Rule:
    """One rule of a country; `examples` are its tests, by the names in EXAMPLES."""

    id: str
    kind: Kind
    sentence: str
    origins: tuple[Origin, ...]
    caller: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    wherever: bool
    trunk: tuple[str, ...]
    authenticated: bool | None
    roaming: bool | str | None
    since: date | None
    covers: tuple[str, ...]
    examples: Mapping[str, tuple[Mapping[str, Any], ...]]

    def matches(self, written: str) -> bool:
        """Whether the rule speaks of a calling number: '+' and digits in full, bare digits if short."""
        if any(pattern.fullmatch(written) for pattern in self.unless):
            return False
        return any(pattern.fullmatch(written) for pattern in self.caller)

    @property
    def source(self) -> str:
        """The first origin in words, as the report quotes it."""
        return str(self.origins[0])


@dataclass(frozen=True)
class Pack:
    """The rules of one country, and the numbers that never call."""

    country: str
    name: str
    calling_code: int
    date: date
    neighbour: int | None
    rules: tuple[Rule, ...]
    never_calling: frozenset[str]
    """Digits, with a dot at the end where all that begin so are meant."""
    sha256: str

    def never_calls(self, digits: str) -> bool:
        """Whether a number is on the country's do-not-originate list."""
        starts = (f"{digits[:end]}." for end in range(1, len(digits)))
        return digits in self.never_calling or any(start in self.never_calling for start in starts)
