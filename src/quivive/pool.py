"""How are many inputs examined at once, in order, so that one that kills its process stops nothing?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from quivive.intake import Input
from quivive.model import Report

CHUNK = 16
"""Inputs handed over at once: enough that handing over does not cost more than examining a text."""

Check = Callable[[Input], Report]
_check: Check | None = None
"""Of a process of the pool: what it does with an input."""


def run(make: Callable[[], Check], lost: Check, inputs: Sequence[Input], jobs: int) -> Iterator[Report]:
    """Reports in the order of `inputs`, on `jobs` processes that each call `make` once.

    `lost` gives the report of an input that took its process down.
    """
    # A short list still uses every process.
    size = max(1, min(CHUNK, len(inputs) // (jobs * 4)))
    chunks = [inputs[i : i + size] for i in range(0, len(inputs), size)]
    for chunk, reports in _in_order(make, chunks, jobs):
        yield from reports if reports is not None else _one_by_one(make, lost, chunk)


def _in_order(
    make: Callable[[], Check], chunks: Sequence[Sequence[Input]], jobs: int
) -> Iterator[tuple[Sequence[Input], list[Report] | None]]:
    """Each chunk with its reports, or None where a process died on it or on a neighbour of it."""
    waiting: deque[tuple[Sequence[Input], Future[list[Report]]]] = deque()
    position = 0
    while position < len(chunks):
        with _pool(make, jobs) as pool:
            broken = False
            while not broken and (position < len(chunks) or waiting):
                while position < len(chunks) and len(waiting) < jobs * 4:
                    waiting.append((chunks[position], pool.submit(examine_chunk, chunks[position])))
                    position += 1
                chunk, future = waiting.popleft()
                reports = _result(future)
                broken = reports is None
                yield chunk, reports
            # A dead process fails every chunk that was handed over: those are looked at one by one.
            while waiting:
                chunk, future = waiting.popleft()
                yield chunk, _result(future)


def _one_by_one(make: Callable[[], Check], lost: Check, chunk: Sequence[Input]) -> Iterator[Report]:
    for given in chunk:
        with _pool(make, 1) as pool:
            reports = _result(pool.submit(examine_chunk, [given]))
        yield reports[0] if reports else lost(given)


def _result(future: Future[list[Report]]) -> list[Report] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _pool(make: Callable[[], Check], jobs: int) -> ProcessPoolExecutor:
    # 'spawn': a forked copy of the embedding engine's threads would hang.
    return ProcessPoolExecutor(jobs, get_context("spawn"), _start, (make,))


def _start(make: Callable[[], Check]) -> None:
    global _check
    _check = make()


def examine_chunk(chunk: Sequence[Input]) -> list[Report]:
    """In a process of the pool: the reports of a few inputs."""
    assert _check is not None
    return [_check(given) for given in chunk]
