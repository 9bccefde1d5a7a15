"""How is a value of the input written in a goAML report? Raises ValueError with the end of a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from quivive.money.requests import checks

_CODE = re.compile(r"[A-Za-z0-9_./ -]{1,50}")
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>.]+(?:\.[^\s@<>.]+)+")
_MOST_MONEY = Decimal(7_900_000_000_000_000)
"""goAML keeps amounts in a decimal of this size, with 13 digits after the point."""
_MONEY_DIGITS = 13


def written(kind: str, given: str, most: int | None) -> str:
    """The text of the element."""
    text = "\n".join(line.rstrip() for line in given.strip().replace("\r\n", "\n").split("\n"))
    found = _KINDS[kind](text) if kind in _KINDS else text
    if not found:
        raise ValueError("is empty")
    if most is not None and len(found) > most:
        raise ValueError(f"is too long: {len(found)} characters, at most {most}; nothing is cut off for you")
    return found


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"is no code (letters and digits, as your unit lists them): '{text[:60]}'")
    return text


def _date(text: str) -> str:
    """`YYYY-MM-DDThh:mm:ss`, with the zone where one was given."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is no date, as 2026-11-03 or 2026-11-03T09:40:00: '{text[:60]}'") from None
    if found.year < 1753:
        raise ValueError(f"lies before 1753, which goAML cannot hold: '{text[:60]}'")
    return found.isoformat(timespec="seconds")


def _money(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", text):
        raise ValueError(f"is no amount (digits and a point, as 1250.50; no sign): '{text[:60]}'")
    value = Decimal(text)
    if value > _MOST_MONEY:
        raise ValueError(f"is larger than goAML can hold: '{text}'")
    if len(text.partition(".")[2]) > _MONEY_DIGITS:
        raise ValueError(f"has more than {_MONEY_DIGITS} digits after the point: '{text}'")
    return text


def _whole(text: str) -> str:
    return str(checks.whole(text, 2**31 - 1))


def _bool(text: str) -> str:
    found = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
    if text.lower() not in found:
        raise ValueError(f"is neither true nor false: '{text[:60]}'")
    return found[text.lower()]


def _country(text: str) -> str:
    # '-' is goAML's own code for 'not known'.
    return text if text == "-" else checks.country(text)


def _currency(text: str) -> str:
    import pycountry

    if pycountry.currencies.get(alpha_3=text) is None:
        raise ValueError(f"is no currency code of ISO 4217 (as EUR): '{text[:60]}'")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"is no email address: '{text[:60]}'")
    return text


_KINDS: Mapping[str, Callable[[str], str]] = {
    "code": _code,
    "date": _date,
    "money": _money,
    "whole": _whole,
    "bool": _bool,
    "country": _country,
    "currency": _currency,
    "email": _email,
}
