"""Does the token name caller, callee and media keys of the call that it came with (RFC 8224 §8)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quivive.calls.claims import MOST
from quivive.calls.numbers import canonical, same

if TYPE_CHECKING:
    from quivive.calls.verify import Call


def compared(claims: Mapping[str, Any], call: Call) -> list[str]:
    """Codes (refusals.yaml) of what differs between the claims and the call, empty for nothing."""
    codes = []
    orig, dest = claims.get("orig"), claims.get("dest")
    if call.caller is None:
        codes.append("caller-anonymous" if call.anonymous else "caller-missing")
    elif isinstance(orig, dict) and orig.get("tn") != call.caller and not _is_party(orig, call.caller):
        codes.append("caller-mismatch")
    if not call.callees:
        codes.append("callee-missing")
    elif isinstance(dest, dict):
        named = _list(dest.get("tn")) + _list(dest.get("uri"))
        if call.callees[0] not in named and not _names_one(named[:MOST], call.callees):
            codes.append("callee-mismatch")
    if claims.get("mky"):
        codes += _media_keys(claims["mky"], call)
    return codes


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_party(orig: Mapping[str, object], caller: str) -> bool:
    name = orig.get("tn") or orig.get("uri")
    return isinstance(name, str) and _same(name, caller)


def _names_one(names: Sequence[object], parties: Sequence[str]) -> bool:
    return any(isinstance(name, str) and _same(name, party) for name in names for party in parties)


def _same(name: str, party: str) -> bool:
    if party.startswith(("sip:", "sips:")) or name.startswith(("sip:", "sips:")):
        return _address(name) == _address(party)
    number = canonical(name)
    return number is not None and same(number, party)


def _address(uri: str) -> str:
    """A SIP address as it is compared: user as it stands, host in lower case, parameters left out."""
    user, at, host = uri.partition(";")[0].partition("?")[0].rpartition("@")
    return f"{user}{at}{host.lower()}"


def _media_keys(signed: Any, call: Call) -> list[str]:
    shown = call.media_keys() if callable(call.media_keys) else call.media_keys
    if shown is None:
        return ["media-key-unchecked"]
    keys = {
        (str(key.get("alg")).lower(), str(key.get("dig")).replace(":", "").upper())
        for key in _list(signed)
        if isinstance(key, dict)
    }
    return [] if keys == shown else ["media-key-mismatch"]
