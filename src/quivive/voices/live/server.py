"""How do calls reach the listener over WebSockets, and how does the desk see them?

One port: providers open a WebSocket at /stream, the desk reads the page at /. Every connection has bounds in
messages, octets and time; what is wrong with one is said in its closing reason and in the log, and the
others go on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quivive.errors import NotInstalled, UsageError
from quivive.voices.live import access as gate
from quivive.voices.live import connection, page, streams
from quivive.voices.live.access import Access
from quivive.voices.live.call import Call
from quivive.voices.live.codecs import Codec
from quivive.voices.live.listener import Listener
from quivive.voices.live.rtp_server import Receiver
from quivive.voices.live.stream import Scoring
from quivive.voices.live.view import news
from quivive.voices.live.webhook import Webhook

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

STREAM = "/stream"
_SPARE = 16
"""Connections beyond the calls: those that have not started yet."""
_GOODBYE = 10.0
"""Seconds for last verdicts and last news when the listener stops."""


@dataclass(frozen=True)
class Settings:
    """Where to listen, who may send, how much, and who is told."""

    host: str = "127.0.0.1"
    port: int = 8765
    access: Access = field(default_factory=Access)
    most_calls: int = 16
    workers: int = 2
    webhook: str = ""
    webhook_secret: str = ""
    rtp: tuple[str, int] | None = None
    rtp_kinds: Mapping[int, Codec] = field(default_factory=dict)
    rtp_senders: frozenset[str] = frozenset()


class Server:
    """The listener with its doors. `await run()` until `stop()`; `port` and `rtp_port` once it is ready."""

    def __init__(self, settings: Settings, scoring: Scoring) -> None:
        gate.checked(settings.access, settings.host)
        if settings.rtp and not settings.rtp_senders:
            _refuse_strangers(settings.rtp[0])
        self.ready = asyncio.Event()
        self.port = self.rtp_port = 0
        self.listener = Listener(scoring, settings.most_calls, settings.workers, self._tell)
        self._settings = settings
        self._webhook = self._make_webhook()
        self._stopping = asyncio.Event()
        self._connections = 0

    def stop(self) -> None:
        """Ends the calls with their last verdicts, then the server."""
        self._stopping.set()

    async def run(self) -> None:
        """Serves until stopped. Raises NotInstalled without the library, OSError where a port is taken."""
        try:
            from websockets.asyncio.server import serve
        except ImportError as error:
            raise NotInstalled("Listening needs 'websockets': install quivive again.") from error
        settings = self._settings
        async with serve(
            self._connected, settings.host, settings.port, process_request=self._asked, origins=[None],
            compression=None, max_size=streams.MOST_CHARACTERS, open_timeout=10,
            close_timeout=2, ping_interval=20, ping_timeout=20, server_header="quivive",
        ) as server:  # fmt: skip
            self.port = next(iter(server.sockets)).getsockname()[1]
            await self._serve()

    async def _serve(self) -> None:
        receiver, transport = await self._open_rtp()
        tasks = [asyncio.create_task(self.listener.run())]
        if receiver:
            tasks.append(asyncio.create_task(_sweep(receiver)))
        if self._webhook:
            tasks.append(asyncio.create_task(self._webhook.run()))
        await self.listener.warm()
        _log("listening", host=self._settings.host, port=self.port, rtp_port=self.rtp_port or None)
        self.ready.set()
        try:
            await self._stopping.wait()
            await self.listener.close("The listener stops.", _GOODBYE)
            if self._webhook:
                await self._webhook.rest(_GOODBYE)
        finally:
            for task in tasks:
                task.cancel()
            if transport:
                transport.close()
            _log("stopped")

    async def _open_rtp(self) -> tuple[Receiver | None, asyncio.DatagramTransport | None]:
        settings = self._settings
        if not settings.rtp:
            return None, None
        transport, receiver = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Receiver(self.listener, settings.rtp_kinds, settings.rtp_senders), settings.rtp
        )
        self.rtp_port = transport.get_extra_info("sockname")[1]
        return receiver, transport

    def _make_webhook(self) -> Webhook | None:
        settings = self._settings
        if not settings.webhook:
            return None
        return Webhook(settings.webhook, settings.webhook_secret, _webhook_failed)

    def _tell(self, event: str, call: Call) -> None:
        told = {"event": event, "at": _now(), **news(call, whole=call.final)}
        if self._webhook:
            self._webhook.put(call.names.id, told)
        if event != "update":
            _log(event, **_short(told))

    def _asked(self, link: ServerConnection, request: Request) -> Response | None:
        """Answers what is no WebSocket, and refuses one that may not or need not be opened."""
        path, access = urlsplit(request.path).path, self._settings.access
        if not gate.known_host(access, request.headers.get("Host", "")):
            return link.respond(HTTPStatus.FORBIDDEN, "This name is not this machine's.\n")
        if path == STREAM:
            room = self._connections < self._settings.most_calls + _SPARE and not self._stopping.is_set()
            text = f"{self._connections} connections are open already.\n"
            return None if room else link.respond(HTTPStatus.SERVICE_UNAVAILABLE, text)
        if path == "/health":
            return link.respond(HTTPStatus.OK, "listening\n")
        if not gate.holds_token(access, request.headers):
            refusal = link.respond(HTTPStatus.UNAUTHORIZED, "Give the token as password.\n")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="quivive"'
            return refusal
        return self._page(link, path)

    def _page(self, link: ServerConnection, path: str) -> Response:
        calls, most = (*self.listener.calls, *self.listener.ended), self._settings.most_calls
        if path == "/":
            return _answer(link, "text/html", page.page(calls, most).encode())
        if path == "/calls.html":
            return _answer(link, "text/html", page.table(calls, most).encode())
        if path == "/calls.json":
            return _answer(link, "application/json", json.dumps([news(c) for c in calls]).encode())
        if path in page.ASSETS:
            return _answer(link, page.ASSETS[path], page.asset(path))
        return link.respond(HTTPStatus.NOT_FOUND, "There is no such page.\n")

    async def _connected(self, link: ServerConnection) -> None:
        self._connections += 1
        try:
            reason = await connection.serve(link, self.listener, self._settings.access)
        finally:
            self._connections -= 1
        if reason:
            _log("refused", reason=reason)


async def _sweep(receiver: Receiver) -> None:
    while True:
        await asyncio.sleep(1.0)
        receiver.sweep()


def _refuse_strangers(host: str) -> None:
    if not gate.loopback(host):
        raise UsageError(f"To take RTP on {host}, say who sends it with --rtp-from: RTP itself asks nobody.")


def _answer(link: ServerConnection, kind: str, body: bytes) -> Response:
    from websockets.datastructures import Headers
    from websockets.http11 import Response

    return Response(200, "OK", Headers([
        ("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body))),
        ("Content-Security-Policy", page.POLICY), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"), ("Connection", "close"),
    ]), body)  # fmt: skip


def _webhook_failed(reason: str) -> None:
    _log("webhook-failed", reason=reason)


def _short(told: Mapping[str, Any]) -> dict[str, Any]:
    """News for the log: verdicts, no timelines."""
    directions = {track: {key: each[key] for key in ("verdict", "score", "speech", "heard", "lost")}
                  for track, each in told["directions"].items()}  # fmt: skip
    kept = ("id", "source", "stream", "call", "state", "reason")
    return {**{key: told[key] for key in kept}, "directions": directions}


def _log(event: str, **values: Any) -> None:
    """One line of JSON on standard output."""
    told = {"at": _now(), "event": event, **{k: v for k, v in values.items() if v is not None}}
    print(json.dumps(told), file=sys.stdout, flush=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
