"""The SIP redirect server on a free port of 127.0.0.1, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quivive.calls.service.house import House, Live
from quivive.calls.service.judged import Journal
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.redirect import Server, listen


@contextmanager
def redirecting(load: Callable[[], House], journal: Journal) -> Iterator[int]:
    """The server's port, UDP and TCP; it is closed at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> Server:
        return await listen("127.0.0.1", 0, Live(load), journal, Metrics())

    async def stop() -> None:
        await server.close()

    try:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield server.port
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
