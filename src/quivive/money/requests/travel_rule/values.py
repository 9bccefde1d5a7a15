"""Is a single value of an IVMS101 message well formed? Raises ValueError with the end of a sentence."""

from __future__ import annotations

import re
from datetime import date, datetime

from quivive import wallets
from quivive.money.requests import checks
from quivive.money.requests.travel_rule.elements import elements

LATIN = re.compile(r"[ -~]+")
"""What 101.2023 allows outside local names: printable ASCII (section 5, Datatypes)."""
_SURELY_WALLET = re.compile(
    r"0x[0-9a-fA-F]{40}|(?:bc1|ltc1|addr1)[0-9a-z]{20,}|bitcoincash:\w+", re.IGNORECASE
)


def written(kind: str, given: str, now: datetime) -> str | int:
    """The value as it goes into the message."""
    codes = elements().codes
    if kind in codes:
        if given not in codes[kind]:
            raise ValueError(f"is '{given[:40]}', but must be one of: {', '.join(codes[kind])}")
    elif kind == "country":
        # XX stands for an unknown state (WIPO ST.3).
        return given if given == "XX" else checks.country(given)
    elif kind == "date":
        return _past(given, now).isoformat()
    elif kind == "number":
        return checks.whole(given, 10**18 - 1)
    elif kind == "authority":
        _authority(given)
    elif kind == "account":
        _account(given)
    return given


def _past(given: str, now: datetime) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        raise ValueError(f"is no day, as 1990-01-31: '{given[:40]}'")
    found = checks.day(given, now)
    if found >= now.date():
        raise ValueError(f"must lie in the past (C2): '{given}'")
    return found


def _authority(given: str) -> None:
    if not re.fullmatch(r"RA[0-9]{6}", given):
        raise ValueError(
            f"is no code of GLEIF's list of registration authorities, as RA000099 (C10): '{given[:40]}'"
        )


def _account(given: str) -> None:
    """What looks like a wallet is one; what follows a colon is a tag or memo. Other account numbers pass."""
    address = given if given.lower().startswith("bitcoincash:") else given.partition(":")[0]
    if _SURELY_WALLET.fullmatch(address) and wallets.chain(address) is None:
        raise ValueError(f"is no well-formed address (its checksum or form is wrong): '{address}'")
