"""Are some of these calls a machine's, among those of other people; and which numbers are it likely?

Calls are unanswered, brief, longer, or conversations, and how often each is usual the records themselves say.
Of a group, the share of calls that a machine made is estimated by maximum likelihood (the usual rates and a
machine's, mixed), and weighed by twice the logarithm of the likelihood ratio to a share of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

MACHINE = np.array((0.7, 0.275, 0.015, 0.01))
"""Rates of a machine's calls that are unanswered, end within a minute, last up to two, and longer: few wait
for it (see `machine`), nine of ten who answer hang up within a minute (ZipDX, 2021)."""
_HALVINGS = 20
"""Of the span in which the share lies: it is known to a millionth."""


@dataclass(frozen=True)
class Usual:
    """How often calls are unanswered, brief, longer, conversations, in these records (parts of 1)."""

    rates: Array

    def shares(self, counts: Array) -> tuple[Array, Array]:
        """What part of the calls of each row a machine made, and the evidence for it; 16 is four sigma.

        `counts` has the shape (rows, 4), with a call at least in each.
        """
        low, high = np.zeros((len(counts), 1)), np.ones((len(counts), 1))
        gain = MACHINE - self.rates
        for _ in range(_HALVINGS):  # the likelihood has one top, where its slope turns
            parts = (low + high) / 2
            rising = (counts * gain / (self.rates + parts * gain)).sum(1, keepdims=True) > 0
            low, high = np.where(rising, parts, low), np.where(rising, high, parts)
        evidence = 2 * (counts * np.log(1 + parts * (gain / self.rates))).sum(1)
        return parts[:, 0], evidence

    def mixed(self, counts: Array, limits: Mapping[str, int]) -> Array:
        """Whether a machine made so many of the calls of each row that its numbers can be named."""
        parts, evidence = self.shares(counts)
        return (evidence >= limits["evidence"]) & (parts * 100 >= limits["share_percent"])

    def share(self, counts: Array) -> float:
        """What part of all these calls a machine made."""
        return float(self.shares(counts.sum(0, keepdims=True))[0][0])

    def likely(self, counts: Array) -> Array:
        """Which of the numbers, whose calls are the rows, are the machine's rather than somebody else's."""
        part = self.share(counts)
        odds = np.log(max(part, 1e-12)) - np.log(max(1 - part, 1e-12))
        return np.asarray(odds + counts @ np.log(MACHINE / self.rates) >= 0)


def usual(row: Mapping[str, Any]) -> Usual:
    """What is usual, from the figures of very many calls; one of each kind is added, so that none is 0."""
    counts = counted(row)[0] + 1
    return Usual(counts / counts.sum())


def counted(row: Mapping[str, Any]) -> Array:
    """How many calls were unanswered, brief, longer, conversations: of figures, or of columns of them."""
    calls, answered, brief, long = (
        np.atleast_1d(np.asarray(row[name], np.int64)) for name in ("calls", "answered", "brief", "long")
    )
    return np.column_stack([calls - answered, brief, answered - brief - long, long])
