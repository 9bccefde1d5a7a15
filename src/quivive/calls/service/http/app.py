"""Which resources does the service offer over HTTP, and how does it say what went wrong (RFC 9457)?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from quivive.calls.service.house import Live
from quivive.calls.service.http import ms
from quivive.calls.service.judged import Journal

if TYPE_CHECKING:
    from quivive.calls.service.metrics import Metrics


def app(
    live: Live,
    journal: Journal,
    metrics: Metrics,
    others: tuple[APIRouter, ...] = (),
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Signing and verification, and the routers of `others`. OpenAPI lies at /openapi.json, without pages
    that would load scripts from elsewhere."""
    made = FastAPI(
        title="Quivive: signing and verification of calls",
        version="1",
        description="3GPP TS 24.229 Annex V (Ms) and ATIS-1000082",
        docs_url=None,
        redoc_url=None,
    )
    made.include_router(ms.router(live, journal, metrics, clock))
    for each in others:
        made.include_router(each)
    made.add_exception_handler(HTTPException, _refused)
    made.add_exception_handler(Exception, _failed)
    return made


async def _refused(request: Request, wrong: Exception) -> Response:
    status = wrong.status_code if isinstance(wrong, HTTPException) else 500
    headers = dict(getattr(wrong, "headers", None) or {})
    return _problem(request, status, str(getattr(wrong, "detail", "")), headers)


async def _failed(request: Request, wrong: Exception) -> Response:
    """Nothing of the error's own text: it may hold numbers or paths; the log has it."""
    return _problem(request, 500, "", {})


def _problem(request: Request, status: int, detail: str, headers: dict[str, str]) -> Response:
    if request.url.path.startswith(ms.PREFIX + "/"):
        found = ms.failure(status)
    else:
        title = HTTPStatus(status).phrase
        said = {"type": "about:blank", "title": title, "status": status}
        said |= {"detail": detail} if detail and detail != title else {}
        found = Response(json.dumps(said), status, media_type="application/problem+json")
    found.headers.update(headers)
    return found
