"""Is a value of a request well formed: an address, a transaction id, an amount, a time?

Every function gives the value as it will be written, or raises ValueError with the end of a sentence that
begins with the place of the value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from quivive import wallets
from quivive.money.chains import CHAINS, Chain

_FORMS = {
    "btc": {"bitcoin"},
    "ltc": {"litecoin", "bitcoin"},  # old P2SH addresses of Litecoin begin with 3, as Bitcoin's do
    "bch": {"bitcoin-cash", "bitcoin"},
    "doge": {"dogecoin"},
    "trx": {"tron"},
}
"""Names that `wallets.chain` may give to an address of a chain; all other account chains: 'ethereum'."""


def chain(text: str) -> Chain:
    """A chain by its key ('btc', 'eth', 'trx' …) or its name in any letter case."""
    key = text.strip().lower()
    named = {each.name.lower(): each for each in CHAINS.values()}
    found = CHAINS.get(key) or named.get(key)
    if found is None:
        raise ValueError(f"is no chain that is known here: '{text}' (known: {', '.join(_main())})")
    return found


def address(text: str, on: Chain) -> str:
    """The address in the spelling that was given; its checksum is right and it is of this chain."""
    given = text.strip()
    forms = _FORMS.get(on.key, {"ethereum"} if on.family == "account" else set())
    if not forms:
        raise ValueError(f"cannot be checked: addresses of {on.name} are not known here")
    found = wallets.chain(given)
    if found is None:
        raise ValueError(f"is no well-formed address (its checksum or form is wrong): '{given}'")
    if found not in forms:
        raise ValueError(f"is an address of {found}, not of {on.name}: '{given}'")
    return given


def same(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one address."""
    return bool(one and other) and wallets.canonical(str(one)) == wallets.canonical(str(other))


def txid(text: str, on: Chain) -> str:
    """A transaction id: 32 bytes in hexadecimal, with 0x on EVM chains (added where it was left out)."""
    given = text.strip().lower()
    digits = given.removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{64}", digits) or len(set(digits)) == 1:
        raise ValueError(f"is no transaction id (64 hexadecimal digits): '{text}'")
    prefixed = on.family == "account" and on.key != "trx"
    if given != digits and not prefixed:
        raise ValueError(f"is no transaction id of {on.name}: ids there have no 0x")
    return "0x" + digits if prefixed else digits


def block_hash(text: str, on: Chain) -> str:
    """The hash of a block, in the form of the chain's transaction ids."""
    try:
        return txid(text, on)
    except ValueError as error:
        raise ValueError(
            str(error).replace("transaction id", "block hash").replace("ids", "hashes")
        ) from None


def amount(text: str, decimals: int) -> Decimal:
    """A positive amount in whole coins ('1250.50'), with as many digits after the point as the asset has."""
    try:
        value = Decimal(text.strip()) if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", text) else None
    except InvalidOperation:
        value = None
    if value is None:
        raise ValueError(f"is no amount (digits and a point, as 1250.50; no separators): '{text}'")
    if value == 0:
        raise ValueError("is zero: nothing was paid or lies there")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        raise ValueError(f"has more than {decimals} digits after the point: '{text}'")
    if value.scaleb(decimals) >= 2**256:
        raise ValueError("is larger than any chain can hold")
    return value


def whole(text: str, most: int = 2**63 - 1) -> int:
    """A whole number, zero or more."""
    if not re.fullmatch(r"[0-9]{1,19}", text.strip()) or int(text) > most:
        raise ValueError(f"is no whole number: '{text}'")
    return int(text)


def moment(text: str, now: datetime) -> datetime:
    """A time in UTC, not in the future: ISO 8601 with its zone ('2026-11-03T09:40:00Z') or Unix seconds."""
    given = text.strip()
    try:
        if given.isdigit():
            found = datetime.fromtimestamp(int(given), UTC)
        else:
            found = datetime.fromisoformat(given)
            if found.tzinfo is None:
                raise ValueError
            found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"is no time with its zone, as 2026-11-03T09:40:00Z or 2026-11-03T10:40:00+01:00: '{text}'"
        ) from None
    if found > now:
        raise ValueError(f"lies in the future: '{text}'")
    return found


def day(text: str, now: datetime) -> date:
    """A day as YYYY-MM-DD, not in the future."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"is no day of the calendar, as 2026-11-03: '{text}'") from None
    if found > now.date():
        raise ValueError(f"lies in the future: '{text}'")
    return found


def country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    import pycountry

    if not re.fullmatch(r"[A-Z]{2}", text) or pycountry.countries.get(alpha_2=text) is None:
        raise ValueError(f"is no country code of ISO 3166-1 (two capitals, as LI): '{text}'")
    return text


def _main() -> list[str]:
    return [key for key in CHAINS if "-" not in key]
