"""How is a node of an EVM chain asked: JSON-RPC 2.0, and answers as deep as its traces are?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from quivive.money.sources.json_rpc import JsonRpc, Refused

_DEEP = 3_000
_NO_SUCH_METHOD = -32601


class Node(JsonRpc):
    """A caller of one node of an EVM chain."""

    def _ask(self, body: Any) -> Any:
        for each in body if isinstance(body, list) else [body]:
            each["jsonrpc"] = "2.0"  # geth answers no other
        with _deep():
            return super()._ask(body)


def has_no_method(refused: Refused) -> bool:
    """Whether the node refused because it does not know the method."""
    return refused.code == _NO_SUCH_METHOD or "method not" in str(refused).lower()


@contextmanager
def _deep() -> Iterator[None]:
    """Nested traces go 1,024 calls deep, two levels of JSON each; Python's usual limit is 1,000 in all."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
