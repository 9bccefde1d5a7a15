"""What becomes of calls, and which way do they come? Outcome, ringing, talk, trunk, signature, handset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from call_traffic.calls import (
    ANSWERED,
    BUSY,
    CANCELLED,
    CONGESTED,
    NO_ANSWER,
    TYPES,
    UNALLOCATED,
    UNAVAILABLE,
    Calls,
)
from call_traffic.numbering import Array, Party, mixed, share

if TYPE_CHECKING:
    from call_traffic.traffic import World

MINUTE = 60_000_000
"""Microseconds."""


@dataclass(frozen=True)
class Talk:
    """How a kind of call goes. Parts of all calls: a person answers, voicemail answers, busy, the caller
    hangs up after a ring or two, no route or no radio; what is left rings out.

    `median` (seconds) and `sigma` of a lognormal: call holding times of mobile networks fit it best (Guo et
    al.; Buyukcorak et al. 2013). `brief`: part of answers that end within seconds; `message`: seconds that
    the caller leaves on voicemail, 0 for one that hangs up at the greeting.
    """

    answered: float = 0.62
    voicemail: float = 0.13
    busy: float = 0.05
    aborted: float = 0.04
    failed: float = 0.01
    median: float = 55.0
    sigma: float = 1.35
    brief: float = 0.03
    message: float = 18.0

    def __post_init__(self) -> None:
        assert self.answered + self.voicemail + self.busy + self.aborted + self.failed <= 1.0001, self


class Route(NamedTuple):
    """Which way each call came: trunk, place of its signature or -1, attestation 0 to 3."""

    trunk: Array
    signature: Array
    attest: Array


def lay(
    rng: np.random.Generator,
    world: World,
    start: Array,
    caller: Party,
    callee: Party,
    talk: Talk,
    source: int,
    route: Route | None = None,
    campaign: int = -1,
    unheld: Array | None = None,
) -> Calls:
    """Calls with these ends at these times."""
    size = len(start)
    outcome = _outcome(rng, talk, size)
    if unheld is not None:
        outcome[unheld] = UNALLOCATED
    ring, seconds = _lengths(rng, talk, outcome)
    way = route or natural(rng, world, caller, callee)
    imei, imsi, cell = handset(rng, caller, start, world.begin)
    made = {
        "start": start, "ring": ring, "seconds": seconds, "outcome": np.minimum(outcome, CONGESTED),
        "calling": caller.number, "called": callee.number, "trunk": way.trunk,
        "egress": _trunk(rng, world, callee), "signature": way.signature, "attest": way.attest,
        "imei": imei, "imsi": imsi, "cell": cell, "source": np.full(size, source),
        "campaign": np.full(size, campaign),
    }  # fmt: skip
    made["outcome"] = np.where(outcome == VOICEMAIL, ANSWERED, made["outcome"])
    return {name: values.astype(TYPES[name]) for name, values in made.items()}


VOICEMAIL = 9
"""An outcome while lengths are drawn; a record shows it as answered."""


def _outcome(rng: np.random.Generator, talk: Talk, size: int) -> Array:
    parts = [talk.answered, talk.voicemail, talk.busy, talk.aborted, talk.failed]
    which = np.searchsorted(np.cumsum(parts), rng.random(size), side="right")
    failed = np.where(rng.random(size) < 0.6, UNAVAILABLE, CONGESTED)
    codes = np.array([ANSWERED, VOICEMAIL, BUSY, CANCELLED, -1, NO_ANSWER])[which]
    # Half of what rings out is given up by the caller before the network does.
    rung_out = np.where(rng.random(size) < 0.5, CANCELLED, NO_ANSWER)
    long = codes == NO_ANSWER
    return np.where(codes == -1, failed, np.where(long, rung_out + 20, codes))


def _lengths(rng: np.random.Generator, talk: Talk, outcome: Array) -> tuple[Array, Array]:
    """Seconds of ringing and of talk; brings `outcome` (rung-out codes are above 19) to its final codes."""
    size = len(outcome)
    ring = np.clip(rng.lognormal(2.1, 0.5, size), 1, 40)  # answered after some 8 s
    ring = np.where(outcome == VOICEMAIL, rng.uniform(18, 30, size), ring)  # networks divert after 20 to 30 s
    ring = np.where(outcome > 19, rng.uniform(12, 60, size), ring)
    ring = np.where(outcome == CANCELLED, rng.uniform(0.5, 6, size), ring)
    ring = np.where(
        np.isin(outcome, (BUSY, UNAVAILABLE, CONGESTED, UNALLOCATED)), rng.uniform(0, 2, size), ring
    )
    seconds = np.clip(rng.lognormal(np.log(talk.median), talk.sigma, size), 1, 14_400)
    seconds = np.where(rng.random(size) < talk.brief, rng.uniform(1, 7, size), seconds)
    left = rng.uniform(1, 6, size) + np.where(
        talk.message > 0, rng.lognormal(0, 0.35, size) * talk.message, 0
    )
    seconds = np.where(outcome == VOICEMAIL, left, seconds)
    seconds = np.where((outcome == ANSWERED) | (outcome == VOICEMAIL), seconds, 0)
    outcome[outcome > 19] -= 20
    return np.round(ring), np.where(seconds > 0, np.maximum(1, np.round(seconds)), 0)


def natural(rng: np.random.Generator, world: World, caller: Party, callee: Party) -> Route:
    """The way that the caller's operator hands its calls over, and how it signs them."""
    tables, op = world.tables, caller.operator
    inside = (op == 0) & (callee.operator == 0)  # calls that stay in the network are not signed
    signed = (rng.random(len(op)) < tables.signed[op]) & ~inside
    attest = 1 + (rng.random(len(op))[:, None] > tables.attests[op][:, :2]).sum(1)
    row = tables.signature_first[op] + (rng.random(len(op)) * tables.signature_count[op]).astype(np.int64)
    return Route(_trunk(rng, world, caller), np.where(signed, row, -1), np.where(signed, attest, 0))


