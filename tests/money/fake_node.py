"""A node for tests: a real HTTP server that answers JSON-RPC from a table, or misbehaves as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, list[Any]], Any]
"""The result for a method and its parameters; raises `Wrong` for an error of JSON-RPC."""


class Wrong(Exception):
    """An error that the node answers: code and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Node:
    """What the server was asked, and the address of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, list[Any]]] = []
        self.requests = 0
        self.authorizations: list[str | None] = []


@contextmanager
def fake_node(
    answer: Answer, raw: Callable[[int], tuple[int, bytes] | None] = lambda _: None
) -> Iterator[Node]:
    """A server on a free port. `raw` may answer the n-th request (from 1) with status and bytes itself."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            node.requests += 1
            node.authorizations.append(self.headers["Authorization"])
            status, data = raw(node.requests) or (200, json.dumps(_answers(body)).encode())
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    def _answers(body: Any) -> Any:
        if isinstance(body, list):
            # A batch may be answered in any order.
            return [_one(each) for each in reversed(body)]
        return _one(body)

    def _one(call: dict[str, Any]) -> dict[str, Any]:
        node.asked.append((call["method"], call["params"]))
        try:
            return {"id": call["id"], "error": None, "result": answer(call["method"], call["params"])}
        except Wrong as wrong:
            error = {"code": wrong.code, "message": str(wrong)}
            return {"id": call["id"], "error": error, "result": None}

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Callers may hang up on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    node = Node(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
