"""Which values in a SIP message may others have seen: numbers, accounts, addresses of machines, links?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from quivive.calls import numbers
from quivive.calls.sip import bodies, lexing, vias
from quivive.calls.sip.addresses import parse_address, parse_uri
from quivive.calls.sip.caller import Call, party
from quivive.calls.sip.message import Message
from quivive.model import Observable, Where

MOST = 50
"""Values of one header field that are read."""
_PARTIES = ("p-asserted-identity", "from", "to", "diversion", "history-info")
_NAMES = {
    "p-asserted-identity": "P-Asserted-Identity",
    "from": "From",
    "to": "To",
    "diversion": "Diversion",
    "history-info": "History-Info",
    "contact": "Contact",
    "via": "Via",
    "call-info": "Call-Info",
}
_LOCAL = tuple(
    ipaddress.ip_network(block)
    for block in str.split(
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 "
        "224.0.0.0/3 ::/127 fc00::/7 fe80::/10 ff00::/8"
    )
)
"""Addresses that mean another machine in every network (RFC 6890), and those of no machine."""


def values(message: Message, call: Call, item: str, country: str | None) -> Iterator[Observable]:
    """Each value once, with the header field or part that it stands in."""
    seen: set[tuple[str, str]] = set()
    for kind, value, part in (*_people(message, call, country), *_machines(message), *_links(message)):
        if (kind, value) not in seen:
            seen.add((kind, value))
            yield Observable(kind, value, item, Where(part=part))


def _people(message: Message, call: Call, country: str | None) -> Iterator[tuple[str, str, str]]:
    named = [(_NAMES[name], value) for name in _PARTIES for value in message.all(name)[:MOST]]
    uris = [(part, parse_address(value).uri) for part, value in named]
    if message.method:
        uris.append(("Request-URI", parse_uri(message.uri.strip("<> "))))
    for part, uri in uris:
        number = numbers.e164(uri.number_text, country)
        name = party(uri)
        if number:
            yield "phone-number", number, part
        elif name and name.startswith(("sip:", "sips:")) and uri.user and len(name) <= 320:
            yield "user-account", name, part


def _machines(message: Message) -> Iterator[tuple[str, str, str]]:
    for hop in vias.vias(message)[:MOST]:
        for host in (hop.host, hop.parameters.get("received", "")):
            yield from _address(host, "Via")
    for value in message.all("contact")[:MOST]:
        yield from _address(parse_address(value).uri.host, "Contact")
    described = bodies.sdp_of(message)
    for host in described.addresses() if described else ():
        yield from _address(host, "SDP")


def _address(host: str, part: str) -> Iterator[tuple[str, str, str]]:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address.ipv4_mapped):
        return
    if not any(address in block for block in _LOCAL if block.version == address.version):
        yield f"ipv{address.version}-addr", str(address), part


def _links(message: Message) -> Iterator[tuple[str, str, str]]:
    """The links of Call-Info (RFC 3261 §20.9)."""
    for link in call_info(message):
        yield "url", link, _NAMES["call-info"]


def call_info(message: Message) -> tuple[str, ...]:
    """The web links that Call-Info names: an icon, a card, a page about the caller."""
    found = (lexing.text(value).partition("<")[2].partition(">")[0].strip() for value in
             message.all("call-info")[:MOST])  # fmt: skip
    return tuple(
        link for link in found if link.lower().startswith(("http://", "https://")) and len(link) < 2048
    )
