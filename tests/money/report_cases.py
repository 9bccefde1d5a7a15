"""Made-up suspicious-transaction reports. Codes are those of the unit whose schema is in the shared data."""

from __future__ import annotations

from typing import Any

from money.request_cases import bitcoin, txid


def address() -> dict[str, str]:
    return {
        "type": "BU",
        "address": "1 Example Street",
        "city": "Sampleton",
        "country": "AE",
        "state": "Sample",
    }


def phone() -> dict[str, str]:
    return {"type": "BU", "device": "L", "country_prefix": "1", "number": "2025550142"}


def person(first: str = "Robin", last: str = "Sample") -> dict[str, Any]:
    return {"gender": "-", "first_name": first, "last_name": last, "nationality": "AE", "residence": "AE"}


def client() -> dict[str, Any]:
    """A natural person of whom the reporter knows all that this unit wants of clients."""
    return person() | {
        "birthdate": "1980-02-29",
        "id_number": "EX-1",
        "phones": [phone()],
        "identifications": [
            {"type": "PASSP", "number": "X1", "issue_date": "2020-01-01", "expiry_date": "2030-01-01",
             "issue_country": "AE"},
        ],
        "tax_reg_number": "N",
    }  # fmt: skip


def entity(name: str = "Example Trading Ltd") -> dict[str, Any]:
    return {"name": name, "business": "Trade", "addresses": [address()], "incorporation_country": "AE",
            "directors": [person() | {"role": "DIR", "comments": "since 2020"}]}  # fmt: skip


def account() -> dict[str, Any]:
    return {"institution_name": "Example Bank", "institution_code": "EXBK", "account": "000123",
            "account_name": "Robin Sample", "currency": "AED", "account_type": "C",
            "signatories": [{"primary": "true", "person": person(), "role": "PAH"}]}  # fmt: skip


def wallet() -> dict[str, Any]:
    return {"chain": "btc", "address": bitcoin("wallet"), "unhosted": "true", "account_type": "CRYWT"}


HOLDERS: dict[str, dict[str, Any]] = {
    "person": person(),
    "entity": entity(),
    "account": account(),
    "wallet": wallet(),
}


def side(kind: str, holder: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"funds": "CRPTC", "country": "AE", kind: holder} | more


def transaction(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "number": f"T-{number}",
        "location": "online",
        "description": "Purchase of virtual assets, sent on at once",
        "date": "2026-11-15T10:00:00",
        "mode": "DAWLT",
        "mode_comment": "E",
        "amount": "12500.00",
        "from": side("person", client(), client="true"),
        "to": side("wallet", wallet()),
    } | more


def report(**more: Any) -> dict[str, Any]:
    return {
        "schema_version": "5.0.2",
        "rentity_id": "101",
        "submission": "E",
        "report": "STR",
        "reference": "EX-2026-0412",
        "date": "2026-11-22",
        "currency": "AED",
        "reporting_person": person("Kim", "Example"),
        "location": address(),
        "reason": "The client was told by a cloned voice to move savings to a safe wallet.",
        "action": "Account watched.",
        "transactions": [transaction(txid=txid("one"), chain="btc")],
        "indicators": ["STRUC"],
    } | more
