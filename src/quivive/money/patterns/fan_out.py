"""Is money spread from one place over many addresses at once?

FATF, 'Virtual Assets Red Flag Indicators' (September 2020), names sums split over many wallets without
reason. How many is a number of ours. Exchanges and mines pay customers in batches of this shape: alone it
says nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quivive.money.patterns.view import Seen, View

KIND: Final = "fan-out"
LEAST: Final = 50
"""Different addresses that are paid."""
FEW: Final = 2
"""The most inputs."""


def fan_out(view: View) -> list[Seen]:
    """Transactions of one or two inputs and many outputs, CoinJoins left out."""
    paid = view.different(view.out_addr, view.made_by)
    fits = (paid >= LEAST) & (view.inputs >= 1) & (view.inputs <= FEW) & ~view.coinjoin
    return [Seen(KIND, _why(int(paid[tx])), (tx,)) for tx in np.flatnonzero(fits).tolist()]


def _why(count: int) -> str:
    return f"Money was spread over {count} addresses at once. Exchanges pay customers in such batches."
