"""Is money from many addresses gathered into one?

FATF, 'Virtual Assets Red Flag Indicators' (September 2020), names funds from many wallets in small amounts
that are then moved on together. How many is a number of ours. Exchanges, merchants and mines gather their
deposits in this way every day: alone it says nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.patterns.view import Seen, View

KIND: Final = "consolidation"
LEAST: Final = 20
"""Different addresses that pay in."""
WHOLE: Final = 0.9
"""The least part that goes to one output."""


def consolidation(view: View) -> list[Seen]:
    """Transactions of many inputs and one or two outputs, CoinJoins left out."""
    payers = view.different(view.in_addr, view.spent_by)
    fits = (payers >= LEAST) & (view.outputs <= 2) & (view.largest_share >= WHOLE) & ~view.coinjoin
    return [Seen(KIND, _why(int(payers[tx])), (tx,)) for tx in np.flatnonzero(fits).tolist()]


def _why(count: int) -> str:
    return f"Money from {count} addresses was gathered into one. Exchanges and merchants do so daily."
