"""Where do the requests end that come over a connection (RFC 3261 §18.3)?"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD = 65_536
BODY = 65_536
END = b"\r\n\r\n"
PONG = b"\r\n"
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:([^\n]*)", re.IGNORECASE | re.MULTILINE)
"""Nothing in it can match in two ways: blanks are taken off afterwards, in linear time."""


@dataclass(frozen=True)
class Taken:
    """Whole requests in their order; keep-alives that await an answer (RFC 5626 §4.4.1).

    `fault` is the head of a request whose end cannot be told, so nothing after it can be read; else None.
    """

    requests: list[bytes]
    pings: int = 0
    fault: bytes | None = None
    wanted: int = 0
    """Bytes of the request at the begin of the buffer, if known: with fewer, it need not be looked at."""


def take(buffer: bytearray) -> Taken:
    """Take what is whole off the begin of `buffer`; the begin of a request stays for when more has come."""
    found: list[bytes] = []
    pings = wanted = 0
    while buffer:
        if buffer.startswith(END):
            pings += 1
            del buffer[: len(END)]
        elif END.startswith(buffer):
            break
        elif buffer.startswith(b"\r\n"):
            del buffer[:2]
        else:
            whole = _whole(buffer)
            if whole is None:
                head, end, _ = bytes(buffer).partition(END)
                return Taken(found, pings, head + end)
            if whole == 0 or whole > len(buffer):
                wanted = whole
                break
            found.append(bytes(buffer[:whole]))
            del buffer[:whole]
    return Taken(found, pings, wanted=wanted)


def _whole(buffer: bytearray) -> int | None:
    """Bytes of the first request; 0 while its head is not there, None where its end cannot be told."""
    end = buffer.find(END)
    if end < 0:
        return None if len(buffer) > HEAD else 0
    lengths = {each.strip(b" \t\r") for each in _LENGTH.findall(buffer, 0, end + 2)}
    said = lengths.pop() if len(lengths) == 1 else b""
    is_sound = said.isdigit() and len(said) < 10 and int(said) <= BODY
    return end + len(END) + int(said) if is_sound else None
