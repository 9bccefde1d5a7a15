"""Who calls whom, as the network asserts it: what a signature is compared with (RFC 8224 §5.1, §8)?

The caller is P-Asserted-Identity, its tel URI first, else From (ATIS-1000074 §5.2.3); networks under the
French MAN rules take From first (`order`). The called number is that of To; where the call was forwarded to
is the Request-URI, and where it came through stands in History-Info and Diversion (RFC 7044, RFC 5806).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from quivive.calls import numbers
from quivive.calls.sip import dates, lexing
from quivive.calls.sip.addresses import SIP_SCHEMES, Address, Uri, parse_address, parse_uri
from quivive.calls.sip.message import Message
from quivive.calls.sip.verstat import Verstat, of_address, of_fields

Source = Literal["P-Asserted-Identity", "From", ""]
ORDER: tuple[Source, ...] = ("P-Asserted-Identity", "From")
MOST_ADDRESSES = 20
"""Addresses of one field that are read for a call."""
_UNESCAPED = "-_.!~*'()&=+$,;?/"
"""What a user part may hold as it is (RFC 3261 §25.1); equal addresses differ in escapes (§19.1.4)."""
_HIDDEN_USERS = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld"})
_HIDING = frozenset({"id", "user", "header"})
"""Values of Privacy that hide the caller from the called (RFC 3323 §4.2, RFC 3325 §9.3)."""


class Call(NamedTuple):  # as addresses.Uri
    """One request, read as a call.

    `caller`, `callees`, `target` (the Request-URI) and `diversions` are canonical numbers or 'sip:user@host';
    `date` is Unix seconds, None without a Date field that reads. `anonymous`: the caller is hidden from the
    called, which does not hinder the network from asserting who it is. `identities` are the received bytes of
    each Identity value.
    """

    caller: str | None
    callees: tuple[str, ...]
    date: float | None
    source: Source
    anonymous: bool
    verstat: str | None
    identities: tuple[bytes, ...]
    bypass: bool
    target: str | None
    diversions: tuple[str, ...]
    sender: Address | None
    """From: what most telephones show."""
    recipient: Address | None
    asserted: tuple[Address, ...]
    privacy: tuple[str, ...]
    verstats: tuple[Verstat, ...]
    bypass_token: str
    """P-Identity-Bypass: what the French authority gives out while signing is impossible."""
    attestation: str
    """P-Attestation-Indicator: what the signing network is asked to attest (ATIS-1000082 §7)."""
    origination_id: str


def call_of(message: Message, order: Iterable[Source] = ORDER) -> Call:
    """Read the parties of a message. Never raises; what is missing is None or empty.

    `order` says which field's caller counts first.
    """
    asserted = _addresses(message, "p-asserted-identity")
    sender = _address(message, "from")
    recipient = _address(message, "to")
    source, caller = _caller(asserted, sender, order)
    privacy = _privacy(message)
    verstats = tuple(_verstats(message, asserted, sender))
    bypass = message.first("p-identity-bypass")
    date = message.first("date")
    callee = party(recipient.uri) if recipient else None
    return Call(
        caller=caller,
        callees=(callee,) if callee else (),
        date=dates.unix_time(date) if date is not None else None,
        source=source,
        anonymous=bool(_HIDING & set(privacy)) or (sender is not None and _is_anonymous(sender)),
        verstat=verstats[0].value if verstats else None,
        identities=message.all("identity"),
        bypass=bypass is not None,
        target=party(_target(message)),
        diversions=tuple(_diversions(message)),
        sender=sender,
        recipient=recipient,
        asserted=asserted,
        privacy=privacy,
        verstats=verstats,
        bypass_token=_text(message, "p-identity-bypass"),
        attestation=_text(message, "p-attestation-indicator").upper(),
        origination_id=_text(message, "p-origination-id"),
    )


def party(uri: Uri) -> str | None:
    """A canonical number, or 'sip:user@host' (RFC 8224 §8.5); None for nobody in particular."""
    number = _canonical(uri.number_text)
    if number is not None or uri.scheme not in SIP_SCHEMES:
        return number
    if not uri.user or not uri.host or _is_nobody(uri):
        return None
    host = f"[{uri.host}]" if ":" in uri.host else uri.host
    return f"{uri.scheme}:{quote(unquote(uri.user), safe=_UNESCAPED)}@{host}"


@lru_cache(maxsize=128)
def _canonical(text: str) -> str | None:
    return numbers.canonical(text)  # asked some five times about each party of a call


def _caller(
    asserted: tuple[Address, ...], sender: Address | None, order: Iterable[Source]
) -> tuple[Source, str | None]:
    by_tel = sorted(asserted, key=lambda address: address.uri.scheme != "tel")  # stable: the first of a kind
    found: dict[Source, list[Address]] = {
        "P-Asserted-Identity": by_tel,
        "From": [sender] if sender else [],
    }
    for source in order:
        for address in found.get(source, ()):
            if name := party(address.uri):
                return source, name
    return "", None


def _is_anonymous(address: Address) -> bool:
    """Whether From hides its sender (RFC 3323 §4.1.1.3, RFC 5767, and what gateways write)."""
    if address.display.strip().lower() in _HIDDEN_USERS and party(address.uri) is None:
        return True
    return _is_nobody(address.uri)


def _is_nobody(uri: Uri) -> bool:
    user, host = unquote(uri.user).lower(), uri.host
    return user in _HIDDEN_USERS or host == "anonymous.invalid" or host.endswith(".anonymous.invalid")


def _target(message: Message) -> Uri:
    return parse_uri(message.uri.strip().strip("<>"))


def _privacy(message: Message) -> tuple[str, ...]:
    """The values of Privacy (RFC 3323 §4.2), which are separated by ';'."""
    words = lexing.text(b";".join(message.all("privacy"))).replace(",", ";").lower().split(";")
    return tuple(dict.fromkeys(word.strip() for word in words[:20] if word.strip()))


def _diversions(message: Message) -> Iterator[str]:
    """Who forwarded the call, each once, in the order of the fields."""
    seen = set()
    for name in ("history-info", "diversion"):
        for address in _addresses(message, name):
            forwarder = party(address.uri)
            if forwarder and forwarder not in seen:
                seen.add(forwarder)
                yield forwarder


def _verstats(message: Message, asserted: tuple[Address, ...], sender: Address | None) -> Iterator[Verstat]:
    for address in asserted:
        yield from of_address(address, "P-Asserted-Identity")
    if sender:
        yield from of_address(sender, "From")
    yield from of_fields(message)


def _addresses(message: Message, name: str) -> tuple[Address, ...]:
    return tuple(parse_address(value) for value in message.all(name)[:MOST_ADDRESSES])


def _address(message: Message, name: str) -> Address | None:
    value = message.first(name)
    return parse_address(value) if value is not None else None


def _text(message: Message, name: str) -> str:
    return lexing.text(message.first(name) or b"").strip('" \t')[:256]
