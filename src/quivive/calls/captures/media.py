"""Where did the parties of a call say that they receive sound, and in which codecs (RFC 8866, RFC 3264)?"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from quivive.calls.captures.codecs import Codec, named
from quivive.calls.sip.bodies import sdp_of
from quivive.calls.sip.message import Message


class Media(NamedTuple):
    """One medium of a session description: where it is received, and what each payload type means."""

    address: bytes
    port: int
    formats: Mapping[int, Codec]
    encrypted: bool


def announced(message: Message) -> tuple[Media, ...]:
    """The media of a SIP message's session description, without those refused or put on hold."""
    described = sdp_of(message)
    if described is None:
        return ()
    found = []
    for medium in described.media:
        address = _address(medium.address)
        formats = {
            kind: named(form.name, form.rate, form.channels)
            for kind, form in medium.formats.items()
            if form.name
        }
        if address and medium.port:
            found.append(Media(address, medium.port, formats, medium.encrypted))
    return tuple(found)


def _address(text: str) -> bytes | None:
    """4 or 16 octets of an IP address; None for a name, and for the unspecified address of a call on hold."""
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if parsed.is_unspecified else parsed.packed
