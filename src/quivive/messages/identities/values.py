"""What can be said of a bare value from its form alone: a phone number, an IBAN, a card number, a wallet?

Numbering plans and registers say what a value can be, never who has it: caller IDs are forged and numbers
move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from quivive import wallets
from quivive.model import Context, Detector, Finding, Kind, Observable, Source, Subject, Where, Yield, finding

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber
    from schwifty import IBAN

_DEAR = frozenset({"premium"})
_SCHEMES = (
    ("American Express", ("34", "37")),
    ("Diners Club", ("300", "301", "302", "303", "304", "305", "36", "38", "39")),
    ("JCB", tuple(str(n) for n in range(3528, 3590))),
    ("Mastercard", (*map(str, range(51, 56)), *map(str, range(2221, 2721)))),
    ("Discover", ("6011", "644", "645", "646", "647", "648", "649", "65")),
    ("UnionPay", ("62", "81")),
    ("Maestro", ("5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763")),
    ("Visa", ("4",)),
)
"""Issuer identification numbers by card scheme (ISO/IEC 7812-1)."""


class Values:
    """Says what a value's form gives away."""

    name = "messages.values"
    version = "1"
    accepts = frozenset({"phone-number", "iban", "payment-card", "cryptocurrency-wallet"})
    online = False
    codes: Mapping[str, str] = {
        "value/phone-number": "{number} is a number of {country} (kind: {type}). Who calls from it cannot "
        "be told from the number: it can be forged.",
        "value/phone-international": "{number} is a number of an international service (kind: {type}) and "
        "belongs to no country.",
        "value/phone-premium": "{number} is a {type} number of {country}: calling it back can cost much.",
        "value/phone-unassigned": "{number} does not exist: no such number is assigned in {country}. A "
        "caller ID that shows it is forged; in a text it may be another sort of number.",
        "value/phone-impossible": "{number} cannot be a phone number: {reason}.",
        "value/phone-fictional": "{number} lies in a range kept for films and examples; nobody has it.",
        "value/phone-own": "{number} is on your list of own numbers. A caller ID can show it without being "
        "you.",
        "value/iban": "{iban} is the form of an account in {country}, at {bank}. Whose account it is cannot "
        "be told from the number.",
        "value/iban-country": "{iban} is the form of an account in {country}. Whose account it is cannot be "
        "told from the number.",
        "value/iban-unknown-bank": "{iban} has the form of an account in {country}, but the register knows "
        "no bank under its code {code}. Codes of banks that were merged end so too.",
        "value/card": "This is the form of a {scheme} card number. Never pass a card number on in a message.",
        "value/wallet": "{wallet} is a valid address on {chain}. What is sent there cannot be called back.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The numbering plans and bank registers inside the libraries, by the version installed."""
        return (_library("phonenumbers"), _library("schwifty"))

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the form of one value says."""
        if not isinstance(subject, Observable):
            return
        if subject.type == "phone-number":
            yield from _phone(self, subject, context)
        elif subject.type == "iban":
            yield from _iban(self, subject)
        elif subject.type == "payment-card":
            yield _say(self, subject, "value/card", "informational", {"scheme": scheme(subject.value)})
        else:
            yield from _wallet(self, subject)


DETECTORS = (Values,)


def _say(
    detector: Detector, subject: Observable, code: str, kind: Kind, params: Mapping[str, object]
) -> Finding:
    where = subject.where or Where(part=subject.value)
    return finding(detector, code, kind, subject, params=params, where=where, observables=(subject,))


# --- phone numbers ---


def _phone(detector: Detector, subject: Observable, context: Context) -> Iterator[Finding]:
    import phonenumbers

    shown = subject.value
    try:
        number = phonenumbers.parse(shown, context.country)
    except phonenumbers.NumberParseException as error:
        params = {"number": shown, "reason": _reason(str(error))}
        yield _say(detector, subject, "value/phone-impossible", "review", params)
        return
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if subject.value in context.house.own_numbers:
        yield _say(detector, subject, "value/phone-own", "informational", {"number": shown})
    if is_fictional(number):
        yield _say(detector, subject, "value/phone-fictional", "informational", {"number": shown})
        return
    country, kind = country_of(number), type_of(number)
    params = {"number": shown, "country": country or "any country", "type": kind.replace("-", " ")}
    if not phonenumbers.is_valid_number(number):
        # digits found in running text are often a parcel or order number
        found = subject.where is not None and subject.where.start is not None
        yield _say(
            detector, subject, "value/phone-unassigned", "informational" if found else "review", params
        )
    elif kind in _DEAR:
        yield _say(detector, subject, "value/phone-premium", "review", params)
    else:
        code = "value/phone-number" if country else "value/phone-international"
        yield _say(detector, subject, code, "informational", params)


def _reason(text: str) -> str:
    return text.partition(") ")[2].rstrip(".").lower() or "it does not read"


def type_of(number: PhoneNumber) -> str:
    """The kind of line that the numbering plan gives to a number: 'mobile', 'landline', 'premium', …"""
    import phonenumbers
    from phonenumbers import PhoneNumberType as Kinds

    return {
        Kinds.MOBILE: "mobile",
        Kinds.FIXED_LINE: "landline",
        Kinds.FIXED_LINE_OR_MOBILE: "landline-or-mobile",
        Kinds.TOLL_FREE: "free-phone",
        Kinds.PREMIUM_RATE: "premium",
        Kinds.SHARED_COST: "shared-cost",
        Kinds.VOIP: "internet-telephone",
        Kinds.PERSONAL_NUMBER: "personal",
        Kinds.PAGER: "pager",
        Kinds.UAN: "company",
        Kinds.VOICEMAIL: "voicemail",
    }.get(phonenumbers.number_type(number), "phone")


def country_of(number: PhoneNumber) -> str:
    """English name of the country whose plan holds the number; '' for international services."""
    import phonenumbers

    plan = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if plan in ("001", "ZZ"):
        return ""
    exact = phonenumbers.region_code_for_number(number)
    if plan == "US" and exact is None:
        return "North America"  # the plan of country code 1 is shared
    return country_name(exact or plan)


def country_name(code: str) -> str:
    """English name of an ISO 3166-1 alpha-2 code; the code itself where it is none (XK).

    From pycountry, which schwifty brings: the names inside phonenumbers take a second to load.
    """
    import pycountry

    found = pycountry.countries.get(alpha_2=code)
    return str(getattr(found, "common_name", None) or found.name) if found else code


def is_fictional(number: PhoneNumber) -> bool:
    """Ranges kept for drama: +1 NPA 555-0100…0199 (ATIS-0300115), Ofcom's and ACMA's numbers for use in
    television.
    """
    digits = str(number.national_number)
    if number.country_code == 1:
        return len(digits) == 10 and digits[3:8] == "55501"
    plan = _FICTIONAL.get(number.country_code or 0, ())
    return digits.startswith(plan) if plan else False


_FICTIONAL: Mapping[int, tuple[str, ...]] = {
    44: tuple(
        str.split(
            "2079460 7700900 1632960 8081570 9098790 3069990 1134960 1144960 1154960 1164960 1174960 1184960 "
            "1214960 1314960 1414960 1514960 1614960 1914980 2890180 2920180"
        )
    ),
    61: tuple(str.split("25550 27010 35550 37010 75550 77010 85550 87010")),
}


# --- accounts, cards, wallets ---


def _iban(detector: Detector, subject: Observable) -> Iterator[Finding]:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        iban = IBAN(subject.value)
    except SchwiftyException:
        return
    country = country_name(iban.country_code)
    params = {"iban": iban.formatted, "country": country, "code": iban.bank_code or ""}
    bank = _bank(iban)
    if bank is None:
        yield _say(detector, subject, "value/iban-unknown-bank", "review", params)
    elif bank:
        yield _say(detector, subject, "value/iban", "informational", {**params, "bank": bank})
    else:
        yield _say(detector, subject, "value/iban-country", "informational", params)


def _bank(iban: IBAN) -> str | None:
    """The bank's name; '' where the register does not cover the country; None where it does and knows no
    such bank.
    """
    if iban.bank_name:
        return str(iban.bank_name).strip(" .")
    return None if iban.country_code in _COMPLETE else ""


_COMPLETE = frozenset({"AT", "BE", "CH", "CZ", "DE", "NL", "PL", "SK"})
"""Countries whose register of bank codes inside schwifty is the central bank's whole list."""


def scheme(digits: str) -> str:
    """The card scheme that a number's first digits belong to; 'payment' where none is known."""
    return next((name for name, starts in _SCHEMES if digits.startswith(starts)), "payment")


_CHAINS = {
    "ethereum": "Ethereum and the networks built like it",
    "ripple": "XRP Ledger",
    "bitcoin-cash": "Bitcoin Cash",
}


def _wallet(detector: Detector, subject: Observable) -> Iterator[Finding]:
    chain = wallets.chain(subject.value)
    if chain:
        name = _CHAINS.get(chain, chain.title())
        params = {"wallet": subject.value, "chain": name}
        yield _say(detector, subject, "value/wallet", "informational", params)


@lru_cache(maxsize=4)
def _library(name: str) -> Source:
    """A library whose data is used: its version, and the hash of its list of hashed files."""
    from importlib.metadata import distribution

    installed = distribution(name)
    record = (installed.read_text("RECORD") or installed.version).encode()
    return Source(name, f"version {installed.version}", sha256(record).hexdigest())
