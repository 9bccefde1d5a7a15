"""What happens to a call between the provider where it begins and the one where it rings?

A seeded simulation of providers with clocks of their own. Nothing here knows how a call is traced.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

START = 1_790_000_000.0
NAMES = ("Altavox", "Brightline", "Corvid Tel", "Deltacom", "Evergate", "Fernnet", "Gulfstar", "Harbourtel",
         "Ionvoice", "Junipertel", "Kestrel", "Lumentel")  # fmt: skip
FORMATS = ("plus", "digits", "national", "00", "tech", "sip", "rn", "digit-prefix")


@dataclass(frozen=True)
class House:
    """One provider and its habits."""

    name: str
    skew: float
    shape: str
    whole_seconds: bool
    step: int
    tech: str
    keeps_call_id: bool
    tells_diversion: bool
    tells_ring: bool
    layout: str


@dataclass(frozen=True)
class Line:
    """What one provider notes of one call: true times, numbers as they were there."""

    house: str
    call: int
    start: float
    ring: float
    seconds: float
    answered: bool
    code: int
    calling: str | None
    called: str
    diversion: str | None
    came: str | None
    went: str | None
    call_id: str
    target: bool


@dataclass
class World:
    """Providers, the lines that they wrote, and the call that is reported."""

    houses: dict[str, House]
    way: list[str]
    silent: list[str]
    lines: list[Line] = field(default_factory=list)
    called: str = ""
    calling: str | None = None
    at: float = START
    seconds: float = 0.0
    calls: int = 0


def number(rng: random.Random) -> str:
    """American number of the 555-01xx range: made up for such use."""
    return f"1{rng.randint(2, 9)}{rng.choice('0123456789')}{rng.randint(2, 9)}55501{rng.randint(0, 99):02d}"


def world(seed: int, length: int, silent: bool) -> World:
    """The providers of one case: `length` of them carry the reported call, two to four others do not."""
    rng = random.Random(seed)
    names = rng.sample(NAMES, min(len(NAMES), length + rng.randint(2, 4)))
    houses = {name: _house(rng, name) for name in names}
    way = names[:length]  # from the origin to the called party
    muted = []
    if silent:
        places = list(range(length - 1)) if length > 1 else []
        muted = [way[at] for at in rng.sample(places, 1 + (len(places) > 2 and rng.random() < 0.25))]
    made = World(houses, way, sorted(muted, key=way.index))
    _traffic(rng, made)
    _reported(rng, made)
    made.lines.sort(key=lambda line: line.start)
    return made


def _house(rng: random.Random, name: str) -> House:
    return House(
        name, rng.uniform(-90, 90), rng.choice(FORMATS), rng.random() < 0.5, rng.choice((1, 1, 1, 6)),
        str(rng.randint(1000, 9999)), rng.random() < 0.15, rng.random() < 0.7, rng.random() < 0.7,
        rng.choice(("csv", "csv", "json", "parquet", "lines")),
    )  # fmt: skip


def _route(rng: random.Random, made: World) -> list[str]:
    """A part of the way, with another provider before or behind it: neighbours share such calls."""
    at = rng.randrange(len(made.way))
    to = rng.randint(at, min(len(made.way) - 1, at + 4))
    others = [name for name in made.houses if name not in made.way]
    route = made.way[at : to + 1]
    if rng.random() < 0.4:
        route = [rng.choice(others), *route]
    if rng.random() < 0.4:
        rest = [name for name in others if name not in route]
        route += [rng.choice(rest)] if rest else []
    return route


def _traffic(rng: random.Random, made: World) -> None:
    """Ordinary calls for half an hour before and after; in some cases hardly any."""
    count = rng.choice((6, 40, 150, 400))
    numbers = [number(rng) for _ in range(max(4, count // 2))]
    for _ in range(count):
        begin = START + rng.uniform(-1500, 1500)
        place(rng, made, _route(rng, made), rng.choice(numbers), rng.choice(numbers), begin)


def _reported(rng: random.Random, made: World) -> None:
    made.called, caller = number(rng), number(rng)
    begin = START + rng.uniform(-60, 60)
    lines = place(rng, made, made.way, caller, made.called, begin, target=True, divert=rng.random() < 0.15)
    made.calling, made.called, made.seconds = lines[-1].calling, lines[-1].called, lines[-1].seconds
    made.at = lines[-1].start + rng.uniform(-5, 15)
    first = lines[0].called
    if rng.random() < 0.5:  # the same pair again, minutes later or before
        for _ in range(rng.randint(1, 3)):
            apart = rng.choice((-1, 1)) * rng.uniform(60, 600)
            place(
                rng,
                made,
                made.way if rng.random() < 0.8 else _ending(rng, made),
                caller,
                first,
                begin + apart,
            )
    if rng.random() < 0.35:  # others call the same number at that moment
        for _ in range(rng.randint(2, 6)):
            route = _ending(rng, made)
            place(rng, made, route, number(rng), first, begin + rng.uniform(-4, 4))


def _ending(rng: random.Random, made: World) -> list[str]:
    """Another way to the same provider of the called party."""
    others = [name for name in made.houses if name not in made.way]
    return [rng.choice(others), *made.way[rng.randrange(len(made.way)) :]]


def place(rng: random.Random, made: World, route: list[str], caller: str, dialled: str, begin: float,
          target: bool = False, divert: bool = False) -> list[Line]:  # fmt: skip
    """Send one call along a route; every provider on it writes what it sees. Returns the lines of the
    route."""
    made.calls += 1
    call, lines = made.calls, []
    answered = rng.random() < (0.8 if target else 0.6)
    talk = rng.choice((rng.uniform(1, 20), rng.expovariate(1 / 120) + 3)) if answered else 0.0
    ring = rng.uniform(3, 25)
    arrivals, at = [], begin
    failures: list[tuple[int, str, float]] = []
    for place_at in range(len(route)):
        arrivals.append(at)
        if place_at + 1 < len(route) and rng.random() < (0.25 if target else 0.08):
            elsewhere = [name for name in made.houses if name not in route]
            if elsewhere:
                failures.append((place_at, rng.choice(elsewhere), at + 0.2))
                at += rng.uniform(1, 8)
        at += rng.uniform(0.03, 1.2)
    turn = at + ring
    rewrite = rng.randrange(len(route)) if rng.random() < (0.35 if target else 0.1) else None
    diverts = rng.randrange(len(route) - 1) if divert and len(route) > 1 else None
    shown: str | None = caller
    called, diversion, call_id = dialled, None, f"{rng.getrandbits(64):016x}@{route[0][:3].lower()}.example"
    for place_at, name in enumerate(route):
        house = made.houses[name]
        if place_at and not house.keeps_call_id:
            call_id = f"{rng.getrandbits(64):016x}@{name[:3].lower()}.example"
        came = route[place_at - 1] if place_at else None
        went = route[place_at + 1] if place_at + 1 < len(route) else None
        note = Line(
            name,
            call,
            arrivals[place_at],
            turn - arrivals[place_at],
            talk,
            answered,
            200 if answered else 487,
            shown,
            called,
            diversion,
            came,
            went,
            call_id,
            target,
        )
        for where, wrong, when in failures:
            if where == place_at:
                failed = replace(note, went=wrong, start=note.start, ring=1.0, seconds=0.0, answered=False,
                                 code=rng.choice((503, 500, 480)), target=False)  # fmt: skip
                made.lines.append(failed)
                made.lines.append(replace(failed, house=wrong, came=name, went=None, start=when,
                                          call_id=f"{rng.getrandbits(64):016x}@x.example"))  # fmt: skip
        lines.append(note)
        if place_at == rewrite:
            shown = rng.choice((None, number(rng), number(rng)))
        if place_at == diverts:
            called, diversion = number(rng), dialled
            lines[-1] = replace(note, diversion=called)
    made.lines += lines
    return lines
