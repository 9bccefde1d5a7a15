"""Where did money go into a mixer or a CoinJoin, and where did it come out?

Named by what is known elsewhere: transactions held to be CoinJoins, and addresses that tags name as a
mixer's. It says nothing of who did it or why, and a CoinJoin that no detector knows is not seen.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.exposure.walk import Ints
from quivive.money.patterns.view import Flags, Seen, View, having

ENTRY: Final = "mixer-entry"
EXIT: Final = "mixer-exit"
LISTED: Final = 20
"""Transactions around a CoinJoin that are listed."""


def mixing(view: View, mixers: Ints, own: Ints | None = None) -> list[Seen]:
    """Payments into and out of mixers, by anybody, or with the addresses in `own` alone (sorted both)."""
    return [*_coinjoins(view, own), *_tagged(view, mixers, own)]


def _coinjoins(view: View, own: Ints | None) -> list[Seen]:
    joined = np.flatnonzero(view.coinjoin)
    paying = _ours(view.in_addr, own) & view.coinjoin[view.spent_by]
    paid = _ours(view.out_addr, own) & view.coinjoin[view.made_by]
    into = np.bincount(view.spent_by[paying], minlength=view.size)
    out = np.bincount(view.made_by[paid], minlength=view.size)
    whose = "inputs" if own is None else "inputs of these addresses"
    found = [
        Seen(ENTRY, f"{into[tx]} {whose} went into what is held to be a CoinJoin.", _with(view, tx, paying))
        for tx in joined.tolist() if into[tx]
    ]  # fmt: skip
    exits = (_exit(view, tx, paid, own) for tx in joined.tolist() if out[tx])
    return found + [seen for seen in exits if seen]


def _exit(view: View, tx: int, paid: Flags, own: Ints | None) -> Seen | None:
    made = slice(int(view.out_off[tx]), int(view.out_off[tx + 1]))
    after = view.spender[made][paid[made]]
    spending = np.unique(after[after >= 0]).tolist()
    if own is not None:
        why = f"{int(paid[made].sum())} outputs of what is held to be a CoinJoin pay these addresses."
    else:
        why = f"{len(spending)} transactions spend what came out of what is held to be a CoinJoin."
    return Seen(EXIT, why, (tx, *spending[:LISTED])) if spending or own is not None else None


def _with(view: View, tx: int, paying: Flags) -> tuple[int, ...]:
    """The transactions whose outputs went in, and the CoinJoin."""
    spent = slice(int(view.in_off[tx]), int(view.in_off[tx + 1]))
    prev = view.in_prev[spent][paying[spent]]
    before = np.unique(view.made_by[prev[prev >= 0]]).tolist()
    return (*before[:LISTED], tx)


def _tagged(view: View, mixers: Ints, own: Ints | None) -> list[Seen]:
    by_mixer = having(view.size, view.spent_by, np.isin(view.in_addr, mixers))
    to_mixer = having(view.size, view.made_by, np.isin(view.out_addr, mixers))
    by_own = having(view.size, view.spent_by, _ours(view.in_addr, own))
    to_own = having(view.size, view.made_by, _ours(view.out_addr, own))
    entries = np.flatnonzero(~view.coinjoin & to_mixer & ~by_mixer & by_own).tolist()
    exits = np.flatnonzero(~view.coinjoin & by_mixer & to_own).tolist()
    return [
        *(
            Seen(ENTRY, "Money was paid to an address that a tag names as a mixer's.", (tx,))
            for tx in entries
        ),
        *(Seen(EXIT, "Money was paid by an address that a tag names as a mixer's.", (tx,)) for tx in exits),
    ]


def _ours(addresses: Ints, own: Ints | None) -> Flags:
    return addresses >= 0 if own is None else np.isin(addresses, own)
