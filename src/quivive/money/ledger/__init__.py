"""Where do the numbered blocks, transactions and amounts of one chain lie?"""

from quivive.money.ledger.store import Ledger

__all__ = ["Ledger"]
