"""What does a SIP request say of the call that its signatures are compared with (RFC 8224 §6.2 step 2)?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

from quivive.calls import numbers
from quivive.calls.sip import bodies, caller, message
from quivive.calls.sip.addresses import parse_uri
from quivive.calls.verify import Call, MediaKeys
from quivive.errors import UsageError

SIGNED = frozenset({"INVITE", "MESSAGE"})
"""Requests that carry an Identity: calls (RFC 8224) and messages (RFC 9475)."""


@dataclass(frozen=True)
class Asserted:
    """A request's call, the received bytes of its Identity values, and whether it says P-Identity-Bypass."""

    call: Call
    identities: tuple[bytes, ...]
    bypass: bool


def read(data: bytes) -> Asserted | None:
    """The call in a SIP request; None for a response or a request that calls nobody. Raises Unreadable."""
    request = message.parse(data)
    found = caller.call_of(request)
    if request.status is not None or (request.method not in SIGNED and not found.identities):
        return None
    return asserted_of(request, found)


def asserted_of(request: message.Message, found: caller.Call) -> Asserted:
    """What a request says, read as a call before, in the form that signatures are compared with."""
    call = Call(
        caller=found.caller,
        callees=found.callees,
        date=found.date,
        anonymous=found.anonymous,
        media_keys=partial(_media_keys, request),
        target=found.target,
    )
    return Asserted(call, found.identities, found.bypass)


@lru_cache(maxsize=8)  # all tokens of a call ask for the same
def _media_keys(request: message.Message) -> MediaKeys | None:
    sdp = bodies.sdp_of(request)
    if sdp is None:
        return None
    return frozenset((name.lower(), digest.replace(":", "").upper()) for name, digest in sdp.fingerprints)


def party(text: str) -> str:
    """A number or SIP address as the user typed it, in the form it is compared. Raises UsageError."""
    uri = parse_uri(text.strip())
    found = caller.party(uri) if uri.scheme else numbers.canonical(text)
    if found is None:
        raise UsageError(f"'{text}' is neither a telephone number nor a SIP address.")
    return found
