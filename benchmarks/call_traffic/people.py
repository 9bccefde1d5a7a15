"""What do people and offices do all day? Contacts called both ways, redials, call-backs, wrong numbers.

Contacts are symmetrical without being stored: contact `j` of person `p` is `p XOR mask[j]`, whose contact
`j` is `p` again. Small masks stay in the household and the exchange, large ones reach the country; a Zipf
law says how often each is called (a handful of contacts gets most of a person's calls: Onnela et al. 2007,
Saramäki et al. 2014).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from call_traffic.calls import BUSY, CANCELLED, NO_ANSWER, Calls, joined
from call_traffic.numbering import PER_EXCHANGE, Array, Party, abroad, mixed, share
from call_traffic.placing import Talk, again, lay, louder, taken

if TYPE_CHECKING:
    from call_traffic.traffic import World

PEOPLE, OFFICES = 0, 1
"""Sources."""
BETWEEN = Talk()
"""People who know each other: 62 % answered, mean talk 2.3 min (the CTIA's mobile mean was 1.8 to 3 min)."""
TO_OFFICES = Talk(answered=0.8, voicemail=0.06, busy=0.07, aborted=0.02, median=95, sigma=1.2, message=25)
"""To organisations in their hours: somebody is paid to answer; waiting counts as talk."""
FROM_OFFICES = Talk(answered=0.55, voicemail=0.2, busy=0.04, aborted=0.01, median=75, sigma=1.2, message=25)
"""From organisations to customers, who are at work or do not know the number."""
WITHHELD, ABROAD, ROAMING, WRONG, TO_OFFICE = 0.02, 0.03, 0.01, 0.004, 0.2
"""Parts of people's calls: number withheld, with another country, own subscribers abroad, misdialled, to
offices."""
TRANSIT = 0.03
"""Part of calls between other operators that this one carries."""
REDIAL, BACK = 0.25, 0.3
"""Part of unanswered calls dialled again after some 4 min, and called back after some 15 min."""
ACTIVITY = 2.0
"""Callers are drawn as u**2: the most active hundredth makes a tenth of the calls."""


@dataclass(frozen=True)
class Offices:
    """Organisations: exchange, first line, lines (1: one number for all), operator."""

    exchange: Array
    first: Array
    lines: Array
    operator: Array


def offices(rng: np.random.Generator, world: World, count: int) -> Offices:
    """Organisations by place; half show one number, the others direct-dial numbers."""
    exchange = rng.integers(0, len(world.plan.exchanges), count)
    lines = np.where(
        rng.random(count) < 0.5, 1, rng.choice([5, 10, 30, 100], count, p=[0.4, 0.35, 0.2, 0.05])
    )
    moved = rng.random(count) < 0.3
    operator = np.where(moved, world.operator(rng, count), world.plan.holders[exchange])
    return Offices(exchange, 4096 + rng.integers(0, 2700, count), lines, operator)


def number(world: World, which: Array, line: Array) -> Party:
    """A line of offices."""
    has = world.offices
    low = has.first[which] + line % has.lines[which]
    return Party(world.plan.line(has.exchange[which], low), has.operator[which], np.full(len(which), -1))


def masks(rng: np.random.Generator, people: int) -> Array:
    """Twenty-four: a household of 4, the exchange, towns nearby, everywhere."""
    near = min(people, PER_EXCHANGE * 8)
    parts = [
        np.array([1, 2, 3]),
        rng.integers(4, PER_EXCHANGE, 4),
        rng.integers(4, near, 8),
        rng.integers(4, people, 9),
    ]
    return rng.permuted(np.concatenate(parts))


def of_people(rng: np.random.Generator, world: World, starts: Array) -> Calls:
    """People's calls that begin at `starts`, and what follows from them; not all touch this operator."""
    size = len(starts)
    plan = world.plan
    who = mixed((plan.people * rng.random(size) ** ACTIVITY).astype(np.int64), 31) % np.uint64(plan.people)
    caller = plan.person(who.astype(np.int64))
    weights = 1 / np.arange(1, len(world.masks) + 1)
    which = rng.choice(len(world.masks), size, p=weights / weights.sum())
    callee = plan.person(caller.person ^ world.masks[which])
    caller, callee = _abroad(rng, world, caller, callee)
    kept = (caller.operator == 0) | (callee.operator == 0) | (rng.random(size) < TRANSIT)
    starts, caller, callee = starts[kept], taken(caller, kept), taken(callee, kept)
    to_office = (rng.random(len(starts)) < TO_OFFICE) & (caller.person >= 0)
    calls = [_with_follow_ups(rng, world, starts[~to_office], taken(caller, ~to_office), taken(callee,
    ~to_office),
                              BETWEEN, PEOPLE)]  # fmt: skip
    calls.append(_to_offices(rng, world, starts[to_office], taken(caller, to_office)))
    return joined(calls)


def _abroad(rng: np.random.Generator, world: World, caller: Party, callee: Party) -> tuple[Party, Party]:
    """Some callees and callers live abroad, some callers are there for now; some withhold, some misdial."""
    size = len(caller.number)
    drawn = rng.random(size)
    out, back = drawn < ABROAD / 2, (drawn >= ABROAD / 2) & (drawn < ABROAD)
    foreign = abroad(caller.person * 4 + rng.integers(0, 3, size), 41)
    gateway = world.network.gateways[(mixed(foreign, 42) % np.uint64(4)).astype(np.int64)]
    there = (share(caller.person, 43) < ROAMING) & (caller.operator == 0)
    number = np.where(back, foreign, np.where(share(caller.person, 44) < WITHHELD, 0, caller.number))
    calling = Party(number, np.where(back | there, gateway, caller.operator),
                    np.where(back | there, -1, caller.person))  # fmt: skip
    called = Party(np.where(out, foreign, np.where(back, caller.number, callee.number)),
                   np.where(out, gateway, np.where(back, caller.operator, callee.operator)),
                   np.where(out, -1, np.where(back, caller.person, callee.person)))  # fmt: skip
    return calling, called


def _to_offices(rng: np.random.Generator, world: World, starts: Array, caller: Party) -> Calls:
    count = len(world.offices.lines)
    which = mixed((count * rng.random(len(starts)) ** 2).astype(np.int64), 51) % np.uint64(count)
    callee = number(world, which.astype(np.int64), np.zeros(len(starts), np.int64))
    return _with_follow_ups(rng, world, starts, caller, callee, TO_OFFICES, PEOPLE, back=0.1)


def of_offices(rng: np.random.Generator, world: World, starts: Array) -> Calls:
    """Calls of organisations to their own customers, some two hundred persons nearby each."""
    count, plan = len(world.offices.lines), world.plan
    which = (mixed((count * rng.random(len(starts)) ** 2).astype(np.int64), 52) % np.uint64(count)).astype(
        np.int64
    )
    caller = number(world, which, rng.integers(0, 100, len(starts)))
    near = mixed(which * 256 + rng.integers(0, 200, len(starts)), 53) % np.uint64(PER_EXCHANGE * 4)
    person = (world.offices.exchange[which] * PER_EXCHANGE ^ near.astype(np.int64)) % plan.people
    callee = plan.person(person)
    kept = (caller.operator == 0) | (callee.operator == 0)
    return _with_follow_ups(rng, world, starts[kept], taken(caller, kept), taken(callee, kept), FROM_OFFICES,
                            OFFICES, back=0.12)  # fmt: skip


def _with_follow_ups(
    rng: np.random.Generator, world: World, starts: Array, caller: Party, callee: Party, talk: Talk, source:
    int, back: float = BACK,
) -> Calls:  # fmt: skip
    """The calls, what is dialled again, and what is called back."""
    size = len(starts)
    wrong = rng.random(size) < WRONG
    callee = callee._replace(number=np.where(wrong, world.plan.unheld(rng, size), callee.number))
    first = lay(rng, world, starts, caller, callee, talk, source, unheld=wrong)
    missed = np.isin(first["outcome"], (NO_ANSWER, BUSY, CANCELLED)) & ~wrong
    anew = missed & (rng.random(size) < REDIAL)
    later = again(starts[anew], rng.lognormal(np.log(4), 1.2, anew.sum()))
    second = lay(rng, world, later, taken(caller, anew), taken(callee, anew), talk, source)
    answers = missed & (caller.number > 0) & (rng.random(size) < back)
    later = again(starts[answers], rng.lognormal(np.log(15), 1.3, answers.sum()))
    third = lay(
        rng, world, later, taken(callee, answers), taken(caller, answers), louder(replace(talk), 0.75), source
    )
    return joined([first, second, third])
