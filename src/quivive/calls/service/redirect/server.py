"""How does SIP come in and go out: UDP and TCP on one port (RFC 3261 §18)?"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from contextlib import suppress

from quivive.calls.service.house import Live
from quivive.calls.service.judged import Journal
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.redirect import emergency
from quivive.calls.service.redirect.desk import Desk, Source
from quivive.calls.service.redirect.framing import PONG, Taken, take

BATCH = 64
"""Datagrams that are judged before the loop sees to other things, and share one write of the journal."""
WAITING = 2_048
"""Datagrams that may wait; who comes when so many do is told 503 to try elsewhere."""
PATIENCE = 0.25
"""Seconds that the first of them may have waited when one more is let in, who at twice the load that can be
answered then waits for half a second. Who waits longer asks again (T1 of RFC 3261 §17.1.1.1), and by 503 at
once a controller has its call on another way sooner than by an answer that comes late."""
STRANGERS = 0.5
"""The part of what may wait, and of the connections, that those who are no peers may take."""
BUFFER = 4 << 20
CONNECTIONS = 1_024
IDLE = 600.0
"""Seconds after which a silent connection is closed."""
WHOLE = 30.0
"""Seconds that a request may take from its first byte to its last."""
READ = 65_536


class Server:
    """The open doors. `port` is the port of both."""

    def __init__(self, desk: Desk, udp: socket.socket) -> None:
        self._desk, self._udp = desk, udp
        self._waiting: deque[tuple[bytes, Source, float]] = deque()
        self._work: asyncio.Handle | None = None
        self._tcp: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.port: int = udp.getsockname()[1]

    async def open(self, host: str) -> None:
        """Begin to answer."""
        self._tcp = await asyncio.start_server(self._connected, host, self.port, limit=1 << 16)
        asyncio.get_running_loop().add_reader(self._udp.fileno(), self._readable)

    async def close(self) -> None:
        """Answer what has come, then close both doors."""
        loop = asyncio.get_running_loop()
        if self._tcp is not None:
            self._tcp.close()
        self._readable()
        loop.remove_reader(self._udp.fileno())
        while self._waiting:
            self._answer_some()
        if self._work is not None:
            self._work.cancel()
        self._udp.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    # --- UDP ---

    def _readable(self) -> None:
        """Take from the kernel what is there: its queue is short, and what falls off it is lost."""
        for _ in range(4 * BATCH):
            try:
                data, address = self._udp.recvfrom(65_535)
            except BlockingIOError:
                break
            except OSError:  # an answer of before reached nobody (ICMP)
                continue
            if data.startswith(b"ACK "):  # half of what comes; it asks for nothing (§17.2.1)
                continue
            source, now = (address[0], address[1]), time.monotonic()
            if self._has_room(self._fill(now), source):
                self._waiting.append((data, source, now))
            elif reply := self._desk.overloaded(data, source):
                self._send(reply.data, reply.to)
        if self._waiting and self._work is None:
            self._worked()

    def _fill(self, now: float) -> float:
        """How full the waiting room is: 1 is full."""
        if not self._waiting:
            return 0.0
        return max(len(self._waiting) / WAITING, (now - self._waiting[0][2]) / PATIENCE)

    def _has_room(self, fill: float, source: Source) -> bool:
        """Whether one more is let in: peers while there is room, strangers while their part is not taken."""
        return fill < STRANGERS or (fill < 1 and self._desk.knows(source))

    def _worked(self) -> None:
        self._work = None
        self._answer_some()
        if self._waiting:
            self._work = asyncio.get_running_loop().call_soon(self._worked)

    def _answer_some(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        for reply in self._desk.answer((data, source) for data, source, _ in batch):
            self._send(reply.data, reply.to)

    def _send(self, data: bytes, to: Source) -> None:
        with suppress(OSError):  # a full queue or an address that cannot be reached: the client asks again
            self._udp.sendto(data, to)

    # --- TCP ---

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if source := (writer.get_extra_info("peername") or ())[:2]:  # none: it is gone again
                fill = (len(self._connections) - 1) / CONNECTIONS
                if not self._desk.refuses(source) and self._has_room(fill, source):
                    await self._converse(reader, writer, source)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()  # what is written still goes out, but not for ever to one who does not read
            asyncio.get_running_loop().call_later(WHOLE, writer.transport.abort)

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: Source
    ) -> None:
        buffer, loop = bytearray(), asyncio.get_running_loop()
        until = loop.time() + IDLE
        wanted = 0
        while True:
            async with asyncio.timeout_at(until):
                data = await reader.read(READ)
                if not data:
                    return
                _acknowledge(writer)
                is_begun = bool(buffer)
                buffer += data
                taken = take(buffer) if len(buffer) >= wanted else Taken([], wanted=wanted)
                wanted = taken.wanted
                writer.write(PONG * taken.pings)
                for reply in self._desk.answer([(each, source) for each in taken.requests]):
                    writer.write(reply.data)
                if taken.fault is not None:
                    if refusal := self._desk.unframed(taken.fault, source):
                        writer.write(refusal.data)
                    return
                await writer.drain()  # who reads no answers is not written to without end
            if taken.requests or not (is_begun and buffer):
                until = loop.time() + (WHOLE if buffer else IDLE)


def _acknowledge(writer: asyncio.StreamWriter) -> None:
    """Tell the kernel not to wait with its acknowledgement: to an ACK no answer goes that could carry it, and
    many clients send the next small request only when the last has arrived (Nagle). Lasts for one segment.
    """
    quick = getattr(socket, "TCP_QUICKACK", None)  # Linux alone
    if quick is not None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, quick, 1)


async def listen(host: str, port: int, live: Live, journal: Journal, metrics: Metrics) -> Server:
    """Answer SIP on UDP and TCP; port 0 takes a free one. Raises OSError if the address is not to be had."""
    emergency.prepare()
    for attempt in range(20):
        udp = _bound(host, port)
        server = Server(Desk(live, journal, metrics), udp)
        try:
            await server.open(host)
        except OSError:
            udp.close()
            if port or attempt == 19:
                raise
            continue  # the port that was free for UDP was not for TCP
        return server
    raise AssertionError


def _bound(host: str, port: int) -> socket.socket:
    udp = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    udp.setblocking(False)
    if udp.family == socket.AF_INET6:  # as asyncio does for TCP: peers are told by addresses as they are
        udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    with suppress(OSError):  # the kernel gives what it allows
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    try:
        udp.bind((host, port))
    except OSError:
        udp.close()
        raise
    return udp
