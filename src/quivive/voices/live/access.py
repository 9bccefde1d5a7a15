"""Who may send a call, and who may see the page?

A token, as `Authorization: Bearer` (SignalWire's authBearerToken), as the password of Basic (a browser asks
for it) or as the parameter `token` of the stream (Twilio takes no query in the address); or Twilio's
signature of the address (Twilio, 'Validate requests': HMAC-SHA1 of the URL with the account's auth token).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from quivive.errors import UsageError

LEAST_TOKEN = 16
"""Characters of a token; shorter ones are guessed."""


@dataclass(frozen=True)
class Access:
    """`token` opens everything; `twilio` is the auth token that signs streams to `public_url`."""

    token: str = ""
    twilio: str = ""
    public_url: str = ""

    @property
    def open(self) -> bool:
        """Whether nobody is asked who they are."""
        return not (self.token or self.twilio)


def checked(access: Access, host: str) -> Access:
    """The same. Raises UsageError where it would leave the door open beyond this machine."""
    if access.token and len(access.token) < LEAST_TOKEN:
        raise UsageError(f"The token is too short: at least {LEAST_TOKEN} characters.")
    if access.twilio and not access.public_url:
        raise UsageError("Twilio signs the address of the stream: name it with --public-url wss://…")
    if not loopback(host) and not access.token:
        raise UsageError(
            f"Others can reach {host}: to listen there, set a token in $QUIVIVE_LISTEN_TOKEN or --token-file."
        )
    return access


def loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def holds_token(access: Access, headers: Mapping[str, str]) -> bool:
    """Whether a request brings the token, or none is asked for."""
    return access.open or is_token(access, _sent(headers.get("Authorization", "")))


def is_token(access: Access, value: str) -> bool:
    """Whether a value is the token; takes as long for a wrong one as for the right one."""
    given, wanted = value.encode("utf-8", "replace"), access.token.encode()
    return bool(access.token) and hmac.compare_digest(given, wanted)


def twilio_signed(access: Access, headers: Mapping[str, str]) -> bool:
    """Whether Twilio signed the request: the address as it was configured, with or without a slash behind."""
    given = headers.get("X-Twilio-Signature", "").encode("utf-8", "replace")
    if not access.twilio or not given:
        return False
    bare = access.public_url.rstrip("/")
    return any(hmac.compare_digest(given, _signature(access.twilio, url)) for url in (bare, bare + "/"))


def known_host(access: Access, host: str) -> bool:
    """Where nobody is asked who they are, whether a browser means this machine by the name it asks for.

    Else any site could have its own name lead here (DNS rebinding) and read the page.
    """
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return not access.open or loopback(name)


def _signature(secret: str, url: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), url.encode(), hashlib.sha1).digest())


def _sent(authorization: str) -> str:
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
