"""Do two distinguished names mean the same (RFC 5280 §7.1)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cryptography import x509

Name: TypeAlias = tuple[frozenset[tuple[str, str | bytes]], ...]
"""What is compared: one set of (attribute type, value) for each relative name, in order."""


def comparable(name: x509.Name) -> Name:
    """The name without what does not count: the string type, capitals, and how much white space."""
    return tuple(
        frozenset((each.oid.dotted_string, _folded(each.value)) for each in relative)
        for relative in name.rdns
    )


def _folded(value: str | bytes) -> str | bytes:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value
