"""Do the claims of a PASSporT have the form that its kind (`ppt`) asks for?

RFC 8225 §5 (every token), 8588 (shaken), 8946 (div, div-o), 8443 and 9027 (rph), 9795 (rcd). Each function
gives the codes of faults (refusals.yaml), in the order of the claims; nothing is compared with the call here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

KINDS = (None, "shaken", "div", "div-o", "rph", "rcd")
"""Values of `ppt` that are understood; None is the token of RFC 8225 itself."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
LAST_SECOND = 253_402_300_799
"""Unix time of the last second of the year 9999; beyond, clocks and calendars fail."""
_NAMES = frozenset({"tn", "uri"})
_RICH = frozenset({"rcd", "rcdi", "crn"})
MOST = 500
"""Called numbers that one token may name."""


def faults(ppt: str | None, claims: Mapping[str, Any]) -> list[str]:
    """Codes of what is wrong with the form of the claims, empty for none."""
    found = []
    if not is_time(claims.get("iat")):
        found.append("claim-iat")
    orig, dest = claims.get("orig"), claims.get("dest")
    if isinstance(orig, str) or isinstance(dest, str):
        found.append("claim-text")
    else:
        if not is_party(orig):
            found.append("claim-orig")
        if not _is_dest(dest):
            found.append("claim-dest")
    if "mky" in claims and not _is_mky(claims["mky"]):
        found.append("claim-mky")
    if ppt == "shaken":
        found += _shaken(claims)
    elif ppt in ("div", "div-o"):
        found += _div(ppt, claims)
    elif ppt == "rph" and not (_is_rph(claims.get("rph")) and _is_text(claims, "sph")):
        found.append("claim-rph")
    if ppt == "rcd" or not _RICH.isdisjoint(claims):
        found += _rcd(ppt, claims)
    return found


def is_time(value: object) -> TypeGuard[float]:
    """Whether this is a NumericDate (RFC 7519 §2): seconds as a number, no truth value, in calendar years."""
    return (type(value) is int or type(value) is float) and 0 <= value <= LAST_SECOND


def is_party(value: object) -> bool:
    """Whether this names one party: an object with either a `tn` or a `uri` (RFC 8225 §5.2.1)."""
    if not isinstance(value, dict):
        return False
    name = value.get("uri") if "tn" not in value else None if "uri" in value else value["tn"]
    return isinstance(name, str) and bool(name)


def _is_dest(value: object) -> bool:
    if not isinstance(value, dict) or not value or not value.keys() <= _NAMES:
        return False
    for names in value.values():
        if not isinstance(names, list) or not 0 < len(names) <= MOST:
            return False
        for name in names:  # a loop: half the time of all(), and every call comes through here
            if not isinstance(name, str) or not name:
                return False
    return True


def _is_mky(value: object) -> bool:
    """RFC 8225 §5.2.2: fingerprints, each with algorithm and digest."""
    return isinstance(value, list) and all(
        isinstance(key, dict) and isinstance(key.get("alg"), str) and isinstance(key.get("dig"), str)
        for key in value
    )


def _shaken(claims: Mapping[str, Any]) -> list[str]:
    found = []
    if claims.get("attest") not in ("A", "B", "C"):
        found.append("claim-attest")
    origid = claims.get("origid")
    if not isinstance(origid, str) or not origid:
        found.append("claim-origid")
    elif not _UUID.fullmatch(origid):
        found.append("origid-form")
    return found


def _div(ppt: str, claims: Mapping[str, Any]) -> list[str]:
    div = claims.get("div")
    found = [] if is_party(div) and _is_text(div, "hi") else ["claim-div"]
    if ppt == "div-o" and not (isinstance(claims.get("opt"), str) and claims["opt"].count(".") == 2):
        found.append("claim-opt")
    return found


def _is_text(claims: Any, name: str) -> bool:
    """Whether a claim that may be left out is a text where it stands: `hi` of `div` (RFC 8946 §4.1), `sph`
    (RFC 9027 §4)."""
    return name not in claims or (isinstance(claims[name], str) and bool(claims[name]))


def _is_rph(value: object) -> bool:
    """RFC 8443 §4: at least one list of priorities."""
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(v, list) and v and all(isinstance(n, str) for n in v) for v in value.values())


def _rcd(ppt: str | None, claims: Mapping[str, Any]) -> list[str]:
    found = []
    rcd, rcdi = claims.get("rcd"), claims.get("rcdi")
    wanted = "rcd" in claims or (ppt == "rcd" and "crn" not in claims)
    if wanted and not _is_rcd(rcd):
        found.append("claim-rcd")
    if "rcdi" in claims and not isinstance(rcdi, dict | str):
        found.append("claim-rcdi")
    if "crn" in claims and not isinstance(claims["crn"], str):
        found.append("claim-crn")
    return found


def _is_rcd(value: object) -> bool:
    """RFC 9795 §5.1: a name, and a card either in full or by its address."""
    if not isinstance(value, dict) or {"jcd", "jcl"} <= value.keys():
        return False
    return isinstance(value.get("nam"), str)
