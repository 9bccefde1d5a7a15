"""What is asked of the signing and verification services (3GPP TS 24.229 Annex V, ATIS-1000082)?

The names are those of 3GPP; where ATIS-1000082 has another (`identity` for `identityHeader`) or another form
(lists of numbers in `to`), it is read as well. A value null is one left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quivive.calls import asserted
from quivive.calls.claims import LAST_SECOND
from quivive.calls.claims import MOST as MOST_CALLED
from quivive.calls.forwarding import MOST
from quivive.calls.sign import Token
from quivive.errors import UsageError

Object = Mapping[str, Any]
LONGEST_TEXT = 1024
"""Characters of any text but an Identity value."""
MOST_HEADERS = 50
"""Protected header fields of one request."""


class BadRequest(Exception):
    """The request is not answered; `error` is the text that the 3GPP description has, `detail` says where."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.detail = detail


@dataclass(frozen=True)
class SigningRequest:
    """The token to sign; `attest` and `origid` may still be missing in it."""

    token: Token
    profile: str
    request_id: str | None


@dataclass(frozen=True)
class VerificationRequest:
    """Parties in the form of `calls.verify.Call`; `time` in Unix seconds; `headers` as 'Name: value'.

    `is_atis`: the Identity came under the name of ATIS-1000082, so its answer is in that form too.
    """

    identities: tuple[str, ...]
    caller: str
    callees: tuple[str, ...]
    target: str | None
    time: int
    headers: tuple[str, ...]
    request_id: str | None
    display_name: str | None
    is_atis: bool


def signing(body: Object) -> SigningRequest:
    """Read a signing request. Raises BadRequest."""
    asked = _inner(body, "signingRequest")
    ppt = _text(asked, "ppt") or "shaken"
    div = _object(asked, "div", wanted=ppt == "div")
    rph = _object(asked, "rph", wanted=ppt == "rph")
    if ppt not in ("shaken", "div", "rph"):
        raise _invalid("ppt", "shaken, div or rph")
    token = Token(
        orig=_party(asked, "orig"),
        dest=_parties(asked, "dest"),
        ppt=ppt,
        attest=_text(asked, "attest") if ppt == "shaken" else None,
        origid=_text(asked, "origid") if ppt == "shaken" else None,
        iat=_time(asked, "iat"),
        div=_party(asked, "div") if ppt == "div" else None,
        hi=_text(div, "hi") if ppt == "div" else None,
        rph=_texts(rph, "auth") if ppt == "rph" else (),
        sph=_text(asked, "sph") if ppt == "rph" else None,
    )
    return SigningRequest(token, _text(asked, "profileId") or "", _text(asked, "requestId"))


def verification(body: Object) -> VerificationRequest:
    """Read a verification request. Raises BadRequest."""
    asked = _inner(body, "verificationRequest")
    atis = asked.get("identityHeader") is None and asked.get("identity") is not None
    first = _listed(asked, "identity" if atis else "identityHeader")
    identities = (*first, *_listed(asked, "identityHeaders"))
    if not identities:
        raise BadRequest("Missing Mandatory Parameter", "identityHeader or identityHeaders")
    if len(identities) > MOST:
        raise _invalid("identityHeaders", f"at most {MOST} for one call")
    dest = _parties(asked, "dest") if asked.get("dest") is not None else ()
    return VerificationRequest(
        identities=identities,
        caller=_party(asked, "from"),
        callees=_parties(asked, "to"),
        target=dest[0] if dest else None,
        time=_time(asked, "time"),
        headers=_listed(asked, "protectedHeaders")[:MOST_HEADERS],
        request_id=_text(asked, "requestId"),
        display_name=_text(asked, "displayName"),
        is_atis=atis,
    )


def _inner(body: Object, name: str) -> Object:
    value = body.get(name)
    if value is None:
        raise BadRequest("Missing Mandatory Parameter", name)
    if not isinstance(value, dict):
        raise _invalid(name, "an object")
    return value


def _object(asked: Object, name: str, wanted: bool) -> Object:
    value = asked.get(name)
    if value is None and wanted:
        raise BadRequest("Missing Mandatory Parameter", name)
    if value is not None and not isinstance(value, dict):
        raise _invalid(name, "an object")
    return value or {}


def _text(asked: Object, name: str) -> str | None:
    value = asked.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_TEXT):
        raise _invalid(name, f"a text of at most {LONGEST_TEXT} characters")
    return value


def _texts(asked: Object, name: str) -> tuple[str, ...]:
    found = _listed(asked, name)
    if not found:
        raise BadRequest("Missing Mandatory Parameter", name)
    return found


def _listed(asked: Object, name: str) -> tuple[str, ...]:
    """A list of texts; one text alone counts as a list of one, nothing as none."""
    value = asked.get(name)
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
        raise _invalid(name, "texts that are not empty")
    return tuple(values)


def _time(asked: Object, name: str) -> int:
    value = asked.get(name)
    if value is None:
        raise BadRequest("Missing Mandatory Parameter", name)
    if type(value) is int and 0 < value <= LAST_SECOND:
        return value
    raise _invalid(name, "whole seconds since 1970")


def _party(asked: Object, name: str) -> str:
    """One party; its number counts where it has an address beside it."""
    value = _object(asked, name, wanted=True)
    kind = "tn" if value.get("tn") else "uri"
    found = _parties({name: {kind: value.get(kind)}}, name)
    if len(found) != 1:
        raise _invalid(name, "one number (tn) or address (uri)")
    return found[0]


def _parties(asked: Object, name: str) -> tuple[str, ...]:
    """Canonical numbers and 'sip:' addresses, numbers first."""
    value = _object(asked, name, wanted=True)
    numbers, addresses = _listed(value, "tn"), _listed(value, "uri")
    if not numbers and not addresses:
        raise BadRequest("Missing Mandatory Parameter", f"{name}: tn or uri")
    if len(numbers) + len(addresses) > MOST_CALLED:
        raise _invalid(name, f"at most {MOST_CALLED} parties")
    uris = (each if ":" in each else f"sip:{each}" for each in addresses)  # 'alice@example.org' in examples
    try:
        return tuple(asserted.party(each) for each in (*numbers, *uris))
    except UsageError as error:
        raise _invalid(name, str(error)) from error


def _invalid(name: str, wanted: str) -> BadRequest:
    return BadRequest("Invalid Parameter Value", f"{name}: {wanted}")
