"""What does the first line of a SIP message say (RFC 3261 §7.1, §7.2)?

The problems that it may have are listed in `message`.
"""

from __future__ import annotations

from typing import NamedTuple

from quivive.calls.sip import lexing
from quivive.calls.sip.lexing import WS
from quivive.errors import Unreadable

_METHODS = frozenset(
    (b"ACK", b"BYE", b"CANCEL", b"INFO", b"INVITE", b"MESSAGE", b"NOTIFY", b"OPTIONS", b"PRACK",
     b"PUBLISH", b"REFER", b"REGISTER", b"SUBSCRIBE", b"UPDATE")
)  # fmt: skip


class StartLine(NamedTuple):  # as addresses.Uri
    """Method and URI of a request, or status (None where it is no status) and reason of an answer."""

    method: str | None
    uri: str
    status: int | None
    reason: str
    version: str
    problems: tuple[str, ...]


def read(line: bytes) -> StartLine:
    """Read a start line without its line end. Raises Unreadable where it is none of SIP."""
    if line.lstrip(WS)[:4].upper() == b"SIP/":
        return _status_line(line)
    parts = line.split()
    if len(parts) == 2 and parts[0] in _METHODS and parts[1][:4].lower() in (b"sip:", b"sips", b"tel:"):
        parts.append(b"")
    elif len(parts) < 3 or parts[-1][:4].upper() != b"SIP/":
        raise Unreadable("This is no SIP message: its first line is neither a request nor a status line.")
    method, uri, version = parts[0], b" ".join(parts[1:-1]), parts[-1]
    faults = {
        "start-line-whitespace": line != b" ".join(filter(None, parts)),
        "method": not lexing.is_token(method),
        "request-uri-whitespace": len(parts) > 3,
        "request-uri-brackets": uri[:1] == b"<",
        "version-missing": not version,
        "version-unknown": version.upper() not in (b"SIP/2.0", b""),
    }
    problems = tuple(code for code, is_so in faults.items() if is_so)
    return StartLine(lexing.text(method), lexing.text(uri), None, "", lexing.text(version), problems)


def _status_line(line: bytes) -> StartLine:
    version, code, reason, *_ = [*line.split(None, 2), b"", b""]
    status = int(code) if len(code) == 3 and code.isdigit() and b"100" <= code <= b"699" else None
    faults = {
        "start-line-whitespace": not line.startswith(version + b" " + code + b" "),
        "status-code": status is None,
        "version-unknown": version.upper() != b"SIP/2.0",
    }
    problems = tuple(name for name, is_so in faults.items() if is_so)
    return StartLine(None, "", status, lexing.text(reason.strip()), lexing.text(version), problems)


def is_start_line(line: bytes) -> bool:
    """Whether a line (its end may be there) is a request line or a status line of SIP/2.0."""
    parts = line.split(None, 2)
    if len(parts) >= 2 and parts[0].upper() == b"SIP/2.0":
        return parts[1].isdigit() and line[:1] not in (b" ", b"\t")
    tail = line.rstrip()
    return (
        len(parts) == 3
        and lexing.is_token(parts[0])
        and tail[-8:].upper() in (b" SIP/2.0", b"\tSIP/2.0")
        and line[:1] not in (b" ", b"\t")
    )
