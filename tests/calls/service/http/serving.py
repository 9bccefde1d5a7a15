"""The service over real HTTP on a free port of 127.0.0.1, with keys made for tests."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI

from calls.certificates.make import AT
from calls.signed import X5U, at_hand, provider
from quivive.calls.service.house import Credential, House, Live
from quivive.calls.service.http.app import app
from quivive.calls.service.judged import Judged
from quivive.calls.service.metrics import Metrics
from quivive.calls.verify import Policy
from quivive.errors import CouldNotKeep

ORIGID = "2088448c-718e-4930-be5d-0ec9b25d2f00"


@dataclass
class Kept:
    """A journal in memory, that can be full."""

    calls: list[Judged] = field(default_factory=list)
    is_full: bool = False

    def keep(self, calls: Sequence[Judged]) -> None:
        if self.is_full:
            raise CouldNotKeep("The disk is full.")
        self.calls.extend(calls)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Speaks HTTP/1.1 with the service, one connection a request."""

    port: int

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """A request with exactly these header fields (besides Host)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            if body:
                connection.send(body)
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def post(self, path: str, body: bytes | Mapping[str, Any], **headers: str) -> Answer:
        """A POST as clients of the Ms send it; `content_type='…'` and so on change a field."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"content-type": "application/json", "content-length": str(len(data))}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, data, said)

    def sign(self, **asked: Any) -> Answer:
        return self.post("/stir/v1/signing", {"signingRequest": asked})

    def verify(self, **asked: Any) -> Answer:
        return self.post("/stir/v1/verification", {"verificationRequest": asked})


def house(**changed: Any) -> House:
    """The test provider's key, and the trust that accepts it."""
    key = Credential(provider().key, X5U, provider().pem)  # type: ignore[arg-type]
    return House(**({"signers": at_hand(), "policy": Policy(), "credentials": {"": key}} | changed))


@contextmanager
def served(made: FastAPI) -> Iterator[Client]:
    """The app under uvicorn in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(made, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        for _ in range(2000):
            if server.started:
                break
            time.sleep(0.005)
        assert server.started, "the service did not start in 10 seconds"
        try:
            yield Client(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def serving(kept: Kept | None = None, at: float = AT, **changed: Any) -> Iterator[Client]:
    """The service with a clock that stands still; `changed` are fields of the house."""
    live = Live(lambda: house(**changed))
    with served(app(live, kept or Kept(), Metrics(), clock=lambda: at)) as client:
        yield client
