"""Where did the reported call come from, provider by provider?

From the provider of the called party upstream: find the call in its records, see by its trunk who handed it
over, find it there, and so on to where it began. A provider that says nothing, has no such record or is not
named by anybody is a gap; the way goes on behind it where another provider's records show the call, and the
gap stays in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import get_args

from quivive.calls.traceback import clocks
from quivive.calls.traceback.clocks import Clock
from quivive.calls.traceback.hops import Gap, Hop, Query, Role, State, Traceback
from quivive.calls.traceback.lines import is_line, with_lines
from quivive.calls.traceback.matching import Matched, Side, called, is_attempt, reported, upstream
from quivive.calls.traceback.peers import CUSTOMER, Peers, is_own
from quivive.calls.traceback.record import Record, calling_cost, states_agree
from quivive.calls.traceback.sources import SKEW, Provider
from quivive.calls.traceback.spellings import Wanted

_WELL_SHARED = 8
"""Calls that two providers share from which on their clocks are compared for a third."""
ANSWER_WITHIN = 86_400.0
"""Seconds to answer a traceback: 47 CFR 64.1200(n)(1), 24 hours; outside business hours they begin later."""


def trace(
    query: Query, providers: Sequence[Provider], peers: Peers, now: float, skew: float = SKEW,
    first: str | None = None,
) -> Traceback:  # fmt: skip
    """The way of the reported call through `providers`; `first` names that of the called party, if known.

    `skew` is how many seconds a provider's clock may be off, `now` (Unix seconds) when the silent are asked.
    """
    names = [each.name for each in providers]
    known = {each.name: with_lines(each, peers, names) for each in providers}
    return _Way(query, known, peers, now, skew).walk(first)


@dataclass
class _Here:
    """Where the walk stands: the provider, and its records that can be the call."""

    provider: Provider
    matched: Matched


@dataclass
class _Way:
    query: Query
    providers: dict[str, Provider]
    peers: Peers
    now: float
    skew: float
    hops: list[Hop] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    wanted: Wanted = field(init=False)
    unnamed: set[str] = field(default_factory=set)
    ahead: float | None = None
    _clocks: dict[tuple[str, str], Clock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted = Wanted(self.query.called)

    def walk(self, first: str | None) -> Traceback:
        """From the called party's provider to where the call began or is lost."""
        here = self._begin(first)
        while here is not None:
            here = self._step(here)
        self._open_ends(first)
        return Traceback(self.query, tuple(self.hops), tuple(self.gaps), self._complete())

    def _complete(self) -> bool:
        found = bool(self.hops) and all(hop.state == "found" for hop in self.hops) and not self.gaps
        return found and _is_origin(self.hops[-1])

    def _open_ends(self, first: str | None) -> None:
        """Where an end of the way is open, say so; name the silent providers that may have had the call."""
        hop = next((each for each in self.hops if each.state == "found"), None)
        delivered = bool(first) or self._delivered(hop)
        if delivered and _is_origin(self.hops[-1]):
            return
        after = self.hops[-1].provider if delivered else "the report"
        for provider in self.providers.values():
            if provider.state != "records" and provider.name not in self.seen:
                why = f"{provider.name} handed in nothing; whether the call passed it is open."
                self.gaps.append(Gap(after, provider.name, why))

    def _delivered(self, hop: Hop | None) -> bool:
        """Whether the records say that the call was delivered where the way begins; if not, it is a gap."""
        if hop is None:
            return False
        if any(gap.after == "the report" for gap in self.gaps):
            return True  # who delivered it has been named, and handed in nothing
        provider = self.providers[hop.provider]
        if provider.names_egress and is_own(hop.egress):
            return True
        out = f" It went out on '{hop.egress}', and nobody said whose line that is." if hop.egress else ""
        why = (
            f"Nothing says that {hop.provider} delivered the call to the called party.{out} Name the called "
            "party's provider with --first."
        )
        missing = hop.egress if hop.egress and not is_line(hop.egress) else None
        self.gaps.append(Gap("the report", missing, why))
        return False

    # the first provider

    def _begin(self, first: str | None) -> _Here | None:
        """The provider nearest to the called party that has the call."""
        each = (self._named(first) or Provider(first, state="silent")) if first else None
        if each and each.state == "records":
            return self._begin_at(each)
        found = [(p, m) for p in self.providers.values() if (m := reported(self.query, p, self.skew)).records]
        ends = self._delivering([pair for pair in found if not self._hands_on(pair, found)])
        if each:
            self._mute(each, None, "is where the called party is a customer")
            return self._choose(ends, None, each.name)
        if len(ends) != 1:
            self._lost_at_start(ends or found)
            return None
        provider, matched = ends[0]
        below = {name for r in matched.records if (name := self._down(provider, r)) and name != CUSTOMER}
        for name in sorted(below - {provider.name}):
            self._mute(self._known(name), None, f"was handed the call by {provider.name}, and delivered it")
        return self._arrive(provider, matched)

    def _begin_at(self, provider: Provider) -> _Here | None:
        matched = reported(self.query, provider, self.skew)
        if matched.records:
            return self._arrive(provider, matched)
        self._mute(provider, None, matched.why, "not-found")
        return None

    def _hands_on(self, pair: tuple[Provider, Matched], found: list[tuple[Provider, Matched]]) -> bool:
        """Whether another provider that has the call too stands between this one and the called party."""
        provider, matched = pair
        down = {self._down(provider, r) for r in matched.records}
        others = [(p, m) for p, m in found if p is not provider]
        return any(p.name in down for p, _ in others) or any(
            provider.name in {self._up(p, r) for r in m.records} for p, m in others
        )

    def _delivering(self, ends: list[tuple[Provider, Matched]]) -> list[tuple[Provider, Matched]]:
        """Of several: where it did not go on to anybody, and was delivered; a route tried in vain ends
        too."""
        for wanted in (
            lambda record: not record.failed,
            lambda record: is_own(record.egress) and not record.downstream and not is_attempt(record),
            lambda record: is_own(record.egress) and not record.downstream,
            lambda record: bool(record.answered) or not self.query.seconds,
        ):
            kept = [pair for pair in ends if any(map(wanted, pair[1].records))]
            ends = kept or ends
        return ends

    def _lost_at_start(self, ends: list[tuple[Provider, Matched]]) -> None:
        for provider in self.providers.values():
            if provider.state != "records":
                self._mute(provider, None, "")
        if not ends:
            why = "No provider's records show the reported call: look at numbers, time, zone and tolerance."
        else:
            names = " and ".join(sorted(provider.name for provider, _ in ends))
            why = f"The records of {names} show such a call; which is nearer to the called party is open."
            for provider, matched in ends:
                self.hops.append(self._hop(provider, matched, None, "ambiguous"))
        self.gaps.append(Gap("the report", None, why))

    # one step upstream

    def _arrive(self, provider: Provider, matched: Matched) -> _Here:
        """Stand at a provider: what its records say becomes a hop."""
        self.seen.add(provider.name)
        if not self.hops and len(matched.records) > 1:
            matched = self._narrowed(provider, matched)
        for record in matched.records if matched.sure else ():
            self.wanted = self.wanted.and_(record.numbers)
        below = self.hops[-1].provider if self.hops else None
        if self.ahead is None and not self.hops and matched.sure and matched.records[0].start is not None:
            self.ahead = matched.records[0].start - self.query.at
        self.hops.append(self._hop(provider, matched, below, "found" if matched.sure else "ambiguous"))
        return _Here(provider, matched)

    def _step(self, here: _Here) -> _Here | None:
        """Who handed it over, and the call in that provider's records. None: the way ends here."""
        if not here.matched.sure and len(here.matched.records) < 2:
            self._open(here, "Nothing is followed from a record that may be another call's.")
            return None
        here = self._behind_a_diversion(here)
        names = {self._up(here.provider, record) for record in here.matched.records}
        if len(names) > 1:
            said = ", ".join(sorted(name or "a line that nobody named" for name in names))
            self._open(here, f"The calls that fit came from different sides: {said}.")
            return None
        name = names.pop()
        if name == CUSTOMER:
            self._ended(here)
            return None
        if name is not None:
            return self._to(here, name)
        return self._to_unnamed(here)

    def _to(self, here: _Here, name: str) -> _Here | None:
        """Upstream stands a provider that is known by name."""
        self._last(upstream=name)
        if name in self.seen:
            self.gaps.append(
                Gap(here.provider.name, name, f"The records lead back to {name}, where the call was before.")
            )
            return None
        provider = self._known(name)
        if provider.state != "records":
            self._mute(provider, here.provider.name, "")
            return self._beyond(here, provider.name)
        matched = self._match(here, provider, True)
        if matched.records:
            return self._arrive(provider, matched)
        self._mute(provider, here.provider.name, matched.why, "not-found")
        return self._beyond(here, provider.name)

    def _to_unnamed(self, here: _Here) -> _Here | None:
        """Nobody said who is behind the trunk: perhaps somebody's records say that he handed it here."""
        records, handing = here.matched.records, []
        line = next((record.trunk for record in records if not is_own(record.trunk)), None)
        for provider in self._rest():
            matched = self._match(here, provider, True, toward=True)
            if matched.records and (line or (matched.sure and not matched.renumbered)):
                handing.append((provider, matched))
        if len(handing) == 1:
            self._last(upstream=handing[0][0].name)
            return self._arrive(*handing[0])
        if not handing and not line and here.provider.names_trunks:
            further = [matched for _, matched in self._further(here, None)]
            if not any(matched.sure and not matched.renumbered for matched in further):
                self._ended(here)
                return None
        why = (f"It came in on '{line}', and nobody said whose line that is." if line
               else "Its records do not say where the call came in.")  # fmt: skip
        self.unnamed |= {line} if line else set()
        self.gaps.append(Gap(here.provider.name, None, why))
        return self._beyond(here, None)

    def _beyond(self, here: _Here, missing: str | None) -> _Here | None:
        """Behind a gap: a provider whose records show the call all the same."""
        return self._choose(self._further(here, missing), here, missing)

    def _further(self, here: _Here, missing: str | None) -> list[tuple[Provider, Matched]]:
        found = []
        for provider in self._rest():
            matched = self._match(here, provider, False, missing)
            if matched.records:
                found.append((provider, matched))
        sure = [pair for pair in found if pair[1].sure] or found
        return [pair for pair in sure if not self._hands_on(pair, sure)]

    def _choose(
        self, ends: list[tuple[Provider, Matched]], here: _Here | None, missing: str | None
    ) -> _Here | None:
        if missing:
            toward = [pair for pair in ends if {self._down(pair[0], r) for r in pair[1].records} == {missing}]
            ends = toward or ends
        after = here.provider.name if here else "the report"
        if len(ends) != 1:
            for provider, matched in ends:
                self.hops.append(self._hop(provider, matched, None, "ambiguous"))
            if ends:
                names = " and ".join(sorted(provider.name for provider, _ in ends))
                self.gaps.append(
                    Gap(missing or after, None, f"Behind the gap {names} each show a call that fits.")
                )
            return None
        provider, matched = ends[0]
        below = {self._down(provider, r) for r in matched.records}
        self._bridge(provider, after, missing, next(iter(below)) if len(below) == 1 else None)
        return self._arrive(provider, matched)

    def _bridge(self, provider: Provider, after: str, missing: str | None, below: str | None) -> None:
        """Say what lies between the last hop and a provider that was found behind the gap."""
        if missing and below == missing:
            self._last(upstream=provider.name)
            return
        if below and below not in (CUSTOMER, provider.name) and below not in self.seen:
            self._mute(self._known(below), None, f"was handed the call by {provider.name}")
        there = missing or after
        text = f"{provider.name} has the call too; who carried it from there to {there} is not covered."
        self.gaps.append(Gap(missing or after, None, text))

    # how it looks

    def _ended(self, here: _Here) -> None:
        """The call began here."""
        record = here.matched.records[0]
        customer = record.customer or record.trunk or "its own line, as the record names no other"
        if here.matched.sure:
            self._last(role="originating", customer=customer)
        else:
            self._open(here, "Every call that fits began with a customer of this provider.")

    def _open(self, here: _Here, why: str) -> None:
        self.gaps.append(Gap(here.provider.name, None, why))

    def _mute(self, provider: Provider, below: str | None, why: str, state: State | None = None) -> None:
        """A hop of which nothing is known but that it is one."""
        own: State = "refused" if provider.state == "refused" else "silent"
        said: State = state or ("not-found" if provider.state in ("not-found", "records") else own)
        sentence = {
            "silent": "handed in nothing",
            "refused": "will not tell",
            "not-found": "shows no such call",
        }[said]
        text = f"{provider.name} {sentence}" + (
            f": {why}" if why and said == "not-found" else f"; it {why}" if why else ""
        )
        text += "" if text.endswith(".") else "."
        if provider.notes:
            text += " " + " ".join(provider.notes)
        after = below or (self.hops[-1].provider if self.hops else "the report")
        self.seen.add(provider.name)
        role: Role | None = "terminating" if not self.hops else None
        self.hops.append(
            Hop(provider.name, said, role, downstream=below, deadline=self.now + ANSWER_WITHIN, why=text)
        )
        self.gaps.append(Gap(after, provider.name, text))

    def _hop(self, provider: Provider, matched: Matched, below: str | None, state: str) -> Hop:
        record = matched.records[0]
        common: dict[str, object] = {
            "why": matched.why,
            "candidates": len(matched.records) if state != "found" else 0,
        }
        if below and self.hops and self.hops[-1].upstream not in (None, provider.name):
            below = None
        if state == "found":
            common |= {
                "start": record.start,
                "calling": record.calling,
                "called": record.called,
                "call_id": record.call_id,
                "attest_seen": record.attest_seen,
                "attest_sent": record.attest_sent,
                "spc": record.spc,
                "record": record.reference,
                "ingress": record.trunk,
                "egress": record.egress,
                "action": record.action,
                "clock": self._ahead(provider),
            }
        return Hop(provider.name, state, self._role(provider, record), downstream=below, **common)  # type: ignore[arg-type]

    def _role(self, provider: Provider, record: Record) -> Role:
        said = (record.role or "").strip().lower().split(" ")[0]
        if said in get_args(Role):
            return said  # type: ignore[return-value]
        if not self.hops:
            return "terminating"
        name = self._up(provider, record)
        here, there = self.peers.country.get(provider.name), self.peers.country.get(name or "")
        return "gateway" if here and there and here != there else "intermediate"

    def _last(self, **changes: object) -> None:
        self.hops[-1] = replace(self.hops[-1], **changes)  # type: ignore[arg-type]

    def _ahead(self, provider: Provider) -> float | None:
        """Seconds by which its clock is ahead of the reported time's, where the clocks could be compared."""
        if self.ahead is None or not self.hops:
            return self.ahead
        start = next((hop.provider for hop in self.hops if hop.state == "found"), None)
        if start is None:
            return None
        clock = self._clock(self.providers[start], provider)
        return round(self.ahead + clock.middle, 1) if clock.known else None

    # who is who

    def _up(self, provider: Provider, record: Record) -> str | None:
        if record.upstream:
            return self._name(record.upstream)
        known = self.peers.of(provider.name, record.trunk)
        if known == CUSTOMER or (known is None and record.customer and is_own(record.trunk)):
            return CUSTOMER
        return known

    def _down(self, provider: Provider, record: Record) -> str | None:
        if record.downstream:
            return self._name(record.downstream)
        return self.peers.of(provider.name, record.egress)

    def _name(self, text: str) -> str:
        known = self._named(text)
        return known.name if known else self.peers.knows(text) or text

    def _named(self, name: str) -> Provider | None:
        return next(
            (each for each in self.providers.values() if each.name.casefold() == name.casefold()), None
        )

    def _known(self, name: str) -> Provider:
        return self._named(name) or Provider(name, state="silent")

    def _rest(self) -> Iterable[Provider]:
        return [
            each for each in self.providers.values() if each.name not in self.seen and each.state == "records"
        ]

    # which record

    def _clock(self, down: Provider, up: Provider) -> Clock:
        key = down.name, up.name
        if key not in self._clocks:
            self._clocks[key] = clocks.between(down, up, self.skew)
        return self._clocks[key]

    def _match(
        self, here: _Here, up: Provider, direct: bool, missing: str | None = None, toward: bool = False
    ) -> Matched:
        """The call in the records of `up`; `toward`: only in those that say that they went to `here`."""
        down = here.provider

        def handed(record: Record) -> bool | None:
            name = self._up(down, record)
            return None if name is None else name == up.name if direct else True if name == missing else None

        def received(record: Record) -> bool | None:
            name = self._down(up, record)
            if not direct and (self._up(up, record) in self.seen or _stays(up, record)):
                return False
            if not direct and record.trunk and record.trunk in self.unnamed:
                return False  # it came from the very line that nobody named: it is a branch, not the way up
            if name is None or name == CUSTOMER:
                return False if toward else None
            if direct:
                return name == down.name
            return True if name == missing else False if name in self.seen else None

        first = Side(down, tuple(called(down, self.wanted)), handed)
        second = Side(up, tuple(called(up, self.wanted)), received)
        return upstream(
            here.matched.records, first, second, self._clock(down, up), self.wanted, direct, missing
        )

    def _narrowed(self, provider: Provider, matched: Matched) -> Matched:
        """Without calls that the other providers' clocks rule out: all are right within the skew."""
        low, high = -self.skew, self.skew
        for ahead in self._compared(provider).values():
            low, high = max(low, -ahead.high - self.skew), min(high, -ahead.low + self.skew)
        if low > high:  # some two clocks were compared by chance
            return matched
        fit = tuple(
            r for r in matched.records
            if r.start is None
            or low - self.query.tolerance <= r.start - self.query.at <= high + self.query.tolerance
        )  # fmt: skip
        if len(fit) != 1 or len(matched.records) == 1:
            return replace(matched, records=fit or matched.records)
        return Matched(fit, True, "The only call that fits once the clocks of all providers are compared.")

    def _compared(self, provider: Provider) -> dict[str, Clock]:
        """The clocks of other providers minus this one's, directly or by way of others that both share calls
        with: the nearest by uncertainty first."""
        found: dict[str, Clock] = {}
        waiting = [(0.0, provider.name, 0.0, 0.0)]
        while waiting:
            _, name, low, high = heappop(waiting)
            if name in found:
                continue
            found[name] = Clock(low, high, True)
            for other in self.providers.values():
                if other.name in found or other.state != "records":
                    continue
                step = self._clock(self.providers[name], other)
                if step.known and (name == provider.name or step.shared >= _WELL_SHARED):
                    far = low + step.low, high + step.high
                    heappush(waiting, (far[1] - far[0], other.name, *far))
        del found[provider.name]
        return found

    def _behind_a_diversion(self, here: _Here) -> _Here:
        """The leg that came in, where the record found is one that the provider made itself by forwarding."""
        if not here.matched.sure or len(here.matched.records) != 1 or here.matched.records[0].upstream:
            return here
        record = here.matched.records[0]
        if not is_own(record.trunk) or record.customer:
            return here
        legs = [leg for leg in here.provider.records if _leads_to(leg, record)]
        if len(legs) != 1:
            return here
        self.wanted = self.wanted.and_(legs[0].numbers)
        why = f"{here.matched.why} It was forwarded: the call came in as {legs[0].reference}."
        self._last(ingress=legs[0].trunk, record=f"{legs[0].reference} and {record.reference}", why=why,
                   calling=legs[0].calling, attest_seen=legs[0].attest_seen)  # fmt: skip
        return _Here(here.provider, Matched(tuple(legs), True, why))


def _stays(provider: Provider, record: Record) -> bool:
    """Whether the call went no further: an attempt in vain, or no way out where the records name such
    ways."""
    return record.failed or (provider.names_egress and is_own(record.egress) and not record.downstream)


def _leads_to(leg: Record, out: Record) -> bool:
    """Whether a record is the incoming leg of a call that went out again to another number."""
    if leg is out or not leg.trunk or is_own(leg.trunk) or leg.start is None or out.start is None:
        return False
    from quivive.calls.traceback.spellings import same

    if any(same(leg.called, number) for number in out.numbers[:1]) or not states_agree(leg, out, 2.0):
        return False
    times = (leg.turn, out.turn)
    near = abs(times[0] - times[1]) <= 3 if None not in times else -2 <= out.start - leg.start <= 40  # type: ignore[operator]
    return near and (calling_cost(leg, out) == 0 or same(leg.called, out.calling) or
                     any(same(leg.called, number) for number in out.others))  # fmt: skip


def _is_origin(hop: Hop) -> bool:
    return hop.role == "originating" or hop.customer is not None
