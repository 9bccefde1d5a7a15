"""What does IVMS101 ask beyond the form of single values? Its constraints C1 to C12 (section 5.2).

C2 (birth in the past), C3 (countries) and C10 (form of the registration authority) are rules of single
values, in `values.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LEGAL_IDENTIFIERS = ("RAID", "MISC", "LEIX", "TXID")
Fault = tuple[tuple[str | int, ...], str]
"""A place below the part, and a sentence."""


def faults(kind: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    """What a part of a message (in canonical names) breaks."""
    if kind in _RULES:
        yield from _RULES[kind](part)


def lei(text: str) -> bool:
    """A Legal Entity Identifier with the right check digits? (ISO 17442; ISO 7064, mod 97-10)"""
    return re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", text) is not None and (
        int("".join(str(int(char, 36)) for char in text)) % 97 == 1
    )


def placeholder(text: str) -> bool:
    """One character repeated where an identifier belongs: nobody has filled it in yet."""
    return len(text) == 20 and len(set(text)) == 1


def _person(part: Mapping[str, Any]) -> Iterator[Fault]:
    if ("naturalPerson" in part) == ("legalPerson" in part):
        yield (), "must be either a naturalPerson or a legalPerson"


def _originator(part: Mapping[str, Any]) -> Iterator[Fault]:
    """C1, C4. A natural person beside a legal one is taken for who acts for it."""
    persons = part.get("originatorPersons") or []
    companies = any("legalPerson" in person for person in persons)
    for number, person in enumerate(persons):
        if natural := person.get("naturalPerson"):
            known = (
                "customerIdentification",
                "nationalIdentification",
                "dateAndPlaceOfBirth",
                "geographicAddress",
            )
            if not companies and not any(natural.get(name) for name in known):
                yield (
                    ("originatorPersons", number, "naturalPerson"),
                    f"needs one of {', '.join(known)}, so that the originator can be identified (C1)",
                )
        if legal := person.get("legalPerson"):
            seat = any(each.get("addressType") == "GEOG" for each in legal.get("geographicAddress") or [])
            if not (seat or legal.get("customerNumber") or legal.get("nationalIdentification")):
                yield (
                    ("originatorPersons", number, "legalPerson"),
                    "needs a geographicAddress of type GEOG, customerNumber or nationalIdentification (C4)",
                )


def _legal(part: Mapping[str, Any]) -> Iterator[Fault]:
    found = part.get("nationalIdentification")
    if not found:
        return
    at, kind = "nationalIdentification", found.get("nationalIdentifierType")
    if kind and kind not in _LEGAL_IDENTIFIERS:
        yield (
            (at, "nationalIdentifierType"),
            f"is {kind}; of a legal person it must be one of " + ", ".join(_LEGAL_IDENTIFIERS) + " (C7)",
        )
    if "countryOfIssue" in found:
        yield (
            (at, "countryOfIssue"),
            "must not be there for a legal person: the registrationAuthority says it (C9)",
        )
    if kind == "LEIX" and "registrationAuthority" in found:
        yield (at, "registrationAuthority"), "must not be there beside a Legal Entity Identifier (C9)"
    if kind and kind != "LEIX" and "registrationAuthority" not in found:
        yield (at, "registrationAuthority"), "is missing: who registered it, as RA000099 of GLEIF's list (C9)"
    number = found.get("nationalIdentifier") or ""
    if kind == "LEIX" and number and not lei(number) and not placeholder(number):
        yield (
            (at, "nationalIdentifier"),
            f"is no Legal Entity Identifier: 18 letters or digits and 2 check digits (C11): '{number}'",
        )


def _legal_name(part: Mapping[str, Any]) -> Iterator[Fault]:
    names = part.get("nameIdentifier") or []
    if names and all(name.get("legalPersonNameIdentifierType") != "LEGL" for name in names):
        yield ("nameIdentifier",), "needs one name of type LEGL, the registered name (C5)"


def _natural_name(part: Mapping[str, Any]) -> Iterator[Fault]:
    names = part.get("nameIdentifier") or []
    if names and all(name.get("nameIdentifierType") != "LEGL" for name in names):
        yield ("nameIdentifier",), "needs one name of type LEGL, the one in the papers (C6)"


def _address(part: Mapping[str, Any]) -> Iterator[Fault]:
    lines = part.get("addressLine") or []
    house = part.get("streetName") and (part.get("buildingName") or part.get("buildingNumber"))
    if not lines and not house:
        yield (), "needs addressLine, or streetName with buildingNumber or buildingName (C8)"
    if len(lines) > 7:
        yield ("addressLine",), f"has {len(lines)} lines, at most 7"


def _path(part: Mapping[str, Any]) -> Iterator[Fault]:
    found = sorted(str(each.get("sequence")) for each in part.get("transferPath") or [])
    if found != sorted(str(number) for number in range(len(found))):
        yield (
            ("transferPath",),
            f"must be numbered 0 to {len(found) - 1} without a gap (C12): {', '.join(found)}",
        )


_RULES = {
    "person": _person,
    "originator": _originator,
    "legal": _legal,
    "legal_name": _legal_name,
    "natural_name": _natural_name,
    "address": _address,
    "path": _path,
}
