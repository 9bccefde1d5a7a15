"""How does one caller of many make its calls? A `Profile` becomes numbers, ways, times, callees and calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from call_traffic.calls import ANSWERED, UNALLOCATED, Calls, joined
from call_traffic.numbering import DEAR, LISTED_FROM, PER_EXCHANGE, Array, Party, abroad, toll_free
from call_traffic.operators import DOMESTIC
from call_traffic.placing import MINUTE, Route, Talk, again, lay, louder, taken
from call_traffic.profiles import Profile, Span

if TYPE_CHECKING:
    from call_traffic.traffic import World

HOURS = {"office": (8.5, 17.5), "day": (8.0, 21.0), "evening": (16.5, 20.5), "slow": (0.0, 24.0)}
"""Local hours; who calls all day calls less at night."""


@dataclass(frozen=True)
class Caller:
    """One caller of many, as planned: how many calls from when to when (Unix microseconds), over which
    ways."""

    profile: Profile
    source: int
    campaign: int
    seed: int
    count: int
    begin: int
    end: int
    operator: int
    trunks: tuple[int, ...]
    signatures: tuple[int, ...]
    attest: int
    signed: float


def between(rng: np.random.Generator, span: Span) -> float:
    """Evenly."""
    return float(rng.uniform(*span))


def scaled(rng: np.random.Generator, span: Span) -> int:
    """A count, by the logarithm."""
    lowest, highest = (float(np.log(max(1, end))) for end in span)
    return round(float(np.exp(rng.uniform(lowest, highest))))


def planned(
    rng: np.random.Generator, world: World, profile: Profile, source: int, campaign: int = -1
) -> Caller:
    """Draws what a caller keeps for the day; adds its trunks and signatures to the network."""
    count = scaled(rng, profile.calls)
    begin, end = _window(rng, world, profile, count)
    wanted = int(rng.integers(int(profile.trunks[0]), int(profile.trunks[1]) + 1))
    operator, trunks, signatures, attest, signed = _ways(rng, world, profile, wanted)
    return Caller(profile, source, campaign, int(rng.integers(1 << 62)), count, begin, end, operator, trunks,
                  signatures, attest, signed)  # fmt: skip


def _window(rng: np.random.Generator, world: World, profile: Profile, count: int) -> tuple[int, int]:
    lowest, highest = HOURS.get(profile.when, (8.0, 21.0))
    begin = max(world.begin, world.midnight + int(lowest * 60 * MINUTE))
    end = min(world.end, world.midnight + int(highest * 60 * MINUTE))
    if end - begin < 10 * MINUTE:
        begin, end = world.begin, world.end
    if profile.when == "burst":
        length = min(int(between(rng, profile.minutes) * MINUTE), end - begin)
        begin += int(rng.random() * (end - begin - length))
        return begin, begin + length
    # Others work for part of their hours; a large list needs most of them.
    length = int((end - begin) * between(rng, (0.35, 1.0) if profile.when != "slow" else (0.7, 1.0)))
    begin += int(rng.random() * (end - begin - length))
    return begin, begin + length


def _ways(
    rng: np.random.Generator, world: World, profile: Profile, wanted: int
) -> tuple[int, tuple[int, ...], tuple[int, ...], int, float]:
    """Operator, trunks, signatures (one a trunk), attestation, part of calls that is signed."""
    net = world.network
    if profile.ways == "gateway":
        operator = int(rng.choice(net.gateways))
        return operator, net.operators[operator].trunks[:wanted], (-1,) * wanted, 0, 0.0
    if profile.ways == "small" or (profile.ways == "fraud" and rng.random() < 0.6):
        operators = rng.choice(np.arange(18, 1 + DOMESTIC), wanted, replace=False)
    else:
        shares = net.shares[1:19] / net.shares[1:19].sum()
        operators = 1 + rng.choice(18, wanted, replace=False, p=shares)
        if profile.ways == "customer" and rng.random() < 0.35:
            operators[0] = 0
    trunks = tuple(int(rng.choice(net.operators[each].trunks)) for each in operators)
    # Customers with an identifier of their own are told apart by it; others share their carrier's.
    own = rng.random() < (0.65 if profile.ways == "fraud" else 0.3)
    signatures = tuple(_signature(rng, world, int(each), own) for each in operators)
    if profile.ways == "fraud":
        # A carrier that signs what it does not know says C or B; some say A all the same. Some sign nothing.
        signed = float(rng.choice([1.0, 0.9, 0.0], p=[0.65, 0.15, 0.2]))
        return int(operators[0]), trunks, signatures, int(rng.choice([1, 2, 3], p=[0.25, 0.3, 0.45])), signed
    signed = min(net.operators[each].signed for each in operators)
    return int(operators[0]), trunks, signatures, int(rng.choice([1, 2], p=[0.85, 0.15])), signed


def _signature(rng: np.random.Generator, world: World, operator: int, own: bool) -> int:
    """Place of a customer's signature at an operator; -1 where it signs nothing, for anyone."""
    has = world.network.operators[operator]
    if has.signed == 0:
        return -1
    return world.network.signature(rng, operator) if own else int(rng.choice(has.signatures))


