"""When is a slice of records closed, and who does it?"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa

from quivive.calls.service.batches import Batches
from quivive.calls.service.logs import Log
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.slices import Order
from quivive.errors import CouldNotKeep

PATIENCE = 1800.0
"""Seconds that closing a slice and searching may take."""


class Failed(Exception):
    """The process that closes slices did not do so; the next will try again."""


@dataclass(frozen=True)
class Slicer:
    """Closes slices as they end, in a process of its own, one at a time."""

    folder: Path
    batches: Batches
    metrics: Metrics
    log: Log
    seconds: float
    window: float
    keys_kept: float
    kept: float
    packs: Path | None
    clock: Callable[[], float]

    async def run(self) -> None:
        """Until it is cancelled. What fails is told, and tried again with the next slice."""
        while True:
            try:
                self._told(await self.turn())
            except (Failed, CouldNotKeep) as error:
                self.metrics.search_failed()
                self.log.tell("slice-failed", "error", text=str(error))
            except Exception as error:  # whatever it was, the next slice must be closed
                self.metrics.search_failed()
                self.log.tell("slice-failed", "error", error=type(error).__name__)
            await asyncio.sleep(self.seconds - self.clock() % self.seconds + 0.01)

    async def turn(self) -> dict[str, Any]:
        """Close what is due, search the window."""
        due = await asyncio.to_thread(self.batches.seal)
        order = Order(
            folder=str(self.folder),
            close=tuple(due),
            window=self.window,
            at=self.clock(),
            packs=str(self.packs) if self.packs else None,
            kept=self.kept if isfinite(self.kept) else None,
        )
        outcome = await carried_out(order)
        await asyncio.to_thread(self.batches.forget, self.keys_kept)
        pa.default_memory_pool().release_unused()  # what reading the batches took goes back
        return outcome

    def _told(self, outcome: dict[str, Any]) -> None:
        for _ in range(outcome["slices"]):
            self.metrics.slice_closed()
        if "kinds" in outcome:
            self.metrics.searched(outcome["kinds"], outcome["seconds"])
        self.log.tell("slices-closed", **outcome)


async def carried_out(order: Order) -> dict[str, Any]:
    """The outcome of an order, carried out by another process. Raises Failed."""
    command = (sys.executable, "-m", "quivive.calls.service.slices")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        said = json.dumps(asdict(order)).encode()
        out, wrong = await asyncio.wait_for(process.communicate(said), PATIENCE)
    except TimeoutError as error:
        raise Failed(f"Closing slices took more than {PATIENCE:.0f} seconds.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = wrong.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise Failed(f"Closing slices failed: {last[:300]}")
    found: dict[str, Any] = json.loads(out)
    return found
