"""How does what a walk reached add up, by category?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quivive.money.exposure.nouns import ENDS, Entity, Row, Side, Way
from quivive.money.exposure.tagged import Category, Naming, conflicts_of, gravity
from quivive.money.exposure.walk import CUT, ROW_OF, End, Ints, Mass, Reached, touched

_NAMES: Final = tuple(ENDS)
_UNNAMED: Final = ("unattributed", "before the ledger", "cut off")
"""Rows whose direct counterparty no tag names either."""
LISTED: Final = 10
"""Tagged addresses that a row lists, the largest first."""
_WAY: Final = 12
"""Transactions that a listed way shows."""


@dataclass(frozen=True)
class Payments:
    """The subject's own payments of one side: amounts are exact, `fiat` cents (0 where no rate was given)."""

    txs: Ints
    amounts: Sequence[int]
    fiat: Mass
    valued: NDArray[np.bool_]
    times: Ints | None = None

    @property
    def mass(self) -> Mass:
        """Columns that a walk splits: amount, cents, amount for which a rate was given."""
        amounts = np.array([float(amount) for amount in self.amounts])
        return np.stack((amounts, self.fiat, np.where(self.valued, amounts, 0.0)), axis=1).reshape(-1, 3)


@dataclass(frozen=True)
class Names:
    """How numbers are written: of addresses, and of transactions."""

    addresses: Callable[[Sequence[int]], Sequence[str]]
    txids: Callable[[Sequence[int]], Sequence[str]]


def side(way: Way, paid: Payments, reached: Reached, tagged: Naming, names: Names, fiat: bool) -> Side:
    """All rows of one side, the gravest category first; amounts add up exactly."""
    total = sum(paid.amounts)
    poison = _poison(reached, paid, len(tagged.categories))
    keys = _keys(reached)
    mass = reached.column("mass")
    rows, cents = [], []
    for key in np.unique(keys).tolist():
        chosen = keys == key
        rows.append(_row(key, chosen, reached, mass, total, tagged, names, way, poison))
        cents.append(float(mass[chosen, 1].sum()))
    rows = _exact(rows, total)
    whole = round(float(paid.fiat.sum()))
    if fiat:
        parts = apportion(whole, cents)
        rows = [replace(row, fiat=_money(part)) for row, part in zip(rows, parts, strict=True)]
    rows.sort(key=_worst_first)
    times = paid.times if paid.times is not None and len(paid.times) else None
    return Side(
        way, total, len(set(paid.txs.tolist())), _untagged(rows) if total else 0.0,
        tuple(rows), None if times is None else int(times.min()), None if times is None else int(times.max()),
        _money(whole) if fiat else None,
    )  # fmt: skip


