"""How do numbers, names and JSON in generators' texts become Settings, whatever was put there?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from quivive.media.marks.carried import Settings, Size

_NUMBER = re.compile(r"-?\d{1,20}(?:\.0+)?\Z")
_SIZE = re.compile(r"\s*\(?\s*(\d{1,5})\s*[x×X,]\s*(\d{1,5})\s*\)?\s*\Z")
MOST_SIDE = 65_535
MOST_WRAPPINGS = 4


def parsed(value: str) -> Any:
    """The JSON object or list that the text begins with; None for anything else.

    NaN and Infinity are allowed, as Python's writer leaves them, and texts that were written as JSON strings
    again and again.
    """
    value = value.strip("\0 \t\r\n")
    content: Any = None
    for _ in range(MOST_WRAPPINGS):
        try:
            content, _end = json.JSONDecoder(strict=False).raw_decode(value)
        except (ValueError, RecursionError):
            return None
        if not isinstance(content, str):
            break
        value = content.strip()
    return content if isinstance(content, (dict, list)) else None


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, also one written as a string; else an empty one."""
    if isinstance(value, str):
        value = parsed(value)
    return value if isinstance(value, dict) else {}


def words(value: object) -> str:
    """A string or number as text; '' for all else."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, float) else ""


def number(value: object) -> str:
    """A whole number as text; '' for all else."""
    text = words(value)
    return text.partition(".")[0] if _NUMBER.match(text) else ""


def side(value: object) -> int:
    """Pixels of a side; 0 where the value is none."""
    text = number(value)
    return int(text) if text.isdigit() and 0 < int(text) <= MOST_SIDE else 0


def size(width: object, height: object) -> tuple[Size, ...]:
    """One size, or none."""
    sides = side(width), side(height)
    return (sides,) if all(sides) else ()


def written_size(value: object) -> tuple[Size, ...]:
    """One size out of '512x768' or '(512, 768)', or none."""
    found = _SIZE.match(words(value))
    return size(*found.groups()) if found else ()


def first(source: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of the named values that says something."""
    return next((text for name in names if (text := words(source.get(name)))), "")


def model_name(value: object) -> str:
    """A model's name, also out of an object that describes one."""
    if isinstance(value, dict):
        return first(value, ("model_name", "name", "key"))
    return words(value)


def from_mapping(source: Mapping[str, Any], **names: tuple[str, ...]) -> Settings:
    """Settings by the names that a generator gives them: prompt=('prompt',), seed=('seed',) …"""
    models = (model_name(source.get(name)) for name in names.get("model", ()))
    return Settings(
        prompt=first(source, names.get("prompt", ())),
        model=next((model for model in models if model), ""),
        seed=next((seed for name in names.get("seed", ()) if (seed := number(source.get(name)))), ""),
        sampler=first(source, names.get("sampler", ())),
        sizes=size(source.get("width"), source.get("height")),
    )
