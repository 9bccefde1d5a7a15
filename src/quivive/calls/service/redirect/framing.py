"""Where does a request end that comes over a connection (RFC 3261 §18.3)?"""

from __future__ import annotations

import asyncio
import re

BODY = 65_536
_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)


class Unframed(Exception):
    """The end of a request cannot be told; `head` is what was read of it."""

    def __init__(self, head: bytes) -> None:
        super().__init__("no usable Content-Length")
        self.head = head


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The next request, whole. Empty lines before it are keep-alives; two are answered (RFC 5626 §4.4.1).

    Raises Unframed, and IncompleteReadError at the connection's end.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        while not head.strip():
            writer.write(b"\r\n")
            await writer.drain()  # who sends keep-alives and reads no answers is not written to without end
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Unframed(b"") from None
    lengths = {int(found) for found in _LENGTH.findall(head)}
    if len(lengths) != 1 or max(lengths) > BODY:
        raise Unframed(head)
    return head + await reader.readexactly(lengths.pop())
