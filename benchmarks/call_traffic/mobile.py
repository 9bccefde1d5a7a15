"""What do SIM boxes do in a mobile network, and what looks like them?

A SIM box ends international calls as local ones: many subscriptions at one place that hardly move, call many
numbers, are hardly called (Murynets et al., 'Analysis and detection of SIMbox fraud in mobility networks',
2014). Its callees talk as people do. Newer boxes change the handset's number with the SIM (Kouam et al.
2021). Ordinary look-alikes: firms' GSM gateways (a handful of SIMs, some inbound calls), couriers (one
phone, many numbers, moving), alarm panels (one number called, briefly).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from call_traffic.calls import Calls, joined
from call_traffic.many import between, scaled
from call_traffic.numbering import PER_EXCHANGE, Array, Party
from call_traffic.placing import Talk, imsi, lay
from call_traffic.profiles import Profile, Span

if TYPE_CHECKING:
    from call_traffic.many import Caller
    from call_traffic.traffic import World


ABROAD = Talk(answered=0.55, voicemail=0.08, median=70, sigma=1.2)
"""Families talking across a border."""


@dataclass(frozen=True)
class Cards:
    """Subscriptions at work together. `handsets`: one (each its own), few (rotated), many (changed with
    use)."""

    sims: Span
    each: Span
    handsets: str
    cells: Span
    inbound: Span
    callees: str = "anyone"
    talk: Talk = ABROAD


BOXES = {
    "box-few": Cards((8, 64), (15, 80), "few", (1, 2), (0.0, 0.02)),
    "box-one": Cards((8, 48), (20, 80), "one", (1, 1), (0.0, 0.02)),
    "box-many": Cards((8, 32), (15, 60), "many", (1, 3), (0.0, 0.03)),
    "box-slow": Cards((6, 16), (10, 25), "few", (1, 2), (0.0, 0.03)),
}
LOOK_ALIKE = {
    "gsm-gateway": Cards((3, 8), (30, 120), "one", (1, 1), (0.15, 0.4), "customers"),
    "courier": Cards((1, 1), (60, 150), "one", (15, 40), (0.1, 0.25), talk=Talk(0.55, 0.12, median=14,
    sigma=0.6)),
    "alarm-panels": Cards((5, 60), (3, 24), "one", (5, 40), (0.0, 0.01), "centre",
                          Talk(0.95, 0.0, 0.02, 0.0, median=14, sigma=0.2)),
    "field-force": Cards((5, 25), (10, 40), "one", (10, 30), (0.3, 0.5), "customers"),
}  # fmt: skip
SLOW = Profile("", "", 0, (1, 1), when="slow")
DAY = Profile("", "", 0, (1, 1), when="day")
PER_MILLION = {"gsm-gateway": 4, "courier": 30, "alarm-panels": 3, "field-force": 8}


def calls_of_cards(world: World, caller: Caller, cards: Cards) -> Calls:
    """All calls of one such group, inbound ones among them (those are nobody's campaign)."""
    rng = np.random.default_rng([caller.seed, 6])
    sims, exchange = scaled(rng, cards.sims), int(rng.integers(len(world.plan.exchanges)))
    per_sim = np.round(np.exp(rng.uniform(np.log(cards.each[0]), np.log(cards.each[1]), sims))).astype(
        np.int64
    )
    which = rng.permutation(np.repeat(np.arange(sims), per_sim))
    size = len(which)
    low = 4096 + (int(rng.integers(0, 2700)) + np.arange(sims) * int(rng.integers(1, 40))) % 2800
    number = world.plan.line(np.full(sims, exchange), low)
    start = np.sort(caller.begin + (rng.random(size) * (caller.end - caller.begin)).astype(np.int64))
    mine = Party(number[which], np.zeros(size, np.int64), np.full(size, -1))
    callee = _callees(rng, world, cards, size, exchange)
    made = lay(rng, world, start, mine, callee, cards.talk, caller.source, None, caller.campaign)
    made["imei"] = _handsets(rng, cards, which, sims)
    made["imsi"] = imsi(world.plan.people + number % 1_000_000_000)[which]
    made["cell"] = (1 + exchange * 64 + rng.integers(0, scaled(rng, cards.cells), size)).astype(np.int32)
    return joined([made, _inbound(rng, world, cards, caller, mine, size)])


def _handsets(rng: np.random.Generator, cards: Cards, which: Array, sims: int) -> Array:
    model = 35_400_000 + int(rng.integers(40)) * 7919
    serial = int(rng.integers(1, 900_000))
    if cards.handsets == "one":
        place = which
    elif cards.handsets == "few":  # a SIM sits in one of a few ports for an hour or so
        ports = max(2, sims // int(rng.integers(3, 9)))
        place = (which + np.arange(len(which)) // 40) % ports
    else:
        place = rng.integers(0, 90_000, len(which) // 10 + 1)[np.arange(len(which)) // 10] * 64 + which
    return np.asarray(model * 10_000_000 + (serial + place) % 999_999 * 10).astype(np.int64)


def _callees(rng: np.random.Generator, world: World, cards: Cards, size: int, exchange: int) -> Party:
    plan = world.plan
    if cards.callees == "centre":
        return Party(np.repeat(plan.line(np.array([exchange]), np.array([4100])), size),
                     np.zeros(size, np.int64), np.full(size, -1))  # fmt: skip
    if cards.callees == "customers":
        near = exchange ^ rng.integers(0, 4, max(3, size // 4))  # the town and those beside it
        return plan.person(rng.choice(near * PER_EXCHANGE + rng.integers(0, PER_EXCHANGE, len(near)), size))
    return plan.person(rng.integers(0, plan.people, size))


def _inbound(
    rng: np.random.Generator, world: World, cards: Cards, caller: Caller, mine: Party, size: int
) -> Calls:
    count = int(size * between(rng, cards.inbound))
    rows = rng.integers(0, size, count)
    start = caller.begin + (rng.random(count) * (caller.end - caller.begin)).astype(np.int64)
    people = world.plan.person(rng.integers(0, world.plan.people, count))
    to = Party(*(values[rows] for values in mine))
    return lay(rng, world, start, people, to, replace(cards.talk), world.back_source)
