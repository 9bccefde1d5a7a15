"""What does the text of a QR code ask a telephone to do?

Forms: EPC069-12 (SEPA credit transfer, 'BCD'), BIP 21 and ERC-681 (coins), RFC 3966 (tel), RFC 5724 and
the older SMSTO, MATMSG and mailto, WIFI, vCard and MECARD. A plain link is left to the readers of links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from quivive import observables, wallets
from quivive.model import Observable

SHOWN = 140
"""Characters of a field that are quoted."""
_COINS = {"bitcoin": "Bitcoin", "ethereum": "Ethereum", "litecoin": "Litecoin", "dogecoin": "Dogecoin",
          "bitcoincash": "Bitcoin Cash", "monero": "Monero", "tron": "Tron", "ripple": "XRP", "dash": "Dash",
          "cardano": "Cardano", "solana": "Solana"}  # fmt: skip


@dataclass(frozen=True)
class Payload:
    """What the code is for ('payment', 'wifi', …), what to say of it, and the values in it."""

    kind: str
    params: Mapping[str, str] = field(default_factory=dict)
    observables: tuple[Observable, ...] = ()


def parse(text: str) -> Payload | None:
    """The meaning of a code's text; None for a link or for text without a known form."""
    text = text.strip()
    if text.startswith("BCD"):
        return _payment(text)
    scheme, separator, rest = text.partition(":")
    scheme = scheme.lower()
    if not separator or scheme in ("http", "https"):
        return None
    if scheme in _COINS:
        return _coins(scheme, rest)
    reader = _READERS.get(scheme)
    if reader:
        return reader(rest)
    if text[:11].upper() == "BEGIN:VCARD":
        return Payload("contact")
    if re.fullmatch(r"[a-z][a-z0-9+.-]{1,20}", scheme) and rest.startswith("//"):
        return Payload("app", {"scheme": scheme})
    return None


def _payment(text: str) -> Payload | None:
    """EPC069-12: service tag, version, character set, identification, BIC, name, IBAN, amount, …"""
    fields = [line.strip() for line in text.splitlines()] + [""] * 8
    if fields[0] != "BCD" or fields[3] != "SCT":
        return None
    account = re.sub(r"\s", "", fields[6]).upper()
    found = (Observable("iban", account),) if observables.is_iban(account) else ()
    amount = fields[7] or "any amount"
    return Payload("payment", _shown(amount=amount, name=fields[5] or "nobody named", account=account), found)


def _coins(scheme: str, rest: str) -> Payload:
    address = re.split(r"[?@/]", rest.removeprefix("//").removeprefix("pay-"), maxsplit=1)[0]
    found = (
        (Observable("cryptocurrency-wallet", wallets.canonical(address)),) if wallets.chain(address) else ()
    )
    return Payload("crypto-payment", _shown(coin=_COINS[scheme], address=address), found)


def _message(rest: str) -> Payload:
    """SMSTO:number:text and sms:number?body=text."""
    head, _, query = rest.removeprefix("//").partition("?")
    number, _, body = head.partition(":")
    body = body or _query(query, "body")
    return Payload("message", _shown(number=unquote(number), text=body), _phone(unquote(number)))


def _call(rest: str) -> Payload:
    number = unquote(re.split(r"[;?]", rest.removeprefix("//"), maxsplit=1)[0])
    return Payload("call", _shown(number=number), _phone(number))


def _mail(rest: str) -> Payload:
    address, _, query = rest.partition("?")
    return Payload(
        "message", _shown(number=unquote(address), text=_query(query, "body")), _address(unquote(address))
    )


def _mail_fields(rest: str) -> Payload:
    fields = _fields(rest)
    address = fields.get("TO", "")
    return Payload("message", _shown(number=address, text=fields.get("BODY", "")), _address(address))


def _wifi(rest: str) -> Payload:
    return Payload("wifi", _shown(name=_fields(rest).get("S", "")))


def _contact(rest: str) -> Payload:
    return Payload("contact", {}, _phone(_fields(rest).get("TEL", "")))


def _fields(rest: str) -> dict[str, str]:
    r"""'S:name;T:WPA;P:secret;;' with '\' before a literal ';', ':', ',' or '\'."""
    parts = re.findall(r"([A-Z]{1,6}):((?:\\.|[^;\\])*)", rest[:2048])
    return {key: re.sub(r"\\(.)", r"\1", value) for key, value in parts}


def _query(query: str, name: str) -> str:
    try:
        return parse_qs(query[:4096], max_num_fields=50).get(name, [""])[0]
    except ValueError:
        return ""


def _phone(number: str) -> tuple[Observable, ...]:
    found = observables.parse_value(number) if number else None
    return (found,) if found and found.type == "phone-number" else ()


def _address(address: str) -> tuple[Observable, ...]:
    found = observables.parse_value(address) if address else None
    return (found,) if found and found.type == "email-addr" else ()


def _shown(**fields: str) -> dict[str, str]:
    return {key: value if len(value) <= SHOWN else value[:SHOWN] + "…" for key, value in fields.items()}


_READERS: Mapping[str, Callable[[str], Payload]] = {
    "smsto": _message, "sms": _message, "mmsto": _message, "mms": _message, "tel": _call,
    "mailto": _mail, "matmsg": _mail_fields, "wifi": _wifi, "mecard": _contact,
}  # fmt: skip
