"""What is said beside every comparison: is the voice synthetic, as far as anything judged that?

A comparison alone would make a good clone look like the person. So no sentence about likeness leaves this
package without one about `synthetic-voice`, be it that nobody judged it.
"""

from __future__ import annotations

from collections.abc import Iterable

from quivive.model import Finding

PROPOSITION = "synthetic-voice"
NOT_JUDGED = "Whether the voice is synthetic was not judged."


def synthetic(findings: Iterable[Finding], channel: int) -> Finding | None:
    """Of a report's findings the strongest on `synthetic-voice` for a channel (counted from 1) or the
    whole."""
    part = f"channel {channel}"
    judged = [
        each
        for each in findings
        if each.proposition == PROPOSITION and (each.where is None or each.where.part in ("", part))
    ]
    return max(judged, key=lambda each: each.score or 0.0, default=None)


def sentence(judged: Finding | None) -> str:
    """What to say of it."""
    return judged.message if judged else NOT_JUDGED
