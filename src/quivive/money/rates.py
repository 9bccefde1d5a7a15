"""What was a coin worth on a day, by the user's own list?

A CSV with a header: `date` (YYYY-MM-DD, UTC) and `price` (of one whole coin), and where wanted `asset` (a
chain's key or a token's contract), `currency` and `decimals` (of a token). A day that the list lacks has no
rate: nothing is interpolated, carried over or looked up.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from quivive.errors import BadConfig, NotFound

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEEDED = ("date", "price")
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Rates:
    """Prices by (asset, day); asset '' where the list names none. `currency` None: it does not say."""

    name: str
    currency: str | None
    prices: Mapping[tuple[str, date], Decimal]
    decimals: Mapping[str, int]

    def price(self, asset: str, day: date, token: bool = False) -> Decimal | None:
        """Of one whole coin on that day; None where the list has none.

        `asset` is a chain's key, or a token's contract: prices that name no asset are no token's.
        """
        found = self.prices.get((asset.lower(), day))
        return self.prices.get(("", day)) if found is None and not token else found


def read_rates(path: Path) -> Rates:
    """The list in a CSV file; BadConfig names the line that does not read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadConfig(f"{path} is larger than {_MOST_BYTES >> 20} MiB: that is no list of daily rates.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as a list of rates: {error}.") from error
    return parse_rates(text, path.name)


def parse_rates(text: str, name: str) -> Rates:
    """`read_rates` of text."""
    rows = csv.DictReader(io.StringIO(text), restkey="", skipinitialspace=True)
    try:
        header = [(column or "").strip().lower() for column in rows.fieldnames or []]
        if missing := [column for column in _NEEDED if column not in header]:
            raise BadConfig(f"{name} has no column '{missing[0]}': its first line must name date and price.")
        rows.fieldnames = header
        return _gathered(rows, name)
    except csv.Error as error:
        raise BadConfig(f"{name}, line {rows.line_num}: {error}.") from error


def _gathered(rows: csv.DictReader[str], name: str) -> Rates:
    prices: dict[tuple[str, date], Decimal] = {}
    decimals: dict[str, int] = {}
    currencies = set()
    for row in rows:
        place = f"{name}, line {rows.line_num}"
        asset = (row.get("asset") or "").strip().lower()
        key = asset, _day(row["date"], place)
        price = _price(row["price"], place)
        if prices.setdefault(key, price) != price:
            raise BadConfig(f"{place}: a second, different price for {key[1]}.")
        if row.get("currency"):
            currencies.add(row["currency"].strip().upper())
        if row.get("decimals"):
            decimals[asset] = _decimals(row["decimals"], place)
    if len(currencies) > 1:
        raise BadConfig(f"{name} names several currencies ({', '.join(sorted(currencies))}): one a file.")
    return Rates(name, next(iter(currencies), None), prices, decimals)


def _day(text: str | None, place: str) -> date:
    try:
        if not _DAY.fullmatch((text or "").strip()):
            raise ValueError
        return date.fromisoformat((text or "").strip())
    except ValueError as error:
        raise BadConfig(f"{place}: {text!r} is no day (YYYY-MM-DD).") from error


def _price(text: str | None, place: str) -> Decimal:
    try:
        price = Decimal((text or "").strip())
    except InvalidOperation as error:
        raise BadConfig(f"{place}: {text!r} is no price (digits with a decimal point).") from error
    if not price.is_finite() or price < 0 or price > 10**15:
        raise BadConfig(f"{place}: {text!r} is no price.")
    return price


def _decimals(text: str, place: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text) <= 36):
        raise BadConfig(f"{place}: {text!r} is no number of decimals (0 to 36).")
    return int(text)
