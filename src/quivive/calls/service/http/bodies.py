"""Which JSON object is in the body of a request, in bounded time and without two ways to read it?"""

from __future__ import annotations

import json
from typing import Any, NoReturn

LONGEST = 262_144
"""Bytes of a body that are read: twenty long Identity values fit."""


class Unparsable(ValueError):
    """The body is not one JSON object that everybody reads alike; the message says why."""


def parse(data: bytes) -> dict[str, Any]:
    """The object. Raises Unparsable: no JSON, not UTF-8, a name twice, nested or long beyond reason."""
    try:
        value = _JSON.decode(data.decode("utf-8"))
        if b"\\u" in data:  # half a surrogate pair is no character: it could not be written again
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Unparsable(str(error)[:200]) from error
    if not isinstance(value, dict):
        raise Unparsable("the body is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice")  # two readers could see two callers
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
