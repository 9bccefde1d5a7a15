"""Who else is told how a call stands? One address that the user configured, and no other.

Each call has one place in the queue, which its latest news takes: a slow receiver hears less often, and never
holds up the listening. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from quivive.errors import UsageError

TRIES = 3
SECONDS = 5.0
"""Seconds that a receiver has to answer."""
SENDERS = 4
MOST_WAITING = 1000
"""Calls with news that could not be sent yet; beyond it the oldest news is dropped."""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        return None


def checked(url: str) -> str:
    """The same. Raises UsageError where it is no address of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"The webhook must be an address like https://desk.example/quivive, not '{url}'.")
    return url


class Webhook:
    """Sends news as JSON by POST; with a secret, signed: `X-Quivive-Signature: sha256=` HMAC of the body."""

    def __init__(self, url: str, secret: str, failed: Callable[[str], None]) -> None:
        self.dropped = 0
        self._url, self._secret, self._failed = checked(url), secret, failed
        self._news: dict[str, dict[str, Any]] = {}
        self._some = asyncio.Event()
        self._sending = 0

    def put(self, call: str, news: dict[str, Any]) -> None:
        """News of a call, in place of what it had to say and could not yet."""
        self._news.pop(call, None)
        self._news[call] = news
        if len(self._news) > MOST_WAITING:
            del self._news[next(iter(self._news))]
            self.dropped += 1
        self._some.set()

    async def run(self) -> None:
        """Sends until cancelled."""
        await asyncio.gather(*(self._send_on() for _ in range(SENDERS)))

    async def rest(self, seconds: float) -> None:
        """Waits until all is sent, at most `seconds`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (self._news or self._sending) and loop.time() < until:
            await asyncio.sleep(0.02)

    async def _send_on(self) -> None:
        while True:
            await self._some.wait()
            if not self._news:
                self._some.clear()
                continue
            call = next(iter(self._news))
            self._sending += 1
            try:
                await self._send(call, self._news.pop(call))
            finally:
                self._sending -= 1

    async def _send(self, call: str, news: dict[str, Any]) -> None:
        reason = ""
        for attempt in range(TRIES):
            await asyncio.sleep(0.5 * attempt)
            if attempt and call in self._news:  # there is later news: that is sent in its place
                return
            reason = await asyncio.to_thread(self._post, json.dumps(news).encode())
            if not reason:
                return
        self.dropped += 1
        self._failed(reason)

    def _post(self, body: bytes) -> str:
        """Sends one; answers why that failed, or nothing."""
        headers = {"Content-Type": "application/json", "User-Agent": "quivive"}
        if self._secret:
            signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Quivive-Signature"] = f"sha256={signature}"
        request = Request(self._url, body, headers, method="POST")  # noqa: S310 (checked: http or https)
        try:
            with build_opener(ProxyHandler({}), _Stay).open(request, timeout=SECONDS) as answer:
                answer.read(1024)
                return ""
        except HTTPError as error:
            return f"it answered {error.code}"
        except (URLError, OSError, ValueError) as error:
            return f"it does not answer ({type(error).__name__})"
