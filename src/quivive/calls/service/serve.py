"""How does one process answer SIP and HTTP, take a new house without dropping a call, and end?"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from quivive.calls.service.batches import Batches
from quivive.calls.service.house import House, Live
from quivive.calls.service.http import ops
from quivive.calls.service.journal import HourlyJournal
from quivive.calls.service.logs import Log, Told, ToldJournal
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.settings import ServeSettings
from quivive.calls.service.slicer import Slicer
from quivive.calls.service.slices import FOUND
from quivive.errors import Error, UsageError

KEEP = 75
"""Seconds that a silent HTTP connection stays open: clients of the Ms keep theirs."""
FILES = 8_192
"""Files that may be open: each connection is one, and the journal needs its own when all are taken."""
DRAIN = 10
"""Seconds that requests under way may take once the service is to end."""


@dataclass(frozen=True)
class Plan:
    """What is served. `http` or `sip` None: not that. `country` is of numbers without country code."""

    load: Callable[[], House]
    settings: ServeSettings
    journal: Path
    http: tuple[str, int] | None
    sip: tuple[str, int] | None
    country: str | None = None
    packs: Path | None = None


def serve(plan: Plan, log: Log) -> None:
    """Serve until SIGTERM or SIGINT. Raises UsageError, BadConfig, CouldNotKeep before it listens."""
    _allow_files()
    with _only_one(plan.journal):
        live = Live(plan.load)
        journal = HourlyJournal(plan.journal / "calls")
        batches = Batches(plan.journal)
        handler = Told(log)
        logging.getLogger().addHandler(handler)
        try:
            asyncio.run(_Service(plan, log, live, journal, batches).run())
        finally:
            logging.getLogger().removeHandler(handler)
            batches.close()
            journal.close()


class _Service:
    def __init__(self, plan: Plan, log: Log, live: Live, journal: HourlyJournal, batches: Batches) -> None:
        self.plan, self.log, self.live = plan, log, live
        self.journal, self.batches, self.metrics = ToldJournal(journal, log), batches, Metrics()
        self.metrics.house(live.house)
        settings = plan.settings
        self.operation = ops.Operation(
            live, batches, self.metrics, journal.check, plan.journal / FOUND, settings.expiry,
            settings.columns, plan.country)  # fmt: skip
        self.slicer = Slicer(
            plan.journal, batches, self.metrics, log, settings.slice, settings.window, settings.keys_kept,
            settings.kept, plan.packs, time.time)  # fmt: skip
        self.ending = asyncio.Event()
        self.reloading = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Open both doors, wait for the end, close them once what is inside has been answered."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.ending.set)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        http = await self._http() if self.plan.http else None
        sip = await self._sip() if self.plan.sip else None
        self.log.tell("serving", journal=str(self.plan.journal), **_about(self.live.house))
        gc.collect()
        gc.freeze()  # modules and keys stay: searching them for garbage would halt calls for some 40 ms
        slicing = asyncio.create_task(self.slicer.run())
        await self.ending.wait()
        self.log.tell("ending", text="No new calls; those under way are answered.")
        self.operation.stopping = True
        slicing.cancel()
        with suppress(asyncio.CancelledError):
            await slicing
        if sip is not None:
            await sip.close()
        if http is not None:
            server, task = http
            server.should_exit = True
            await task
        self.log.tell("ended")

    async def _http(self) -> tuple[uvicorn.Server, asyncio.Task[None]]:
        from quivive.calls.service.http.app import app

        assert self.plan.http is not None
        listening = _bound(*self.plan.http)
        made = app(self.live, self.journal, self.metrics, (ops.router(self.operation),))
        server = _Server(
            uvicorn.Config(
                made, log_config=None, access_log=False, lifespan="off", server_header=False,
                timeout_graceful_shutdown=DRAIN, timeout_keep_alive=KEEP, limit_concurrency=512,
                h11_max_incomplete_event_size=65536)
        )  # fmt: skip
        task = asyncio.create_task(server.serve(sockets=[listening]))
        host, port = listening.getsockname()[:2]
        self.log.tell("listening", service="http", host=host, port=port)
        return server, task

    async def _sip(self) -> Any:
        from quivive.calls.service.redirect import listen

        assert self.plan.sip is not None
        host, port = self.plan.sip
        try:
            server = await listen(host, port, self.live, self.journal, self.metrics)
        except OSError as error:
            raise UsageError(f"SIP cannot be served on {host}:{port}: {error.strerror}.") from error
        self.log.tell("listening", service="sip", host=host, port=getattr(server, "port", port))
        return server

    def _on_hangup(self) -> None:
        task = asyncio.get_running_loop().create_task(self._reload())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _reload(self) -> None:
        """Read on a thread: the calls of that time are answered by the old house."""
        async with self.reloading:
            try:
                house = await asyncio.to_thread(self.live.reload)
            except Error as error:
                self.metrics.reload_failed()
                self.log.tell("reload-failed", "error", text=f"{error} The old house stays in force.")
                return
            except Exception as error:
                self.metrics.reload_failed()
                self.log.tell("reload-failed", "error", error=type(error).__name__)
                return
        self.metrics.house(house)
        self.log.tell("reloaded", **_about(house))


def _about(house: House) -> dict[str, Any]:
    return {
        "credentials": list(house.credentials),
        "peers": [peer.name for peer in house.peers],
        "trust": dict(house.dates),
    }


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(1024)  # who connects from here on is answered
    except OSError as error:
        made.close()
        raise UsageError(f"HTTP cannot be served on {host}:{port}: {error.strerror}.") from error
    return made


def _allow_files() -> None:
    """Ask for FILES where the usual limit (1,024) is lower, as far as the system lets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Refuse a folder that another service writes to. Raises UsageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "service.lock").open("a")
    except OSError as error:
        raise UsageError(f"The journal {folder} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"Another service writes to the journal {folder}.") from error
        yield
