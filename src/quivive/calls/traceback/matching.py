"""Which of a provider's records is the call?

Records are compatible by called number, time within what the clocks allow, outcome and length. Of several,
calls are assigned one to one: every call that a provider received from a neighbour stands in the neighbour's
records, so that a record which another call needs is not this call's. What is still open after that is called
ambiguous; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from quivive.calls.traceback.clocks import Clock
from quivive.calls.traceback.hops import Query
from quivive.calls.traceback.record import PARTIES, Record, caller_cost, calling_cost, merged, states_agree
from quivive.calls.traceback.sources import SKEW, Provider
from quivive.calls.traceback.spellings import Wanted, is_withheld, same

_UNMATCHED = 6
"""What it costs that a record without doubt of both has no partner, beside the costs of a pair."""
_UNNAMED = 3
"""The same of a record whose trunk nobody named."""
_OWN_ID = -6
_MOST = 9
"""Calls to one number at one time, on either side, that are assigned together."""
_NEAREST = 250
"""Records of calls to the number that are looked at on either side."""
_DIFFERENT = 3


@dataclass(frozen=True)
class Matched:
    """The records that can be the call: none, one, or several that nothing tells apart.

    `sure`: one, and enough speaks for it. `why` is a sentence. `renumbered`: the caller's number is another.
    """

    records: tuple[Record, ...]
    sure: bool
    why: str
    renumbered: bool = False


@dataclass(frozen=True)
class Side:
    """One provider's records to the called number, and which of them certainly passed the other side.

    `partner(record)` is True where its trunk names the other side, False where it names somebody else, None
    where nobody said.
    """

    provider: Provider
    records: tuple[Record, ...]
    partner: Callable[[Record], bool | None]


def reported(query: Query, provider: Provider, skew: float = SKEW) -> Matched:
    """The reported call in one provider's records: by its numbers, within tolerance and skew."""
    wanted = Wanted(query.called)
    near = [r for r in called(provider, wanted) if r.start is None or _in_time(query, r, skew)]
    if query.call_id and (own := [r for r in near if r.call_id == query.call_id]):
        near = own
    costs = [(r, caller_cost(query.calling, r.calling)) for r in near]
    if query.calling is None:
        costs = [(r, 0) for r in near]
    fit = [r for r, cost in costs if cost < _DIFFERENT]
    if any(cost == 0 for _, cost in costs) and query.calling:
        fit = [r for r, cost in costs if cost == 0]
    seconds = query.seconds
    if seconds is not None:
        slack = provider.slack + max(8.0, 0.15 * seconds)  # people remember, they do not measure
        fit = [r for r in fit if r.seconds is None or abs(r.seconds - seconds) <= slack]
    fit = _delivered(merged(fit))
    return Matched(tuple(fit), len(fit) == 1, _said(query, fit, near, provider))


def _in_time(query: Query, record: Record, skew: float) -> bool:
    assert record.start is not None
    return abs(record.start - query.at) <= query.tolerance + skew


def _delivered(records: list[Record]) -> list[Record]:
    """Without attempts that the network could not deliver: nobody's telephone rang."""
    return [record for record in records if not record.failed] or records


def _said(query: Query, fit: Sequence[Record], near: Sequence[Record], provider: Provider) -> str:
    if len(fit) == 1:
        told = (
            "called and calling number"
            if query.calling and not is_withheld(fit[0].calling)
            else "the called number"
        )
        return f"The only call in its records with {told} of the report at that time."
    if fit:
        return f"{len(fit)} calls in its records fit the report, and nothing in it tells them apart."
    if near:
        return (
            f"Its records show {len(near)} calls to that number at that time, none from the reported number."
        )
    return f"None of its {provider.rows} records shows a call to that number at that time."


def _passing(side: Side) -> tuple[Record, ...]:
    """What may have passed the other side; of several attempts under one Call-ID one."""
    return tuple(merged([record for record in side.records if side.partner(record) is not False]))


def is_attempt(record: Record) -> bool:
    """Whether it may be a route tried in vain: not answered, and not ended by either party."""
    return not record.answered and (record.failed or record.code not in (None, *PARTIES))


def called(provider: Provider, wanted: Wanted) -> list[Record]:
    """The records of calls to one of the numbers."""
    found: dict[int, Record] = {}
    for key in wanted.endings:
        found |= {id(r): r for r in provider.by_ending.get(key, ()) if wanted.cost(r.numbers) is not None}
    return sorted(found.values(), key=lambda record: record.start or 0.0)


