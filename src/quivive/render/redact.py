"""How is a report passed on without personal data? Numbers, addresses and accounts are masked everywhere.

What identifies a person is masked: phone numbers, email addresses, IBANs, cards, user accounts, and the
free text of the messages around them stays. Pictures cannot be masked: they are left out, what they show
stays in words. Links, domains and wallets stay: others need them to match.
Hashes stay: they identify the evidence to whoever holds it.
"""

from __future__ import annotations

from typing import Any

from quivive import codec
from quivive.model import Report
from quivive.observables import find
from quivive.render.pictures import BITMAPS

PERSONAL = frozenset({"phone-number", "email-addr", "iban", "payment-card", "user-account"})


def redact(report: Report, country: str | None = None) -> Report:
    """The report with personal values masked in every text, quote, name and parameter."""
    known = {_spelling(o.value) for o in report.observables if o.type in PERSONAL}
    known |= {o.where.quote for o in report.observables if o.type in PERSONAL and o.where and o.where.quote}
    spellings = sorted((k for k in known if len(k) > 3), key=len, reverse=True)
    value = _walk(codec.to_json(report), spellings, country)
    value["tool"] = {**value["tool"], "redacted": "yes"}
    return codec.from_json(value)


def _walk(value: Any, spellings: list[str], country: str | None, key: str = "") -> Any:
    if isinstance(value, dict):
        if value.get("media_type") in BITMAPS and "data" in value:
            value = {**value, "data": ""}
        masked = {k: _walk(v, spellings, country, k) for k, v in value.items()}
        if masked.get("type") in PERSONAL and "value" in masked:
            masked["value"] = mask(value["type"], value["value"])
        return masked
    if isinstance(value, list | tuple):  # figures come as a tuple
        return [_walk(v, spellings, country, key) for v in value]
    if isinstance(value, str) and key not in (
        "sha256",
        "examined_at",
        "schema",
        "code",
        "detector",
        "references",
    ):
        return _mask_text(value, spellings, country)
    return value


def _mask_text(text: str, spellings: list[str], country: str | None) -> str:
    """Mask what is found in this text and what was found elsewhere in the report; lengths are kept."""
    for observable in list(find(text, country)):
        where = observable.where
        if observable.type in PERSONAL and where and where.start is not None and where.end is not None:
            text = text[: where.start] + _cover(where.quote) + text[where.end :]
    for spelling in spellings:
        text = text.replace(spelling, _cover(spelling))
    return text


def mask(type_: str, value: str) -> str:
    """A value as a redacted report shows it: the last two characters, or an address's domain."""
    if type_ == "email-addr":
        name, at, domain = value.partition("@")
        return "•" * len(name) + at + domain
    return _cover(value)


def _cover(text: str) -> str:
    """The same length, so that offsets into the text still hold; the last two characters remain."""
    if "@" in text[1:]:
        return mask("email-addr", text)
    return "".join("•" if c.isalnum() else c for c in text[:-2]) + text[-2:]


def _spelling(value: str) -> str:
    return value
