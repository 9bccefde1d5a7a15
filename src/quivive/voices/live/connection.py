"""What happens on one WebSocket of a provider, from its start message to its last?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook, TooLarge, Unreadable
from quivive.voices.live import access as gate
from quivive.voices.live import streams
from quivive.voices.live.access import Access
from quivive.voices.live.call import Call
from quivive.voices.live.listener import Listener

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

TO_START = 10.0
"""Seconds in which a connection has to say its start message."""
SILENT = 30.0
"""Seconds without a message after which a call is over: providers send silence too."""
LONGEST = 6 * 3600.0
"""Seconds after which a connection is closed, whatever it sends."""
_BEFORE_START = 4
"""Messages that may come before the start message; providers send one ('connected')."""
_LOST = "The connection was lost."


async def serve(connection: ServerConnection, listener: Listener, access: Access) -> str:
    """Listens to a stream until its end. Answers why the connection was refused or cut, or nothing."""
    from websockets.exceptions import ConnectionClosed

    try:
        async with asyncio.timeout(LONGEST):
            await _stream(connection, listener, access)
        code, reason = 1000, ""
    except CouldNotLook as error:
        code, reason = (1013 if isinstance(error, TooLarge) else 1008), str(error)
    except TimeoutError:
        code, reason = 1008, "The stream went on for longer than any call."
    except ConnectionClosed as closed:
        code, reason = 1000, "A message was too long." if closed.sent and closed.sent.code == 1009 else ""
    await connection.close(code, reason[:120])
    return reason


async def _stream(connection: ServerConnection, listener: Listener, access: Access) -> None:
    start = await _started(connection, access)
    call = listener.begin("media-stream", start.stream, start.call, start.codec)
    reason = _LOST
    try:
        while not call.ended:
            message = streams.parse(await _next(connection, SILENT, f"Nothing came for {SILENT:.0f} s."))
            if isinstance(message, streams.Stop):
                reason = "The provider ended the stream."
                return
            if isinstance(message, streams.Media):
                await _take(call, message)
        raise Unreadable(call.ended)
    except CouldNotLook as error:
        reason = str(error)
        raise
    finally:
        call.end(reason)


async def _take(call: Call, media: streams.Media) -> None:
    """A frame; where too much waits already, the sender waits too (nothing more is read from it)."""
    while call.full and not call.ended:
        await asyncio.sleep(0.05)
    time = media.milliseconds
    ticks = None if time is None else time * call.codec.clock // 1000
    call.take(media.track, media.number, ticks, media.octets)


async def _started(connection: ServerConnection, access: Access) -> streams.Start:
    """The start message of a connection that may send. Raises Unreadable where there is none."""
    headers: Mapping[str, str] = connection.request.headers if connection.request else {}
    for _ in range(_BEFORE_START):
        message = streams.parse(await _next(connection, TO_START, "No start message came."))
        if isinstance(message, streams.Start):
            if _may(access, headers, message):
                return message
            raise Unreadable("The stream brings neither the token nor a valid signature.")
        if not isinstance(message, streams.Other):
            break
    raise Unreadable("The stream does not begin with a start message.")


def _may(access: Access, headers: Mapping[str, str], start: streams.Start) -> bool:
    return (
        gate.holds_token(access, headers)
        or gate.twilio_signed(access, headers)
        or gate.is_token(access, start.token)
    )


async def _next(connection: ServerConnection, seconds: float, otherwise: str) -> str | bytes:
    try:
        async with asyncio.timeout(seconds):
            return await connection.recv()
    except TimeoutError as error:
        raise Unreadable(otherwise) from error
