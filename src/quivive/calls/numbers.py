"""Which telephone number does a spelling mean, in the form that signatures are made over (RFC 8224 §8.3)?

A number arrives as a tel, sip or sips URI, as the user part of one, or as somebody's way of writing it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_SEPARATORS = str.maketrans("", "", "-.()/ \t\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2212")
"""Visual separators: those of RFC 3966 §3, and those that people and word processors write."""
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_LONGEST = 512
"""Characters of a spelling that may be a number with its parameters."""
_SHORT = 7
"""Fewer digits than this are dialled as they are in every country (emergency, short codes, extensions)."""


def canonical(text: str, country: str | None = None) -> str | None:
    """Digits of the number with its country code and without plus ('12155550100'), '*' and '#' kept.

    `country` (ISO 3166-1 alpha-2) reads national spellings; a tel URI's global `phone-context` does too and
    goes first. Without either, or where the plan knows no such number (112), the digits stay as they are.
    None where this is no number: a name, 'anonymous', an IP address.
    """
    user, parameters = _user(text.strip())
    spelt = _spelling(user)
    if spelt is None:
        return None
    if spelt.startswith("+"):
        return spelt[1:]
    region = _region_of_context(parameters) or country
    return (_national(spelt, region) if region else None) or _without_00(spelt)


def same(a: str, b: str, country: str | None = None) -> bool:
    """Whether two spellings mean one number; French portability prefixes do not count."""
    first, second = canonical(a, country), canonical(b, country)
    if first is None or second is None:
        return False
    return first == second or without_prefix(first) == without_prefix(second)


def without_prefix(number: str) -> str:
    """A canonical French number without the portability prefix of its network, any other as it is.

    Between French networks +33 and nine digits become +33, five digits that name the network, and nine
    digits: 16 in all, one more than E.164 allows (operators' reports in OpenSIPS issues 3181 and 3202).
    """
    prefixed = len(number) == 16 and number.isdigit() and number.startswith("33") and number[7] != "0"
    return "33" + number[7:] if prefixed else number


def portability_prefix(number: str) -> str | None:
    """The five digits that `without_prefix` takes out; None where there are none."""
    return number[2:7] if without_prefix(number) != number else None


def e164(text: str, country: str | None = None) -> str | None:
    """'+' and the digits of an international number that a numbering plan can hold, else None.

    Digits without a plus count where `country` makes them international, or where they are a valid number
    of North America with its country code: '4045550123' could be of Atlanta or of Romania.
    """
    user, _ = _user(text.strip())
    spelt, number = _spelling(user), canonical(text, country)
    if spelt is None or number is None or not number.isdigit():
        return None
    number = without_prefix(number)
    if not spelt.startswith("+") and number == spelt and not _is_american(number):
        return None
    return f"+{number}" if _is_possible(number) else None


def _user(text: str) -> tuple[str, dict[str, str]]:
    """The user part of a URI (or the text itself) without password, and its parameters in lower case."""
    if len(text) > _LONGEST:
        return "", {}
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("sip", "sips"):
        user, at, _ = rest.rpartition("@")
        text = user.partition(":")[0] if at else rest if rest.startswith("+") else ""
    elif colon and scheme.lower() == "tel":
        text = rest
    elif colon:
        return "", {}
    number, *rest_of = text.split(";")
    pairs = (part.partition("=") for part in rest_of)
    return unquote(number), {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}


def _spelling(user: str) -> str | None:
    """The number without visual separators, its plus kept; None where this is none."""
    user = user.strip()
    if _ADDRESS.fullmatch(user):
        return None
    if user.startswith("+"):
        user = user.replace("(0)", "")  # the trunk prefix, shown to those who dial within the country
    spelt = user.translate(_SEPARATORS)
    return spelt if _NUMBER.fullmatch(spelt) and any(c in "0123456789*#" for c in spelt) else None


def _region_of_context(parameters: dict[str, str]) -> str | None:
    """The country of a global phone-context ('+33', RFC 3966 §5.1.5), None for a domain name."""
    context = parameters.get("phone-context", "").translate(_SEPARATORS)
    if not re.fullmatch(r"\+[1-9][0-9]{0,2}", context):
        return None
    import phonenumbers

    region = phonenumbers.region_code_for_country_code(int(context))
    return None if region in ("ZZ", "001") else region


def _national(digits: str, region: str) -> str | None:
    """E.164 digits of a number as it is dialled in a country; None where the plan makes nothing of it."""
    import phonenumbers

    if len(digits) < _SHORT or not digits.isdigit():
        return None
    try:
        number = phonenumbers.parse(digits, region.upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))[1:]


def _without_00(digits: str) -> str:
    """Without the international prefix that ITU-T E.164 recommends; no number begins with it."""
    return digits[2:] if re.fullmatch(r"00[1-9][0-9]{7,14}", digits) else digits


def _is_american(number: str) -> bool:
    import phonenumbers

    if len(number) != 11 or not number.startswith("1"):
        return False
    return phonenumbers.is_valid_number(phonenumbers.parse("+" + number))


def _is_possible(number: str) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse("+" + number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)
