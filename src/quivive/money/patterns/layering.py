"""Is money passed on whole, again and again, within a short time?

FATF, 'Virtual Assets Red Flag Indicators' (September 2020), names transfers in short succession 'such as
within a 24-hour period' and sums moved on at once without reason. How many hops and how whole are numbers of
ours. It cannot tell whose hands they are: somebody who tidies a wallet of their own, or a payment processor
that sweeps each invoice's address, looks the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.patterns.view import Seen, View, runs

KIND: Final = "layering"
LEAST: Final = 5
"""Transactions."""
WHOLE: Final = 0.98
"""The least part of a transaction's outputs that goes on together."""
HOURS: Final = 24
"""The most between one transaction and the next."""
FEW: Final = 2
"""The most inputs: gathering is another shape."""


def layering(view: View) -> list[Seen]:
    """Transactions of few inputs that send nearly all to one output, which the next spends within a day."""
    fits = (view.inputs >= 1) & (view.inputs <= FEW) & (view.largest_share >= WHOLE) & ~view.coinjoin
    after = np.where(view.onward >= 0, view.onward, 0)
    gap = view.times[after] - view.times
    soon = (view.onward >= 0) & (view.times >= 0) & (view.times[after] >= 0) & (gap <= HOURS * 3600)
    ways = runs(fits, np.where(soon, view.onward, -1), LEAST)
    return [Seen(KIND, _why(view, way), tuple(way)) for way in ways]


def _why(view: View, way: list[int]) -> str:
    hours = (int(view.times[way[-1]]) - int(view.times[way[0]])) / 3600
    return (
        f"The money was passed on whole {len(way)} times in {max(hours, 0):.1f} hours. "
        "Somebody who moves their own coins about, or sweeps deposit addresses, does the same."
    )