def calls_of(world: World, caller: Caller) -> Calls:
    """All calls of one caller, those made back to it among them."""
    rng = np.random.default_rng([caller.seed, 5])
    profile, size = caller.profile, caller.count
    if size == 0:
        return joined([])
    start = _starts(rng, world, caller)
    callee, empty = _callees(rng, world, caller)
    if profile.inbound:
        return _inbound(rng, world, caller, start, callee)
    shown = _shown(rng, world, caller, callee)
    number = Party(shown, np.full(size, caller.operator), np.full(size, -1))
    which = rng.integers(0, len(caller.trunks), size)
    signed = rng.random(size) < caller.signed
    inside = caller.operator == 0
    signature = np.where(signed & (not inside), np.array(caller.signatures)[which], -1)
    route = Route(np.array(caller.trunks)[which], signature, np.where(signature >= 0, caller.attest, 0))
    talk = _talk(rng, profile)
    made = lay(rng, world, start, number, callee, talk, caller.source, route, caller.campaign, empty)
    return joined([made, _back(rng, world, caller, made, number, callee)])


def _inbound(rng: np.random.Generator, world: World, caller: Caller, start: Array, people: Party) -> Calls:
    """The persons call the number; operators and people go their usual ways."""
    size = caller.count
    number = _shown(rng, world, caller, people)
    to = Party(number, np.full(size, caller.operator), np.full(size, -1))
    return lay(rng, world, start, people, to, _talk(rng, caller.profile), caller.source)


def _talk(rng: np.random.Generator, profile: Profile) -> Talk:
    answered, voicemail, aborted = (
        between(rng, s) for s in (profile.answered, profile.voicemail, profile.aborted)
    )
    total = answered + voicemail + aborted + profile.busy + 0.01
    shrink = 1 / max(1.0, total)
    return Talk(answered * shrink, voicemail * shrink, profile.busy * shrink, aborted * shrink, 0.01 * shrink,
                between(rng, profile.median), profile.sigma, between(rng, profile.brief),
                between(rng, profile.message))  # fmt: skip


def _starts(rng: np.random.Generator, world: World, caller: Caller) -> Array:
    """Evenly over the window; who calls all day calls a sixth as much from 23 to 6 h."""
    drawn = rng.random((3, caller.count))
    start = caller.begin + (drawn[0] * (caller.end - caller.begin)).astype(np.int64)
    if caller.profile.when == "slow":
        hour = (start - world.midnight) // (60 * MINUTE) % 24
        night = ((hour < 6) | (hour >= 23)) & (drawn[1] > 1 / 6)
        start = np.where(
            night, caller.begin + (drawn[2] * (caller.end - caller.begin)).astype(np.int64), start
        )
    return np.sort(start)


def _callees(rng: np.random.Generator, world: World, caller: Caller) -> tuple[Party, Array]:
    """Persons of this operator (a few ported away since), and which of the numbers nobody has."""
    profile, size = caller.profile, caller.count
    empty = rng.random(size) < between(rng, profile.unheld)
    people = _people(rng, world, profile, size)
    callee = world.plan.person(people)
    callee = callee._replace(operator=np.where(rng.random(size) < 0.97, 0, callee.operator))
    if profile.reach == "walk":
        first = int(rng.integers(len(world.plan.exchanges))), int(rng.integers(0, 9000))
        base = (int(world.plan.exchanges[first[0]]) + 1_000_000) * 10_000 + first[1]
        # Most lines are another operator's or empty, so a walk skips on.
        number = base + np.cumsum(rng.integers(1, 4, size)) % 10_000
        return callee._replace(number=number, person=np.full(size, -1)), empty
    number = np.where(empty, world.plan.unheld(rng, size), callee.number)
    return callee._replace(number=number), empty


