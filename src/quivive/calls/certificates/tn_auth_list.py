"""For which telephone numbers may the certificate sign (TNAuthList, RFC 8226 §9)?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from quivive.calls.certificates import der
from quivive.errors import Unreadable

OID = "1.3.6.1.5.5.7.1.26"
"""id-pe-TNAuthList, RFC 8226 §9."""


@dataclass(frozen=True)
class TnAuthList:
    """Service provider codes, single numbers and ranges (first number, how many): digits without '+'."""

    spcs: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, int], ...] = ()

    @property
    def by_provider_code(self) -> bool:
        """Whether it names a provider rather than numbers alone.

        Which numbers a provider may use is the provider's duty and no part of the certificate
        (ATIS-1000080 §6.4.1; RFC 8226 §9 leaves the mapping to data outside): nothing to compare.
        """
        return bool(self.spcs)

    def lists(self, number: str) -> bool:
        """Whether the number itself stands in it, alone or in a range (of numbers equally long)."""
        return number in self.numbers or any(_in_range(number, *each) for each in self.ranges)

    def covers(self, number: str) -> bool:
        """Whether it may sign for the canonical `number`: listed exactly, or left to a provider code.

        Entries add up (RFC 8226 §9), so beside a provider code no number can be ruled out.
        """
        return self.by_provider_code or self.lists(number)

    def encloses(self, other: TnAuthList) -> bool:
        """Whether all that `other`, a delegate's list, names lies in the scope of this one (RFC 9060 §4).

        Codes must be equal; numbers must be listed here unless this list has a provider code, whose
        numbers only outside data could tell (RFC 9060 §5).
        """
        if not set(other.spcs) <= set(self.spcs):
            return False
        if self.by_provider_code:
            return True
        mine = _merged(self)
        plain = {number for number in other.numbers if not number.isdigit()}
        return plain <= self.numbers and all(_within(span, mine) for span in _merged(other))


def read(data: bytes) -> TnAuthList:
    """The extension's value, strictly as RFC 8226 §9 spells it; raises Unreadable."""
    spcs: list[str] = []
    numbers: set[str] = set()
    ranges: list[tuple[str, int]] = []
    for entry in der.values(der.only(data, der.SEQUENCE).content):
        inner = _one(entry.content)
        if entry.tag == der.CONTEXT:
            spcs.append(_provider_code(inner))
        elif entry.tag == der.CONTEXT + 1:
            ranges.append(_range(inner))
        elif entry.tag == der.CONTEXT + 2:
            numbers.add(_number(inner))
        else:
            raise Unreadable("The certificate's TNAuthList has an entry of no known kind.")
    if not (spcs or numbers or ranges):
        raise Unreadable("The certificate's TNAuthList is empty.")
    return TnAuthList(tuple(spcs), frozenset(numbers), tuple(ranges))


def _one(content: bytes) -> der.Value:
    found = list(der.values(content))
    if len(found) != 1:
        raise Unreadable("An entry of the certificate's TNAuthList does not hold one value.")
    return found[0]


def _provider_code(value: der.Value) -> str:
    code = der.text(value, der.IA5_STRING)
    if not code:
        raise Unreadable("The certificate's TNAuthList has an empty service provider code.")
    return code


def _number(value: der.Value) -> str:
    number = der.text(value, der.IA5_STRING)
    if not re.fullmatch(r"[0-9#*]{1,15}", number, re.ASCII):
        raise Unreadable("The certificate's TNAuthList has a telephone number that is none.")
    return number


def _range(value: der.Value) -> tuple[str, int]:
    """Start and count; further elements are refused: the type may grow, but none is defined to this day."""
    parts = list(der.values(value.content)) if value.tag == der.SEQUENCE else []
    if len(parts) != 2:
        raise Unreadable("A range of the certificate's TNAuthList does not read.")
    start, count = _number(parts[0]), der.integer(parts[1])
    if not start.isdigit() or not 2 <= count <= 10 ** len(start):
        raise Unreadable("A range of the certificate's TNAuthList cannot be counted.")
    return start, count


def _in_range(number: str, start: str, count: int) -> bool:
    return (
        len(number) == len(start)
        and number.isascii()
        and number.isdigit()
        and 0 <= int(number) - int(start) < count
    )


_Span = tuple[int, int, int]
"""Length of the numbers, first and last of them."""


def _merged(entries: TnAuthList) -> list[_Span]:
    spans = [(len(start), int(start), int(start) + count - 1) for start, count in entries.ranges]
    spans += [(len(number), int(number), int(number)) for number in entries.numbers if number.isdigit()]
    merged: list[_Span] = []
    for length, first, last in sorted(spans):
        if merged and merged[-1][0] == length and first <= merged[-1][2] + 1:
            merged[-1] = (length, merged[-1][1], max(last, merged[-1][2]))
        else:
            merged.append((length, first, last))
    return merged


def _within(span: _Span, spans: Iterable[_Span]) -> bool:
    length, first, last = span
    return any(length == size and low <= first and last <= high for size, low, high in spans)
