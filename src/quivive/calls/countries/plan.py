"""What does the world's numbering say of a number that calls, whatever the country?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.calls.numbers import canonical, without_prefix
from quivive.model import Kind

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

    from quivive.calls.countries.pack import Pack

SHORT = 6
"""Digits up to which a number is a short code, an emergency number or an extension."""
LONG = 10
"""Digits from which a number without plus is taken for one with its country code, as gateways write it."""
_EMERGENCY = frozenset({"112", "911", "999"})
"""Emergency numbers known far beyond their countries (ITU-T E.161.1: 112 and 911)."""
_WORLDWIDE = (870, 878, 881, 882, 883, 888, 979)
"""Codes of no country that are dear to call back: satellites, networks, premium (ITU-T E.164 list of codes).
The free-phone codes 800 and 808 are not among them."""

SENTENCES: Mapping[str, str] = {
    "never-calls": "{number} is on the list of numbers that only take calls and never make them. A call that "
    "shows it is forged.",
    "own-number": "The call shows the number that it was made to. Unless this is your own voice mail, the "
    "number shown is forged.",
    "emergency": "{number} is an emergency number. It takes calls and does not make them: police and rescue "
    "services call from ordinary numbers.",
    "short-code": "The call came from abroad and shows the short number {number}. Short numbers mean "
    "something in one country only and cannot call across borders.",
    "impossible": "{number} cannot exist: no number of {country} looks like that. The number shown is not "
    "the caller's.",
    "worldwide": "{number} belongs to no country but to a satellite or worldwide network. Calling it back "
    "can cost much; a call that rings once and ends is a known trick to make people do so.",
    "unassigned": "{number} belongs to no range of numbers known to be in use in {country}. The number shown "
    "is most likely made up.",
    "premium": "{number} is a premium-rate number of {country}. Such numbers are for being called; calling "
    "it back can cost much.",
    "neighbour": "{number} begins like the number it calls. Callers who want to look local choose such "
    "numbers; real neighbours and colleagues have them too.",
}

SOURCES: Mapping[str, str] = {
    "never-calls": "the country's do-not-originate list",
    "emergency": "ITU-T E.161.1; numbering data of phonenumbers",
    "short-code": "ITU-T E.164 and E.157",
    "premium": "numbering data of phonenumbers",
    "worldwide": "ITU-T E.164, list of assigned country codes",
    "impossible": "numbering data of phonenumbers",
    "unassigned": "numbering data of phonenumbers",
    "own-number": "FCC, Caller ID spoofing, https://www.fcc.gov/consumers/guides/spoofing-and-caller-id",
    "neighbour": "FCC, Caller ID spoofing, https://www.fcc.gov/consumers/guides/spoofing-and-caller-id",
}


@dataclass(frozen=True)
class Number:
    """A calling or called number: canonical digits, and what numbering says of them.

    `parsed` is None for what is no international number, or may be none: bare digits count only where they
    are a valid number as they stand. `full`: written with its country code for certain ('+49…').
    """

    digits: str
    full: bool
    parsed: PhoneNumber | None

    @property
    def written(self) -> str:
        """'+' and digits; bare digits for what means something within a country or a house only."""
        international = self.full or self.parsed is not None or len(self.digits) >= LONG
        return f"+{self.digits}" if international else self.digits

    @property
    def country(self) -> str | None:
        """ISO code of the country whose number this is; the main country where a plan is shared."""
        import phonenumbers

        if self.parsed is None:
            return None
        main = phonenumbers.region_code_for_country_code(self.parsed.country_code or 0)
        exact = phonenumbers.region_code_for_number(self.parsed) or main
        return None if exact in ("001", "ZZ") else exact

    @property
    def shown(self) -> str:
        """As people write it."""
        import phonenumbers

        if self.parsed is None:
            return self.written if self.full else self.digits
        return phonenumbers.format_number(self.parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def number_of(text: str | None, country: str | None = None) -> Number | None:
    """The number that a text or URI names; None for none (a SIP address, 'anonymous').

    `country` reads national spellings that begin with 0.
    """
    text = (text or "").strip()
    from_within = text.startswith("0")
    digits = canonical(text, country if from_within else None)
    if not digits or not digits.isdigit():
        return None
    full = not digits.startswith("0") if from_within else "+" in text.partition(";")[0]
    digits = without_prefix(digits)
    return Number(digits, full, _parsed(digits, full))


def _parsed(digits: str, full: bool) -> PhoneNumber | None:
    import phonenumbers

    if len(digits) <= SHORT and not full:
        return None
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    return parsed if full or phonenumbers.is_valid_number(parsed) else None


# --- the general rules ---


@dataclass(frozen=True)
class Facts:
    """What the general rules look at. `abroad`: whether the call came from abroad, None if unknown."""

    caller: Number
    callee: Number | None
    arrival: str | None
    abroad: bool | None
    authenticated: bool | None
    packs: Sequence[Pack]


def findings(facts: Facts) -> Iterator[tuple[str, Kind]]:
    """The general rules that hold, by name, the strongest first; what one explains, the next leaves out."""
    for name, kind, holds in _RULES:
        if holds(facts):
            yield name, kind
            if name in _LAST:
                return


def country_name(code: str | None) -> str:
    """English name of an ISO 3166-1 alpha-2 code."""
    import pycountry

    found = pycountry.countries.get(alpha_2=code) if code else None
    return str(getattr(found, "common_name", None) or found.name) if found else code or "any country"


def _never_calls(facts: Facts) -> bool:
    return any(pack.never_calls(facts.caller.digits) for pack in facts.packs)


def _emergency(facts: Facts) -> bool:
    from phonenumbers import shortnumberinfo

    digits, arrival = facts.caller.digits, facts.arrival
    if len(digits) > SHORT:
        return False
    return digits in _EMERGENCY or bool(arrival and shortnumberinfo.is_emergency_number(digits, arrival))


def _short_code(facts: Facts) -> bool:
    return len(facts.caller.digits) <= SHORT and not facts.caller.full and facts.abroad is True


def _impossible(facts: Facts) -> bool:
    import phonenumbers

    parsed = facts.caller.parsed
    return facts.caller.full and (parsed is None or not phonenumbers.is_possible_number(parsed))


def _unassigned(facts: Facts) -> bool:
    import phonenumbers

    return facts.caller.parsed is not None and not phonenumbers.is_valid_number(facts.caller.parsed)


def _premium(facts: Facts) -> bool:
    import phonenumbers

    parsed = facts.caller.parsed
    if parsed is None or parsed.country_code in _WORLDWIDE:
        return False
    return phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.PREMIUM_RATE


def _worldwide(facts: Facts) -> bool:
    return facts.caller.parsed is not None and facts.caller.parsed.country_code in _WORLDWIDE


def _own_number(facts: Facts) -> bool:
    return facts.callee is not None and facts.callee.digits == facts.caller.digits


def _neighbour(facts: Facts) -> bool:
    """Same country and same first digits: six in North America (NPA-NXX), elsewhere all but the last four.

    A number that a network vouches for is left alone: then its owner calls.
    """
    caller, callee = facts.caller.parsed, facts.callee.parsed if facts.callee else None
    if caller is None or callee is None or facts.authenticated or caller.country_code != callee.country_code:
        return False
    first, second = str(caller.national_number), str(callee.national_number)
    known = (p.neighbour for p in facts.packs if p.neighbour and p.calling_code == caller.country_code)
    count = next(known, max(len(first) - 4, 4))
    return len(first) == len(second) and first[:count] == second[:count]


_RULES: tuple[tuple[str, Kind, Callable[[Facts], bool]], ...] = (
    ("never-calls", "fail", _never_calls),
    ("own-number", "review", _own_number),
    ("emergency", "review", _emergency),
    ("short-code", "review", _short_code),
    ("impossible", "review", _impossible),
    ("worldwide", "review", _worldwide),
    ("unassigned", "review", _unassigned),
    ("premium", "review", _premium),
    ("neighbour", "informational", _neighbour),
)
_LAST = frozenset({"own-number", "emergency", "short-code", "impossible", "worldwide", "unassigned"})
