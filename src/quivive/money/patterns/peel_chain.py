"""Is a large sum paid out in small pieces, the rest going on to a fresh address each time?

Meiklejohn and others, 'A Fistful of Bitcoins' (IMC 2013), section 5: one input, a small piece is peeled off,
the rest goes to a change address, and again, often hundreds of times. The paper sets no numbers: ours are
below. It cannot tell whose chain it is: a wallet, a mine or an exchange that pays out of one large coin looks
the same.
"""

from __future__ import annotations

from typing import Final

from quivive.money.patterns.view import Seen, View, runs

KIND: Final = "peel-chain"
LEAST: Final = 6
"""Transactions."""
REST: Final = 0.75
"""The least part that goes on."""


def peel_chains(view: View) -> list[Seen]:
    """Transactions of one input and two outputs, the larger of which the next one spends alone."""
    one_from_two = (view.inputs == 1) & (view.outputs == 2) & ~view.coinjoin
    fits = one_from_two & (view.largest_share >= REST) & (view.largest_share < 1)
    return [Seen(KIND, _why(view, way), tuple(way)) for way in runs(fits, view.onward, LEAST)]


def _why(view: View, way: list[int]) -> str:
    rest = min(view.largest_share[way])
    return (
        f"In {len(way)} transactions, one after the other, a small part was split off and the rest "
        f"(at least {100 * rest:.0f} %) went on. A wallet that pays out of one large coin looks the same."
    )
