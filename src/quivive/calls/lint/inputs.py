"""In which wrappings do certificates come: DER, base64, PEM, or JSON lines of a survey?"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from quivive.calls.certificates import pem
from quivive.errors import Unreadable

_TESTED = "%d %b %y %H:%M UTC"


def one(data: bytes) -> bytes:
    """The DER of the first certificate in DER, base64 or PEM; raises Unreadable."""
    return each(data)[0]


def each(data: bytes) -> list[bytes]:
    """The DER of every certificate in DER, base64 or PEM, one at least; raises Unreadable."""
    found = pem.certificates(data)
    if not found:
        raise Unreadable("The PEM file holds no certificate.")
    return found


def row(line: bytes) -> tuple[str, bytes, datetime | None]:
    """Name, DER and, if told, time of test of one JSON line; raises Unreadable."""
    try:
        values = json.loads(line)
        text = values["cert"]
        name = values.get("name") or values.get("sha256") or ""
        encoded = text.encode("ascii")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable('The line is no JSON object with base64 text in "cert".') from error
    return str(name), one(encoded), tested(values.get("tested"))


def tested(text: object) -> datetime | None:
    """The time in a survey's 'tested' field ('18 Aug 25 20:04 UTC', or ISO 8601); None without one."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.strptime(text, _TESTED).replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
