"""What does the numbering plan say of a number that calls?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quivive.calls.countries.plan import country_name, number_of

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


def country_code(number: int) -> int | None:
    """The country code of E.164 digits, valid number or not; None where no country has it."""
    import phonenumbers

    text = str(number)
    for end in (1, 2, 3):
        if len(text) > end + 3 and int(text[:end]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return int(text[:end])
    return None


def is_mobile(number: int) -> bool:
    """Whether this is certainly the number of a mobile telephone."""
    import phonenumbers

    parsed = _parsed(number)
    return parsed is not None and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


def trait(number: int) -> str:
    """What makes a call back dear or impossible: 'premium', 'worldwide', 'unallocated' or ''."""
    import phonenumbers

    parsed = _parsed(number)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return "unallocated"
    if phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(parsed.country_code or 0) == ("001",):
        return "worldwide"
    premium = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)
    return "premium" if phonenumbers.number_type(parsed) in premium else ""


def country(number: int) -> str:
    """The country's name in English, 'no country' for worldwide and unknown numbers."""
    import phonenumbers

    code = country_code(number)
    if code is None:
        return "no country"
    parsed = number_of(f"+{number}")
    region = parsed.country if parsed and parsed.country else phonenumbers.region_code_for_country_code(code)
    return "no country" if region in ("001", "ZZ") else country_name(region)


def _parsed(number: int) -> PhoneNumber | None:
    import phonenumbers

    try:
        return phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return None
