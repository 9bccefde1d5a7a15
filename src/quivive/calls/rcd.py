"""Does rich call data (name, card, picture) agree with its signed digests (RFC 9795 §6)?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from quivive.calls.passport import serialise

_ALGORITHMS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
MOST = 50
_BEHIND_A_LINK = ("/icn", "/jcl")
"""Digests of what an address leads to; it is not opened."""


def faults(rcd: Mapping[str, Any], rcdi: Mapping[str, Any] | str) -> list[str]:
    """Codes of what is wrong with the digests, empty where all agree; never raises.

    `rcdi` maps JSON pointers into `rcd` to 'sha256-<base64>'. Early drafts had one digest over all of
    `rcd`, and took a text without its quotes: those match too and get a note.
    """
    pairs = {"": rcdi} if isinstance(rcdi, str) else rcdi
    if not pairs or len(pairs) > MOST:
        return ["claim-rcdi"]
    found = {code for pointer, digest in pairs.items() if (code := _fault(rcd, pointer, digest))}
    return sorted(found | ({"rcdi-draft"} if isinstance(rcdi, str) and not found else set()))


def digest(value: Any, algorithm: str = "sha256") -> str:
    """The digest of one element: over its JSON, blanks removed and names sorted (RFC 9795 §6.1)."""
    return f"{algorithm}-{base64.b64encode(_ALGORITHMS[algorithm](serialise(value)).digest()).decode()}"


def _fault(rcd: Mapping[str, Any], pointer: str, signed: object) -> str | None:
    algorithm, dash, text = signed.partition("-") if isinstance(signed, str) else ("", "", "")
    if not dash or algorithm not in _ALGORITHMS:
        return "claim-rcdi"
    try:
        expected = base64.b64decode(text, validate=True)
        value = _at(rcd, pointer)
    except (binascii.Error, ValueError):
        return "claim-rcdi"
    except LookupError:
        return "rcdi-mismatch"
    if _leads_away(pointer, value):
        return "rcdi-not-at-hand"
    made = _ALGORITHMS[algorithm]
    if hmac.compare_digest(made(serialise(value)).digest(), expected):
        return None
    if isinstance(value, str) and hmac.compare_digest(made(value.encode()).digest(), expected):
        return "rcdi-draft"
    return "rcdi-mismatch"


def _leads_away(pointer: str, value: object) -> bool:
    """Whether the digest is of what an address leads to: /icn, /jcl, and addresses within a card."""
    inside_a_card = pointer.startswith(("/jcd/", "/jcl/"))
    return pointer in _BEHIND_A_LINK or (
        inside_a_card and isinstance(value, str) and value.startswith(("https://", "http://", "cid:"))
    )


def _at(value: Any, pointer: str) -> Any:
    """The element a JSON pointer names (RFC 6901). Raises LookupError or ValueError."""
    if pointer and not pointer.startswith("/"):
        raise ValueError(pointer)
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            if not (step.isascii() and step.isdigit() and len(step) < 6):
                raise ValueError(pointer)
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            raise LookupError(pointer)
    return value
