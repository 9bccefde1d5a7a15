"""What were payments worth on their days?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from quivive.money.exposure.rows import Payments
from quivive.money.exposure.walk import Ints

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.rates import Rates


class Valued:
    """Rates on the days of payments, and the days that had none."""

    def __init__(self, ledger: Ledger, rates: Rates | None, asset: str | None) -> None:
        from quivive.money.chains import CHAINS

        self._ledger, self._rates = ledger, rates
        self._asset, self._token = asset or ledger.chain, asset is not None
        coin = CHAINS[ledger.chain].decimals if ledger.chain in CHAINS else None
        listed = rates.decimals.get(self._asset.lower()) if rates else None
        self.decimals = listed if self._token else coin
        self.missing: set[str] = set()

    @property
    def wanted(self) -> bool:
        """Whether values can be given at all."""
        return self._rates is not None and self.decimals is not None

    def payments(self, txs: Ints, amounts: list[int]) -> Payments:
        """With the value of each on its day (UTC), in cents of the list's currency."""
        times = np.asarray(self._ledger.times(txs)) if len(txs) else np.zeros(0, np.int64)
        cents, valued = np.zeros(len(txs)), np.zeros(len(txs), bool)
        if self._rates is not None and self.decimals is not None:
            for i, moment in enumerate(times.tolist()):
                day = datetime.fromtimestamp(moment, UTC).date()
                price = self._rates.price(self._asset, day, self._token)
                if price is None:
                    self.missing.add(day.isoformat())
                    continue
                cents[i], valued[i] = float(price * amounts[i] * 100) / 10**self.decimals, True
        return Payments(txs, amounts, cents, valued, times)
