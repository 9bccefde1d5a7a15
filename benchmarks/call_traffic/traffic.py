"""How does a day of traffic come together? Slice by slice, so that memory does not grow with the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import numpy as np

from call_traffic import mobile, people
from call_traffic.callers import ORDINARY
from call_traffic.calls import Calls, joined, taken
from call_traffic.frauds import FRAUDS
from call_traffic.many import Caller, calls_of, planned
from call_traffic.numbering import LISTED_FROM, Array, Plan, plan, toll_free
from call_traffic.operators import Network, network
from call_traffic.placing import MINUTE

ZONE = timezone(timedelta(hours=-5))
"""Local time of the operator."""
FIRST_DAY = datetime(2026, 3, 2, tzinfo=ZONE)
"""A Monday; seed `s` is the day s - 1 days later, so that weekends are among them."""
PEOPLE_HOURS = (2, 1, 1, 1, 1, 2, 6, 15, 28, 38, 44, 48, 50, 48, 48, 50, 54, 60, 58, 50, 42, 30, 16, 6)
"""Relative calls in each local hour: quiet night, busiest about 17 h (the usual shape of voice traffic)."""
OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 1, 5, 30, 50, 55, 50, 38, 48, 52, 50, 40, 15, 5, 2, 1, 1, 0, 0)
WEEKEND = 0.15
"""Part of weekday calls that offices make on Saturdays and Sundays."""
CAMPAIGNS_PER_KIND = 8
"""In a million calls."""
LISTED = 300
"""Numbers on the do-not-originate list that the generator gives out, in a million calls."""


@dataclass(frozen=True)
class Load:
    """How much: about `rate` calls a second for `hours` from `begin` o'clock local time; campaigns of each
    kind per million calls."""

    rate: float = 1_000_000 / 86_400
    hours: float = 24.0
    begin: float = 0.0
    campaigns: float = CAMPAIGNS_PER_KIND

    @property
    def calls(self) -> float:
        """About how many, ordinary calls and campaigns together."""
        return self.rate * self.hours * 3600


@dataclass(frozen=True)
class Tables:
    """What operators do, as arrays by operator."""

    trunk_first: Array
    trunk_count: Array
    signature_first: Array
    signature_count: Array
    signed: Array
    attests: Array


@dataclass
class World:
    """All that lasts for the day. Times are Unix microseconds."""

    seed: int
    load: Load
    midnight: int
    begin: int
    end: int
    network: Network
    plan: Plan
    tables: Tables
    masks: Array
    listed: Array
    sources: list[str]
    callers: list[Caller] = field(default_factory=list)
    back_source: int = 2
    offices: people.Offices = field(init=False)

    def operator(self, rng: np.random.Generator, size: int) -> Array:
        """Operators of the country by their shares."""
        return rng.choice(len(self.network.shares), size, p=self.network.shares)


def world(seed: int, load: Load) -> World:
    """Everything that a day with this seed is made of; the calls are not yet."""
    rng = np.random.default_rng([seed, 1])
    day = FIRST_DAY + timedelta(days=seed - 1)
    midnight = int(day.timestamp()) * 1_000_000
    begin = midnight + round(load.begin * 60) * MINUTE
    net = network(rng)
    # One person for every two calls of a full day: half of them are elsewhere, so each makes some two calls.
    persons = plan(rng, int(load.calls * 24 / max(load.hours, 1) / 2), net.shares)
    half = LISTED // 2 * max(1, round(load.calls / 1_000_000))
    free, exchanges = toll_free(rng, half), rng.integers(0, len(persons.exchanges), half)
    listed = np.union1d(free, persons.line(exchanges, rng.integers(LISTED_FROM, 7000, half)))
    made = World(
        seed, load, midnight, begin, begin + round(load.hours * 60) * MINUTE, net, persons, _tables(net),
        people.masks(rng, persons.people), listed, ["people", "offices", "call-back"],
    )  # fmt: skip
    made.offices = people.offices(rng, made, max(20, int(load.calls / 400)))
    _plan_ordinary(rng, made)
    _plan_campaigns(rng, made)
    return made


def _tables(net: Network) -> Tables:
    ops = net.operators
    return Tables(
        np.array([op.trunks[0] for op in ops]),
        np.array([len(op.trunks) for op in ops]),
        np.array([op.signatures[0] for op in ops]),
        np.array([len(op.signatures) for op in ops]),
        np.array([op.signed for op in ops]),
        np.cumsum([op.attests for op in ops], axis=1),
    )


def weekend(made: World) -> bool:
    """Whether the day is a Saturday or Sunday."""
    return datetime.fromtimestamp(made.midnight / 1e6, ZONE).weekday() >= 5


def _plan_ordinary(rng: np.random.Generator, made: World) -> None:
    millions = made.load.calls / 1_000_000
    for profile in ORDINARY:
        made.sources.append(profile.name)
        quiet = WEEKEND if weekend(made) and profile.when == "office" else 1.0
        for _ in range(rng.poisson(profile.per_million * millions * quiet)):
            made.callers.append(planned(rng, made, profile, len(made.sources) - 1))
    for name, often in mobile.PER_MILLION.items():
        made.sources.append(name)
        for _ in range(rng.poisson(often * millions)):
            made.callers.append(planned(rng, made, mobile.DAY, len(made.sources) - 1))


def _plan_campaigns(rng: np.random.Generator, made: World) -> None:
    each = max(1, round(made.load.campaigns * made.load.calls / 1_000_000)) if made.load.campaigns else 0
    number = 0
    for variants in FRAUDS.values():
        for place in range(each):
            number += 1
            profile = variants[(place + made.seed) % len(variants)]
            made.callers.append(planned(rng, made, profile, _source(made, profile.name), number - 1))
    names = list(mobile.BOXES)
    for place in range(each):
        name = names[(place + made.seed) % len(names)]
        made.callers.append(planned(rng, made, mobile.SLOW, _source(made, name), number + place))


def _source(made: World, name: str) -> int:
    if name not in made.sources:
        made.sources.append(name)
    return made.sources.index(name)


def kind(made: World, caller: Caller) -> str:
    """The kind of a campaign; empty for ordinary callers."""
    return caller.profile.kind or ("sim-box" if made.sources[caller.source] in mobile.BOXES else "")


def slices(made: World, minutes: float = 60.0) -> Iterator[Calls]:
    """The calls, sorted by start, those of each `minutes` together; an export ends with its day."""
    waiting = sorted(made.callers, key=lambda caller: caller.begin)
    step, pending = round(minutes * MINUTE), joined([])
    for place, at in enumerate(range(made.begin, made.end, step)):
        end = min(at + step, made.end)
        batches = [pending, *_background(made, place, at, end)]
        while waiting and waiting[0].begin < end:
            batches.append(_calls(made, waiting.pop(0)))
        ready = joined(batches)
        now = ready["start"] < end
        pending, ready = taken(ready, ~now), taken(ready, now)
        yield taken(ready, np.argsort(ready["start"], kind="stable"))


def _calls(made: World, caller: Caller) -> Calls:
    cards = {**mobile.BOXES, **mobile.LOOK_ALIKE}.get(made.sources[caller.source])
    return mobile.calls_of_cards(made, caller, cards) if cards else calls_of(made, caller)


def _background(made: World, place: int, begin: int, end: int) -> list[Calls]:
    """People and offices; their first calls start in the slice, what follows may come later."""
    rng = np.random.default_rng([made.seed, 2, place])
    office = WEEKEND if weekend(made) else 1.0
    # Of drawn calls of people some 0.6 touch this operator, and follow-ups add some 0.2.
    return [
        people.of_people(rng, made, _times(rng, made, begin, end, PEOPLE_HOURS, 1.03)),
        people.of_offices(rng, made, _times(rng, made, begin, end, OFFICE_HOURS, 0.28 * office)),
    ]


def _times(
    rng: np.random.Generator, made: World, begin: int, end: int, hours: tuple[int, ...], part: float
) -> Array:
    """Starts within a slice, by the weights of the hours; `part` of the load's calls over all slices."""
    minutes = np.arange((made.begin - made.midnight) // MINUTE, (made.end - made.midnight) // MINUTE)
    weights = np.array(hours, float)[minutes // 60 % 24]
    total = weights.sum() or 1.0
    first, last = (begin - made.begin) // MINUTE, -(-(end - made.begin) // MINUTE)
    drawn = rng.poisson(made.load.calls * part * weights[first:last] / total)
    starts = np.repeat(begin + np.arange(len(drawn)) * MINUTE, drawn)
    return starts + (rng.random(len(starts)) * MINUTE).astype(np.int64)
