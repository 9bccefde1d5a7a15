"""How are certificates fetched while calls wait for nobody's server?

A call never waits: the first call of a signer not yet known is answered without its certificate (could not
look), which is fetched meanwhile; what has run out is used until its successor is there, for a day at most.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from quivive.calls.x5u import Refused

T = TypeVar("T")
MOST = 1024
"""Certificates that are remembered."""
WAITING = 64
"""Addresses that are being asked or wait for it; past that a call's address is not asked."""
DAY = 86400.0


class Background:
    """Chains by address, fetched on threads of their own; as `signers.Certificates` wants its `fetch`."""

    def __init__(self, fetch: Callable[[str, float], bytes], threads: int = 4) -> None:
        self._fetch = fetch
        self._pool = ThreadPoolExecutor(threads, "x5u")
        self._lock = Lock()
        self._kept: dict[str, tuple[bytes, float]] = {}
        self._failed: dict[str, Refused] = {}
        self._asking: set[str] = set()

    def __call__(self, x5u: str, time: float) -> bytes:
        """The chain if it is at hand. Raises Refused: why it could not be fetched, or not yet."""
        with self._lock:
            kept, failed = self._kept.get(x5u), self._failed.get(x5u)
            # the fetcher has a memory of its own: it asks again only when an answer has run out
            due = kept is None or time - kept[1] >= 60.0
            if due and x5u not in self._asking and len(self._asking) < WAITING:
                self._asking.add(x5u)
                self._pool.submit(self._ask, x5u, time)
        if kept is not None and time - kept[1] < DAY:
            return kept[0]
        raise failed or Refused("certificate-not-at-hand", "The certificate is being fetched.")

    def close(self) -> None:
        """No more is asked; what is under way ends by its own limits."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, x5u: str, time: float) -> None:
        try:
            found: bytes | Refused = self._fetch(x5u, time)
        except Refused as error:
            found = error
        except Exception as error:  # a thread that dies tells nobody
            found = Refused("x5u-unreachable", f"The asking failed ({type(error).__name__}).")
        with self._lock:
            self._asking.discard(x5u)
            if isinstance(found, Refused):
                _put(self._failed, x5u, found)
            else:
                self._failed.pop(x5u, None)
                _put(self._kept, x5u, (found, time))


def _put(table: dict[str, T], key: str, value: T) -> None:
    table.pop(key, None)
    if len(table) >= MOST:
        table.pop(next(iter(table)))
    table[key] = value
