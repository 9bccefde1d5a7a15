"""Does the TNAuthList name one service provider code as RFC 8226 §9 and ATIS-1000080 §6.4.1 ask?

Read more leniently than for verification (`calls.certificates.tn_auth_list`): a linter must say which
fault it is, not that there is one.
"""

from __future__ import annotations

import re

from quivive.calls.certificates import der
from quivive.calls.lint import fields as field
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields
from quivive.errors import Unreadable

_STRINGS = frozenset({0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1B})


def spc(fields: Fields) -> tuple[str, str]:
    """The one service provider code, or '' and what is wrong with the list."""
    found = fields.extension(field.TN_AUTH_LIST)
    if not found:
        return "", "The TNAuthList extension is not present."
    entries = field.content(found.value)
    if entries is None:
        return "", "The TNAuthList does not read."
    try:
        codes = [_code(entry) for entry in entries if entry.tag & 0x1F == 0]
    except Unreadable:
        return "", "An entry of the TNAuthList does not read."
    if len(codes) != 1:
        return "", f"The TNAuthList has {len(codes)} service provider codes instead of one."
    return (codes[0], "") if codes[0] else ("", "The service provider code is empty.")


def _code(entry: der.Value) -> str:
    inner = next(der.values(entry.content), None)
    if inner is None or inner.tag not in _STRINGS:
        raise Unreadable("The service provider code is no string.")
    try:
        return inner.content.decode("ascii")
    except UnicodeDecodeError as error:
        raise Unreadable("The service provider code holds foreign bytes.") from error


def present(fields: Fields) -> str | None:
    """It is there, not critical, and names one code."""
    found = fields.extension(field.TN_AUTH_LIST)
    if found and found.critical:
        return "The TNAuthList extension is critical."
    return spc(fields)[1] or None


def capitals_and_digits(fields: Fields) -> str | None:
    """The code has digits and capital letters only."""
    code, problem = spc(fields)
    if problem or re.fullmatch(r"[A-Z0-9]+", code, re.ASCII):
        return problem or None
    return f"The service provider code {code!r} has other characters than digits and capital letters."


def absent(fields: Fields) -> str | None:
    """A CA's certificate has none."""
    return "A CA's certificate has a TNAuthList." if fields.extension(field.TN_AUTH_LIST) else None


CHECKS: Checks = {
    "e_atis_tn_auth_list": present,
    "e_atis_tn_auth_list_spc_format": capitals_and_digits,
    "e_atis_tn_auth_list_ca": absent,
}
