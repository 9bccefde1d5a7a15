"""How are many inputs examined at once, in order, so that one that kills its process stops nothing?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from quivive.model import Report

if TYPE_CHECKING:
    from quivive.config import Settings
    from quivive.workbench import Input, Workbench

CHUNK = 16
"""Inputs handed over at once: enough that handing over does not cost more than examining a text."""

_worker: Workbench | None = None


def run(bench: Workbench, inputs: Sequence[Input], jobs: int, options: Mapping[str, Any]) -> Iterator[Report]:
    """Reports in the order of `inputs`; with one job or one input, in this process."""
    if jobs <= 1 or len(inputs) <= 1:
        for given in inputs:
            yield bench.check_input(given, **options)
        return
    # Small inputs lists still use every process.
    size = max(1, min(CHUNK, len(inputs) // (jobs * 4)))
    chunks = [inputs[i : i + size] for i in range(0, len(inputs), size)]
    for chunk, reports in _in_order(bench, chunks, jobs, options):
        yield from reports if reports is not None else _one_by_one(bench, chunk, options)


def _in_order(
    bench: Workbench, chunks: Sequence[Sequence[Input]], jobs: int, options: Mapping[str, Any]
) -> Iterator[tuple[Sequence[Input], list[Report] | None]]:
    """Each chunk with its reports, or None where a process died on it or on a neighbour of it."""
    waiting: deque[tuple[Sequence[Input], Future[list[Report]]]] = deque()
    position = 0
    while position < len(chunks) or waiting:
        with _pool(bench.settings, jobs) as pool:
            broken = False
            while not broken and (position < len(chunks) or waiting):
                while position < len(chunks) and len(waiting) < jobs * 4:
                    waiting.append((chunks[position], pool.submit(_check, chunks[position], dict(options))))
                    position += 1
                chunk, future = waiting.popleft()
                reports = _result(future)
                broken = reports is None
                yield chunk, reports
            # A dead process fails every chunk that was handed over: those are looked at one by one.
            for chunk, future in waiting:
                yield chunk, _result(future)
            waiting.clear()


def _result(future: Future[list[Report]]) -> list[Report] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _one_by_one(bench: Workbench, chunk: Sequence[Input], options: Mapping[str, Any]) -> Iterator[Report]:
    for given in chunk:
        with _pool(bench.settings, 1) as pool:
            reports = _result(pool.submit(_check, [given], dict(options)))
        if reports is None:
            reason = "The examination used more memory than it may, or crashed; the other inputs went on."
            yield bench.unreadable(given, reason, options.get("language"))
        else:
            yield from reports


def _pool(settings: Settings, jobs: int) -> ProcessPoolExecutor:
    # 'spawn': a forked copy of the embedding engine's threads would hang.
    return ProcessPoolExecutor(jobs, get_context("spawn"), _start, (settings,))


def _start(settings: Settings) -> None:
    global _worker
    from quivive.workbench import Workbench

    _worker = Workbench(settings)


def _check(chunk: Sequence[Input], options: dict[str, Any]) -> list[Report]:
    assert _worker is not None
    return [_worker.check_input(given, **options) for given in chunk]
