"""Does money come back to where it set out, or never leave?

FATF, 'Virtual Assets Red Flag Indicators' (September 2020), names moves without economic reason. A way
through strangers may as well be two payments that have nothing to do with each other: the longer, the
likelier. What counts as the same owner is what the caller says (an address, or a cluster, itself a
heuristic). Of busy addresses only the first payments, and the nearest transactions after each, are looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.exposure.walk import Ints
from quivive.money.patterns.view import Flags, Seen, View, having

KIND: Final = "round-trip"
SELF: Final = "self-transfer"
HOPS: Final = 4
"""The most transactions from leaving to coming back."""
LISTED: Final = 50
STARTS: Final = 200
"""Payments, the first ones, after which a way back is looked for."""
REACHED: Final = 500
"""Transactions that are looked at after one payment."""


def round_trips(view: View, own: Ints) -> list[Seen]:
    """Shortest ways from a payment by the addresses in `own` back to them, through others (own is sorted)."""
    paying = having(view.size, view.spent_by, np.isin(view.in_addr, own)) & ~view.coinjoin
    back = having(view.size, view.made_by, np.isin(view.out_addr, own)) & ~paying & ~view.coinjoin
    found: list[Seen] = []
    for start in np.flatnonzero(paying).tolist()[:STARTS]:
        if len(found) == LISTED:
            break
        if way := _way_back(view, start, own, back):
            found.append(Seen(KIND, _why(len(way) - 1), way))
    return found


def _why(hops: int) -> str:
    return (
        f"Money left and came back {hops} transactions later. Two payments that have nothing to do with each "
        "other can look the same."
    )


def self_transfers(view: View, own: Ints) -> list[Seen]:
    """Transactions by which these addresses pay themselves alone, and not only the address that pays."""
    others_in = having(view.size, view.spent_by, ~np.isin(view.in_addr, own))
    others_out = having(view.size, view.made_by, ~np.isin(view.out_addr, own))
    fits = ~others_in & ~others_out & (view.inputs > 0) & (view.outputs > 0)
    found = []
    for tx in np.flatnonzero(fits).tolist():
        paid = set(view.out_addr[view.out_off[tx] : view.out_off[tx + 1]].tolist())
        if paid - set(view.in_addr[view.in_off[tx] : view.in_off[tx + 1]].tolist()):
            found.append(
                Seen(SELF, "Money was moved between addresses of one owner and paid to nobody.", (tx,))
            )
    return found


def _way_back(view: View, start: int, own: Ints, back: Flags) -> tuple[int, ...]:
    """Breadth first over spent outputs that others hold; () where there is no way within HOPS."""
    ways: dict[int, tuple[int, ...]] = {start: (start,)}
    edge = [start]
    for _ in range(HOPS):
        following = []
        for tx in edge:
            made = slice(int(view.out_off[tx]), int(view.out_off[tx + 1]))
            theirs = view.spender[made][~np.isin(view.out_addr[made], own)]
            for after in np.unique(theirs[theirs >= 0]).tolist():
                if after in ways or len(ways) > REACHED:
                    continue
                ways[after] = (*ways[tx], after)
                if back[after]:
                    return ways[after]
                following.append(after)
        edge = following
    return ()
