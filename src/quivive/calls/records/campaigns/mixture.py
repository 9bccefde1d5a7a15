"""Are some of these calls a machine's, among those of other people; and which numbers are it likely?

Calls are unanswered, brief, longer, or conversations, and how often each is usual the records themselves say.
Of a group, the share of calls that a machine made is estimated by maximum likelihood (the usual rates and a
machine's, mixed), and weighed by twice the logarithm of the likelihood ratio to a share of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

MACHINE = (0.7, 0.275, 0.015, 0.01)
"""Rates of a machine's calls that are unanswered, end within a minute, last up to two, and longer: few wait
for it (see `machine`), nine of ten who answer hang up within a minute (ZipDX, 2021)."""
_ROUNDS = 60
"""Of expectation and maximisation; the share moves by less than a thousandth at the end."""


@dataclass(frozen=True)
class Mixture:
    """`share` of the calls that a machine made; `evidence` for it: 16 is four standard deviations."""

    share: float
    evidence: float


@dataclass(frozen=True)
class Usual:
    """How often calls are unanswered, brief, longer, conversations, in these records (parts of 1)."""

    rates: tuple[float, ...]

    def mixture(self, row: Mapping[str, Any]) -> Mixture:
        """What part of the calls of a row of figures a machine made."""
        counts = kinds(row)
        share, calls = 0.5, sum(counts)
        if not calls:
            return Mixture(0.0, 0.0)
        for _ in range(_ROUNDS):
            share = sum(n * self._posterior(share, kind) for kind, n in enumerate(counts)) / calls
        evidence = 2 * sum(
            n * log(share * machine / usual + 1 - share)
            for n, machine, usual in zip(counts, MACHINE, self.rates, strict=True)
        )
        return Mixture(share, evidence)

    def likely(self, row: Mapping[str, Any], share: float) -> bool:
        """Whether a number with these figures is the machine's rather than somebody else's."""
        if share >= 1:
            return True
        odds = log(share) - log(1 - share) if share > 0 else float("-inf")
        return odds + sum(
            n * log(machine / usual)
            for n, machine, usual in zip(kinds(row), MACHINE, self.rates, strict=True)
        ) >= 0  # fmt: skip

    def _posterior(self, share: float, kind: int) -> float:
        own = share * MACHINE[kind]
        return own / (own + (1 - share) * self.rates[kind])


def is_mixed(row: Mapping[str, Any], limits: Mapping[str, int], ends: Usual) -> bool:
    """Whether a machine made so many of some calls that its numbers can be named."""
    found = ends.mixture(row)
    return found.evidence >= limits["evidence"] and found.share * 100 >= limits["share_percent"]


def usual(row: Mapping[str, Any]) -> Usual:
    """What is usual, from the figures of very many calls; one of each kind is added, so that none is 0."""
    counts = [n + 1 for n in kinds(row)]
    return Usual(tuple(n / sum(counts) for n in counts))


def kinds(row: Mapping[str, Any]) -> Sequence[int]:
    """How many calls were unanswered, brief, longer, conversations."""
    answered, brief, long = row["answered"], row["brief"], row["long"]
    return row["calls"] - answered, brief, answered - brief - long, long
