"""Which shapes does a part of a UTXO chain hold?"""

from __future__ import annotations

import numpy as np

from quivive.money.exposure.walk import Ints
from quivive.money.patterns.consolidation import consolidation
from quivive.money.patterns.fan_out import fan_out
from quivive.money.patterns.layering import layering
from quivive.money.patterns.mixing import mixing
from quivive.money.patterns.peel_chain import peel_chains
from quivive.money.patterns.round_trip import round_trips, self_transfers
from quivive.money.patterns.view import Seen, View


def find(view: View, own: Ints | None = None, mixers: Ints | None = None) -> list[Seen]:
    """All shapes; what needs an owner only where `own` says whose addresses are meant (sorted)."""
    tagged = mixers if mixers is not None else np.zeros(0, np.int64)
    found = [
        *peel_chains(view),
        *layering(view),
        *consolidation(view),
        *fan_out(view),
        *mixing(view, tagged, own),
    ]
    if own is not None:
        found += [*round_trips(view, own), *self_transfers(view, own)]
    return found