USUAL = 0.8
"""Part of a number's calls on the trunk of its region; the others overflow to any trunk of its operator.
Subscribers of this operator stay on theirs."""


def _trunk(rng: np.random.Generator, world: World, party: Party) -> Array:
    first, count = world.tables.trunk_first[party.operator], world.tables.trunk_count[party.operator]
    usual = (mixed(party.number, 20) % count.astype(np.uint64)).astype(np.int64)
    other = (rng.random(len(first)) * count).astype(np.int64)
    stays = (party.operator == 0) | (rng.random(len(first)) < USUAL)
    return np.asarray(first + np.where(stays, usual, other))


def handset(rng: np.random.Generator, caller: Party, start: Array, begin: int) -> tuple[Array, Array, Array]:
    """Handset, subscription and cell of calls from mobile phones of operator 0 (six of ten lines); else 0."""
    people = caller.person
    mobile = (caller.operator == 0) & (people >= 0) & (share(people, 21) < 0.6)
    hour = (start - begin) // (60 * MINUTE) % 24
    at_work = (hour >= 8) & (hour < 17) & (share(people, 22) < 0.5)
    place = np.where(
        at_work, (mixed(people, 23) % np.uint64(1 << 20)).astype(np.int64) & (people | 4095), people
    )
    moving = np.where(rng.random(len(people)) < 0.2, rng.integers(-3, 4, len(people)), 0)
    cell = np.abs((place >> 6) + moving) + 1
    return (np.where(mobile, imei(people), 0), np.where(mobile, imsi(people), 0), np.where(mobile, cell, 0))


def imsi(subscriber: Array) -> Array:
    """Test network 001-01 (3GPP TS 23.003) and the subscriber."""
    return np.asarray(1_010_000_000_000 + subscriber)


def imei(owner: Array) -> Array:
    """Of a person's handset. Two in a hundred share theirs in the household; three in a thousand have one of
    three numbers that counterfeit makers burnt into many handsets (the GSMA's lists know such duplicates)."""
    house = np.where(share(owner >> 1, 24) < 0.02, owner & ~1, owner)
    model = (mixed(house, 25) % np.uint64(60)).astype(np.int64)
    own = (35_000_000 + model * 7919) * 10_000_000 + (mixed(house, 26) % np.uint64(999_999)).astype(
        np.int64
    ) * 10
    burnt = 359_999_990_000_000 + (mixed(owner, 27) % np.uint64(3)).astype(np.int64) * 10
    return np.where(share(owner, 28) < 0.003, burnt, own)


def again(start: Array, delay: Array) -> Array:
    """Later starts; delay in minutes."""
    return start + (delay * MINUTE).astype(np.int64)


def taken(party: Party, rows: Array) -> Party:
    """Some rows of a party."""
    return Party(*(values[rows] for values in party))


def louder(talk: Talk, answered: float) -> Talk:
    """The same talk where more are there to answer."""
    rest = 1 - talk.busy - talk.aborted - talk.failed
    return replace(
        talk, answered=min(answered, rest), voicemail=min(talk.voicemail, rest - min(answered, rest))
    )