def _people(rng: np.random.Generator, world: World, profile: Profile, size: int) -> Array:
    """Persons at this operator."""
    exchanges = np.arange(len(world.plan.exchanges))
    wanted = size
    if profile.reach == "area":
        exchanges = world.plan.area(int(rng.integers(len(exchanges))), 1)
    if profile.reach == "repeat":
        wanted = max(5, size // 3)
    drawn = rng.choice(exchanges, wanted * 12) * PER_EXCHANGE + rng.integers(0, PER_EXCHANGE, wanted * 12)
    at_home = drawn[world.plan.person(drawn).operator == 0]
    at_home = at_home if len(at_home) else drawn
    if profile.reach == "repeat":
        return at_home[:wanted][rng.integers(0, min(wanted, len(at_home)), size)]
    return np.resize(at_home, size)


def _own(rng: np.random.Generator, world: World, operator: int, size: int, together: bool) -> Array:
    """Lines for organisations in an operator's exchanges, side by side or not."""
    plan = world.plan
    held = np.flatnonzero(plan.holders == operator)
    held = held if len(held) else np.arange(len(plan.exchanges))
    if together:
        first = int(rng.integers(PER_EXCHANGE, LISTED_FROM - size))
        return plan.line(np.repeat(rng.choice(held), size), first + np.arange(size))
    return plan.line(rng.choice(held, size), rng.integers(PER_EXCHANGE, LISTED_FROM, size))


def _shown(rng: np.random.Generator, world: World, caller: Caller, callee: Party) -> Array:
    """The number that each call shows."""
    profile, size, plan = caller.profile, caller.count, world.plan
    pool = max(1, min(scaled(rng, profile.numbers), size))
    held = callee.number // 10_000
    if profile.shown == "office" and profile.reach == "area":  # it is of the place that it calls
        exchange = int(held[rng.integers(size)])
        return (exchange * 10_000 + 2000 + rng.integers(PER_EXCHANGE, LISTED_FROM, pool))[
            rng.integers(0, pool, size)
        ]
    if profile.shown in ("own", "office", "range", "customers"):
        mine = _own(rng, world, caller.operator, pool, profile.shown == "range")
        if profile.shown == "customers":
            return mine[np.minimum((pool * rng.random(size) ** 2).astype(np.int64), pool - 1)]
        return mine[rng.integers(0, pool, size)]
    if profile.shown == "office-stolen" or profile.shown == "stolen":
        has = world.offices
        which = rng.integers(0, len(has.lines), 1)
        office = plan.line(has.exchange[which], has.first[which])
        person = plan.person(rng.integers(0, plan.people, 1)).number
        return np.repeat(office if profile.shown == "office-stolen" else person, size)
    if profile.shown == "local":
        mine = _own(rng, world, caller.operator, pool, False)
        areas = plan.exchanges[rng.choice(len(plan.exchanges), pool)].astype(np.int64)
        mine = (areas + 1_000_000) * 10_000 + mine % 10_000
        order = np.sort(mine)
        return order[np.minimum(np.searchsorted(order, held // 1000 * 10_000_000), pool - 1)]
    if profile.shown == "toll-free":
        return toll_free(rng, pool)[rng.integers(0, pool, size)]
    if profile.shown in ("foreign", "dear"):
        salt = int(rng.integers(1 << 30))
        first = abroad(
            np.array([salt]), 61, DEAR if profile.shown == "dear" else (*DEAR[3:4], (44, 10), (48, 9))
        )
        spread = np.sort(rng.choice(max(400, pool * 4), pool, replace=False))
        return (first + spread)[rng.integers(0, pool, size)]
    if profile.shown == "listed":
        mine = rng.choice(world.listed, min(pool, len(world.listed)), replace=False)
        return mine[rng.integers(0, len(mine), size)]
    if profile.shown in ("neighbour", "neighbour-partly"):
        near = held * 10_000 + rng.integers(0, 10_000, size)
        far = _anywhere(rng, world, size)
        return np.where(rng.random(size) < (0.75 if profile.shown == "neighbour-partly" else 1.0), near, far)
    if profile.shown == "ascending":
        exchange = int(plan.exchanges[rng.integers(len(plan.exchanges))])
        return np.asarray((exchange + 1_000_000) * 10_000 + np.cumsum(rng.integers(1, 3, size)) % 10_000)
    if profile.shown == "block":
        lines = min(2500, max(20, size // pool))
        return _own(rng, world, caller.operator, lines, True)[rng.integers(0, lines, size)]
    fresh = _anywhere(rng, world, size)  # 'fresh': each for a call or two
    return np.where(rng.random(size) < 0.8, fresh, np.roll(fresh, 1))


def _anywhere(rng: np.random.Generator, world: World, size: int) -> Array:
    """Any number of the plan, held or not."""
    plan = world.plan
    exchange = plan.exchanges[rng.integers(0, len(plan.exchanges), size)].astype(np.int64)
    return np.asarray((exchange + 1_000_000) * 10_000 + rng.integers(0, 10_000, size))


def _back(
    rng: np.random.Generator, world: World, caller: Caller, made: Calls, number: Party, callee: Party
) -> Calls:
    """Those missed that call the number back. They are ordinary people: no part of the campaign."""
    profile = caller.profile
    missed = (made["outcome"] != ANSWERED) & (made["outcome"] != UNALLOCATED) & (callee.person >= 0)
    back = missed & (rng.random(caller.count) < between(rng, profile.back))
    later = again(made["start"][back], rng.lognormal(np.log(12), 1.3, int(back.sum())))
    spoofed = profile.kind not in ("", "dialer", "wangiri")
    talk = Talk(answered=0.3, voicemail=0.1, median=30) if spoofed else louder(Talk(median=45), 0.75)
    back_to = taken(number, back)
    if spoofed:  # the number is somebody else's, anywhere
        back_to = back_to._replace(operator=world.operator(rng, int(back.sum())))
    return lay(rng, world, later, taken(callee, back), back_to, talk, world.back_source)
