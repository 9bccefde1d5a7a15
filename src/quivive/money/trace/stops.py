"""Does the trace end at this place, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from quivive.money.tags import categories
from quivive.money.tags.categories import any_in
from quivive.money.trace.nouns import Limits, Reason

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

Why = tuple[Reason, str]
"""The reason in a word and in a sentence."""

_ENDS: tuple[tuple[Reason, frozenset[str], str], ...] = (
    ("mixer", categories.MIXERS, "a mixer: what comes out is paid from the money of others"),
    (
        "bridge",
        categories.BRIDGES,
        "a bridge: the money goes on at another chain, which this ledger does not hold",
    ),
    ("service", categories.SERVICES, "a service: inside it the money of its customers is one pool"),
)


def _said(tag: Tag) -> str:
    """Who it is, who says so, and how sure."""
    by = ", ".join(part for part in (tag.pack, tag.source) if part) or "a list without a name"
    return f"Attributed to '{tag.actor or tag.label}' ({by}; confidence {tag.level} of 100)"


def attributed(tags: Sequence[Tag]) -> Why | None:
    """Whether the tags of an address say that money is pooled there; the most confident one is quoted."""
    for tag in sorted(tags, key=lambda each: -each.level):
        for reason, concepts, meaning in _ENDS:
            if any_in(tag.terms, concepts):
                return reason, f"{_said(tag)}, {meaning}."
    return None


def too_small(share: float, limits: Limits) -> Why | None:
    """Whether what is left is too small a share of the seeds."""
    if limits.min_share is None or share >= limits.min_share:
        return None
    return (
        "value",
        f"Only {share:.4%} of the traced money is here; followed is what has {limits.min_share:.4%}.",
    )


def too_deep(depth: int, limits: Limits) -> Why | None:
    """Whether the limit on the number of transactions is reached."""
    if limits.depth is None or depth < limits.depth:
        return None
    return "depth", f"{depth} transactions from the seed, the limit that was set."


def used_too_often(outputs: int, limits: Limits) -> Why | None:
    """Whether the address received so many outputs that it is likely a service nobody has attributed."""
    if limits.max_reuse is None or outputs <= limits.max_reuse:
        return None
    return "degree", (
        f"The address received {outputs} outputs, more than {limits.max_reuse}: it is likely a service that "
        "nobody has attributed yet."
    )


def too_wide(inputs: int, outputs: int, limits: Limits) -> Why | None:
    """Whether a transaction has so many inputs or outputs that it says little of who paid whom."""
    if limits.max_degree is None or max(inputs, outputs) <= limits.max_degree:
        return None
    return (
        "degree",
        f"Its transaction has {inputs} inputs and {outputs} outputs; the limit is {limits.max_degree}.",
    )


def coinjoin(protocol: str, confidence: float) -> Why:
    """The transaction mixes the coins of several people."""
    return "coinjoin", (
        f"Its transaction looks like a CoinJoin of kind {protocol} (confidence {confidence:.2f}): coins of "
        "several people are mixed in it."
    )


def full(limits: Limits) -> Why:
    """The most nodes are reached."""
    return "limit", f"The trace holds {limits.max_nodes} places, the limit that was set."