def upstream(
    targets: Sequence[Record], down: Side, up: Side, clock: Clock, wanted: Wanted, direct: bool,
    between: str | None = None,
) -> Matched:  # fmt: skip
    """The records of the upstream provider that are the call, given those that it is downstream.

    `direct`: a trunk says that one handed the call to the other, so that it must be there; else providers may
    stand between, and more has to speak for a record. `between` is the silent provider, if one is named; what
    went to it need not be downstream.
    """
    when = [record.start for record in targets if record.start is not None]
    down, up = _nearest(down, when, 0.0), _nearest(up, when, clock.middle)
    table = _Table(down, up, clock, wanted, between)
    found: dict[int, Record] = {}
    for target in targets:
        found |= {id(record): record for record in table.best(target)}
    records = tuple(found.values())
    if not records and direct and len(targets) == 1:
        return _forwarded(targets[0], table)
    if len(records) != 1 or len(targets) != 1:
        return Matched(records, False, _several(records, len(targets), up.provider))
    return _judged(targets[0], records[0], table, direct)


def _nearest(side: Side, when: Sequence[float], ahead: float) -> Side:
    """The side with the records that are nearest in time, so that a number called thousands of times ends."""
    if not when or len(side.records) <= _NEAREST:
        return side

    def far(record: Record) -> float:
        return min(abs((record.start or 0.0) - ahead - moment) for moment in when)

    return replace(side, records=tuple(sorted(side.records, key=far)[:_NEAREST]))


def _several(records: Sequence[Record], targets: int, provider: Provider) -> str:
    if not records:
        return f"None of its {provider.rows} records fits the call by number, time and length."
    if targets > 1:
        told = f"Which of {targets} calls is meant is open downstream"
        return f"{told}; {len(records)} of its records fit one of them."
    return f"{len(records)} calls in its records fit alike by number, time and length."


def _forwarded(target: Record, table: _Table) -> Matched:
    """The call under another called number: forwarded between the two, and neither noted from where.

    Only where the upstream's line leads here, clocks and outcome agree, and the caller or the Call-ID is
    the same.
    """
    fit = []
    for record in table.up.provider.records:
        if table.up.partner(record) is not True or table.clock.cost(target, record) != 0:
            continue
        known = table.clock.known and same(target.calling, record.calling)
        if not known and not (target.call_id and target.call_id == record.call_id):
            continue
        if states_agree(target, record, table.slack) and not table.is_known_below(record):
            fit.append(record)
    why = "None of its records shows a call to that number; "
    if len(fit) == 1:
        return Matched(
            (fit[0],),
            True,
            f"{why}one to another number is the same call by caller, time and outcome, and "
            "went the same way: it was forwarded in between.",
        )
    return Matched((), False, _several((), 1, table.up.provider))


def _judged(target: Record, record: Record, table: _Table, direct: bool) -> Matched:
    """Whether enough speaks for the only record that fits."""
    reasons = _reasons(target, record, table)
    renumbered = calling_cost(target, record) == _DIFFERENT
    sure = (
        (len(reasons) >= 1 or not renumbered)
        if direct
        else len(reasons) >= 2 and table.is_mutual(target, record)
    )
    if not direct and not record.answered and not table.up.provider.names_egress:
        why = "Its records do not say where the call went on to: it may have been tried there in vain."
        return Matched((record,), False, why, renumbered)
    if table.is_needed(target, record):
        why = "One call in its records fits, and another call downstream has as good a claim to it."
        return Matched((record,), False, why, renumbered)
    if not sure:
        told = " and ".join(reasons) or "that"
        why = f"One call in its records fits by number and time, but only {told} speaks for it."
        return Matched((record,), False, why, renumbered)
    why = f"The only record that fits: {', '.join(['called number', *reasons])}."
    if renumbered:
        why += " The caller's number was replaced between the two."
    elif is_withheld(record.calling) != is_withheld(target.calling):
        why += " One of the two does not show the caller's number."
    return Matched((record,), True, why, renumbered)


def _reasons(target: Record, record: Record, table: _Table) -> list[str]:
    """What besides the called number speaks for a pair."""
    reasons = []
    if target.call_id and target.call_id == record.call_id:
        reasons += ["the same Call-ID", "which no other call has"]
    if target.origid and target.origid == record.origid:
        reasons += ["the same origination identifier", "which no other call has"]
    if same(target.calling, record.calling):
        reasons.append("calling number")
    if table.clock.known and table.clock.cost(target, record) == 0:
        reasons.append(f"time to the second (clocks compared by {table.clock.shared} other calls)")
    if target.answered and record.answered and target.seconds is not None and record.seconds is not None and (
        min(target.seconds, record.seconds) >= 5 * table.slack
    ):  # fmt: skip
        reasons.append("length of the call")
    if not table.between and table.up.partner(record) and table.down.partner(target):
        reasons.append("each names the other's line")
    if table.between and table.up.partner(record) is True:
        reasons.append(f"it says that it went to {table.between}")
    return reasons


