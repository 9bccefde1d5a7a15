"""How does a node answer JSON-RPC over HTTP, within bounds?

One connection is kept open; redirects and proxies are never followed; an answer has a largest size, and a
secret in the URL never gets into a message.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from quivive.errors import CouldNotLook, TooLarge, Unreadable, UsageError

LARGEST_ANSWER = 256 * 2**20
"""Bytes; traces of the fullest blocks take some 100 MB."""
SECONDS = 120.0
_DEEP = 3_000
_NO_SUCH_METHOD = -32601


class Refused(CouldNotLook):
    """The node answered with an error; `code` is JSON-RPC's."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.missing = code == _NO_SUCH_METHOD or "method not" in message.lower()


class Node:
    """A connection to one node. Not for use from several threads."""

    def __init__(self, url: str, largest: int = LARGEST_ANSWER, seconds: float = SECONDS) -> None:
        parts, host = _split(url)
        self.name = host + (f":{parts.port}" if parts.port else "")
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json"}
        if parts.username is not None:
            secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + b64encode(secret.encode()).decode()
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(host, parts.port, timeout=seconds)
        self._largest = largest

    def call(self, method: str, *params: object) -> Any:
        """The result of one call. Raises `Refused` with the node's own words."""
        [answer] = self.batch([(method, params)])
        if isinstance(answer, Refused):
            raise answer
        return answer

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """Results in the order of the calls; `Refused` stands where the node answered with an error."""
        bodies = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
            for number, (method, params) in enumerate(calls)
        ]
        answer = self._post(json.dumps(bodies[0] if len(bodies) == 1 else bodies).encode())
        answers = answer if isinstance(answer, list) else [answer]
        return self._in_order(answers, [method for method, _ in calls])

    def close(self) -> None:
        """End the connection; the next call opens a new one."""
        self._connection.close()

    def _in_order(self, answers: list[Any], methods: list[str]) -> list[Any]:
        by_id = {each.get("id"): each for each in answers if isinstance(each, dict)}
        if len(methods) > 1 and len(answers) == 1 and "error" in (by_id.get(None) or {}):
            return [self._result(answers[0], method) for method in methods]
        if len(methods) == 1 and len(answers) == 1 and isinstance(answers[0], dict):
            return [self._result(answers[0], methods[0])]
        if set(by_id) != set(range(len(methods))):
            raise Unreadable(f"The node {self.name} did not answer every call.")
        return [self._result(by_id[number], method) for number, method in enumerate(methods)]

    def _result(self, answer: dict[str, Any], method: str) -> Any:
        if (error := answer.get("error")) is not None:
            error = error if isinstance(error, dict) else {"message": error}
            words = str(error.get("message", ""))[:300]
            code = error.get("code")
            return Refused(
                f"The node {self.name} refused {method}: {words}", code if isinstance(code, int) else 0
            )
        if "result" not in answer:
            raise Unreadable(f"The node {self.name} answered {method} with neither result nor error.")
        return answer["result"]

    def _post(self, body: bytes) -> Any:
        try:
            data = self._exchange(body)
        except (BrokenPipeError, ConnectionResetError, HTTPException):
            # the node ended the connection that was kept open
            self._connection.close()
            data = self._exchange_anew(body)
        except OSError as error:
            raise self._unreachable(error) from error
        return self._parsed(data)

    def _exchange_anew(self, body: bytes) -> bytes:
        try:
            return self._exchange(body)
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> CouldNotLook:
        self._connection.close()
        return CouldNotLook(f"The node {self.name} cannot be reached ({type(error).__name__}).")

    def _exchange(self, body: bytes) -> bytes:
        self._connection.request("POST", self._path, body, self._headers)
        response = self._connection.getresponse()
        data = response.read(self._largest + 1)
        if len(data) > self._largest:
            self._connection.close()
            raise TooLarge(f"An answer of the node {self.name} is larger than {self._largest} bytes.")
        if response.status in (401, 403):
            raise CouldNotLook(f"The node {self.name} wants another user name, password or key.")
        if response.status != 200 and not data.lstrip().startswith((b"{", b"[")):
            raise CouldNotLook(f"The node {self.name} answered with HTTP status {response.status}.")
        return data

    def _parsed(self, data: bytes) -> Any:
        try:
            with _deep():
                return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"The node {self.name} answered with something that is no JSON.") from error


def _split(url: str) -> tuple[SplitResult, str]:
    """The URL's parts and its host."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts, parts.hostname
    except ValueError:
        pass  # an impossible port or host
    raise UsageError("A node is named by its URL, as in http://127.0.0.1:8545.")


@contextmanager
def _deep() -> Iterator[None]:
    """Nested traces go 1,024 calls deep, two levels of JSON each; Python's usual limit is 1,000 in all."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
