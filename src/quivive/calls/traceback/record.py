"""What does one provider's record say of one call?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quivive.calls.traceback.spellings import is_withheld, same


@dataclass(frozen=True)
class Record:
    """One call in one provider's records; numbers as written, times in Unix seconds by that provider's clock.

    `ring` and `seconds` are seconds to the answer and of conversation; None is unknown. `others` are numbers
    that the call was forwarded from or to. `upstream` and `downstream` are set where the record names a
    provider itself, as the answer to a traceback does; `trunk` and `egress` are its own names of its lines.
    """

    reference: str
    start: float | None
    calling: str | None = None
    called: str | None = None
    seconds: float | None = None
    ring: float | None = None
    answered: bool | None = None
    trunk: str | None = None
    egress: str | None = None
    call_id: str | None = None
    code: int | None = None
    cause: int | None = None
    attest_seen: str | None = None
    attest_sent: str | None = None
    spc: str | None = None
    origid: str | None = None
    upstream: str | None = None
    downstream: str | None = None
    customer: str | None = None
    role: str | None = None
    action: str | None = None
    state: str | None = None
    others: tuple[str, ...] = ()

    @property
    def turn(self) -> float | None:
        """When ringing ended, by an answer or by giving up; None where the record does not tell.

        Both pass along the whole way at once, while the start moves with every route that was tried in vain.
        """
        return None if self.start is None or self.ring is None else self.start + self.ring

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that it was called under."""
        return tuple(text for text in (self.called, *self.others) if text)

    @property
    def failed(self) -> bool:
        """Whether the network could not deliver it, so that no telephone rang (RFC 3261 §21, Q.850 §2.2)."""
        if self.answered:
            return False
        return self.code in _UNDELIVERED or (self.code is None and self.cause in _UNDELIVERED_CAUSES)


_MOST_BESIDE, _MOST_PAIRS = 50, 1_000
"""Legs that are compared with one, and pairs of legs, beyond which nothing is joined."""
PARTIES = (486, 487, 600, 603)
"""Busy, given up by the caller, declined: what only the parties bring about."""
_UNDELIVERED = frozenset(
    {400, 403, 404, 408, 410, 420, 481, 482, 483, 484, 485, 488, *range(500, 600), 604, 606}
)
_UNDELIVERED_CAUSES = frozenset(
    {1, 2, 3, 27, 28, 34, 38, 41, 42, 44, 47, 50, 58, 63, 65, 79, 88, 102, 111, 127}
)


def calling_cost(first: Record, second: Record) -> int:
    """0: both show one caller or both none; 1: one withholds; 3: they show different ones."""
    return caller_cost(first.calling, second.calling)


def caller_cost(first: str | None, second: str | None) -> int:
    """As `calling_cost`, of two spellings."""
    hidden = is_withheld(first), is_withheld(second)
    if all(hidden) or same(first, second) or (first and first == second):
        return 0
    return 1 if any(hidden) else 3


def states_agree(first: Record, second: Record, slack: float) -> bool:
    """Whether both can be one call by their outcome: answered or not, and as long, give or take `slack`."""
    if None not in (first.answered, second.answered) and first.answered != second.answered:
        return False
    if not first.answered or not second.answered or first.seconds is None or second.seconds is None:
        return True
    return abs(first.seconds - second.seconds) <= slack


def merged(records: Sequence[Record]) -> list[Record]:
    """Records of one provider without what is told twice: the same call's two legs, and its route attempts.

    Of attempts under one Call-ID that which was answered stays, else the last. A leg that only came in and
    one that only went out, at one time with one outcome, become one.
    """
    rows = list(records)
    by_id: dict[str, Record] = {}
    alone: list[Record] = []
    for row in rows:
        if not row.call_id:
            alone.append(row)
            continue
        held = by_id.get(row.call_id)
        if held is None or not _near(held, row, 180.0):
            by_id[row.call_id if held is None else f"{row.call_id} {row.reference}"] = row
        elif held.trunk == row.trunk or not held.trunk or not row.trunk:
            by_id[row.call_id] = _better(held, row)
        else:
            alone.append(row)
    return _legs([*by_id.values(), *alone])


def _near(first: Record, second: Record, seconds: float) -> bool:
    if first.start is None or second.start is None:
        return False
    return abs(first.start - second.start) <= seconds


def _better(first: Record, second: Record) -> Record:
    """That which was answered, or delivered; where nothing tells, the later one under both references."""

    def rank(row: Record) -> tuple[bool, bool, bool]:
        return bool(row.answered), not row.failed, row.code in PARTIES

    if rank(first) != rank(second):
        return max(first, second, key=rank)
    later = max(second, first, key=lambda row: row.start or 0.0)
    return replace(later, reference=f"{first.reference} and {second.reference}")


def _legs(rows: list[Record]) -> list[Record]:
    """An incoming leg and an outgoing leg as one, where each has exactly the other to go with."""
    ins = [row for row in rows if row.trunk and not row.egress]
    outs = [row for row in rows if row.egress and not row.trunk]
    if not ins or not outs:
        return rows
    outs.sort(key=lambda row: row.start or 0.0)
    starts = [row.start or 0.0 for row in outs]
    pairs = [(a, b) for a in ins for b in _beside(a, outs, starts) if _one_call(a, b)]
    if len(pairs) > _MOST_PAIRS:
        return rows
    gone, joined = set(), []
    for a, b in pairs:
        if sum(a is x for x, _ in pairs) == 1 and sum(b is y for _, y in pairs) == 1:
            gone |= {id(a), id(b)}
            joined.append(join(a, b))
    return [row for row in rows if id(row) not in gone] + joined


def _beside(row: Record, outs: list[Record], starts: list[float]) -> list[Record]:
    at = row.start or 0.0
    return outs[bisect_left(starts, at - 3.0) : bisect_left(starts, at + 3.0)][:_MOST_BESIDE]


def _one_call(first: Record, second: Record) -> bool:
    return _near(first, second, 3.0) and states_agree(first, second, 2.0) and calling_cost(first, second) < 3


def join(first: Record, second: Record) -> Record:
    """The leg that came in, with where the second leg went."""
    reference = (
        first.reference
        if first.reference == second.reference
        else f"{first.reference} and {second.reference}"
    )
    others = tuple(dict.fromkeys((*first.others, *second.numbers)))
    return replace(
        first,
        reference=reference,
        egress=second.egress,
        downstream=second.downstream or first.downstream,
        attest_sent=second.attest_sent or first.attest_sent,
        others=others,
    )
