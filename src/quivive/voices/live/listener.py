"""Which calls are listened to now, and whose turn is it to be judged?

Receiving is done on the event loop and costs little; hearing and judging are done by a few threads (the
models let go of Python's lock), each call by one at a time, so that a call that sends much takes no other's
turn.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from quivive.errors import TooLarge
from quivive.voices.live.call import Call, Names, Source
from quivive.voices.live.codecs import Codec
from quivive.voices.live.stream import Scoring, warm

EVERY, AT_FIRST = 1.0, 0.4
"""Seconds between two judgements of a call, where there is time for them; and until its first verdict."""
TICK = 0.1
MOST_LAG = 2.0
"""Seconds behind from which no further call is taken."""
KEPT = 20
"""Calls that ended and are still shown."""

News = Callable[[str, Call], None]
"""Is told 'began', 'update', 'verdict' (an update that changes it) or 'ended', and the call."""


class Listener:
    """The calls of this machine."""

    def __init__(self, scoring: Scoring, most_calls: int, workers: int, tell: News) -> None:
        self.ended: deque[Call] = deque(maxlen=KEPT)
        self.lag = 0.0
        """Seconds from the turn of a call to its verdict, smoothed: how far this machine is behind."""
        self._scoring, self._most, self._tell = scoring, most_calls, tell
        self._pool = ThreadPoolExecutor(workers, "listen")
        self._last_words = ThreadPoolExecutor(1, "last-words")
        """Judging a whole call takes its time: the calls that go on do not wait for it."""
        self._calls: dict[str, Call] = {}
        self._busy: set[str] = set()
        self._judged: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that go on."""
        return tuple(self._calls.values())

    def begin(self, source: Source, stream: str, name: str, codec: Codec) -> Call:
        """A new call. Raises TooLarge where there are as many as this machine may have."""
        if len(self._calls) >= self._most:
            raise TooLarge(f"{self._most} calls are listened to already; no further one is taken.")
        if self._calls and self.lag > MOST_LAG:
            raise TooLarge(f"This machine is {self.lag:.0f} s behind; no further call is taken.")
        names = Names(secrets.token_hex(6), source, stream, name)
        call = Call(names, codec, self._scoring, datetime.now(UTC))
        self._calls[call.names.id] = call
        self._judged[call.names.id] = asyncio.get_running_loop().time()
        self._tell("began", call)
        return call

    async def warm(self) -> None:
        """Loads what judging needs, so that the first call does not wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._pool, warm, self._scoring)

    async def run(self) -> None:
        """Gives each call its turn, until cancelled."""
        while True:
            now = asyncio.get_running_loop().time()
            for call in self.calls:
                if call.names.id not in self._busy and self._due(call, now):
                    self._start(call, now)
            await asyncio.sleep(TICK)

    async def close(self, reason: str, seconds: float) -> None:
        """Ends all calls and waits for their last verdicts, at most `seconds`."""
        loop = asyncio.get_running_loop()
        for call in self.calls:
            call.end(reason)
        until = loop.time() + seconds
        while self._calls and loop.time() < until:
            await asyncio.sleep(TICK)
        for pool in (self._pool, self._last_words):
            pool.shutdown(wait=False, cancel_futures=True)
        for call in self.calls:  # there was no time: what was said of it so far is the last word
            self._over(call)

    def _due(self, call: Call, now: float) -> bool:
        pause = EVERY if call.judged else min(AT_FIRST, EVERY)
        return bool(call.ended) or (call.waits and now - self._judged[call.names.id] >= pause)

    def _start(self, call: Call, now: float) -> None:
        self._busy.add(call.names.id)
        self._judged[call.names.id] = now
        task = asyncio.create_task(self._judge(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _judge(self, call: Call) -> None:
        before, loop = _verdicts(call), asyncio.get_running_loop()
        began = loop.time()
        try:
            await loop.run_in_executor(self._last_words if call.ended else self._pool, call.listen)
        except Exception as error:  # one call that cannot be judged must not end the others
            call.fail(f"It could not be judged ({type(error).__name__}).")
        finally:
            self._busy.discard(call.names.id)
        if call.final:
            self._over(call)
        else:
            self.lag += (loop.time() - began - self.lag) / 5
            self._tell("verdict" if _verdicts(call) != before else "update", call)

    def _over(self, call: Call) -> None:
        if self._calls.pop(call.names.id, None):
            del self._judged[call.names.id]
            call.over()
            self.ended.appendleft(call)
            self._tell("ended", call)


def _verdicts(call: Call) -> dict[str, str]:
    return {track: each.judgement.verdict for track, each in call.sounds.items()}
