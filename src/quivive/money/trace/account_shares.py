"""How much of an account's traced money came from which place, by each method?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quivive.money.account_taint import Part, Pool, amounts
from quivive.money.trace.nouns import METHODS, Amount, Method


def said(part: Part, methods: Sequence[Method]) -> dict[Method, Amount]:
    """The traced amount of this money by each method, in the smallest unit."""
    by_method = dict(zip(METHODS, amounts(part), strict=True))
    return {method: by_method[method] for method in methods}


def origins_of(part: Part, methods: Sequence[Method]) -> Iterator[tuple[int, dict[Method, Amount]]]:
    """What of this money comes from which place. What only poison says is told of the latest place."""
    fifo: dict[int, int] = {}
    for amount, origin in part.lots:
        if origin is not None:
            fifo[origin] = fifo.get(origin, 0) + amount
    told = {origin for origin, amount in part.haircut.items() if amount} | set(fifo)
    for origin in sorted(told or part.poison[-1:]):
        by_method: dict[Method, Amount] = {
            "poison": part.value if origin in part.poison else 0,
            "haircut": part.haircut.get(origin, 0.0),
            "fifo": fifo.get(origin, 0),
        }
        traced = {method: by_method[method] for method in methods}
        if any(traced.values()):
            yield origin, traced


def left_in(pool: Pool) -> dict[int, dict[Method, Amount]]:
    """What is left of each place's money. Poison claims the whole balance, the latest places first."""
    left: dict[int, dict[Method, Amount]] = {}
    for amount, origin in pool.lots:
        if origin is not None:
            _of(left, origin)["fifo"] += amount
    for origin, share in pool.haircut.items():
        _of(left, origin)["haircut"] += share
    balance = pool.balance
    for origin, value in reversed(pool.poison.items()):
        _of(left, origin)["poison"] = min(value, balance)
        balance -= min(value, balance)
    return left


def _of(left: dict[int, dict[Method, Amount]], origin: int) -> dict[Method, Amount]:
    return left.setdefault(origin, {"poison": 0, "haircut": 0.0, "fifo": 0})