def _untagged(rows: Sequence[Row]) -> float:
    return 1.0 - sum(row.direct for row in rows if row.category not in _UNNAMED)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to total (largest remainder)."""
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not whole:
        return [0] * len(weights)
    quotas = [total * part / whole for part in exact]
    parts = [int(quota) for quota in quotas]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - quotas[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _worst_first(row: Row) -> tuple[bool, int, int, str, bool]:
    return not row.attributed, gravity(row.category), -row.amount, row.category, row.by_cluster


def _keys(reached: Reached) -> Ints:
    """Row of each end of a way: its code, or -1 less the place of its name in _NAMES."""
    of_end = np.array([-1 - _NAMES.index(ROW_OF[end]) if end in ROW_OF else 0 for end in End], np.int64)
    code = reached.column("code")
    return np.where(code >= 0, code, of_end[reached.column("end")])


def _named(key: int, tagged: Naming) -> Category:
    return tagged.categories[key] if key >= 0 else Category(_NAMES[-1 - key])


def _row(key: int, chosen: NDArray[np.bool_], reached: Reached, mass: Mass, total: int,
         tagged: Naming, names: Names, way: Way, poison: dict[int, int]) -> Row:  # fmt: skip
    category = _named(key, tagged)
    name, by_cluster = category.name, category.by_cluster
    part, hops = mass[chosen, 0], reached.column("hops")[chosen]
    amount = float(part.sum())
    share = amount / total if total else 0.0
    direct = float(part[hops == 1].sum()) / total if total else 0.0
    row = Row(
        name, round(amount), share, direct, share - direct, poison.get(key, round(amount)), int(hops.min()),
        float((part * hops).sum() / amount) if amount else float(hops.min()), by_cluster=by_cluster,
    )  # fmt: skip
    if key >= 0:
        entities, more = _entities(
            np.flatnonzero(chosen), reached, mass, total, tagged, names, way, by_cluster
        )
        conflicts = {f"{each.address}: also tagged {', '.join(said)}" for each in entities
                     if (said := conflicts_of(each.tags))}  # fmt: skip
        return replace(row, entities=entities, more=more, conflicts=tuple(sorted(conflicts)))
    largest = np.flatnonzero(chosen)[np.lexsort((reached.column("tx")[chosen], -part))][:3]
    txids = tuple(dict.fromkeys(names.txids([int(t) for t in reached.column("tx")[largest]])))
    return replace(row, examples=txids, detail=_cuts(chosen, reached, mass, total))


def _entities(places: Ints, reached: Reached, mass: Mass, total: int, tagged: Naming, names: Names, way: Way,
              by_cluster: bool) -> tuple[tuple[Entity, ...], int]:  # fmt: skip
    """The tagged addresses behind a row, the largest first, each with its shortest way."""
    address, hops = reached.column("address")[places], reached.column("hops")[places]
    each, index = np.unique(address, return_inverse=True)
    sums = np.bincount(index, mass[places, 0], len(each))
    largest = np.lexsort((each, -sums))[:LISTED]
    order = np.lexsort((-mass[places, 0], hops, index))
    best = places[order[np.searchsorted(index[order], largest)]]
    texts = names.addresses([int(each[i]) for i in largest])
    found = []
    for text, i, end in zip(texts, largest.tolist(), best.tolist(), strict=True):
        tags, far = tagged.tags_of(int(each[i])), places[(index == i) & (hops > 1)]
        longer = int(far[np.argmax(mass[far, 0])]) if len(far) and hops[index == i].min() == 1 else None
        who = next((tag.actor or tag.label for tag in tags), "")
        found.append(Entity(
            text, who, round(float(sums[i])), float(sums[i]) / total if total else 0.0,
            int(reached.column("hops")[end]), _txids(end, reached, names, way), tags,
            _txids(longer, reached, names, way) if longer is not None else (), by_cluster,
        ))  # fmt: skip
    return tuple(found), len(each) - len(found)


def _txids(end: int, reached: Reached, names: Names, way: Way) -> tuple[str, ...]:
    """The transactions of one way, in the order of the money."""
    txs = reached.way(int(reached.column("tx")[end]), int(reached.column("trail")[end]))[:_WAY]
    return tuple(names.txids(txs if way == "incoming" else txs[::-1]))


def _cuts(chosen: NDArray[np.bool_], reached: Reached, mass: Mass, total: int) -> dict[str, float]:
    end = reached.column("end")
    parts = {why: float(mass[chosen & (end == int(code)), 0].sum()) / total for code, why in CUT.items()}
    return {why: share for why, share in parts.items() if share}


def _poison(reached: Reached, paid: Payments, categories: int) -> dict[int, int]:
    """By code, all of the payments into which anything of the category went."""
    if not categories or not reached.layers:
        return {}
    reach = touched(reached, categories)
    return {
        code: sum(paid.amounts[i] for i in np.flatnonzero(reach[:, code]).tolist())
        for code in range(categories)
    }


def _exact(rows: list[Row], total: int) -> list[Row]:
    """Amounts that add up to the total, to the smallest unit; poison is never less than the amount."""
    parts = apportion(total, [row.share for row in rows])
    return [replace(row, amount=part, poison=max(row.poison, part))
            for row, part in zip(rows, parts, strict=True)]  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
