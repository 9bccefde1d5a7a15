"""How is a message written for the version of IVMS101 that the receiver reads?

code: as the JSON schema of the CODE network has it (top-level names in capitals); 2020: the standard's names
of 2020; 2023: those of 101.2023, where an account number belongs to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Form = Literal["code", "2020", "2023"]
LIMITS: Mapping[Form, Mapping[str, int]] = {
    "code": {"buildingName": 16},
    "2020": {"accountNumber": 100},
    "2023": {},
}
"""Lengths in which a form differs from the table."""
_TOP = {
    "originator": "Originator",
    "beneficiary": "Beneficiary",
    "originatingVASP": "OriginatingVASP",
    "beneficiaryVASP": "BeneficiaryVASP",
}
_PARTIES = {"originator": "originatorPersons", "beneficiary": "beneficiaryPersons"}


def drawn(content: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The message in the names of one form."""
    if form == "code":
        # Here alone the outer name is in capitals and the inner one, of the same letters, is not.
        return {_TOP.get(name, name): part for name, part in content.items()}
    names = {"postCode": "postcode"}
    if form == "2023":
        names |= {"originatorPersons": "originatorPerson", "beneficiaryPersons": "beneficiaryPerson",
                  "customerNumber": "customerIdentification"}  # fmt: skip
        content = {name: _with_accounts(name, part) for name, part in content.items()}
    found: dict[str, Any] = _renamed(content, names, form)
    version = "101.2023" if form == "2023" else "101"
    found["payloadMetadata"] = {**found.get("payloadMetadata", {}), "payloadVersion": version}
    return found


def _with_accounts(name: str, part: Any) -> Any:
    """The account numbers of a party, with its first person."""
    if name not in _PARTIES or "accountNumber" not in part:
        return part
    first, *others = part[_PARTIES[name]]
    return {_PARTIES[name]: [{**first, "accountNumber": part["accountNumber"]}, *others]}


def _renamed(part: Any, names: Mapping[str, str], form: Form, above: str = "") -> Any:
    if isinstance(part, Mapping):
        # Only names in Latin letters got a longer element name in 101.2023, local ones did not.
        own = {"nameIdentifierType": "naturalPersonNameIdentifierType"} if above == "nameIdentifier" else {}
        own = own if form == "2023" else {}
        renamed = {**names, **own}
        return {renamed.get(name, name): _renamed(value, names, form, name) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_renamed(value, names, form, above) for value in part]
    return part
