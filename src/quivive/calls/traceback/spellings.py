"""Do two spellings mean one telephone number, although networks prefix and cut them?

Between providers a number is written as E.164, nationally, behind 00 or 011, as a SIP address, with routing
parameters (RFC 4694), and behind a tech prefix ('1234#') that only two neighbours understand. Whatever stands
in front, the national significant number (ITU-T E.164) stays at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

PREFIX_COST = 1
_LONGEST = 512
_FEWEST = 6
"""Fewer digits than this must be equal: a short code is nobody's ending."""
_ENOUGH = 10
"""Equal last digits from which two numbers behind different prefixes are one."""
_URI = re.compile(r"(?i)^\s*(?:\"[^\"]*\"\s*)?<?\s*(?:sips?|tel):([^@;>]*)")
_SEPARATORS = re.compile(r"[\s().\-\u00a0\u2010-\u2013/]+")
_HIDDEN = frozenset(
    [
        "anonymous",
        "restricted",
        "unavailable",
        "unknown",
        "private",
        "withheld",
        "asserted",
        "null",
        "none",
        "n/a",
        "na",
        "-",
        "?",
        "<null>",
        "<unknown>",
        "anonymous@anonymous.invalid",
        "id",
        "hidden",
        "blocked",
        "266696687",
    ]
)
"""What records write where the caller withheld the number; the digits spell ANONYMOUS on a keypad."""


@lru_cache(maxsize=65_536)
def digits(text: str | None) -> str | None:
    """Digits of a spelling with '+' kept, without tech prefix, parameters and separators; None: no number."""
    if not text or len(text) > _LONGEST or is_withheld(text):
        return None
    uri = _URI.match(text)
    user = unquote(uri[1]) if uri else text.partition(";")[0].partition("@")[0]
    user = user.partition(":")[0] if uri else user
    user = re.sub(r"(?<=\d)\.0$", "", user)  # a table program made a fraction of it
    user = re.split(r"[#*]", _SEPARATORS.sub("", user.replace("(0)", "")))[-1]
    plus, user = user.startswith("+"), user.lstrip("+")
    if not user.isascii() or not user.isdigit() or len(user) > 40:
        return None
    return "+" + user if plus else user


def is_withheld(text: str | None) -> bool:
    """Whether no caller is shown. Not every text without digits is: 'alice' is a name."""
    if text is None:
        return True
    bare = text.strip().strip("<>\"'").lower()
    user = re.sub(r"^(?:sips?|tel):", "", bare).partition("@")[0].lstrip("+")
    return not bare or bare in _HIDDEN or user in _HIDDEN or "anonymous.invalid" in bare


def ending(text: str | None) -> str | None:
    """The last seven digits: what every spelling of a number shares; None for no number."""
    found = digits(text)
    return found.lstrip("+")[-7:] if found else None


@lru_cache(maxsize=65_536)
def same(first: str | None, second: str | None) -> bool:
    """Whether two spellings from different networks can be one number."""
    a, b = _bare(first), _bare(second)
    if not a or not b:
        return False
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) > _FEWEST and long.endswith(short):
        return True
    return len(short) > _ENOUGH and short[-_ENOUGH:] == long[-_ENOUGH:]


def _bare(text: str | None) -> str:
    found = digits(text) or ""
    bare = found.lstrip("+")
    return bare[3:] if bare.startswith("011") and len(bare) > 11 and found[0] != "+" else bare.lstrip("0")


@dataclass(frozen=True)
class Wanted:
    """Numbers that the call is known under: the one reported in E.164, `others` as records spell them."""

    number: str
    others: tuple[str, ...] = ()

    def cost(self, spellings: Iterable[str | None]) -> int | None:
        """0: one of the spellings is a wanted number; 1: it is behind an unknown prefix; None: none is."""
        told = [text for text in spellings if text]
        costs = [cost for text in told if (cost := _cost(self.number, text)) is not None]
        if any(same(other, text) for other in self.others for text in told):
            costs.append(0)
        return min(costs, default=None)

    def and_(self, spellings: Iterable[str | None]) -> Wanted:
        """With other numbers of the same call."""
        found = [text for each in spellings if (text := digits(each)) and _cost(self.number, text) is None]
        return Wanted(self.number, tuple(dict.fromkeys((*self.others, *found))))

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of all its numbers."""
        return tuple(dict.fromkeys(key for each in (self.number, *self.others) if (key := ending(each))))


@lru_cache(maxsize=65_536)
def _cost(number: str, text: str) -> int | None:
    spelt = digits(text)
    if not spelt or not number:
        return None
    code, rest = _parts(number.lstrip("+"))
    bare = spelt.lstrip("+")
    if len(rest) <= _FEWEST:
        return 0 if bare in (rest, code + rest) else None
    if not bare.endswith(rest):
        return None
    before = bare[: -len(rest)]
    if before in ("", "0", "1", code, "00" + code, "011" + code, "000" + code):
        return 0 if before != "1" or code == "1" else PREFIX_COST
    international = spelt.startswith(("+", "00"))
    return None if international and not before.lstrip("0").startswith(code) else PREFIX_COST


@lru_cache(maxsize=4_096)
def _parts(number: str) -> tuple[str, str]:
    """Country code and national significant number of E.164 digits; '' and the digits where none is known."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse("+" + number)
    except phonenumbers.NumberParseException:
        return "", number.lstrip("0") or number
    if not phonenumbers.is_possible_number(parsed):
        return "", number.lstrip("0") or number
    return str(parsed.country_code), phonenumbers.national_significant_number(parsed)
