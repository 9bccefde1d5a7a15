"""How does a path read in a terminal?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.money.trace.between import Answer, Route
from quivive.money.trace.drawing.shown import coins, moment, plain


def lines(found: Answer) -> Iterator[str]:
    """The answer, a line each."""
    one, other = (
        f"{plain(place)}" + (f" (cluster of {n:,} addresses)" if n > 1 else "")
        for place, n in zip((found.begin, found.goal), found.addresses, strict=True)
    )
    yield f"From {one}"
    yield f"to   {other}"
    if found.shortest is None:
        yield f"None within {found.searched} transaction{'s' if found.searched != 1 else ''}."
    else:
        yield from _route("Shortest path", found, found.shortest)
        if found.largest and found.largest != found.shortest:
            yield from _route("Path that can have carried most", found, found.largest)
        elif found.largest:
            yield f"Within {found.searched} transactions no path can have carried more."
    if found.not_entered:
        said = ", ".join(f"{why} ({n})" for why, n in found.not_entered.items())
        yield f"Not gone through: {said}. There may be a path there."


def _route(title: str, found: Answer, route: Route) -> Iterator[str]:
    count = len(route.steps)
    yield ""
    yield (
        f"{title}: {count} transaction{'s' if count != 1 else ''}, at most "
        f"{coins(route.amount, found.asset)} all the way"
    )
    for number, step in enumerate(route.steps, 1):
        name = f"  [{plain(step.who)}]" if step.who else ""
        yield f"  {number}. {moment(step.time)}  {plain(step.txid)}"
        yield f"     {coins(step.amount, found.asset)} to {plain(step.address or 'no address')}{name}"
