"""With whose money has an address dealt, directly and through strangers?"""

from quivive.money.exposure.nouns import Entity, Exposure, Limits, Row, Side
from quivive.money.exposure.of_ledger import exposure_of

__all__ = ["Entity", "Exposure", "Limits", "Row", "Side", "exposure_of"]
