"""What do amounts, scripts, ids and times in a file of transactions say exactly, if they are such?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from quivive.money.chains import CHAINS
from quivive.money.coinjoin.nouns import Coin
from quivive.money.scripts import Payee, script_reader

Json = dict[str, Any]
MOST = CHAINS["doge"].max_money
"""Satoshi; more exists on no chain of this kind."""
LONGEST_SCRIPT = 2**20


class Faulty(Exception):
    """A transaction that does not read; the message is a sentence without file and line."""


def satoshi(value: object) -> int:
    """A whole number of satoshi. Raises Faulty for all else, negative and overflowing amounts included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Faulty(f"the amount {_short(value)} is no whole number of satoshi.")
    if not 0 <= value <= MOST:
        raise Faulty(f"the amount {_short(value)} is negative or more than can exist.")
    return value


def coins(value: object) -> int:
    """Satoshi of an amount in whole coins (0.001 is 100,000). Raises Faulty as `satoshi` does."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Faulty(f"the amount {_short(value)} is no number of coins.")
    if not 0 <= value <= MOST:
        raise Faulty(f"the amount {_short(value)} is negative or more than can exist.")
    try:
        exact = Decimal(value).scaleb(8)
        whole = int(exact)
    except (InvalidOperation, OverflowError, ValueError):
        raise Faulty(f"the amount {_short(value)} is no number of coins.") from None
    if whole != exact:
        raise Faulty(f"the amount {_short(value)} has more than eight decimals.")
    return satoshi(whole)


def checked(outputs: tuple[Coin, ...]) -> tuple[Coin, ...]:
    """The outputs, whose amounts together must not be more than can exist."""
    if sum(coin.value or 0 for coin in outputs) > MOST:
        raise Faulty("the outputs together are more than can exist.")
    return outputs


def paid_to(script: bytes, value: int | None) -> Coin:
    """What an output with this script holds; its owner is the address, or the script where it has none."""
    kind, address = _reader()(script)
    return Coin(value, kind, address or script.hex())


def script_of(text: object) -> bytes:
    """The bytes of a script in hex. Raises Faulty where it is none."""
    if not isinstance(text, str) or len(text) > 2 * LONGEST_SCRIPT:
        raise Faulty("a script is no hex string, or too long.")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Faulty(f"the script {_short(text)} is no hex string.") from None


def txid_of(text: object) -> str:
    """A transaction id of 64 hex digits in lower case. Raises Faulty where it is none."""
    if isinstance(text, str) and len(text) == 64:
        try:
            return bytes.fromhex(text).hex()
        except ValueError:
            pass
    raise Faulty(f"{_short(text)} is no transaction id of 64 hex digits.")


def objects(value: object) -> list[Json]:
    """The objects of a JSON array. Raises Faulty where it is none."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Faulty("'vin' or 'vout' is no list of objects.")
    return value


def time_of(value: object) -> int | None:
    """Unix seconds, or None where the source gives none that can be."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**33 else None


@lru_cache(maxsize=1)
def _reader() -> Callable[[bytes], Payee]:
    return script_reader(CHAINS["btc"])


def _short(value: object) -> str:
    text = ascii(value) if not isinstance(value, int | Decimal) else f"{Decimal(value):.12g}"
    return text if len(text) <= 40 else text[:37] + "…"
