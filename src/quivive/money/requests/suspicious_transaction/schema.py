"""Does a report fit the schema of the user's own financial-intelligence unit?

Units publish their own goAML schema: other codes, lengths and required fields. xmlschema checks against it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from quivive.errors import NotInstalled, UsageError
from quivive.money.requests.problems import Problem
from quivive.money.requests.reading import read_bytes
from quivive.money.requests.suspicious_transaction.writer import Report

MOST = 50
_ANCHORED = re.compile(r'(<(?:\w+:)?pattern\s+value=)"\^([^"]*)\$"')
_MOST_CODES = 12


def faults(report: Report, schema: Path) -> list[Problem]:
    """What the schema does not allow, each with its place in the input.

    Raises NotInstalled without xmlschema, UsageError where the schema does not read.
    """
    found = []
    for error in _compiled(schema).iter_errors(report.root):
        place = report.places.get(error.elem, "") if error.elem is not None else ""
        found.append(Problem(place, f"{_said(error)} [{error.path or '/report'}]"))
        if len(found) >= MOST:
            break
    return found


def _compiled(path: Path) -> Any:
    """The schema, as a unit's portal understands it.

    Published schemas write ^ and $ around patterns, as .NET does; in XML Schema both stand for themselves and
    no name would ever fit, so that they are taken away. Nothing is fetched and no other file is read.
    """
    try:
        import xmlschema
    except ImportError as error:
        raise NotInstalled("Checking against a schema needs xmlschema: pip install xmlschema.") from error
    data = read_bytes(path, 50 * 2**20)
    try:
        text = _ANCHORED.sub(r'\1"\2"', data.decode("utf-8-sig"))
        found = xmlschema.XMLSchema11(text, allow="none", defuse="always", loglevel="ERROR")
    except (UnicodeDecodeError, ValueError, xmlschema.XMLSchemaException, SyntaxError, OSError) as error:
        raise UsageError(f"{path.name} does not read as an XML schema: {_one_line(str(error))}") from error
    if "report" not in found.elements:
        raise UsageError(f"{path.name} is no schema of goAML: it has no element 'report'.")
    return found


def _said(error: Any) -> str:
    """The reason in words; lists of hundreds of codes are cut."""
    reason = _one_line(str(error.reason or error.message))
    value = (getattr(error.elem, "text", None) or "").strip()
    if "doesn't match any pattern" in reason:
        return f"has characters that this unit does not take: '{value[:60]}'."
    if found := re.search(r"value must be one of \[(.*)\]", reason):
        codes = re.findall(r"'([^']*)'", found[1])
        more = f" and {len(codes) - _MOST_CODES} more" if len(codes) > _MOST_CODES else ""
        listed = ", ".join(codes[:_MOST_CODES])
        return f"is '{value[:60]}', which is no code of this unit (it has {listed}{more})."
    if found := re.search(r"Tag '?(\w+)'? expected", reason):
        return f"lacks '{found[1]}', which this unit wants."
    return f"does not fit the unit's schema: {reason[:200].rstrip('.')}."


def _one_line(text: str) -> str:
    return " ".join(text.split())
