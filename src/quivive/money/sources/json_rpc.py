"""How is a node asked over JSON-RPC: one connection, batches, bounded time, retries and bytes?

Connects to the host of the URL only: no proxy, no redirect is followed.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from quivive.errors import CouldNotLook, TooLarge, Unreadable, UsageError

_WARMING_UP = -28
_PRUNED = "pruned"
_LARGEST = 1 << 30
_STEP = 1 << 20
_TRIES = 5
_TIMEOUT = 60.0
_ADDRESS = "A node's address looks like http://user:password@host:port."
Call = tuple[str, Sequence[Any]]


class Refused(CouldNotLook):
    """The node understood the call and refused it; `code` is JSON-RPC's."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class JsonRpc:
    """A caller of one node. `received` counts the bytes of its answers."""

    def __init__(
        self, url: str, timeout: float = _TIMEOUT, wait: Callable[[float], None] = time.sleep
    ) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # '[' without its end, a port that is no number
            raise UsageError(_ADDRESS) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(_ADDRESS)
        self.name = f"{parts.hostname}:{port}" if port else parts.hostname
        self.received = 0
        self._host, self._port, self._tls = parts.hostname, port, parts.scheme == "https"
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json", **_authorization(parts.username, parts.password)}
        self._timeout, self._wait = timeout, wait
        self._connection: http.client.HTTPConnection | None = None

    def call(self, method: str, *params: Any) -> Any:
        """The result; numbers with a fraction are Decimal. Raises Refused, CouldNotLook or UsageError."""
        answer = self._ask({"jsonrpc": "1.0", "id": 0, "method": method, "params": list(params)})
        return _result(answer, method, self.name)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of several calls in one request, in their order. Raises as `call` does."""
        if not calls:
            return []
        asked = [
            {"jsonrpc": "1.0", "id": number, "method": method, "params": list(params)}
            for number, (method, params) in enumerate(calls)
        ]
        answers = self._ask(asked)
        if isinstance(answers, dict):
            _result(answers, calls[0][0], self.name)
        listed = answers if isinstance(answers, list) else []
        by_id = {each.get("id"): each for each in listed if isinstance(each, dict)}
        missing = [method for number, (method, _) in enumerate(calls) if number not in by_id]
        if missing:
            raise Unreadable(f"The node at {self.name} left {len(missing)} of {len(calls)} calls unanswered.")
        return [_result(by_id[number], method, self.name) for number, (method, _) in enumerate(calls)]

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, body: Any) -> Any:
        """The decoded answer; where a connection is lost or the node is starting, five tries are made."""
        text, problem = json.dumps(body), ""
        for attempt in range(_TRIES):
            if attempt:
                self._wait(0.5 * 2 ** (attempt - 1))
            try:
                status, data = self._send(text)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                problem = f"could not be reached ({type(error).__name__}: {error})"
                continue
            if status in (401, 403):
                raise UsageError(_denied(self.name, status))
            answer = _decode(data, status, self.name)
            if not _is_starting(answer):
                return answer
            problem = f"is still starting: {answer['error'].get('message', '')}"
        raise CouldNotLook(f"The node at {self.name} {problem}.")

    def _send(self, text: str) -> tuple[int, bytes]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
            self._connection = kind(self._host, self._port, timeout=self._timeout)
        self._connection.request("POST", self._path, text, self._headers)
        answer = self._connection.getresponse()
        chunks, size = [], 0
        while chunk := answer.read(_STEP):
            chunks.append(chunk)
            size += len(chunk)
            if size > _LARGEST:
                self.close()
                raise TooLarge(f"The node at {self.name} answered with more than {_LARGEST >> 20} MiB.")
        self.received += size
        return answer.status, b"".join(chunks)


def _authorization(user: str | None, password: str | None) -> dict[str, str]:
    """From the URL, else QUIVIVE_RPC_AUTH, else the file in QUIVIVE_RPC_COOKIE; empty without any."""
    if user is not None:
        pair = f"{unquote(user)}:{unquote(password or '')}"
    else:
        pair = os.environ.get("QUIVIVE_RPC_AUTH") or _cookie()
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"} if pair else {}


def _cookie() -> str:
    cookie = os.environ.get("QUIVIVE_RPC_COOKIE")
    if not cookie:
        return ""
    try:
        return Path(cookie).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError("The cookie file that QUIVIVE_RPC_COOKIE names cannot be read.") from None


def _decode(data: bytes, status: int, name: str) -> Any:
    try:
        return json.loads(data, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise Unreadable(f"The node at {name} answered with status {status} and no JSON.") from None


def _result(answer: Any, method: str, name: str) -> Any:
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise Unreadable(f"The node at {name} answered {method} with no JSON-RPC answer.")
    error = answer.get("error")
    if error is None:
        return answer.get("result")
    message = str(error.get("message", error) if isinstance(error, dict) else error)[:200]
    code = error.get("code", 0) if isinstance(error, dict) else 0
    if _PRUNED in message:
        raise CouldNotLook(f"The node at {name} has pruned this block ({message}); ask one that keeps all.")
    raise Refused(f"The node at {name} refused {method}: {message} ({code}).", code)


def _is_starting(answer: Any) -> bool:
    first = answer[0] if isinstance(answer, list) and answer else answer
    error = first.get("error") if isinstance(first, dict) else None
    return isinstance(error, dict) and error.get("code") == _WARMING_UP


def _denied(name: str, status: int) -> str:
    return (
        f"The node at {name} refuses user name and password (status {status}). Give them in "
        "QUIVIVE_RPC_AUTH (user:password) or in the address, or name its cookie file in QUIVIVE_RPC_COOKIE."
    )