@dataclass
class _Table:
    """Costs of all pairs of calls to the number, and what they leave open."""

    down: Side
    up: Side
    clock: Clock
    wanted: Wanted
    between: str | None = None
    _ups: tuple[Record, ...] = field(init=False)
    _downs: tuple[Record, ...] = field(init=False)
    _costs: dict[tuple[int, int], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.slack = max(self.down.provider.slack, self.up.provider.slack)
        self._ups = _passing(self.up)
        self._downs = _passing(self.down)
        self._costs = {
            (id(a), id(b)): cost
            for a in self._downs
            for b in self._ups
            if (cost := self._pair(a, b)) is not None
        }

    def _pair(self, down: Record, up: Record) -> int | None:
        """What speaks against a pair, in points; None: it cannot be one call."""
        time, number = self.clock.cost(down, up), self.wanted.cost(up.numbers)
        if time is None or number is None or not states_agree(down, up, self.slack):
            return None
        cost = time + number + calling_cost(down, up)
        if down.call_id and down.call_id == up.call_id:
            cost += _OWN_ID
        if down.origid and up.origid:
            cost += _OWN_ID if down.origid == up.origid else 1
        return cost + (up.failed and not down.failed)

    def is_known_below(self, record: Record) -> bool:
        """Whether a record downstream shows a call to the same number, so that it was not forwarded."""
        near = called(self.down.provider, Wanted("").and_(record.numbers))
        return any(
            self.clock.cost(down, record) is not None and states_agree(down, record, self.slack)
            for down in near
        )

    def cost(self, down: Record, up: Record) -> int | None:
        """Of one pair."""
        return self._costs.get((id(down), id(up)))

    def best(self, target: Record) -> list[Record]:
        """The records that `target` can be, with all other calls assigned as well as they can be."""
        if not any(target is row for row in self._downs):
            target = self._stand_in(target)
        own = [up for up in self._ups if self.cost(target, up) is not None]
        if not own:
            return own
        downs, ups = self._around(target)
        if len(downs) > _MOST or len(ups) > _MOST + 2:
            totals = {id(up): self._costs[id(target), id(up)] for up in own}
        else:
            totals = {id(up): self._total(target, up, downs, ups) for up in own}
        least = min(totals.values())
        return [up for up in own if totals[id(up)] == least]

    def _certain(self, side: Side, record: Record) -> bool:
        """Whether a record must have a partner: a trunk says so, and it is no route tried in vain."""
        return side.partner(record) is True and not self.between and not is_attempt(record)

    def _stand_in(self, target: Record) -> Record:
        """The row under which `target` was merged with its other leg; itself in the place of its attempts."""
        same_row = [
            row
            for row in self._downs
            if row.reference == target.reference or target.reference in row.reference.split(" and ")
        ]
        if same_row:
            return same_row[0]
        rest = (row for row in self._downs if not row.call_id or row.call_id != target.call_id)
        self._downs = (*rest, target)
        self._costs |= {
            (id(target), id(up)): cost for up in self._ups if (cost := self._pair(target, up)) is not None
        }
        return target

    def _around(self, target: Record) -> tuple[list[Record], list[Record]]:
        """All calls that compete with it, directly or through others."""
        downs, fresh = [target], [target]
        ups: list[Record] = []
        while fresh and len(downs) <= _MOST:
            near = [
                up
                for up in self._ups
                if all(up is not x for x in ups) and any(self.cost(d, up) is not None for d in fresh)
            ]
            ups += near
            fresh = [
                d
                for d in self._downs
                if all(d is not x for x in downs) and any(self.cost(d, up) is not None for up in near)
            ]
            downs += fresh
        return downs, ups

    def is_needed(self, target: Record, record: Record) -> bool:
        """Whether another call downstream has as good a claim to the only record there is."""
        row = target if any(target is each for each in self._downs) else self._stand_in(target)
        downs, ups = self._around(row)
        if len(downs) > _MOST or len(ups) > _MOST + 2:
            return not self.is_mutual(row, record)
        return self._total(row, None, downs, ups) <= self._total(row, record, downs, ups)

    def _total(self, target: Record, chosen: Record | None, downs: list[Record], ups: list[Record]) -> int:
        """Least cost of all calls together if `target` is `chosen`, or none of the records."""
        rest = [down for down in downs if down is not target]
        musts = [self._certain(self.down, down) for down in rest]
        free = [up for up in ups if up is not chosen]
        owed = [self._certain(self.up, up) for up in free]
        costs = [[self.cost(down, up) for up in free] for down in rest]

        @cache
        def least(at: int, used: int) -> int:
            if at == len(rest):
                return sum(_UNMATCHED for place, owes in enumerate(owed) if owes and not used >> place & 1)
            found = least(at + 1, used) + (_UNMATCHED if musts[at] else 0)
            for place, cost in enumerate(costs[at]):
                if cost is not None and not used >> place & 1:
                    found = min(found, cost + least(at + 1, used | 1 << place))
            return found

        alone = _UNMATCHED if self.down.partner(target) is True else _UNNAMED
        own = alone if chosen is None else self.cost(target, chosen)
        assert own is not None
        return own + least(0, 0)

    def is_mutual(self, target: Record, record: Record) -> bool:
        """Whether no other call downstream fits the record as well."""
        own = self.cost(target, record)
        others = [self.cost(down, record) for down in self._downs if down is not target
                  and down.reference not in target.reference]  # fmt: skip
        return own is None or all(cost is None or cost > own for cost in others)
