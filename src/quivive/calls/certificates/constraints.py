"""Which claims does the certificate let its holder make (RFC 8226 §8, RFC 9118)?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from quivive.calls.certificates import der
from quivive.errors import Unreadable

OID = "1.3.6.1.5.5.7.1.27"
"""id-pe-JWTClaimConstraints, RFC 8226 §8."""
ENHANCED_OID = "1.3.6.1.5.5.7.1.33"
"""id-pe-eJWTClaimConstraints, RFC 9118 §3."""

BASELINE = ("iat", "orig", "dest")
"""Claims that every PASSporT has (RFC 8225 §5), whatever a certificate lists."""


@dataclass(frozen=True)
class Constraints:
    """Claims that a PASSporT must have, the values that some may take, and claims it must not have."""

    must_include: tuple[str, ...] = ()
    permitted_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    must_exclude: tuple[str, ...] = ()

    def __add__(self, other: Constraints) -> Constraints:
        """Both at once. RFC 9118 §5 forbids a certificate to have both extensions; if it does, both bind."""
        return Constraints(
            self.must_include + other.must_include,
            self.permitted_values + other.permitted_values,
            self.must_exclude + other.must_exclude,
        )


def read(data: bytes) -> Constraints:
    """The value of JWTClaimConstraints, strictly as RFC 8226 §8 spells it; raises Unreadable."""
    return _read(data, 2)


def read_enhanced(data: bytes) -> Constraints:
    """The value of EnhancedJWTClaimConstraints, strictly as RFC 9118 §3 spells it; raises Unreadable.

    One that excludes a baseline claim is void: the certificate counts as having no such extension.
    """
    found = _read(data, 3)
    return Constraints() if set(found.must_exclude) & set(BASELINE) else found


def _read(data: bytes, kinds: int) -> Constraints:
    parts = {part.tag - der.CONTEXT: part for part in _ordered(data, kinds)}
    return Constraints(
        _names(parts[0]) if 0 in parts else (),
        tuple(_permitted(each) for each in _sequence(parts[1])) if 1 in parts else (),
        _names(parts[2]) if 2 in parts else (),
    )


def violations(
    constraints: Constraints, header: Mapping[str, object], claims: Mapping[str, object]
) -> tuple[str, ...]:
    """Names of the claims that break the constraints, each once, in order; empty: the PASSporT keeps them.

    The names mean claims of the payload. One parameter of the header, `ppt`, is looked up there too, since
    it says which claims follow and certificates constrain it under its name. Values are compared as the
    exact string, or, where a claim is no string, as its JSON text with sorted names and no spaces
    (RFC 8225 §9, the form it was signed in).
    """
    stated = dict(claims)
    if "ppt" in header:
        stated.setdefault("ppt", header["ppt"])
    broken = [name for name in (*BASELINE, *constraints.must_include) if name not in stated]
    broken += [
        name
        for name, permitted in constraints.permitted_values
        if name in stated and _as_text(stated[name]) not in permitted
    ]
    broken += [name for name in constraints.must_exclude if name in stated]
    return tuple(dict.fromkeys(broken))


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _ordered(data: bytes, kinds: int) -> list[der.Value]:
    """The optional parts [0], [1], [2], each at most once and in order, at least one (RFC 9118 §3)."""
    parts = list(der.values(der.only(data, der.SEQUENCE).content))
    tags = [part.tag - der.CONTEXT for part in parts]
    if not tags or tags != sorted(set(tags)) or not set(tags) <= set(range(kinds)):
        raise Unreadable("The certificate's claim constraints do not read.")
    return parts


def _sequence(part: der.Value) -> list[der.Value]:
    inner = list(der.values(der.only(part.content, der.SEQUENCE).content))
    if not inner:
        raise Unreadable("A list of the certificate's claim constraints is empty.")
    return inner


def _names(part: der.Value) -> tuple[str, ...]:
    return tuple(der.text(each, der.IA5_STRING) for each in _sequence(part))


def _permitted(value: der.Value) -> tuple[str, tuple[str, ...]]:
    parts = list(der.values(value.content)) if value.tag == der.SEQUENCE else []
    if len(parts) != 2 or parts[1].tag != der.SEQUENCE:
        raise Unreadable("The certificate's permitted values do not read.")
    allowed = tuple(der.text(each, der.UTF8_STRING) for each in der.values(parts[1].content))
    if not allowed:
        raise Unreadable("The certificate's permitted values of a claim are none.")
    return der.text(parts[0], der.IA5_STRING), allowed
