"""What is answered to requests that came together: each once, kept in the journal before it is answered?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quivive.calls.service.house import Live
from quivive.calls.service.judged import Journal, Judged
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.redirect import answering
from quivive.calls.service.redirect.responses import reply_port, response
from quivive.calls.service.redirect.transactions import Transactions
from quivive.calls.sip.message import Message
from quivive.errors import CouldNotKeep

RETRY = ("Retry-After", b"5")
Source = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back, and to which address and port where the transport has no connection."""

    data: bytes
    to: Source
    number: int
    """Which request of the batch it answers."""


@dataclass(frozen=True, slots=True)
class _Judged:
    number: int
    request: Message
    data: bytes
    source: Source
    key: tuple[str, str]
    answer: bytes
    judged: Judged
    began: float


class Desk:
    """Answers batches of requests. One house serves one batch; used from one thread."""

    def __init__(self, live: Live, journal: Journal, metrics: Metrics) -> None:
        self._live, self._journal, self._metrics = live, journal, metrics
        self._transactions = Transactions()

    def answer(self, batch: Iterable[tuple[bytes, Source]]) -> list[Reply]:
        """The replies to a batch of requests with their sources. What is no request gets none."""
        house, now = self._live.house, time.time()
        replies: list[Reply] = []
        judged: list[_Judged] = []
        seen: dict[tuple[str, str], bytes] = {}
        for number, (data, source) in enumerate(batch):
            began = time.perf_counter()
            request = answering.read(data)
            if request is None:
                if data.strip(b"\r\n\0 "):  # blanks keep a path through firewalls open (RFC 5626 §3.5.1)
                    self._metrics.malformed("sip")
                continue
            if not house.serves(source[0]):
                replies += self._turned_away(request, source, number)
                continue
            key = answering.transaction(request, source[0])
            said = self._said(request, data, key, source, key in seen)
            if said is None and seen.get(key) == data:
                self._metrics.repeat("sip")
                continue  # its first copy stands in this very batch
            if said is None:
                found = answering.answer(request, source, house, now)
                if found.judged is not None and found.data is not None:
                    seen[key] = data
                    judged.append(
                        _Judged(number, request, data, source, key, found.data, found.judged, began)
                    )
                    continue
                said = found.data
            if said is not None:
                replies.append(Reply(said, (source[0], reply_port(request, source)), number))
        return sorted([*replies, *self._kept(judged)], key=lambda each: each.number)

    def knows(self, source: Source) -> bool:
        """Whether a peer sends from there: strangers are the first for whom there is no room."""
        return self._live.house.knows(source[0])

    def refuses(self, source: Source) -> bool:
        """Whether that client is a stranger and not served; counted."""
        refused = not self._live.house.serves(source[0])
        if refused:
            self._metrics.stranger("sip")
        return refused

    def overloaded(self, data: bytes, source: Source) -> Reply | None:
        """503 for a request that came when there were too many: judged by nobody, kept nowhere."""
        self._metrics.refused("sip")
        return _plain(data, source, 503, RETRY)

    def unframed(self, head: bytes, source: Source) -> Reply | None:
        """400 for a request whose end cannot be told."""
        self._metrics.malformed("sip")
        return _plain(head, source, 400)

    def _turned_away(self, request: Message, source: Source, number: int) -> Iterator[Reply]:
        """503, by which a controller that was forgotten among the peers routes its calls on."""
        self._metrics.stranger("sip")
        if request.method != "ACK":
            yield Reply(response(request, source, 503), (source[0], reply_port(request, source)), number)

    def _said(
        self, request: Message, data: bytes, key: tuple[str, str], source: Source, is_here: bool
    ) -> bytes | None:
        """The answer of a repetition; or to a CANCEL, of a call that has its final answer already (§9.2), or
        `is_here`: gets it in this batch.
        """
        if request.method == "CANCEL":
            return response(request, source, 200 if is_here or self._transactions.knows(key) else 481)
        before = self._transactions.find(key, data)
        if before is not None:
            self._metrics.repeat("sip")
        return before

    def _kept(self, judged: list[_Judged]) -> Iterator[Reply]:
        """The replies to calls, once the journal has them; where it cannot, 503 for all."""
        try:
            self._journal.keep([each.judged for each in judged])
        except CouldNotKeep:
            for each in judged:
                data = response(each.request, each.source, 503, (RETRY,))
                yield Reply(data, _to(each), each.number)
            return
        for each in judged:
            self._transactions.keep(each.key, each.data, each.answer, time.monotonic())
            self._metrics.answered(each.judged, time.perf_counter() - each.began)
            yield Reply(each.answer, _to(each), each.number)


def _plain(data: bytes, source: Source, status: int, *fields: tuple[str, bytes]) -> Reply | None:
    request = answering.read(data)
    if request is None or request.method == "ACK":
        return None
    return Reply(response(request, source, status, fields), (source[0], reply_port(request, source)), 0)


def _to(each: _Judged) -> Source:
    return each.source[0], reply_port(each.request, each.source)
