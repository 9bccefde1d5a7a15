"""Which certificates need not be fetched again, and which addresses are not worth asking yet?"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from quivive.calls.x5u.fetching import Answer, Refused, fetch
from quivive.calls.x5u.store import Kept, Store
from quivive.errors import CouldNotLook

DAY = 86400.0
"""Seconds for which an answer is kept whose server says nothing."""
SHORTEST_PAUSE, LONGEST_PAUSE = 60.0, 900.0
"""Seconds after the first and after many failures before an address is asked again."""


@dataclass(frozen=True)
class _Failure:
    code: str
    detail: str
    again: float
    times: int


class Cache:
    """Certificate chains by x5u address, in memory and, where a folder is given, on disk. Thread-safe.

    `earliest_end` tells the earliest not-after (unix seconds) of the certificates in an answer's bytes and
    raises CouldNotLook where there are none. What is handed back is always the answer as it was served: the
    whole chain. Of several threads that want one address, one asks and all get its answer.
    """

    def __init__(
        self,
        earliest_end: Callable[[bytes], float],
        ask: Callable[[str], Answer] = fetch,
        folder: Path | None = None,
        most: int = 1024,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._earliest_end, self._ask, self._most, self._clock = earliest_end, ask, most, clock
        self._store = Store(folder, most) if folder else None
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._failures: OrderedDict[str, _Failure] = OrderedDict()
        self._asking: dict[str, Future[bytes]] = {}
        self._lock = Lock()

    def get(self, url: str) -> bytes:
        """The answer at `url`, kept or fetched. Raises Refused, also while a pause after failures runs."""
        with self._lock:
            kept = self._recall(url)
            if kept is not None:
                return kept
            asked = self._asking.get(url)
            if asked is None:
                mine = self._asking[url] = Future()
        return asked.result() if asked else self._fill(url, mine)

    def _recall(self, url: str) -> bytes | None:
        now = self._clock()
        kept = self._kept.get(url)
        if kept and kept.fetched <= now < kept.until:
            self._kept.move_to_end(url)
            return kept.data
        failure = self._failures.get(url)
        if failure and failure.again - LONGEST_PAUSE <= now < failure.again:
            raise Refused(failure.code, failure.detail)
        return None

    def _fill(self, url: str, mine: Future[bytes]) -> bytes:
        try:
            kept = self._from_disk(url) or self._fetched(url)
        except BaseException as error:
            self._failed(url, error)
            stopped = Refused("x5u-unreachable", "The asking was interrupted.")
            mine.set_exception(error if isinstance(error, Exception) else stopped)
            raise
        else:
            self._keep(url, kept)
            mine.set_result(kept.data)
            return kept.data
        finally:
            with self._lock:
                self._asking.pop(url, None)

    def _from_disk(self, url: str) -> Kept | None:
        """What an earlier process kept, if it still holds: its certificates are read again."""
        kept = self._store.load(url) if self._store else None
        now = self._clock()
        if kept is None or not kept.fetched <= now < kept.until:
            return None
        try:
            until = min(kept.until, self._earliest_end(kept.data))
        except CouldNotLook:
            return None
        return Kept(kept.data, kept.fetched, until) if now < until else None

    def _fetched(self, url: str) -> Kept:
        answer = self._ask(url)
        now = self._clock()
        try:
            end = self._earliest_end(answer.data)
        except CouldNotLook as error:
            raise Refused("x5u-no-certificate", f"The answer holds no certificate: {error}") from error
        kept = Kept(answer.data, now, min(now + (DAY if answer.max_age is None else answer.max_age), end))
        if self._store and now < kept.until:
            self._store.save(url, kept)
        return kept

    def _keep(self, url: str, kept: Kept) -> None:
        with self._lock:
            self._failures.pop(url, None)
            self._kept[url] = kept
            self._kept.move_to_end(url)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _failed(self, url: str, error: BaseException) -> None:
        """Remembers a refusal, for twice as long each time; a program being stopped teaches nothing."""
        if not isinstance(error, Refused):
            return
        with self._lock:
            before = self._failures.pop(url, None)
            times = before.times + 1 if before else 1
            pause = min(SHORTEST_PAUSE * 2.0 ** min(times - 1, 10), LONGEST_PAUSE)
            self._failures[url] = _Failure(error.code, error.detail, self._clock() + pause, times)
            while len(self._failures) > self._most:
                self._failures.popitem(last=False)
