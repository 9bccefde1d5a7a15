"""How do the signing and verification services speak HTTP (3GPP TS 24.229 Annex V, ATIS-1000082 §5)?

Errors have the form {"error": text}, with the texts of the 3GPP description; `detail` beside it says where.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from quivive.calls.service.house import Live, Peer
from quivive.calls.service.http import bodies, ms_requests, ms_signing, ms_verification, schemas
from quivive.calls.service.http.ms_requests import BadRequest
from quivive.calls.service.http.ms_signing import NotSigned
from quivive.calls.service.judged import Journal, Judged

if TYPE_CHECKING:
    from quivive.calls.service.metrics import Metrics

_Service = Literal["signing", "verification"]
PREFIX = "/stir/v1"
SLOWEST = 10.0
"""Seconds that a client may take to send its body."""
TEXTS = {
    404: "Requested resource not found",
    405: "Method not allowed",
    406: "Requested response body type is not supported",
    408: "Request body took too long",
    411: "Missing mandatory Content-Length headers",
    413: "Request body is too large",
    415: "Unsupported request body type",
    500: "Internal server error",
}
_MISSING = {"signing": "Missing Request body", "verification": "Missing request body"}
"""The two descriptions write it differently."""


class Refused(Exception):
    """The request is answered with an error of HTTP."""

    def __init__(self, status: int, detail: str = "", error: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.error = error or TEXTS.get(status, detail)


class Stranger(Refused):
    """The client is not among the peers."""


def router(live: Live, journal: Journal, metrics: Metrics, clock: Callable[[], float]) -> APIRouter:
    """The two resources under /stir/v1."""
    routes = APIRouter(prefix=PREFIX)

    async def answered(service: _Service, request: Request) -> Response:
        began, here = time.perf_counter(), clock()
        with metrics.in_flight(service):
            try:
                data = await _body(request, service)
                content, judged = await run_in_threadpool(_judge, service, data, request, live, here)
            except Refused as refused:
                (metrics.stranger if isinstance(refused, Stranger) else metrics.malformed)(service)
                return failure(refused.status, refused.error, refused.detail)
            journal.keep([judged])  # before the answer leaves: CouldNotKeep becomes a 500
            metrics.answered(judged, time.perf_counter() - began)
            return Response(content, media_type="application/json")

    @routes.post("/signing", openapi_extra=schemas.SIGNING, responses=schemas.RESPONSES)
    async def signing(request: Request) -> Response:
        """Sign a call: a PASSporT of the kind shaken, div or rph (STI-AS)."""
        return await answered("signing", request)

    @routes.post("/verification", openapi_extra=schemas.VERIFICATION, responses=schemas.RESPONSES)
    async def verification(request: Request) -> Response:
        """Verify the Identity headers of a call (STI-VS)."""
        return await answered("verification", request)

    return routes


def failure(status: int, error: str = "", detail: str = "") -> Response:
    """An error in the form of the 3GPP description."""
    said = {"error": error or TEXTS.get(status, "The request was refused")} | (
        {"detail": detail} if detail else {}
    )
    return Response(json.dumps(said), status, media_type="application/json")


async def _body(request: Request, service: _Service) -> bytes:
    """The body, read in bounded time and memory. Raises Refused."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Refused(411)
    if int(length[:20]) > bodies.LONGEST:
        raise Refused(413, f"at most {bodies.LONGEST} bytes")
    if not _accepts_json(request.headers.get("accept", "")):
        raise Refused(406, "application/json")
    if not int(length[:20]):
        raise Refused(400, error=_MISSING[service])
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "application/json")
    try:
        return await asyncio.wait_for(request.body(), SLOWEST)
    except TimeoutError as late:
        raise Refused(408) from late
    except ClientDisconnect as gone:  # nobody reads the answer; it is counted as malformed
        raise Refused(400, error=_MISSING[service]) from gone


def _accepts_json(accept: str) -> bool:
    """Whether the Accept field allows JSON (RFC 9110 §12.5.1)."""
    found = {}
    for each in accept.lower().split(",")[:50]:
        kind, *parameters = (part.strip() for part in each.split(";"))
        found[kind] = not any(part.replace(" ", "").rstrip("0.") == "q=" for part in parameters)
    named = (found[kind] for kind in ("application/json", "application/*", "*/*") if kind in found)
    return not accept.strip() or next(named, False)


def _judge(service: _Service, data: bytes, request: Request, live: Live, at: float) -> tuple[bytes, Judged]:
    """Answer and journal line of one request. Raises Refused."""
    house = live.house
    source = request.client.host if request.client else ""
    peer = _peer(house.peer, source)
    is_open = not house.peers or (service == "verification" and not house.only_peers)
    if peer is None and not is_open:  # nothing is ever signed for strangers
        raise Stranger(403, f"{source} is not among the peers of this service", "Client is not known")
    try:
        body = bodies.parse(data)
        if service == "signing":
            said = ms_signing.answer(ms_requests.signing(body), house, peer, source, at)
        else:
            said = ms_verification.answer(ms_requests.verification(body), house, peer, source, at)
    except bodies.Unparsable as wrong:
        raise Refused(400, str(wrong), "Failed To Parse Message Body") from wrong
    except BadRequest as wrong:
        raise Refused(400, wrong.detail, wrong.error) from wrong
    except NotSigned as wrong:
        raise Refused(wrong.status, str(wrong), wrong.error) from wrong
    return _rendered(said[0]), said[1]


def _peer(find: Callable[[str], Peer | None], source: str) -> Peer | None:
    try:
        return find(source)
    except ValueError:  # a Unix socket's client has no address
        return None


def _rendered(response: dict[str, Any]) -> bytes:
    """The response as JSON; claims that JSON cannot hold (1e999) or that nest beyond reason are left out."""
    try:
        return json.dumps(response, allow_nan=False).encode()
    except (ValueError, RecursionError):
        for each in response["verificationResponse"]["verifyResults"]:
            each["verifyResult"].pop("validClaims", None)
        return json.dumps(response, allow_nan=False).encode()
