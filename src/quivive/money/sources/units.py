"""What is an amount of coins in whole units (satoshi), exactly?"""

from __future__ import annotations

from decimal import Decimal

from quivive.errors import Unreadable
from quivive.money.chains import Chain


def to_units(coins: object, chain: Chain) -> int:
    """Units of an amount of coins as a node writes it, read as Decimal or int. Raises Unreadable.

    A binary fraction is refused: 0.1 coins would not be ten million units.
    """
    if isinstance(coins, bool) or not isinstance(coins, int | Decimal):
        raise Unreadable(f"{coins!r:.40} is no amount of {chain.coin}.")
    amount = coins if isinstance(coins, Decimal) else Decimal(coins)
    if amount.adjusted() > 12:
        raise Unreadable(f"An output of {amount!s:.40} {chain.coin} is more than can exist.")
    units = int(amount.scaleb(chain.decimals))
    # Back again, since scaling rounds to 28 digits and comparing does not.
    if Decimal(units).scaleb(-chain.decimals) != amount:
        raise Unreadable(f"{amount!s:.60} {chain.coin} is finer than the coin can be divided.")
    return check_units(units, chain)


def check_units(units: object, chain: Chain) -> int:
    """The units, if they are an amount that one output can hold. Raises Unreadable."""
    if not isinstance(units, int) or isinstance(units, bool):
        raise Unreadable(f"{units!r:.40} is no whole number of units of {chain.coin}.")
    if units < 0:
        raise Unreadable(f"An output has the negative amount {units}.")
    if units > chain.max_money:
        most = chain.max_money // 10**chain.decimals
        raise Unreadable(f"An output of {units} units is more than the {most} {chain.coin} that can exist.")
    return units
