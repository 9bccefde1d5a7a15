"""How is the service run, how are call records handed to it, and which campaigns did it find?"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from quivive.calls.service import records_in
from quivive.calls.service.batches import AnotherBody, Batches
from quivive.calls.service.house import Live
from quivive.calls.service.metrics import Metrics
from quivive.calls.service.ready import checks
from quivive.errors import CouldNotKeep

AT_ONCE = 4
"""Bodies of records that are read at the same time; more are asked to come again."""


@dataclass
class Operation:
    """What these resources lean on. `stopping` is set once the service drains."""

    live: Live
    batches: Batches
    metrics: Metrics
    writable: Callable[[], None]
    found: Path
    """The file of the last search's answer."""
    expiry: float = 86400.0
    columns: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None
    stopping: bool = False
    patience: float = 30.0
    """Seconds that a body of records may take to arrive."""
    clock: Callable[[], float] = time.time


def router(operation: Operation) -> APIRouter:
    """Health, readiness, metrics, records, campaigns."""
    made = APIRouter()
    free = asyncio.Semaphore(AT_ONCE)

    @made.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @made.get("/readyz", summary="Whether calls should be sent here; 503 if not, with what is missing")
    async def readyz() -> Response:
        return _ready(operation)

    @made.get("/metrics", summary="Figures for Prometheus")
    async def metrics() -> Response:
        return Response(operation.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @made.get("/campaigns", summary="Campaigns of the last window, as `quivive calls records` shows them")
    async def campaigns() -> Response:
        return await asyncio.to_thread(_campaigns, operation.found)

    @made.post("/records", summary="Accept call records (NDJSON or CSV); 2xx once they are on the disk",
               status_code=201, openapi_extra=_BODY)  # fmt: skip
    async def records(request: Request) -> Response:
        if free.locked():
            operation.metrics.refused("records")
            raise HTTPException(503, "Too many batches at once; send this one again.", {"Retry-After": "1"})
        async with free:
            with operation.metrics.in_flight("records"):
                return await _accept(operation, request)

    return made


_BODY = {
    "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255},
                    "description": "Names the batch: sent again, it doubles nothing. Else the body does."}],
    "requestBody": {"required": True, "content": {
        "application/x-ndjson": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}}},
}  # fmt: skip


def _ready(operation: Operation) -> Response:
    found = checks(operation.live.house, operation.writable, operation.clock(), operation.expiry)
    ready = not operation.stopping and all(each.ok for each in found)
    said = {"ready": ready, "stopping": operation.stopping, "checks": [asdict(each) for each in found]}
    return JSONResponse(said, 200 if ready else 503)


def _campaigns(found: Path) -> Response:
    try:
        data = found.read_bytes()
    except FileNotFoundError:
        data = json.dumps({"at": None, "calls": 0, "campaigns": [], "not_looked": []}).encode()
    return Response(data, media_type="application/json")


async def _accept(operation: Operation, request: Request) -> Response:
    try:
        async with asyncio.timeout(operation.patience):  # who dawdles holds one of few places
            body = await _body(request)
    except TimeoutError as error:
        raise HTTPException(408, "The body did not come in time.", {"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "The body ended early.") from error
    key = request.headers.get("idempotency-key", "")
    if len(key) > 255:
        raise HTTPException(400, "The Idempotency-Key has more than 255 characters.")
    kind = request.headers.get("content-type", "")  # never guessed: a browser page can post without one
    try:
        return await asyncio.to_thread(_kept, operation, body, key, kind)
    except records_in.Unreadable as error:
        operation.metrics.malformed("records")
        raise HTTPException(400, str(error)) from error
    except AnotherBody as error:
        raise HTTPException(422, str(error)) from error
    except CouldNotKeep as error:
        raise HTTPException(503, "The records cannot be kept now.", {"Retry-After": "5"}) from error


async def _body(request: Request) -> bytes:
    """Raises HTTPException past `records_in.LONGEST`."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > records_in.LONGEST:
            raise HTTPException(413, f"A batch may have {records_in.LONGEST // 2**20} MiB; send several.")
        parts.append(part)
    return b"".join(parts)


def _kept(operation: Operation, body: bytes, key: str, kind: str) -> Response:
    digest = hashlib.sha256(kind.encode() + b"\n" + body).hexdigest()
    key = f"key {key}" if key else f"body {digest}"
    reasons: tuple[tuple[int, str], ...] = ()
    accepted = operation.batches.find(key, digest)
    if accepted is None:
        batch = records_in.read(body, kind, operation.columns, operation.country)
        accepted = operation.batches.add(key, digest, batch.records, batch.refused)
        reasons = batch.reasons
    operation.metrics.records("repeated" if accepted.again else "accepted", accepted.rows)
    if not accepted.again:
        operation.metrics.records("refused", accepted.refused)
    said: dict[str, Any] = {"accepted": accepted.rows, "refused": accepted.refused, "again": accepted.again}
    said["reasons"] = [{"row": row, "why": why} for row, why in reasons]
    return JSONResponse(said, 200 if accepted.again else 201)
